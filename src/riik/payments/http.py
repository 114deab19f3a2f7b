"""Offers of the bank and of creditors on the exchange, and the bank's counter as an API.

bank      POST /            orders: {"reference", "currency", "minor", "account", "text"}
creditor  POST /notifications   fees: {"order", "reference", "currency", "minor", "paid_at",
                                "account"}: an order was paid, from that account
creditor  POST /camt054         fees: a camt.054.001.08: what was booked on the account

The counter, for the bank's own site (`Authorization: Bearer …`, RFC 6750):

GET    /                            people are led to that site
GET    /v1/orders/<order>           what is to be paid, to whom
POST   /v1/orders/<order>/payment   pays it; ID token whose nonce is the order's digest
POST   /v1/visits                   ID token: a visit's secret, to see one's own account
GET    /v1/account                  the visit's secret: balance and entries, ?before=&limit=
DELETE /v1/visits                   the visit's secret: ends it
POST   /v1/desk/visits              ID token of a clerk: a visit's secret
GET    /v1/desk/orders              that secret: what creditors ordered, ?since=&until=; no payers
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from riik.core import (
    ClientId,
    Database,
    InThread,
    Money,
    PersonCode,
    TimeRefused,
    from_text,
    to_text,
)
from riik.exchange import Answer, Endpoint, Incoming, Offer
from riik.formats.payments.camt054 import read_camt054
from riik.payments.bank import Bank
from riik.payments.counter import Counter
from riik.payments.errors import AuthenticationRefused, PaymentRefused
from riik.payments.model import AccountStatement, Notification, Order
from riik.payments.reconciling.component import Receipts
from riik.payments.reconciling.model import Taken
from riik.runtime.web import whole_number

__all__ = ["account_offers", "bank_offers", "counter_routes", "fee_offers"]

MOST_ENTRIES = 200
Names = Mapping[str, Mapping[str, str]]


class _Order(msgspec.Struct, forbid_unknown_fields=True):
    reference: str
    currency: str
    minor: int
    account: str
    text: str


class _Paid(msgspec.Struct, forbid_unknown_fields=True):
    order: str
    reference: str
    currency: str
    minor: int
    paid_at: str
    account: str = ""


class _Agreed(msgspec.Struct, forbid_unknown_fields=True):
    agreement: str
    use: str


class _Agreement(msgspec.Struct, forbid_unknown_fields=True):
    """What a granted case writes, as registers take it; an account is named by its holder."""

    values: _Agreed
    key: None = None


def account_offers(
    bank: Bank, *, provider: ClientId, currency: str, database: Database, in_thread: InThread
) -> Sequence[Offer]:
    """What the ledger offers to the bank's own service: an account for who agreed to have one.

    Who has an account keeps it: the same agreement again, or another one, opens no second.
    """

    def open_for(holder: PersonCode) -> str:
        with database.work() as work:
            return bank.open_account(holder, currency=currency, work=work).iban

    async def accounts(incoming: Incoming) -> Answer:
        _decode(incoming.body, _Agreement)
        if incoming.subject is None:
            raise PaymentRefused("an account has a holder", why="holder")
        return _json({"account": await in_thread(open_for, incoming.subject)})

    endpoint = Endpoint("POST", "/")
    return [Offer(provider=provider, service="accounts", endpoints=(endpoint,), handler=accounts)]


def bank_offers(
    bank: Bank, *, provider: ClientId, site: str, database: Database, in_thread: InThread
) -> Sequence[Offer]:
    """What the bank offers to creditors; ``site`` is the bank's website, where people pay."""

    def accept(client: ClientId, order: _Order) -> Order:
        with database.work() as work:
            return bank.accept(
                creditor=client,
                account=order.account,
                amount=Money(order.currency, order.minor),
                reference=order.reference,
                text=order.text[:200],
                work=work,
            )

    async def orders(incoming: Incoming) -> Answer:
        order = await in_thread(accept, incoming.client, _decode(incoming.body, _Order))
        return _json({"order": order.id, "url": f"{site}/pay/{order.id}"})

    return [
        Offer(
            provider=provider, service="orders", endpoints=(Endpoint("POST", "/"),), handler=orders
        )
    ]


def fee_offers(
    receipts: Receipts, *, provider: ClientId, database: Database, in_thread: InThread
) -> Sequence[Offer]:
    """What a creditor offers to its bank."""

    def settle(paid: _Paid) -> None:
        notification = Notification(
            order=paid.order,
            reference=paid.reference,
            amount=Money(paid.currency, paid.minor),
            paid_at=from_text(paid.paid_at),
        )
        with database.work() as work:
            receipts.settled(notification, other=paid.account[:34], work=work)

    def take(content: bytes) -> Taken:
        told = read_camt054(content)
        with database.work() as work:
            return receipts.take(told, work=work)

    async def notifications(incoming: Incoming) -> Answer:
        await in_thread(settle, _decode(incoming.body, _Paid))
        return _json({})

    async def camt054(incoming: Incoming) -> Answer:
        taken = await in_thread(take, incoming.body)
        return _json({"new": taken.new, "known": taken.known, "standings": taken.standings})

    async def either(incoming: Incoming) -> Answer:
        return await (camt054 if incoming.path == "/camt054" else notifications)(incoming)

    endpoints = (Endpoint("POST", "/notifications"), Endpoint("POST", "/camt054"))
    return [Offer(provider=provider, service="fees", endpoints=endpoints, handler=either)]


def counter_routes(counter: Counter, *, names: Names, site: str) -> list[Route]:
    """The counter's API.

    Args:
        counter: The bank's.
        names: Those of members that are paid, by language.
        site: The bank's website, for people who come here.
    """

    async def lead(request: Request) -> Response:
        """GET /: people have nothing to see here."""
        return RedirectResponse(f"{site}/", 303)

    async def show(request: Request) -> Response:
        """GET /v1/orders/<order>: what is to be paid, to whom."""
        return JSONResponse(_shown(await counter.order(request.path_params["order"]), names))

    async def pay(request: Request) -> Response:
        """POST /v1/orders/<order>/payment: pay it as who signed in for exactly this order."""
        order = await counter.pay(request.path_params["order"], token=_bearer(request))
        return JSONResponse(_shown(order, names))

    async def visit(request: Request) -> Response:
        """POST /v1/visits: begin a visit for who signed in."""
        return JSONResponse({"visit": await counter.open(token=_bearer(request))}, 201)

    async def leave(request: Request) -> Response:
        """DELETE /v1/visits: end the visit."""
        await counter.close(_bearer(request))
        return Response(status_code=204)

    async def account(request: Request) -> Response:
        """GET /v1/account: the visitor's own."""
        asked = request.query_params
        before = whole_number(asked, "before", default=0, most=2**53)
        limit = whole_number(asked, "limit", default=50, least=1, most=MOST_ENTRIES)
        found = await counter.statement(_bearer(request), before=before or None, limit=limit)
        return JSONResponse(_stated(found, names))

    async def desk(request: Request) -> Response:
        """POST /v1/desk/visits: begin a visit for a clerk who signed in."""
        return JSONResponse({"visit": await counter.open_desk(token=_bearer(request))}, 201)

    async def orders(request: Request) -> Response:
        """GET /v1/desk/orders: what creditors ordered in a period."""
        asked, secret = request.query_params, _bearer(request)
        since, until = (_moment(asked.get(name, "")) for name in ("since", "until"))
        found = await counter.orders(secret, since=since, until=until)
        return JSONResponse({"orders": [_shown(order, names) for order in found]})

    return [
        Route("/", lead, methods=["GET"]),
        Route("/v1/desk/visits", desk, methods=["POST"]),
        Route("/v1/desk/orders", orders, methods=["GET"]),
        Route("/v1/orders/{order}", show, methods=["GET"]),
        Route("/v1/orders/{order}/payment", pay, methods=["POST"]),
        Route("/v1/visits", visit, methods=["POST"]),
        Route("/v1/visits", leave, methods=["DELETE"]),
        Route("/v1/account", account, methods=["GET"]),
    ]


def _bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise AuthenticationRefused("nobody says who asks", why="missing")
    return token.strip()


def _moment(text: str) -> datetime:
    try:
        return from_text(text)
    except TimeRefused as error:
        raise PaymentRefused("a period is two moments of RFC 3339", why="period") from error


def _shown(order: Order, names: Names) -> dict[str, Any]:
    member = str(order.creditor.member)
    return {
        "id": order.id,
        "creditor": {"member": member, "names": dict(names.get(member, {}))},
        "account": order.account,
        **_money(order.amount),
        "reference": order.reference,
        "text": order.text,
        "asked_at": None if order.asked_at is None else to_text(order.asked_at),
        "paid_at": None if order.paid_at is None else to_text(order.paid_at),
    }


def _stated(found: AccountStatement, names: Names) -> dict[str, Any]:
    entries = [
        {
            "id": entry.id,
            "at": to_text(entry.at),
            **_money(entry.amount),
            "other": entry.other,
            "order": None if entry.order is None else _shown(entry.order, names),
        }
        for entry in found.entries
    ]
    return {"account": found.account, "balance": _money(found.balance), "entries": entries}


def _money(amount: Money) -> dict[str, Any]:
    return {"amount": amount.decimal(), "currency": amount.currency, "minor": amount.minor}


def _decode(body: bytes, shape: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise PaymentRefused("the content has not the fields it must have", why="json") from error


def _json(content: object) -> Answer:
    return Answer(
        headers=(("Content-Type", "application/json"),), body=msgspec.json.encode(content)
    )
