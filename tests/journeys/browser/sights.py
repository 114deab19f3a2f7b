"""What a browser sees of one page: with axe, at 400 % zoom, by keyboard, over a thin line."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Response

__all__ = ["SCHEMES", "Sight", "look"]

SCHEMES = ("light", "dark")

AXE = {
    "resultTypes": ["violations"],
    "rules": {one: {"enabled": True} for one in ("target-size", "label-content-name-mismatch")},
}
"""WCAG 2.2, 2.5.8 and 2.5.3: both rules are off by themselves."""

WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HEADINGS = "document.querySelectorAll('h1').length"

SMALL = """() => {
  const shown = box => box.width > 1 && box.height > 1;
  return [...document.querySelectorAll("main button, main select, main textarea, main input")].flatMap(one => {
    if (one.type === "hidden" || one.closest("[hidden]") || !one.checkVisibility()) return [];
    const tied = /^(radio|checkbox)$/.test(one.type) ? one.closest("label") || one.labels?.[0] : null;
    const box = (tied || one).getBoundingClientRect();
    return !shown(box) || box.height >= 43.5 ? [] : [`${one.outerHTML.slice(0, 80)} is ${Math.round(box.height)} px high`];
  });
}"""

UNSEEN_FOCUS = """() => {
  const told = one => [one, one.parentElement, one.nextElementSibling, one.closest("label")].filter(Boolean).map(near => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor, textDecorationLine } = getComputedStyle(near);
    return [outlineStyle === "none" ? 0 : outlineWidth, boxShadow, borderColor, backgroundColor, textDecorationLine].join();
  }).join(";");
  const can = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  return [...document.querySelectorAll(can)].flatMap(one => {
    if (one.disabled || one.type === "hidden" || !one.checkVisibility()) return [];
    document.activeElement.blur();
    const before = told(one);
    one.focus({ preventScroll: true });
    return document.activeElement === one && told(one) === before ? [one.outerHTML.slice(0, 80)] : [];
  });
}"""


@dataclass(slots=True)
class Sight:
    """What was seen of one page; empty lists are what one hopes for.

    Attributes:
        url: Where it is.
        axe: Violations, each with scheme and place.
        wide: Widths beyond the window, at 320 px, by language.
        small: Controls that a thumb misses.
        unseen: Things whose focus can't be seen.
        headings: How many `h1` it has.
        weight: Bytes over the line, with all that it loads and nothing in the cache.
        headers: Of the answer.
    """

    url: str
    axe: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    small: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    headings: int = 0
    weight: int = 0
    headers: dict[str, str] = field(default_factory=dict)


async def look(page: Page, url: str, *, schemes: Sequence[str] = SCHEMES) -> Sight:
    """Look at one page in all these ways, in this tab."""
    sight = Sight(url)
    loaded: list[Response] = []

    def hear(response: Response) -> None:
        loaded.append(response)

    page.on("response", hear)
    answer = await page.goto(url)
    page.remove_listener("response", hear)
    sight.headers = await answer.all_headers() if answer else {}
    sight.weight = sum([await _weight(one) for one in loaded])
    sight.headings = await page.evaluate(HEADINGS)
    for scheme in schemes:
        await page.emulate_media(color_scheme=scheme)
        found = await Axe().run(page, options=AXE)
        sight.axe += [
            f"{scheme}: {one['id']}: {node['target']}"
            for one in found.response["violations"]
            for node in one["nodes"][:3]
        ]
    await page.emulate_media(color_scheme="light")
    await page.keyboard.press("Shift")
    sight.unseen = await page.evaluate(UNSEEN_FOCUS)
    await page.set_viewport_size({"width": 360, "height": 740})
    sight.small = await page.evaluate(SMALL)
    await page.set_viewport_size({"width": 320, "height": 640})
    sight.wide = await _too_wide(page)
    await page.set_viewport_size({"width": 1280, "height": 800})
    return sight


async def _too_wide(page: Page) -> list[str]:
    over = await page.evaluate(WIDE)
    return [f"{over} px"] if over > 0 else []


async def _weight(response: Response) -> int:
    """Bytes of an answer as they come over the line."""
    await response.finished()
    return (await response.request.sizes())["responseBodySize"]
