"""Guests of a site: people whom the national login sends here, as long as it knows them.

The site is one of login's ordinary clients: code flow with PKCE, and no word about passwords or
cards. A session here has a secret of its own, made new at each sign-in; it ends when login's
does (back-channel), when nobody used it for a while, or after half a day. All that correctness
needs is in the store; what a sign-in needs on its way back follows from the browser's secret.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import digest as hmac
from typing import Final, Protocol
from urllib.parse import urlencode

import msgspec

from riik.core import (
    Clock,
    Database,
    Entropy,
    InThread,
    SubjectId,
    Unavailable,
    Vault,
    Work,
)
from riik.formats.jose import encode_base64url
from riik.portal.session.errors import SignedOut, SignInRefused, TokenRefused
from riik.portal.session.forms import local_path
from riik.portal.session.model import (
    Guest,
    Pending,
    RelyingClient,
    SessionRules,
    Visitor,
    hash_of,
)
from riik.portal.session.oidc import (
    Answer,
    Endpoints,
    Identity,
    LogoutToken,
    Question,
    verify_id_token,
    verify_logout_token,
)

__all__ = ["Entered", "Guests", "Provider", "SessionStore", "Tokens"]

SECRET_BYTES: Final = 32
MOST_PENDING: Final = 10
TOUCH_EVERY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What login gave for a code."""

    access: str
    identity: str


class Provider(Protocol):
    """The national login as a client hears it: `client` fills this."""

    async def endpoints(self, *, fresh: bool = False) -> Endpoints:
        """Where it is asked; ``fresh``: it said so just now."""
        ...

    async def redeem(self, code: str, /, *, verifier: str) -> Tokens:
        """Its tokens for a code."""
        ...

    async def keys(self, *, fresh: bool = False) -> dict[str, bytes]:
        """Its keys by ``kid``; fresh ones when a token names a key that isn't there."""
        ...


class SessionStore(Protocol):
    """What guests need kept: `store` keeps it in SQL."""

    def put_guest(self, guest: Guest, *, work: Work) -> None: ...
    def guest(self, key: bytes, *, work: Work) -> Guest | None: ...
    def touch_guest(self, key: bytes, *, idle_at: datetime, work: Work) -> None: ...
    def end_guest(self, key: bytes, *, why: str, work: Work) -> None: ...
    def end_guests_of_sid(self, sid: bytes, *, why: str, work: Work) -> int: ...
    def end_guests_of(self, subject: SubjectId, *, why: str, work: Work) -> int: ...
    def put_pending(self, pending: Pending, *, most: int, work: Work) -> None: ...
    def take_pending(self, state: bytes, *, browser: bytes, work: Work) -> Pending | None: ...
    def put_logout(self, token: bytes, *, sid: bytes, until: datetime, work: Work) -> bool: ...
    def sid_is_over(self, sid: bytes, *, work: Work) -> bool: ...


@dataclass(frozen=True, slots=True)
class Entered:
    """A sign-in that ended well.

    Attributes:
        secret: For the person's cookie.
        visitor: Who.
        to: Where they wanted to go.
    """

    secret: str
    visitor: Visitor
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guests:
    """The guests of one site.

    Attributes:
        client: What the site is at login.
        provider: Login.
    """

    client: RelyingClient
    rules: SessionRules
    provider: Provider
    store: SessionStore
    database: Database
    vault: Vault
    clock: Clock
    entropy: Entropy
    in_thread: InThread

    async def begin(
        self, *, browser: str, to: str = "/", language: str = "", fresh: bool = False
    ) -> str:
        """Begin a sign-in; answers the address at login to which the browser goes.

        Args:
            browser: The secret in the browser's own cookie, made by `secret`.
            to: Where the person wants to go afterwards; anything but a local path is ``/``.
            language: What they read.
            fresh: They shall show their card again, whoever is signed in.

        Raises:
            LoginSilent: Nobody is there to send them to.
        """
        # Nobody is sent to a login that isn't there: a page of ours can say more than the browser.
        endpoints = await self.provider.endpoints(fresh=True)
        state = self.secret()
        pending = Pending(
            state=hash_of(state),
            browser=hash_of(browser),
            to=local_path(to),
            fresh=fresh,
            until=self.clock.now() + timedelta(seconds=self.rules.pending_seconds),
        )
        await self.in_thread(self._put_pending, pending)
        question = Question(
            state=state,
            nonce=_derived(browser, state, "nonce"),
            verifier=_derived(browser, state, "verifier"),
            language=language,
            fresh=fresh,
            level=self.rules.level,
        )
        return question.address(endpoints.authorization, self.client)

    async def enter(self, answer: Answer, *, browser: str, earlier: str = "") -> Entered:
        """Let a person in who comes back from login.

        Args:
            answer: What the browser brought.
            browser: The secret in its cookie, the one that `begin` was told.
            earlier: The secret of the session it had here; that one is over now.

        Raises:
            SignInRefused: For ``unknown`` (also another browser's, or used), ``expired``,
                ``code``, ``stale`` when the card was not shown again, ``over`` when login
                ended its session meanwhile.
            TokenRefused: As `verify_id_token`.
            LoginSilent: The code could not be redeemed.
        """
        pending = await self.in_thread(self._take_pending, answer.state, browser)
        verifier = _derived(browser, answer.state, "verifier")
        tokens = await self.provider.redeem(answer.code, verifier=verifier)
        identity = await self._believed(tokens, answer.state, browser)
        asked_at = pending.until - timedelta(seconds=self.rules.pending_seconds)
        if pending.fresh and identity.began_at < asked_at - TOUCH_EVERY:
            raise SignInRefused("the card was not shown again", why="stale")
        secret = self.secret()
        visitor = _visitor(identity, handle=tokens.access)
        await self.in_thread(self._open, secret, visitor, tokens.identity, earlier)
        return Entered(secret, visitor, pending.to)

    async def abandon(self, state: str, *, browser: str) -> str:
        """Forget a sign-in that the person gave up; answers where they wanted to go."""
        try:
            return (await self.in_thread(self._take_pending, state, browser)).to
        except SignInRefused:
            return "/"

    async def visitor(self, secret: str) -> Visitor:
        """Who this cookie belongs to; asking keeps the session alive.

        Raises:
            SignedOut: For ``unknown``, ``idle``, ``ended``, or why it is over: ``left``,
                ``again``, ``logout`` or ``handle``.
        """
        return await self.in_thread(self._visitor, secret)

    async def leave(self, secret: str) -> str:
        """End a session; answers where to go to leave login too, or the site's own home."""
        hint = await self.in_thread(self._leave, secret)
        try:
            logout = (await self.provider.endpoints()).logout
        except Unavailable:
            logout = ""
        if not (hint and logout):
            return self.client.home
        asked = {"id_token_hint": hint, "post_logout_redirect_uri": self.client.home}
        return f"{logout}{'&' if '?' in logout else '?'}{urlencode(asked)}"

    async def hear_logout(self, token: str) -> None:
        """End the sessions that login says are over (Back-Channel Logout 1.0 §2.5).

        Raises:
            TokenRefused: As `verify_logout_token`, and ``replayed``.
            LoginSilent: Login's keys are not to be had.
        """
        heard = await self._heard(token)
        await self.in_thread(self._end_heard, heard)

    async def end(self, secret: str, *, why: str) -> None:
        """End a session whose handle login no longer takes."""
        await self.in_thread(self._end, secret, why)

    async def whose(self, secret: str) -> SubjectId | None:
        """Whose session this is or was, for keeping the answers of its open pages."""
        return await self.in_thread(self._whose, secret)

    def secret(self) -> str:
        """A new unguessable text of 43 characters, 256 bits."""
        return encode_base64url(self.entropy.bytes(SECRET_BYTES))

    async def _believed(self, tokens: Tokens, state: str, browser: str) -> Identity:
        """The ID token's word; with fresh keys when it names one that we don't know."""

        def verify(keys: dict[str, bytes]) -> Identity:
            return verify_id_token(
                tokens.identity,
                keys=keys,
                client=self.client,
                nonce=_derived(browser, state, "nonce"),
                state=state,
                access_token=tokens.access,
                level=self.rules.level,
                at=self.clock.now(),
            )

        try:
            return verify(await self.provider.keys())
        except TokenRefused as refused:
            if refused.why != "key":
                raise
        return verify(await self.provider.keys(fresh=True))

    async def _heard(self, token: str) -> LogoutToken:
        def verify(keys: dict[str, bytes]) -> LogoutToken:
            now = self.clock.now()
            return verify_logout_token(token, keys=keys, client=self.client, at=now)

        try:
            return verify(await self.provider.keys())
        except TokenRefused as refused:
            if refused.why != "key":
                raise
        return verify(await self.provider.keys(fresh=True))

    def _put_pending(self, pending: Pending) -> None:
        with self.database.work() as work:
            self.store.put_pending(pending, most=MOST_PENDING, work=work)

    def _take_pending(self, state: str, browser: str) -> Pending:
        with self.database.work() as work:
            pending = self.store.take_pending(hash_of(state), browser=hash_of(browser), work=work)
        if pending is None:
            raise SignInRefused("this browser began no such sign-in", why="unknown")
        if pending.until <= self.clock.now():
            raise SignInRefused("the sign-in took too long", why="expired")
        return pending

    def _open(self, secret: str, visitor: Visitor, hint: str, earlier: str) -> None:
        key, now = hash_of(secret), self.clock.now()
        subject = self.vault.subject_of(visitor.person)
        sealed, kept_hint = self.vault.seal_many(
            [
                (subject, msgspec.json.encode(visitor), _context(key, "sealed")),
                (subject, hint.encode(), _context(key, "hint")),
            ]
        )
        sid = hash_of(visitor.sid)
        guest = Guest(
            key=key,
            subject=subject,
            sealed=sealed,
            hint=kept_hint,
            sid=sid,
            idle_at=now + timedelta(seconds=self.rules.idle_seconds),
            ends_at=now + timedelta(seconds=self.rules.longest_seconds),
        )
        with self.database.work() as work:
            over = bool(visitor.sid) and self.store.sid_is_over(sid, work=work)
            if not over:
                self.store.put_guest(guest, work=work)
            if earlier:
                self.store.end_guest(hash_of(earlier), why="again", work=work)
        if over:
            raise SignInRefused("login ended the session meanwhile", why="over")

    def _visitor(self, secret: str) -> Visitor:
        key, now = hash_of(secret), self.clock.now()
        with self.database.read() as work:
            guest = self.store.guest(key, work=work)
        if guest is None:
            raise SignedOut("nobody is signed in here", why="unknown")
        if guest.over:
            raise SignedOut("the session is over", why=guest.over)
        if now >= guest.ends_at:
            raise SignedOut("the session has ended", why="ended")
        if now >= guest.idle_at:
            raise SignedOut("nobody used the session for a while", why="idle")
        idle_at = now + timedelta(seconds=self.rules.idle_seconds)
        # Not at every page: a write a minute is precise enough, and another process may do it.
        if idle_at - guest.idle_at >= TOUCH_EVERY:
            with suppress(Unavailable), self.database.work() as work:
                self.store.touch_guest(key, idle_at=idle_at, work=work)
        plain = self.vault.open(guest.subject, guest.sealed, context=_context(key, "sealed"))
        return msgspec.json.decode(plain, type=Visitor)

    def _leave(self, secret: str) -> str:
        key = hash_of(secret)
        with self.database.work() as work:
            guest = self.store.guest(key, work=work)
            if guest is None or guest.over:
                return ""
            self.store.end_guest(key, why="left", work=work)
        return self.vault.open(guest.subject, guest.hint, context=_context(key, "hint")).decode()

    def _end(self, secret: str, why: str) -> None:
        with self.database.work() as work:
            self.store.end_guest(hash_of(secret), why=why, work=work)

    def _end_heard(self, heard: LogoutToken) -> None:
        sid, subject = hash_of(heard.sid), None
        if heard.person is not None:
            subject = self.vault.find(heard.person)
        # A sign-in that is under way in this very second must not outlive the logout.
        until = max(heard.until, self.clock.now() + timedelta(minutes=2))
        with self.database.work() as work:
            if not self.store.put_logout(hash_of(heard.id), sid=sid, until=until, work=work):
                raise TokenRefused("this logout was heard before", why="replayed")
            if heard.sid:
                self.store.end_guests_of_sid(sid, why="logout", work=work)
            elif subject is not None:
                self.store.end_guests_of(subject, why="logout", work=work)

    def _whose(self, secret: str) -> SubjectId | None:
        with self.database.read() as work:
            guest = self.store.guest(hash_of(secret), work=work)
        return None if guest is None else guest.subject


def _visitor(identity: Identity, *, handle: str) -> Visitor:
    return Visitor(
        person=identity.person,
        handle=handle,
        given_names=identity.given_names,
        surname=identity.surname,
        birth_date=identity.birth_date,
        level=identity.level,
        method=identity.method,
        sid=identity.sid,
        began_at=identity.began_at,
    )


def _derived(browser: str, state: str, purpose: str) -> str:
    """A secret of one sign-in that nobody has to keep: 43 characters, as RFC 7636 §4.1 wants."""
    return encode_base64url(hmac(browser.encode(), f"{purpose}:{state}".encode(), "sha256"))


def _context(key: bytes, column: str) -> str:
    return f"session_guest/{column}/{key.hex()}"
