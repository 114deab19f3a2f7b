"""The bank's own API, as this site uses it; and what binds a payment to what was shown."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from bank.web import Web

__all__ = ["Counter", "details_of", "link_of"]

SHOWN = ("account", "amount", "currency", "id", "reference")


def link_of(order: dict[str, Any]) -> str:
    """The digest of what the payer sees; as the sign-in's nonce it binds the sign-in to it.

    Dynamic linking, Delegated Regulation (EU) 2018/389, art. 5. The bank makes the same digest
    of its own order: if this page had shown anything else, the bank would refuse the payment.
    """
    shown = {name: order[name] for name in SHOWN}
    text = json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()


def details_of(order: dict[str, Any], *, payee: str) -> dict[str, str]:
    """What the login shows the payer before the card answers (RFC 9396).

    The bank's own API holds amount and account against its order.
    """
    shown = {
        "type": "payment_initiation",
        "instructedAmount": {"currency": order["currency"], "amount": order["amount"]},
        "creditorName": payee,
        "creditorAccount": {"iban": order["account"]},
    }
    return {"authorization_details": json.dumps([shown], ensure_ascii=False)}


class Counter:
    """The API at one address. A token is the only thing that opens anything."""

    def __init__(self, web: Web, origin: str) -> None:
        self._web, self._origin = web, origin

    async def order(self, order: str) -> dict[str, Any]:
        """What is to be paid, to whom."""
        return await self._web.json("GET", f"{self._origin}/v1/orders/{order}")

    async def pay(self, order: str, id_token: str) -> dict[str, Any]:
        """Pay it, as who signed in for exactly this order."""
        return await self._ask("POST", f"/v1/orders/{order}/payment", id_token)

    async def visit(self, id_token: str) -> str:
        """Begin a visit; its secret opens the account for five quiet minutes."""
        return str((await self._ask("POST", "/v1/visits", id_token))["visit"])

    async def account(self, visit: str, *, before: int = 0) -> dict[str, Any]:
        """Balance and entries, the newest first; ``before`` an entry for the next page."""
        return await self._ask("GET", f"/v1/account?before={before}&limit=25", visit)

    async def desk(self, id_token: str) -> str:
        """Begin a clerk's visit; the bank knows itself who its clerks are."""
        return str((await self._ask("POST", "/v1/desk/visits", id_token))["visit"])

    async def orders(self, visit: str, since: str, until: str) -> list[dict[str, Any]]:
        """What was ordered from a moment on and before another; nothing says who pays."""
        period = urlencode({"since": since, "until": until})
        told = await self._ask("GET", f"/v1/desk/orders?{period}", visit)
        return list(told["orders"])

    async def leave(self, visit: str) -> None:
        """End a visit."""
        await self._ask("DELETE", "/v1/visits", visit)

    async def _ask(self, method: str, path: str, token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        return await self._web.json(method, f"{self._origin}{path}", headers=headers)
