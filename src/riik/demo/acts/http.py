"""Acts and attacks over HTTP, on the front site.

GET  /acts/<act>       what it will do, how things stand, what came of it
POST /acts/<act>       do it; with ``undo`` take it back: 303
GET  /attacks          the attacker's page
POST /attacks/<one>    run one attack: 303

What is not done after a few seconds goes on; the page says so and looks again by itself.
"""

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from riik.core import Refused
from riik.demo.acts.backstage import Backstage
from riik.demo.acts.described import act, attack
from riik.demo.acts.model import Act
from riik.demo.acts.page import ActPages
from riik.demo.running import Demonstration
from riik.portal.design.http import address_of, html
from riik.portal.design.pages import Shell

__all__ = ["Frame", "act_routes"]

LOOK_AGAIN: Final = {"Refresh": "1"}

Handler = Callable[[Request], Awaitable[Response]]


class NoSuchAct(Refused):
    """There is no act or attack of that name."""

    code = "demo.no-such-act"
    status = 404


class Frame(Protocol):
    """What the site gives to these pages."""

    async def check(self, request: Request) -> dict[str, str]:
        """The fields of a form of the site's own; refuses others."""
        ...

    def shell(self, request: Request, *, address: str) -> Shell:
        """What stands around a page."""
        ...

    def staged(self, handler: Handler) -> Handler:
        """A handler that needs the country."""
        ...


def act_routes(frame: Frame, backstage: Backstage, *, pages: ActPages) -> list[BaseRoute]:
    """The routes; ``frame`` is the front site."""
    calls = _Calls(frame, backstage, pages)
    return [
        Route("/acts/{act}", frame.staged(calls.show), methods=["GET"]),
        Route("/acts/{act}", frame.staged(calls.do), methods=["POST"]),
        Route("/attacks", frame.staged(calls.attacks), methods=["GET"]),
        Route("/attacks/{attack}", frame.staged(calls.run), methods=["POST"]),
    ]


class _Calls:
    """The handlers."""

    def __init__(self, frame: Frame, backstage: Backstage, pages: ActPages) -> None:
        self.frame, self.backstage, self.pages = frame, backstage, pages

    async def show(self, request: Request) -> Response:
        """GET /acts/<act>: one act."""
        shell = self.frame.shell(request, address=address_of(request))
        page = self.pages.act(self._act(request), self.backstage, self._running(), shell)
        return self._page(page, shell)

    async def do(self, request: Request) -> Response:
        """POST /acts/<act>: do it, or take it back."""
        form, chosen = await self.frame.check(request), self._act(request)
        await self.backstage.act(chosen, undo="undo" in form, role=form.get("role", ""))
        return RedirectResponse("/" if chosen.id == "reset" else f"/acts/{chosen.id}#done", 303)

    async def attacks(self, request: Request) -> Response:
        """GET /attacks: the attacker's page."""
        shell = self.frame.shell(request, address=address_of(request))
        return self._page(self.pages.attacks(self.backstage, self._running(), shell), shell)

    async def run(self, request: Request) -> Response:
        """POST /attacks/<one>: run an attack."""
        await self.frame.check(request)
        chosen = attack(request.path_params["attack"])
        if chosen is None:
            raise NoSuchAct("there is no such attack", why="unknown")
        await self.backstage.attack(chosen)
        return RedirectResponse(f"/attacks#{chosen.id}", 303)

    def _act(self, request: Request) -> Act:
        found = act(request.path_params["act"])
        if found is None:
            raise NoSuchAct("there is no such act", why="unknown")
        return found

    def _page(self, page: str, shell: Shell) -> Response:
        headers = LOOK_AGAIN if self.backstage.doing else None
        return html(page, shell.language, headers=headers)

    def _running(self) -> Demonstration:
        if self.backstage.stage.running is None:
            raise AssertionError("the site lets these pages be asked for when the country is there")
        return self.backstage.stage.running
