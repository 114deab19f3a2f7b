"""The signature and the fee: exactly what is signed, exactly what is paid.

GET  /cases/<case>/sign           what is going to be signed, with the file and its digest
POST /cases/<case>/sign/prepare   JSON {certificate, shown}: what the card signs
POST /cases/<case>/sign/complete  JSON {value}: the signature, then on
GET  /cases/<case>/pay            what is owed, by which law, to whom
POST /cases/<case>/pay            to the bank, and back to the receipt
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from riik.exchange import ServiceRefused
from riik.formats.qr import qr_modules
from riik.portal.citizen.apply.errands import moved_on
from riik.portal.citizen.apply.http import case_page, guide_of
from riik.portal.citizen.apply.rows import law_name, statement_rows
from riik.portal.citizen.apply.where import at, signs, where
from riik.portal.citizen.errors import ApplicationChanged, ForeignAddress
from riik.portal.citizen.hall.http import Hall
from riik.portal.session import FormRefused
from riik.portal.session.http import NEVER

__all__ = ["routes"]

MOST_TEXT = 16_000


def routes(hall: Hall) -> list[Route]:
    """The routes of the signature and the fee."""
    sign, script = _Sign(hall), hall.site.script
    case = "/cases/{case}"
    return [
        Route(f"{case}/sign", case_page(hall, sign.show), methods=["GET"]),
        Route(f"{case}/sign/prepare", script(sign.prepare), methods=["POST"]),
        Route(f"{case}/sign/complete", script(sign.complete), methods=["POST"]),
        Route(f"{case}/pay", case_page(hall, sign.owed), methods=["GET"]),
        Route(f"{case}/pay", case_page(hall, sign.pay), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _Sign:
    """The handlers."""

    hall: Hall

    async def show(self, request: Request) -> Response:
        """GET /cases/<case>/sign: what is going to be signed."""
        view = await self._view(request)
        if view["next"]["step"] != "submission":
            return self.hall.site.go(f"{where(view)}?moved=yes")
        if not signs(view):
            return self.hall.site.go(at(view["case"], "check"))
        guide = await guide_of(self.hall, request, view)
        return await self.hall.show(
            request,
            "sign.html",
            place=view["organisation"],
            popups=bool(self.hall.card),
            view=view,
            case=at(view["case"]),
            rows=statement_rows(view["statement"]["rows"], self.hall.formats(request)),
            guide=guide,
            card=self.hall.card,
            errors=[],
        )

    async def prepare(self, request: Request) -> Response:
        """POST /cases/<case>/sign/prepare: lay out what the card signs.

        Raises:
            ApplicationChanged: It is no longer what the page showed.
        """
        content = _texts(await self.hall.site.json(request))
        language = self.hall.language(request)
        step = {"certificate": content("certificate"), "language": language}
        after = await self._step(request, "submission", step)
        laid_out = after.get("signature")
        if laid_out is None:
            return _location(self._next(after))
        file = (after.get("statement") or {}).get("file") or {}
        if file.get("sha256") != content("shown"):
            raise ApplicationChanged("what is to be signed is not what was shown", why="shown")
        return JSONResponse({"digest": laid_out["digest"], "hash": laid_out["hash"]}, headers=NEVER)

    async def complete(self, request: Request) -> Response:
        """POST /cases/<case>/sign/complete: take the signature."""
        content = _texts(await self.hall.site.json(request))
        try:
            after = await self._step(request, "signature", {"value": content("value")})
        except ServiceRefused as refused:
            if not moved_on(refused):
                raise
            # Sent twice, or signed in another tab: the page goes on to where the case is.
            after = await self._view(request)
        return _location(self._next(after))

    async def owed(self, request: Request) -> Response:
        """GET /cases/<case>/pay: what is owed."""
        view = await self._view(request)
        if view["next"]["step"] != "payment":
            return self.hall.site.go(self._next(view))
        return await self.hall.show(
            request,
            "pay.html",
            place=view["organisation"],
            view=view,
            way=view["fee"].get("way") or {},
            modules=_modules(view),
            case=at(view["case"]),
            law=law_name(view["fee"]["law"], await guide_of(self.hall, request, view)),
            moved=request.query_params.get("moved") == "yes",
            errors=[],
        )

    async def pay(self, request: Request) -> Response:
        """POST /cases/<case>/pay: to the bank.

        Raises:
            ForeignAddress: The provider names a bank that this portal does not know.
        """
        site, case = self.hall.site, request.path_params["case"]
        if (await site.form(request)).fields:
            raise FormRefused("the form has fields that this page does not", why="fields")
        back = f"{site.origin}{at(case, 'receipt')}?bank=back"
        after = await self._step(request, "payment", {"return": back})
        order = after.get("payment")
        if order is None:
            return site.go(self._next(after))
        parts = urlsplit(order["url"])
        if f"{parts.scheme}://{parts.netloc}" not in site.frame.leads_to:
            raise ForeignAddress("the order leads to a site that is no bank of ours", why="origin")
        return RedirectResponse(order["url"], 303, headers=NEVER)

    def _next(self, view: dict[str, Any]) -> str:
        """Where to go on: what is over is told on the receipt."""
        step = view["next"]["step"]
        return at(view["case"], "receipt") if step in ("none", "other", "review") else where(view)

    async def _view(self, request: Request) -> dict[str, Any]:
        visitor = await self.hall.site.visitor(request)
        case, language = request.path_params["case"], self.hall.language(request)
        return await self.hall.counter.portal.status(visitor, case, language=language)

    async def _step(self, request: Request, step: str, content: dict[str, str]) -> dict[str, Any]:
        visitor, case = await self.hall.site.visitor(request), request.path_params["case"]
        return await self.hall.counter.portal.step(visitor, case, step=step, content=content)


def _texts(content: dict[str, Any]) -> Callable[[str], str]:
    """The texts of a JSON object by name; what is none is empty."""

    def text(name: str) -> str:
        value = content.get(name)
        return value if isinstance(value, str) and len(value) <= MOST_TEXT else ""

    return text


def _location(path: str) -> Response:
    return JSONResponse({"location": path}, headers=NEVER)


def _modules(view: Mapping[str, Any]) -> tuple[str, ...]:
    """The code that the app of a person's own bank scans; none where none can say it."""
    code = (view["fee"].get("way") or {}).get("code", "")
    return qr_modules(code) if code else ()
