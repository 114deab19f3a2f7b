"""The bank's counter: what a person may do there who proved just now who they are.

A payment needs strong customer authentication that is bound to it (`authentication`). Reading
one's own account needs a visit: a sign-in opens it, five minutes without a request end it
(Delegated Regulation (EU) 2018/389, art. 4(3)(d)). The proof is an ID token of the national
login for the bank's own site, and each is taken once. A clerk's visit is another kind: it shows
what creditors ordered, and no account; a customer's shows no orders of others.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from riik.core import Clock, Database, Entropy, InThread, PersonCode, Work
from riik.formats.jose import encode_base64url
from riik.payments.authentication import (
    Authentication,
    check_confirmation,
    key_of,
    verify_authentication,
)
from riik.payments.bank import Bank
from riik.payments.errors import AuthenticationRefused
from riik.payments.model import AccountStatement, Order, Visit

__all__ = ["Counter", "CounterStore", "LoginKeys"]

IDLE = timedelta(minutes=5)
LONGEST = timedelta(hours=1)
SECRET_BYTES = 32
MOST_ORDERS = 200
CLERKS = "clerk"
"""What stands where a customer's visit has the account; no IBAN reads so."""


class LoginKeys(Protocol):
    """The national login's keys; `client.PublishedKeys` asks for them."""

    async def key(self, kid: str, /) -> bytes:
        """The public key under this id, DER; raises `AuthenticationRefused` or `LoginSilent`."""
        ...


class CounterStore(Protocol):
    """What the counter needs kept."""

    def use(self, token: str, *, until: datetime, now: datetime, work: Work) -> bool: ...
    def put(self, visit: Visit, *, now: datetime, work: Work) -> None: ...
    def visit(self, key: bytes, *, work: Work) -> Visit | None: ...
    def move_end(self, key: bytes, *, ends_at: datetime, work: Work) -> None: ...
    def drop(self, key: bytes, *, work: Work) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """One bank's counter.

    Attributes:
        keys: Of the national login.
        issuer: The national login, as its tokens name it.
        site: The client id of the bank's site there.
        clerks: Who works here.
    """

    bank: Bank
    store: CounterStore
    keys: LoginKeys
    database: Database
    clock: Clock
    entropy: Entropy
    in_thread: InThread
    issuer: str
    site: str
    clerks: frozenset[PersonCode] = frozenset()

    async def order(self, order_id: str) -> Order:
        """An order as it stands: who has its address may see it.

        Raises:
            OrderUnknown: There is none.
        """
        return await self.in_thread(self._order, order_id)

    async def pay(self, order_id: str, *, token: str) -> Order:
        """Pay an order as the person who just signed in for exactly this order.

        Raises:
            AuthenticationRefused: As `verify_authentication` and `check_confirmation`; for
                ``replayed`` when the token was used.
            OrderRefused: As `Bank.pay`.
            LoginSilent: Login's keys can't be had now.
        """
        given = await self._verified(token)
        return await self.in_thread(self._pay, order_id, given)

    async def open(self, *, token: str) -> str:
        """Begin a visit for whoever signed in; answers its secret.

        Raises:
            AuthenticationRefused: As `verify_authentication`, and for ``replayed``.
            OrderRefused: For ``no-account``.
            LoginSilent: Login's keys can't be had now.
        """
        given = await self._verified(token)
        return await self.in_thread(self._open, given)

    async def statement(
        self, secret: str, *, before: int | None = None, limit: int = 50
    ) -> AccountStatement:
        """The visitor's own account.

        Args:
            secret: From `open`.
            before: Only entries before this one: the next page.
            limit: Most entries.

        Raises:
            AuthenticationRefused: For ``ended``.
        """
        return await self.in_thread(self._statement, secret, before, limit)

    async def open_desk(self, *, token: str) -> str:
        """Begin a visit of a clerk; answers its secret.

        Raises:
            AuthenticationRefused: As `verify_authentication`; for ``not-clerk``, and ``replayed``.
            LoginSilent: Login's keys can't be had now.
        """
        given = await self._verified(token)
        return await self.in_thread(self._open_desk, given)

    async def orders(self, secret: str, *, since: datetime, until: datetime) -> list[Order]:
        """What creditors ordered from a moment on and before another; nothing says who pays.

        Raises:
            AuthenticationRefused: For ``ended``, also for the secret of a customer's visit.
        """
        return await self.in_thread(self._orders, secret, since, until)

    async def close(self, secret: str) -> None:
        """End a visit; ending it twice is no error."""
        await self.in_thread(self._close, secret)

    async def _verified(self, token: str) -> Authentication:
        key = await self.keys.key(key_of(token))
        return verify_authentication(
            token, key=key, issuer=self.issuer, audience=self.site, at=self.clock.now()
        )

    def _order(self, order_id: str) -> Order:
        with self.database.read() as work:
            return self.bank.find(order_id, work=work)

    def _pay(self, order_id: str, given: Authentication) -> Order:
        with self.database.work() as work:
            order = self.bank.find(order_id, work=work)
            check_confirmation(given, order, at=self.clock.now())
            self._use(given, work=work)
            return self.bank.pay(order_id, payer=given.person, work=work)

    def _open(self, given: Authentication) -> str:
        with self.database.work() as work:
            self._use(given, work=work)
            return self._begin(self.bank.account_of(given.person, work=work).iban, work=work)

    def _open_desk(self, given: Authentication) -> str:
        if given.person not in self.clerks:
            raise AuthenticationRefused("this person does not work here", why="not-clerk")
        with self.database.work() as work:
            self._use(given, work=work)
            return self._begin(CLERKS, work=work)

    def _begin(self, account: str, *, work: Work) -> str:
        now, secret = self.clock.now(), encode_base64url(self.entropy.bytes(SECRET_BYTES))
        visit = Visit(
            key=_key(secret), account=account, ends_at=now + IDLE, latest_end=now + LONGEST
        )
        self.store.put(visit, now=now, work=work)
        return secret

    def _goes_on(self, secret: str, *, clerk: bool, work: Work) -> Visit:
        now, key = self.clock.now(), _key(secret)
        visit = self.store.visit(key, work=work)
        ended = visit is None or now >= min(visit.ends_at, visit.latest_end)
        if visit is None or ended or (visit.account == CLERKS) is not clerk:
            raise AuthenticationRefused("the visit ended: sign in again", why="ended")
        self.store.move_end(key, ends_at=now + IDLE, work=work)
        return visit

    def _orders(self, secret: str, since: datetime, until: datetime) -> list[Order]:
        with self.database.work() as work:
            self._goes_on(secret, clerk=True, work=work)
            return self.bank.store.orders_of(since, until, limit=MOST_ORDERS, work=work)

    def _statement(self, secret: str, before: int | None, limit: int) -> AccountStatement:
        with self.database.work() as work:
            account = self._goes_on(secret, clerk=False, work=work).account
            balance = self.bank.balance(account, work=work)
            entries = self.bank.store.entries(account, before=before, limit=limit, work=work)
        return AccountStatement(account=account, balance=balance, entries=entries)

    def _close(self, secret: str) -> None:
        with self.database.work() as work:
            self.store.drop(_key(secret), work=work)

    def _use(self, given: Authentication, *, work: Work) -> None:
        if not self.store.use(given.id, until=given.until, now=self.clock.now(), work=work):
            raise AuthenticationRefused("this sign-in was used already", why="replayed")


def _key(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
