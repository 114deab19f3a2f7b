"""Lists, exits, files and joint signing in a real browser: axe finds nothing, nothing scrolls."""

from types import SimpleNamespace

import pytest
from axe_playwright_python.async_playwright import Axe
from tests.portal.citizen.mine.house import served
from tests.portal.citizen.test_chat import Talk
from tests.portal.citizen.test_checking import CODE, Issuer, papers
from tests.portal.citizen.test_items import JAAN, MARI, at_list, born, mari  # noqa: F401
from tests.portal.citizen.test_joint import both  # noqa: F401
from tests.portal.sight import FEW, SCREENS

from riik.portal.citizen.papers.checking.http import routes as checking_routes
from riik.portal.design.http import KeepsLanguage, design_routes
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.web import edge

pytestmark = pytest.mark.anyio


async def look(applicant, chromium, paths, *, language, scheme, width):
    """Each page as a browser shows it to who is signed in."""
    async with served(applicant.town.app) as address:
        size = {"width": width, "height": 700}
        context = await chromium.new_context(bypass_csp=True, viewport=size, color_scheme=scheme)
        cookies = applicant.browser.cookies | {"riik-lang": language}
        await context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
        )
        page = await context.new_page()
        for path in paths:
            assert (await page.goto(f"{address}{path}")).status in (200, 422), path
            assert page.url == f"{address}{path}", f"{path} leads to {page.url}"
            found = await Axe().run(page)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert await page.locator("h1").count() == 1, path


@pytest.mark.parametrize(("language", "scheme", "width"), FEW)
async def test_lists_and_files_are_for_everyone(mari, chromium, language, scheme, width):  # noqa: F811
    page = await at_list(mari)
    screen = {"language": language, "scheme": scheme, "width": width}
    await look(mari, chromium, [page, f"{page}/1"], **screen)
    for number, one in enumerate((MARI, JAAN), start=1):
        await mari.post(f"{page}/{number}", {**one, **born()})
    await look(mari, chromium, [page, f"{page}/2"], **screen)
    await mari.post(page, {})
    await look(mari, chromium, [f"{mari.case}/answers/papers"], **screen)


@pytest.mark.full
@pytest.mark.parametrize(("language", "scheme", "width"), SCREENS)
async def test_an_exit_is_for_everyone(mari, chromium, language, scheme, width):  # noqa: F811
    await mari.post(f"{mari.case}/answers/lives", {"lives": "false"})
    left = await mari.get(f"{mari.case}/continue")
    screen = {"language": language, "scheme": scheme, "width": width}
    await look(mari, chromium, [left.headers["location"]], **screen)


@pytest.mark.full
@pytest.mark.parametrize(("language", "scheme", "width"), SCREENS)
async def test_who_is_asked_to_sign_with_somebody_reads_it_on_every_screen(
    both,  # noqa: F811
    chromium,
    language,
    scheme,
    width,
):
    _, jaan = both
    screen = {"language": language, "scheme": scheme, "width": width}
    await look(jaan, chromium, [f"{jaan.case}/joint", f"{jaan.case}/decline"], **screen)


@pytest.fixture
def checking(hall, tmp_path, clock):
    """The pages on which anybody checks a paper, without signing in."""
    log = open_log(tmp_path / "checking.log", clock=clock, node="portal")
    rooms = [*checking_routes(hall, papers=papers(Issuer())), *design_routes()]
    app = KeepsLanguage(edge(rooms, metrics=Metrics(), logger=log))
    return SimpleNamespace(town=SimpleNamespace(app=app), browser=SimpleNamespace(cookies={}))


@pytest.mark.parametrize(("language", "scheme", "width"), FEW)
async def test_a_paper_is_checked_by_anybody(checking, chromium, language, scheme, width):
    screen = {"language": language, "scheme": scheme, "width": width}
    await look(checking, chromium, ["/check", f"/check/{CODE}", "/check/nothing"], **screen)


@pytest.mark.parametrize(("language", "scheme", "width"), FEW)
async def test_a_conversation_is_for_everyone(town, chromium, language, scheme, width):
    talk = Talk(town, await town.visitor())
    await talk.begin()
    await talk.answer("reason", "expiring")
    screen = {"language": language, "scheme": scheme, "width": width}
    paths = ["/chat?words=licence", "/chat?service=driving-licence", talk.case]
    await look(talk, chromium, paths, **screen)
