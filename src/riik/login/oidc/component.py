"""The provider: a site asks who this is, a person answers, the site gets signed tokens.

OpenID Connect Core 1.0 with the code flow alone, TARA's profile, RP-Initiated Logout 1.0.
A request waits in the store under its own secret name and only the browser that brought it
goes on with it, so nobody can finish what another began. A site that this session was never
given to is not told silently: the person says so on our page first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any, Final, Protocol

from riik.core import Signer, Work
from riik.login.component import Login
from riik.login.errors import SessionRefused, TooManyAttempts
from riik.login.model import KeptGrant, KeptSession, Session, hash_of, source_of
from riik.login.oidc import clients as at_token
from riik.login.oidc.decision import error_of, needed
from riik.login.oidc.errors import (
    AuthorizationRefused,
    BearerRefused,
    ClientRefused,
    GrantRefused,
)
from riik.login.oidc.keyring import Keyring
from riik.login.oidc.logout import farewell, logout_parameters
from riik.login.oidc.model import (
    AuthorizationRequest,
    Client,
    Farewell,
    KeptAuthorization,
    KeptRequest,
    Need,
    Onward,
    Parameters,
    Pending,
    Tokens,
)
from riik.login.oidc.requests import answer, find_client, read_authorization, refusal
from riik.login.oidc.tokens import Hint, id_token, logout_token, profile_claims, read_hint, signed
from riik.login.relying import GrantStore

__all__ = ["OpenIdProvider", "ProviderStore"]

SECOND_CLICK: Final = timedelta(seconds=10)
CANCELLED: Final = {
    "error": "user_cancel",
    "error_description": "User canceled the login process.",
}


class ProviderStore(Protocol):
    """What the provider needs kept: `store` keeps it in SQL."""

    def put_request(self, kept: KeptRequest, *, work: Work) -> None: ...
    def request(self, key: bytes, *, work: Work) -> KeptRequest | None: ...
    def end_request(self, key: bytes, *, at: datetime, work: Work) -> None: ...
    def waiting(self, source: bytes, *, at: datetime, work: Work) -> int: ...
    def make_room(self, browser: bytes, *, most: int, work: Work) -> None: ...
    def put_authorization(self, kept: KeptAuthorization, *, work: Work) -> None: ...
    def take_authorization(self, key: bytes, *, work: Work) -> KeptAuthorization | None: ...
    def authorization(self, key: bytes, *, work: Work) -> KeptAuthorization | None: ...
    def give(self, session: bytes, client: str, *, at: datetime, work: Work) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdProvider:
    """One login as OpenID Connect provider.

    Attributes:
        login: Whose sessions these are.
        store: Requests and codes.
        grants: Access tokens, which are also members' handles.
        clients: By ``client_id``.
        keyring: Signs tokens.
    """

    login: Login
    store: ProviderStore
    grants: GrantStore
    clients: Mapping[str, Client]
    keyring: Keyring

    @property
    def issuer(self) -> str:
        """``iss``: the login's origin."""
        return self.login.rules.origin

    def begin(
        self, parameters: Parameters, *, browser: str, secret: str, source: str = ""
    ) -> Onward:
        """Take an authorization request, and answer it at once when nobody need act.

        Args:
            parameters: The query or the form.
            browser: The secret in the browser's own cookie.
            secret: The session's, from its cookie; empty when there is none.
            source: Where the request comes from, such as an address.

        Raises:
            ClientRefused: As `find_client`: nobody is sent anywhere.
            TooManyAttempts: So many of this source wait that one more is none (``source``).
        """
        client, address = find_client(parameters, clients=self.clients)
        name, now = self.login.secret(), self.login.clock.now()
        with self.login.database.work() as work:
            try:
                asked = read_authorization(parameters, client=client, redirect_uri=address)
                hinted = self._hinted(asked, work=work)
            except AuthorizationRefused as error:
                return Onward(address=self._answer(address, refusal(parameters, error)))
            kept = KeptRequest(
                key=hash_of(name),
                browser=hash_of(browser),
                source=self.login.vault.blind(source_of(source), field="login_request.source"),
                asked=asked,
                hinted=hinted,
                began_at=now,
                expires_at=now + timedelta(seconds=self.login.rules.request_seconds),
            )
            went = self._go_on(kept, secret=secret, confirmed=False, work=work)
            if went:
                return Onward(address=went)
            self._keep(kept, work=work)
        return Onward(request=name)

    def proceed(
        self, request: str, *, browser: str, secret: str, confirmed: bool = False
    ) -> Onward:
        """Go on with a request that waited.

        Args:
            request: Its name.
            browser: The secret of the browser that brought it.
            secret: The session's; empty when there is none.
            confirmed: The person said on our page that the site may know.

        Raises:
            ClientRefused: For ``request``: it is unknown, over, or another browser's.
        """
        with self.login.database.work() as work:
            kept = self._waiting(request, browser=browser, work=work)
            went = self._go_on(kept, secret=secret, confirmed=confirmed, work=work)
            if not went:
                return Onward(request=request)
            self._take(kept, work=work)
        return Onward(address=went)

    def pending(self, request: str, *, browser: str, secret: str) -> Pending:
        """A waiting request, for our page.

        Raises:
            ClientRefused: As `proceed`.
        """
        with self.login.database.read() as work:
            kept = self._waiting(request, browser=browser, work=work)
            session = self._live(hash_of(secret), work=work, use=False) if secret else None
            need = self._need(kept, session, confirmed=False, work=work)
        return Pending(
            client=self.clients[kept.asked.client],
            asked=kept.asked,
            need=need,
            session=None if session is None else self.login.unsealed(session),
        )

    def cancel(self, request: str, *, browser: str) -> str:
        """Where the browser goes when the person wants no sign-in (TARA's ``user_cancel``).

        Raises:
            ClientRefused: As `proceed`.
        """
        with self.login.database.work() as work:
            kept = self._waiting(request, browser=browser, work=work)
            self._take(kept, work=work)
        return self._answer(kept.asked.redirect_uri, {**CANCELLED, "state": kept.asked.state})

    def redeem(self, parameters: Parameters, *, authorization: str) -> Tokens:
        """Give tokens for a code, once; a code that comes twice takes back what it gave.

        Args:
            parameters: The form of the token request.
            authorization: Its header; empty when there is none.

        Raises:
            GrantRefused: As `clients.authenticate` and `clients.check_grant`, and for
                ``unknown``, ``used``, ``expired``, ``client``, ``redirect-uri``,
                ``verifier`` or ``session``.
        """
        client = at_token.authenticate(parameters, authorization, clients=self.clients)
        code, token = at_token.check_grant(parameters), self.login.secret()
        asked, session, signer, kid = self._exchange(code, token, parameters, client=client)
        claims = id_token(
            id=self.login.secret(),
            issuer=self.issuer,
            client=client,
            asked=asked,
            session=session,
            access_token=token,
            at=self.login.clock.now(),
            life=self._token_life,
        )
        return Tokens(
            access_token=token,
            id_token=signed(claims, signer=signer, kid=kid),
            seconds=self.login.rules.token_seconds,
        )

    def profile(self, token: str) -> dict[str, Any]:
        """What a client may read with an access token (Core §5.3).

        Raises:
            BearerRefused: For ``unknown`` or ``expired``.
        """
        with self.login.database.read() as work:
            grant = self.grants.grant(hash_of(token), work=work)
            kept = None if grant is None else self._live(grant.session, work=work, use=False)
        if grant is None or kept is None:
            raise BearerRefused("no such token", why="unknown", error="invalid_token")
        if self.login.clock.now() >= grant.profile_until:
            raise BearerRefused("the token is over", why="expired", error="invalid_token")
        return profile_claims(self.login.unsealed(kept))

    def jwks(self) -> dict[str, Any]:
        """The public keys that clients check with (RFC 7517 §5)."""
        with self.login.database.read() as work:
            return {"keys": [key.jwk() for key in self.keyring.shown(work=work)]}

    def hint(self, token: str) -> Hint:
        """What an ID token of ours says that came back.

        Raises:
            AuthorizationRefused: For ``hint``.
        """
        with self.login.database.read() as work:
            return read_hint(token, keys=self.keyring.all(work=work), issuer=self.issuer)

    def leave(self, parameters: Parameters, *, secret: str, confirmed: bool = False) -> Farewell:
        """End the browser's session because a client, or the person, asks.

        Args:
            parameters: Of the logout request.
            secret: The session's; empty when there is none.
            confirmed: The person said so on our page.

        Returns:
            Where the browser goes; with ``ask`` nothing happened yet.

        Raises:
            ClientRefused: As `logout_parameters` and `farewell`; ``hint`` for one that is
                not of ours.
        """
        given = logout_parameters(parameters)
        try:
            hint = self.hint(given["id_token_hint"]) if given["id_token_hint"] else None
        except AuthorizationRefused as error:
            raise ClientRefused("id_token_hint is none of ours", why="hint") from error
        session = self.session_of(secret) if secret else None
        sid = "" if session is None else session.sid
        bye = farewell(given, clients=self.clients, hint=hint, sid=sid)
        if bye.ask and not confirmed:
            return bye
        self.login.logout(secret)
        return replace(bye, ask=False)

    def logout_token(self, client: str, sid: str) -> str:
        """What a site is told when a session ended."""
        with self.login.database.read() as work:
            signer, kid = self.keyring.signing(work=work)
        claims = logout_token(
            id=self.login.secret(),
            issuer=self.issuer,
            client=client,
            sid=sid,
            at=self.login.clock.now(),
        )
        return signed(claims, signer=signer, kid=kid, kind="logout+jwt")

    def session_of(self, secret: str) -> Session | None:
        """Who is signed in here, or None; looking doesn't keep a session alive."""
        with self.login.database.read() as work:
            kept = self._live(hash_of(secret), work=work, use=False)
        return None if kept is None else self.login.unsealed(kept)

    def at_shared_screen(self, secret: str) -> bool:
        """Whether this sign-in was given to a site whose screens people share.

        Whoever sits there may be somebody else by now: nothing of the person's other browsers
        is told or ended from it.
        """
        with self.login.database.read() as work:
            told = self.login.store.given(hash_of(secret), work=work)
        return any(self.clients[one].shared for one, _ in told if one in self.clients)

    def _hinted(self, asked: AuthorizationRequest, *, work: Work) -> str:
        """The subject that a hint names; empty without a hint."""
        if not asked.hint:
            return ""
        hint = read_hint(asked.hint, keys=self.keyring.all(work=work), issuer=self.issuer)
        if hint.client != asked.client:
            raise AuthorizationRefused(
                "id_token_hint is another client's", why="hint", error="invalid_request"
            )
        # A person whom this login never met is nobody who could be signed in.
        return str(self.login.vault.find(hint.person) or "nobody")

    def _go_on(self, kept: KeptRequest, *, secret: str, confirmed: bool, work: Work) -> str:
        """The address with a code or an error; empty when the person must act first."""
        session = self._live(hash_of(secret), work=work) if secret else None
        asked, now = kept.asked, self.login.clock.now()
        need = self._need(kept, session, confirmed=confirmed, work=work)
        if session is None or need is not Need.NOTHING:
            if need is Need.OTHER or "none" in asked.prompts:
                return self._answer(asked.redirect_uri, {**error_of(need), "state": asked.state})
            return ""
        code = self.login.secret()
        self.store.put_authorization(
            KeptAuthorization(
                key=hash_of(code),
                session=session.key,
                asked=asked,
                expires_at=now + timedelta(seconds=self.login.rules.code_seconds),
            ),
            work=work,
        )
        self.store.give(session.key, asked.client, at=now, work=work)
        self.login.record("sent-to", subject=session.subject, client=asked.client, work=work)
        return self._answer(asked.redirect_uri, {"code": code, "state": asked.state})

    def _need(
        self, kept: KeptRequest, session: KeptSession | None, *, confirmed: bool, work: Work
    ) -> Need:
        known = [] if session is None else self.login.store.given(session.key, work=work)
        told = {client for client, _ in known}
        others = [self.clients[one] for one in told - {kept.asked.client} if one in self.clients]
        return needed(
            kept,
            session,
            given=kept.asked.client in told,
            confirmed=confirmed,
            at=self.login.clock.now(),
            shared=any(one.shared for one in others),
        )

    def _exchange(
        self, code: str, token: str, parameters: Parameters, *, client: Client
    ) -> tuple[AuthorizationRequest, Session, Signer, str]:
        """Use a code up; keep the token, or take back what the code gave before."""
        key, now = hash_of(code), self.login.clock.now()
        with self.login.database.work() as work:
            kept = self.store.take_authorization(key, work=work)
            session = self._live(kept.session, work=work) if kept is not None else None
            why: str | None
            if kept is None:
                why = self._replayed(key, work=work)
            else:
                why = at_token.fault_of(kept, parameters, client=client, at=now)
            if kept is not None and session is not None and not why:
                grant = KeptGrant(
                    key=hash_of(token),
                    session=session.key,
                    relying=client.member,
                    code=key,
                    client=client.id,
                    profile_until=now + self._token_life,
                )
                self.grants.put_grant(grant, work=work)
                signer, kid = self.keyring.signing(work=work)
        # Only now, for a refused code stays used up.
        if kept is None or session is None or why:
            why = why or "session"
            raise GrantRefused("this code gives nothing", why=why, error="invalid_grant")
        return kept.asked, self.login.unsealed(session), signer, kid

    def _replayed(self, key: bytes, *, work: Work) -> str:
        """A code that comes twice was stolen by one of the two (RFC 6749 §4.1.2)."""
        if self.store.authorization(key, work=work) is None:
            return "unknown"
        self.grants.drop_grants_of(key, work=work)
        return "used"

    def _waiting(self, request: str, *, browser: str, work: Work) -> KeptRequest:
        kept = self.store.request(hash_of(request), work=work)
        fits = kept is not None and compare_digest(kept.browser, hash_of(browser))
        if kept is None or not fits or self.login.clock.now() >= kept.expires_at:
            raise ClientRefused("no such request waits in this browser", why="request")
        return kept

    def _keep(self, kept: KeptRequest, *, work: Work) -> None:
        """Let a request wait, unless too many do: anybody can send one, and sign in never."""
        rules = self.login.rules
        if self.store.waiting(kept.source, at=kept.began_at, work=work) >= rules.requests:
            raise TooManyAttempts("too many sign-ins wait", why="source")
        self.store.make_room(kept.browser, most=rules.browser_requests, work=work)
        self.store.put_request(kept, work=work)

    def _take(self, kept: KeptRequest, *, work: Work) -> None:
        """A request is answered once; a second click on the same button gets the same page."""
        end = min(self.login.clock.now() + SECOND_CLICK, kept.expires_at)
        self.store.end_request(kept.key, at=end, work=work)

    def _live(self, key: bytes, *, work: Work, use: bool = True) -> KeptSession | None:
        try:
            return self.login.use(key, work=work) if use else self.login.look(key, work=work)
        except SessionRefused:
            return None

    def _answer(self, address: str, told: Mapping[str, str]) -> str:
        return answer(address, told, issuer=self.issuer)

    @property
    def _token_life(self) -> timedelta:
        return timedelta(seconds=self.login.rules.token_seconds)
