"""Every page of a country, found from its routes and links: a new one is looked at like the rest.

A site's routes without parameters are asked for; the links in what they answer fill the
parameters of the others. What is left over, a page that no link leads to, is told by name.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import html as markup
from playwright.async_api import APIRequestContext
from starlette.routing import BaseRoute, Match, Route

from riik.demo.banksite import load_example
from riik.demo.front import FrontSite
from riik.demo.running import Demonstration

__all__ = ["NOT_OF_A_LICENCE", "Atlas", "Sheet", "explore", "openable", "sites_of"]

MOST = 4
"""Pages of one route that are looked at: cases in different states look different."""

LEADS_ON = {
    "/cases/{case}/continue": "leads to wherever the case is",
    "/cases/{case}/working": "stands for moments, while something goes on without the person",
}
"""Routes with parameters that answer with another address whenever one asks for them."""


NOT_OF_A_LICENCE = {
    "/cases/{case}/answers/{page}/{item:int}": "one thing of a list; no licence has any",
    "/cases/{case}/answers/{page}/{item:int}/remove": "likewise",
    "/cases/{case}/exit/{page}": "an answer that ends an application",
    "/cases/{case}/joint": "who signs besides: `test_marriage` is there",
    "/cases/{case}/decline": "who signs besides, and will not",
    "/chat/cases/{case}": "a case in conversation: `test_sight` of the citizens' pages looks at it",
    "/check/{code}": "no page leads there: the code stands on papers alone",
}
"""Pages that other services have: `tests/portal/citizen` asks for them, without a browser."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page.

    Attributes:
        route: As the site declares it.
        url: Where it is.
        status: With which it is answered.
    """

    route: str
    url: str
    status: int


@dataclass(slots=True)
class Atlas:
    """What was found at one site by one person.

    Attributes:
        sheets: Pages.
        dead: Links on pages that lead to nothing, each with the page it stands on.
        unseen: Routes that no link and no hint leads to.
        asked: Every address that was asked for.
    """

    sheets: list[Sheet] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)


def sites_of(country: Demonstration, front: FrontSite) -> dict[str, Sequence[BaseRoute]]:
    """Routes of everything in the country that people can open, by place."""
    bank = load_example()
    app = bank.make_app(bank.read_settings(country.folder / "bank-site" / "bank.toml"))
    nodes = {role: node.routes for role, node in country.nodes.items()}
    others = {"bank-site": app.routes, "card": country.cards.routes(), "front": front.routes()}
    return nodes | others


def openable(routes: Iterable[BaseRoute]) -> list[Route]:
    """The routes that a browser's address line can ask for."""
    return [one for one in routes if isinstance(one, Route) and "GET" in (one.methods or ())]


async def explore(
    asked: APIRequestContext, origin: str, routes: Sequence[Route], *, hints: Iterable[str] = ()
) -> Atlas:
    """Ask for all addresses of a site that can be known, following its links.

    Args:
        asked: With the cookies of whoever looks.
        origin: The site's.
        routes: Of `openable`.
        hints: Paths that no link leads to.
    """
    walk = _Walk(origin=origin, routes=routes)
    for path in (*(one.path for one in routes if not one.param_convertors), *hints):
        walk.note(f"{origin}{path}", source="the routes")
    for url, route, source in walk.rest():
        answer = await asked.get(url, max_redirects=0, headers={"Accept": "text/html"})
        content = await answer.body()
        walk.hear(url, route, source, answer.status, answer.headers, content)
    return walk.found()


@dataclass(slots=True, kw_only=True)
class _Walk:
    """A walk through one site."""

    origin: str
    routes: Sequence[Route]
    atlas: Atlas = field(default_factory=Atlas)
    seen: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    taken: Counter[str] = field(default_factory=Counter)
    waiting: list[tuple[str, str, str]] = field(default_factory=list)

    def note(self, link: str, *, source: str) -> None:
        """Remember an address to ask for, if it is this site's and new."""
        url = urldefrag(link).url
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != self.origin or "lang=" in parts.query:
            return
        route = self._route(parts.path)
        if url in self.seen or self.taken[route] >= MOST:
            return
        self.seen.add(url)
        self.taken[route] += 1
        self.waiting.append((url, route, source))

    def rest(self) -> Iterator[tuple[str, str, str]]:
        """What is still to be asked; grows while it is walked through."""
        while self.waiting:
            yield self.waiting.pop(0)

    def hear(
        self,
        url: str,
        route: str,
        source: str,
        status: int,
        headers: Mapping[str, str],
        content: bytes,
    ) -> None:
        """Take in an answer: a page with its links, an address to go on to, or neither."""
        if 300 <= status < 400:
            self.note(urljoin(url, headers.get("location", "")), source=url)
            return
        shown = headers.get("content-type", "").startswith("text/html")
        if status >= 400 and source != "the routes":
            self.atlas.dead.append(f"{status} {url} from {source}")
            return
        if status < 400:
            self.answered.add(route)
        if not shown:
            return
        self.atlas.sheets.append(Sheet(route, url, status))
        for link in markup.document_fromstring(content).xpath("//a/@href"):
            self.note(urljoin(url, link), source=url)

    def found(self) -> Atlas:
        """The result; routes with parameters that nothing filled are unseen."""
        self.atlas.asked = self.seen
        self.atlas.unseen = [
            one.path
            for one in self.routes
            if one.param_convertors and one.path not in self.answered | LEADS_ON.keys()
        ]
        return self.atlas

    def _route(self, path: str) -> str:
        scope = {"type": "http", "path": path, "method": "GET"}
        return next(
            (one.path for one in self.routes if one.matches(scope)[0] is Match.FULL), "nowhere"
        )
