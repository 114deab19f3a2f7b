"""Offers of the bank and of creditors on the exchange, and the bank's counter for people.

bank      POST /            orders: {"reference", "currency", "minor", "account", "text"}
creditor  POST /notifications   fees: {"order", "reference", "currency", "minor", "paid_at"}
people    GET  /pay/<order>     what is to be paid, to whom
          POST /pay/<order>     {"code"}: the one-time code of the payer's login for this
"""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from riik.core import ClientId, Database, InThread, Money, PersonCode, from_text
from riik.exchange import Answer, Endpoint, Incoming, Offer
from riik.payments.bank import Bank
from riik.payments.component import Fees
from riik.payments.errors import ForeignPage, PaymentRefused
from riik.payments.model import Notification, Order
from riik.runtime.web import check_own_page

__all__ = ["SignedIn", "bank_offers", "bank_routes", "fee_offers"]


class SignedIn(Protocol):
    """Redeems a login code for one order: who signed in, for this and nothing else."""

    async def __call__(self, code: str, /, *, order: str) -> PersonCode: ...


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


def bank_offers(
    bank: Bank, *, provider: ClientId, site: str, database: Database, in_thread: InThread
) -> Sequence[Offer]:
    """What the bank offers to creditors; ``site`` is where people pay."""

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
    fees: Fees, *, provider: ClientId, database: Database, in_thread: InThread
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
            fees.settle(notification, work=work)

    async def notifications(incoming: Incoming) -> Answer:
        await in_thread(settle, _decode(incoming.body, _Paid))
        return _json({})

    endpoint = Endpoint("POST", "/notifications")
    return [Offer(provider=provider, service="fees", endpoints=(endpoint,), handler=notifications)]


def bank_routes(
    bank: Bank, *, signed_in: SignedIn, origin: str, database: Database, in_thread: InThread
) -> list[Route]:
    """The bank's counter for people, as JSON; ``origin`` is that of its pages."""

    def find(order_id: str) -> dict[str, Any]:
        with database.read() as work:
            return _shown(bank.find(order_id, work=work))

    def settle(order_id: str, payer: PersonCode) -> dict[str, Any]:
        with database.work() as work:
            return _shown(bank.pay(order_id, payer=payer, work=work))

    async def show(request: Request) -> Response:
        """GET /pay/<order>: what is to be paid, to whom."""
        return JSONResponse(await in_thread(find, request.path_params["order"]))

    async def pay(request: Request) -> Response:
        """POST /pay/<order>: pay it as the person who just signed in for it."""
        check_own_page(request, origin=origin, refusal=ForeignPage)
        order = request.path_params["order"]
        content = _decode(await request.body(), dict[str, str])
        payer = await signed_in(content.get("code", ""), order=order)
        return JSONResponse(await in_thread(settle, order, payer))

    return [
        Route("/pay/{order}", show, methods=["GET"]),
        Route("/pay/{order}", pay, methods=["POST"]),
    ]


def _shown(order: Order) -> dict[str, Any]:
    return {
        "order": order.id,
        "creditor": str(order.creditor.member),
        "amount": order.amount.decimal(),
        "currency": order.amount.currency,
        "reference": order.reference,
        "text": order.text,
        "paid": order.paid_at is not None,
    }


def _decode(body: bytes, shape: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise PaymentRefused("the content has not the fields it must have", why="json") from error


def _json(content: object) -> Answer:
    return Answer(
        headers=(("Content-Type", "application/json"),), body=msgspec.json.encode(content)
    )
