"""The pages: what to pay, the receipt, my account, a contract to sign.

`make_app` makes an ASGI application. A handler reads the request, asks `Login`, `Counter` or
`Contracts`, and shows a template; what goes wrong becomes a page in one place, `frame`.
"""

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bank.consents import DAYS, Consents
from bank.contracts import Contracts, customer_of, digest_of, id_of, shown_terms, terms, text_of
from bank.counter import Counter, details_of, link_of
from bank.desk import Desk, moment_of
from bank.frame import SENTENCES, Frame, Page, json_answer
from bank.guests import Guest, body_of, form_of
from bank.kept import Kept
from bank.oidc import Login
from bank.settings import Settings
from bank.web import Refused, Silent, Web
from riik.profiles import in_small_letters
from riik.signatures import Prepared

__all__ = ["make_app"]

LEFT = "signed-out"
PLACES = {"/account", "/contract", "/desk"}
HERE = Path(__file__).parent
PATH = re.compile(r"/([\w-]+(/[\w-]+)*/?)?(\?[!-~]*)?", re.ASCII)
ORDER = re.compile(r"[0-9a-f]{32}\Z")
# The sheet and the script of the Web eID extension are copies of the state's own, unchanged.
COPIES = {"riik.css": "text/css", "webeid.js": "text/javascript"}
OWN = {"bank.css": "text/css", "mark.svg": "image/svg+xml"}


def make_app(settings: Settings) -> Starlette:
    """The site as an ASGI application; `app.state.close` lets go of all."""
    site = _Site(settings)
    pages: list[tuple[str, Page, str]] = [
        ("/", site.home, "GET"),
        ("/pay/{order}", site.order, "GET"),
        ("/pay/{order}", site.confirm, "POST"),
        ("/account", site.account, "GET"),
        ("/contract", site.contract, "GET"),
        ("/contract/prepare", site.prepare, "POST"),
        ("/contract/sign", site.sign, "POST"),
        ("/contract/file", site.file, "GET"),
        ("/contract/consent", site.consent, "POST"),
        *site.desk.pages,
        ("/sign-in", site.sign_in, "GET"),
        ("/sign-in/back", site.signed_in, "GET"),
        ("/sign-out", site.sign_out, "POST"),
        ("/sign-out/back-channel", site.back_channel, "POST"),
        ("/static/{name}", site.static, "GET"),
        ("/{rest:path}", site.nothing, "GET"),
    ]
    app = Starlette(
        routes=[Route(path, site.frame.page(page), methods=[how]) for path, page, how in pages]
    )
    app.state.close, app.state.kept = site.close, site.kept
    return app


class _Site:
    """The pages, and what they share."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.web = settings, Web()
        self.kept = Kept(settings.folder / "site.db")
        self.login = Login(
            self.web,
            origin=settings.login,
            client_id=settings.client_id,
            secret=settings.secret,
            site=settings.origin,
        )
        self.counter = Counter(self.web, settings.api)
        self.contracts = Contracts(web=self.web, settings=settings)
        self.frame = Frame(settings, self.kept)
        self.show = self.frame.show
        self.consents = Consents(settings.folder / "consents.db")
        self.desk = Desk(
            settings=settings,
            counter=self.counter,
            contracts=self.contracts,
            consents=self.consents,
            frame=self.frame,
        )

    async def close(self) -> None:
        """Let go of everything."""
        await self.web.close()
        self.kept.close()
        self.consents.close()

    async def home(self, request: Request, guest: Guest) -> Response:
        """GET /: what this bank is."""
        return self.show(
            "home.html", request, guest, left=request.query_params.get("state") == LEFT
        )

    async def order(self, request: Request, guest: Guest) -> Response:
        """GET /pay/<order>: what is paid, to whom; or the receipt once it is."""
        order = await self.counter.order(_order(request))
        back = self._back(request.query_params.get("return", ""))
        template = "receipt.html" if order["paid_at"] else "pay.html"
        said = SENTENCES.get(guest.take("said") or "")
        account = await self._account(guest)
        return self.show(
            template, request, guest, order=order, back=back, said=said, account=account
        )

    async def confirm(self, request: Request, guest: Guest) -> Response:
        """POST /pay/<order>: to the login, for a sign-in that is bound to this very order."""
        form = await form_of(request)
        guest.check(request, form.get("csrf", ""))
        order = await self.counter.order(_order(request))
        to = f"/pay/{order['id']}"
        if self._back(form.get("return", "")):
            to += f"?{urlencode({'return': form['return']})}"
        # Whoever is signed in pays: not whoever else has a card at hand.
        hint = {"id_token_hint": guest.told["id_token"]} if guest.who else {}
        shown = details_of(order, payee=guest.words.name(order["creditor"]["names"]))
        bound = {"nonce": link_of(order), "prompt": "login", "max_age": "60", **shown, **hint}
        return await self._to_login(guest, to=to, pays=order["id"], **bound)

    async def account(self, request: Request, guest: Guest) -> Response:
        """GET /account: balance and transactions of the customer; a clerk comes in anew."""
        if guest.who is None or "visit" not in guest.told:
            return RedirectResponse("/sign-in?to=/account", 303)
        before = request.query_params.get("before", "")
        known = int(before) if before.isdecimal() and len(before) < 16 else 0
        try:
            account = await self.counter.account(guest.told["visit"], before=known)
        except Refused:
            # The bank ended the visit earlier than we did.
            guest.leave()
            return RedirectResponse("/sign-in?to=/account", 303)
        return self.show("account.html", request, guest, account=account, first=not known)

    async def contract(self, request: Request, guest: Guest) -> Response:
        """GET /contract: the contract to read and sign; or the signed one with its verdict."""
        who = guest.who
        if who is None:
            return RedirectResponse("/sign-in?to=/contract", 303)
        signed = self.contracts.signed(who["sub"])
        report = None if signed is None else await self.contracts.judge(signed)
        text = terms(self.settings, guest.words, **who) if signed is None else text_of(signed)
        consent = None if signed is None else self._consent(signed, who["sub"])
        return self.show(
            "contract.html",
            request,
            guest,
            text=text,
            shown=digest_of(text),
            report=report,
            consent=consent,
        )

    async def consent(self, request: Request, guest: Guest) -> Response:
        """POST /contract/consent: the customer lets clerks open the contract, or no longer."""
        form = await form_of(request)
        guest.check(request, form.get("csrf", ""))
        who = guest.who
        signed = None if who is None else self.contracts.signed(who["sub"])
        if signed is None:
            raise Refused("unknown", 404)
        if form.get("allow") == "yes":
            self.consents.allow(id_of(signed))
        else:
            self.consents.withdraw(id_of(signed))
        return RedirectResponse("/contract", 303)

    async def prepare(self, request: Request, guest: Guest) -> Response:
        """POST /contract/prepare: what the card must sign."""
        asked, who = await self._asked(request, guest)
        if self.contracts.signed(who["sub"]) is not None:
            return json_answer({"location": "/contract"})
        prepared = await self.contracts.prepare(
            shown_terms(self.settings, str(asked.get("shown")), **who),
            certificate=_octets(asked, "certificate"),
            person=who["sub"],
        )
        guest.keep(prepared=msgspec.json.encode(prepared).decode())
        name = prepared.hash_name.upper().replace("SHA", "SHA-")
        return json_answer({"digest": msgspec.to_builtins(prepared.digest), "hash": name})

    async def sign(self, request: Request, guest: Guest) -> Response:
        """POST /contract/sign: what the card answered; the contract is kept if it holds."""
        asked, who = await self._asked(request, guest)
        laid_out = guest.take("prepared")
        if laid_out is None:
            raise Refused("expired", 401)
        prepared = msgspec.json.decode(laid_out, type=Prepared)
        value = _octets(asked, "value")
        await self.contracts.complete(prepared, value, person=who["sub"])
        return json_answer({"location": "/contract"})

    async def file(self, request: Request, guest: Guest) -> Response:
        """GET /contract/file: the signed container."""
        who = guest.who
        signed = None if who is None else self.contracts.signed(who["sub"])
        if signed is None:
            raise Refused("unknown", 404)
        named = {"Content-Disposition": 'attachment; filename="savings-agreement.asice"'}
        return Response(signed, headers=named, media_type="application/vnd.etsi.asic-e+zip")

    async def nothing(self, request: Request, guest: Guest) -> Response:
        """Any other address."""
        raise Refused("no-page", 404)

    async def static(self, request: Request, guest: Guest) -> Response:
        """GET /static/<name>: sheets, script and mark."""
        name = request.path_params["name"]
        if name not in COPIES | OWN:
            raise Refused("no-page", 404)
        folder = files("riik.portal.design") if name in COPIES else HERE / "static"
        content = folder.joinpath(name).read_bytes()
        return Response(
            content,
            headers={"Cache-Control": "public, max-age=300"},
            media_type=(COPIES | OWN)[name],
        )

    async def sign_in(self, request: Request, guest: Guest) -> Response:
        """GET /sign-in?to=/account: to the login."""
        to = request.query_params.get("to", "/")
        return await self._to_login(guest, to=to if to in PLACES else "/account")

    async def signed_in(self, request: Request, guest: Guest) -> Response:
        """GET /sign-in/back: who comes back from the login, to see or to pay."""
        answer = request.query_params
        begun = guest.come_back(answer.get("state", ""))
        # The answer names its login, so that no other one can slip in its own (RFC 9207).
        if begun is None or answer.get("iss") != self.settings.login:
            raise Refused("expired")
        to, pays = begun["to"], begun["pays"]
        try:
            token, claims = await self.login.finish(answer, begun)
            if pays:
                await self.counter.pay(pays, token)
            else:
                await self._enter(guest, token, claims, desk=to == "/desk")
        except Refused as refused:
            if not pays:
                raise
            guest.keep(said=refused.why if refused.why in SENTENCES else "other")
        except Silent:
            if not pays:
                raise
            guest.keep(said="silent")
        return RedirectResponse(to, 303)

    async def sign_out(self, request: Request, guest: Guest) -> Response:
        """POST /sign-out: out of here, of the bank's API, and of the login."""
        guest.check(request, (await form_of(request)).get("csrf", ""))
        told = guest.leave()
        await self._leave(told)
        if "id_token" not in told:
            return RedirectResponse(f"/?state={LEFT}", 303)
        return RedirectResponse(await self.login.logout_address(told["id_token"], LEFT), 303)

    async def back_channel(self, request: Request, guest: Guest) -> Response:
        """POST /sign-out/back-channel: the login says that a session ended, elsewhere perhaps."""
        sid = await self.login.ended((await form_of(request)).get("logout_token", ""))
        for told in self.kept.end(sid):
            await self._leave(told)
        return Response(status_code=200)

    async def _to_login(self, guest: Guest, *, to: str, pays: str = "", **more: str) -> Response:
        address, state, begun = await self.login.request(
            to=to, language=guest.words.language, **more
        )
        guest.begin(state, {**begun, "pays": pays})
        return RedirectResponse(address, 303)

    async def _enter(self, guest: Guest, token: str, claims: dict[str, Any], *, desk: bool) -> None:
        """Sign in as a customer, or as a clerk: never as both."""
        if desk and claims["sub"] not in self.settings.clerks:
            raise Refused("not-clerk", 403)
        begin, kind = (self.counter.desk, "desk") if desk else (self.counter.visit, "visit")
        visit = {kind: await begin(token)}
        names = {"given": claims.get("given_name", ""), "family": claims.get("family_name", "")}
        # Certificates hold names in capitals, and so does what login tells of them.
        name = " ".join(in_small_letters(names[part]) for part in self.settings.name_order)
        who = {"sub": claims["sub"], "name": name}
        try:
            guest.enter(who=who, **visit, id_token=token, sid=str(claims.get("sid", "")))
        except Refused:
            # The login ended it meanwhile: nothing of it stays open at the bank either.
            await self._leave(visit)
            raise

    async def _leave(self, told: dict[str, Any]) -> None:
        try:
            for visit in {"visit", "desk"} & set(told):
                await self.counter.leave(told[visit])
        except (Refused, Silent):
            # It ends by itself in five minutes.
            return

    async def _account(self, guest: Guest) -> dict[str, Any] | None:
        """The account that will pay, where the customer is signed in already."""
        if guest.who is None or "visit" not in guest.told:
            return None
        try:
            return await self.counter.account(guest.told["visit"])
        except Refused:
            return None

    async def _asked(self, request: Request, guest: Guest) -> tuple[dict[str, Any], dict[str, str]]:
        """What the script of the card sends, and for whom."""
        guest.check(request, request.headers.get("x-csrf", ""))
        who = guest.who
        if who is None:
            raise Refused("expired", 401)
        try:
            return dict(json.loads(await body_of(request))), who
        except (ValueError, TypeError, RecursionError) as error:
            raise Refused("form") from error

    def _consent(self, signed: bytes, person: str) -> dict[str, Any]:
        """Until when clerks may open a contract, and who did."""
        contract = id_of(signed)
        until = self.consents.until(contract)
        found = self.consents.looks(contract, customer=customer_of(person))
        looks = [(clerk, moment_of(at)) for clerk, at in found]
        return {"until": until and moment_of(until), "looks": looks, "days": DAYS}

    def _back(self, address: str) -> tuple[str, Mapping[str, str]] | None:
        """Address and name of the site to go back to, if it is one of those we know."""
        for origin, names in self.settings.returns.items():
            path = address.removeprefix(origin)
            if path != address and (not path or _is_path(path)):
                return address, names
        return None


def _is_path(text: str) -> bool:
    """A path that leads where it says: nothing empty, dotted or strange in it."""
    return PATH.fullmatch(text) is not None


def _order(request: Request) -> str:
    order = str(request.path_params["order"])
    if not ORDER.match(order):
        raise Refused("unknown", 404)
    return order


def _octets(asked: dict[str, Any], name: str) -> bytes:
    try:
        return b64decode(str(asked.get(name)), validate=True)
    except ValueError as error:
        raise Refused("form") from error
