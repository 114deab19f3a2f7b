"""Login, towards people: sign in with a card, stay signed in, be sent on, sign out.

Decides nothing about tokens (`webeid`) or statements (`statements`). Everything that
correctness needs is in the store: a challenge is taken out of it before its answer is
looked at, so nobody can try the same one twice, in whichever process.
What relying members get is in `relying`.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

import msgspec

from riik.core import (
    Clock,
    Database,
    Entropy,
    IdentifierRefused,
    InThread,
    MemberId,
    Outbox,
    PersonCode,
    Refused,
    SubjectId,
    Unavailable,
    Vault,
    Work,
)
from riik.formats.jose import encode_base64url
from riik.identity import CodeRefused as IdentifierUnfit
from riik.identity import semantics_identifier
from riik.login.errors import (
    ChallengeRefused,
    RevocationUnknown,
    SessionRefused,
    TokenRefused,
    TooManyAttempts,
)
from riik.login.model import (
    Challenge,
    Credential,
    Event,
    KeptSession,
    Level,
    LoginRules,
    Method,
    Place,
    Session,
    hash_of,
)
from riik.login.webeid import check_freshness, verify_token
from riik.trust import RevocationSource, TrustAnchor, TrustRefused, verify_ocsp

__all__ = ["FAREWELL", "Login", "LoginStore"]

FAREWELL = "login.farewell"
"""Topic of the outbox: a site must hear that a session ended."""

NONCE_BYTES = 32
SECRET_BYTES = 32
SID_BYTES = 16


class LoginStore(Protocol):
    """What login needs kept: `store` keeps it in SQL."""

    def put_challenge(self, challenge: Challenge, *, browser: bytes, work: Work) -> None: ...
    def take_challenge(self, browser: bytes, *, work: Work) -> Challenge | None: ...
    def put_failure(self, source: bytes, *, at: datetime, work: Work) -> None: ...
    def failures(self, source: bytes, *, since: datetime, work: Work) -> int: ...
    def put_session(self, session: KeptSession, *, work: Work) -> None: ...
    def session(self, key: bytes, *, work: Work) -> KeptSession | None: ...
    def move_end(self, key: bytes, *, ends_at: datetime, work: Work) -> None: ...
    def move_session(self, key: bytes, *, to: bytes, work: Work) -> None: ...
    def drop_session(self, key: bytes, *, work: Work) -> None: ...
    def sessions_of(self, subject: SubjectId, *, work: Work) -> list[KeptSession]: ...
    def sessions_over(self, at: datetime, *, limit: int, work: Work) -> list[KeptSession]: ...
    def given(self, session: bytes, *, work: Work) -> list[tuple[str, datetime]]: ...
    def sweep(self, *, before: datetime, work: Work) -> int: ...
    def record(self, event: Event, *, work: Work) -> None: ...
    def events_of(self, subject: SubjectId, *, limit: int, work: Work) -> list[Event]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One node's national login.

    Attributes:
        anchors: Answers the CAs that issue people's certificates, as they stand now.
        revocation: Where the status of a certificate is asked.
    """

    rules: LoginRules
    store: LoginStore
    database: Database
    vault: Vault
    outbox: Outbox
    clock: Clock
    entropy: Entropy
    in_thread: InThread
    anchors: Callable[[], Sequence[TrustAnchor]]
    revocation: RevocationSource

    def start(self, *, browser: str) -> Challenge:
        """Give a browser a nonce to be signed; an earlier one of it is void from now on.

        Args:
            browser: The secret in the browser's own cookie, made by `secret`.
        """
        nonce = b64encode(self.entropy.bytes(NONCE_BYTES)).decode()
        seconds = timedelta(seconds=self.rules.challenge_seconds)
        challenge = Challenge(nonce=nonce, expires_at=self.clock.now() + seconds)
        with self.database.work() as work:
            self.store.put_challenge(challenge, browser=hash_of(browser), work=work)
        return challenge

    async def authenticate(
        self, token: str, *, browser: str, source: str, earlier: str = "", request: str = ""
    ) -> Session:
        """Sign a person in with a Web eID token.

        The same person again in the same browser goes on with their session, under a new
        secret; another person's earlier session there ends.

        Args:
            token: The JSON text that the browser sent.
            browser: The secret in the browser's cookie, the one that `start` was told.
            source: Where the request comes from, such as an address. Failures are counted by it;
                after too many, what fails there learns nothing more and is not even kept. A good
                card is let in all the same: many people share an address.
            earlier: The secret of the session that this browser had, if any.
            request: Name of the waiting request on whose page the card was shown; the
                sign-in is fresh for it alone.

        Returns:
            A new session with an id that was never used before.

        Raises:
            TooManyAttempts: For ``source`` or ``card``.
            ChallengeRefused: For ``unknown`` or ``expired``.
            TokenRefused: As `verify_token`, and for what OCSP says: ``revoked``,
                ``suspended``, ``unknown``, ``revocation``; ``identifier`` when the
                certificate names nobody by a personal number.
            RevocationUnknown: Nobody could say whether the certificate is good.
        """
        challenge = await self.in_thread(self._take_challenge, browser)
        try:
            credential = await self.in_thread(self._verify, token, challenge)
            await self._check_revocation(credential)
            person = _person_of(credential)
        except Refused as refused:
            await self.in_thread(self._note_failure, "source", source, refused)
            raise
        shown_for = hash_of(request) if request else b""
        return await self.in_thread(self._open, credential, person, earlier, shown_for)

    def session(self, secret: str) -> Session:
        """The session behind a cookie; using it moves its end.

        Raises:
            SessionRefused: For ``unknown`` or ``ended``.
        """
        with self.database.work() as work:
            kept = self.use(hash_of(secret), work=work)
        return self.unsealed(kept, secret=secret)

    def logout(self, secret: str) -> None:
        """End a session and all that members hold of it; ending it twice is no error."""
        with self.database.work() as work:
            kept = self.store.session(hash_of(secret), work=work)
            if kept is not None:
                self.end(kept, action="signed-out", work=work)

    def places(self, secret: str) -> list[Place]:
        """Where this person is signed in, newest first, and who was told.

        Raises:
            SessionRefused: For ``unknown`` or ``ended``.
        """
        with self.database.work() as work:
            mine = self.use(hash_of(secret), work=work)
            return [
                Place(
                    session=self.unsealed(kept),
                    clients=tuple(self.store.given(kept.key, work=work)),
                    here=kept.key == mine.key,
                )
                for kept in self.store.sessions_of(mine.subject, work=work)
            ]

    def logout_everywhere(self, secret: str, *, only: str = "") -> None:
        """End all sessions of the person behind a cookie, in every browser.

        Args:
            secret: The session's id.
            only: The ``sid`` of the only one that shall end.

        Raises:
            SessionRefused: For ``unknown`` or ``ended``.
        """
        with self.database.work() as work:
            mine = self.use(hash_of(secret), work=work)
            for kept in self.store.sessions_of(mine.subject, work=work):
                if only in ("", kept.sid):
                    self.end(kept, action="signed-out", work=work)

    def expire(self, *, limit: int = 500) -> int:
        """End sessions whose time is over, and tell their sites; how many there were."""
        with self.database.work() as work:
            over = self.store.sessions_over(self.clock.now(), limit=limit, work=work)
            for kept in over:
                self.end(kept, action="ended", work=work)
        return len(over)

    def history(self, secret: str, *, limit: int = 100) -> list[Event]:
        """What login did in this person's name, newest first.

        Raises:
            SessionRefused: For ``unknown`` or ``ended``.
        """
        with self.database.work() as work:
            kept = self.use(hash_of(secret), work=work)
            return self.store.events_of(kept.subject, limit=limit, work=work)

    def secret(self) -> str:
        """A new unguessable text of 43 characters, 256 bits."""
        return encode_base64url(self.entropy.bytes(SECRET_BYTES))

    def use(self, key: bytes, *, work: Work) -> KeptSession:
        """Load a live session and move its end, in the caller's unit of work."""
        kept = self.look(key, work=work)
        moved = self.clock.now() + timedelta(seconds=self.rules.idle_seconds)
        self.store.move_end(key, ends_at=min(moved, kept.latest_end), work=work)
        return kept

    def look(self, key: bytes, *, work: Work) -> KeptSession:
        """Load a live session and leave its end where it is."""
        kept = self.store.session(key, work=work)
        if kept is None:
            raise SessionRefused("there is no such session", why="unknown")
        if not self._lives(kept):
            raise SessionRefused("the session ended", why="ended")
        return kept

    def end(self, kept: KeptSession, *, action: str, work: Work) -> None:
        """End a session in the caller's unit of work; every site that it was given is told."""
        for client, _ in self.store.given(kept.key, work=work):
            told = msgspec.json.encode({"client": client, "sid": kept.sid})
            self.outbox.put(FAREWELL, f"{kept.sid}/{client}", told, work=work)
        self.store.drop_session(kept.key, work=work)
        self.record(action, subject=kept.subject, work=work)

    def unsealed(self, kept: KeptSession, *, secret: str = "") -> Session:
        """What a kept session says, with the person in the clear."""
        sealed = self.vault.open(kept.subject, kept.sealed, context=_context(kept.key))
        code, given_names, surname = msgspec.json.decode(sealed, type=tuple[str, str, str])
        return Session(
            id=secret,
            sid=kept.sid,
            person=PersonCode(code),
            given_names=given_names,
            surname=surname,
            level=kept.level,
            method=kept.method,
            began_at=kept.began_at,
            ends_at=kept.ends_at,
        )

    def _take_challenge(self, browser: str) -> Challenge:
        now = self.clock.now()
        with self.database.work() as work:
            challenge = self.store.take_challenge(hash_of(browser), work=work)
        if challenge is None:
            raise ChallengeRefused("this browser has no challenge", why="unknown")
        if now >= challenge.expires_at:
            raise ChallengeRefused("the challenge is too old", why="expired")
        return challenge

    def _verify(self, token: str, challenge: Challenge) -> Credential:
        return verify_token(
            token,
            nonce=challenge.nonce,
            origin=self.rules.origin,
            anchors=self.anchors(),
            at=self.clock.now(),
            disallowed_policies=self.rules.disallowed_policies,
        )

    async def _check_revocation(self, credential: Credential) -> None:
        """Ask about a card that showed its key; one that fails again and again is not asked about.

        Nobody else can make a card wait: its own key signed the token.
        """
        card = sha256(credential.certificate).hexdigest()
        await self.in_thread(self._check_card, card)
        try:
            await self._ask_revocation(credential)
        except TokenRefused as refused:
            await self.in_thread(self._note_failure, "card", card, refused)
            raise

    async def _ask_revocation(self, credential: Credential) -> None:
        nonce = self.entropy.bytes(NONCE_BYTES)
        try:
            response = await self.revocation.ocsp(
                credential.certificate, credential.issuer, nonce=nonce
            )
        except Unavailable as error:
            raise RevocationUnknown("no responder answered", why="responder") from error
        await self.in_thread(self._believe, credential, response, nonce)

    def _believe(self, credential: Credential, response: bytes, nonce: bytes) -> None:
        try:
            revocation = verify_ocsp(
                response,
                certificate=credential.certificate,
                issuer=credential.issuer,
                anchors=self.anchors(),
                nonce=nonce,
            )
        except TrustRefused as error:
            raise TokenRefused("the OCSP answer can't be believed", why="revocation") from error
        check_freshness(
            revocation,
            at=self.clock.now(),
            skew=timedelta(seconds=self.rules.ocsp_skew_seconds),
            age=timedelta(seconds=self.rules.ocsp_age_seconds),
        )
        if revocation.status != "good":
            raise TokenRefused("the certificate is not good", why=revocation.status.value)

    def _check_card(self, card: str) -> None:
        with self.database.read() as work:
            self._check_failures("card", card, work=work)

    def _note_failure(self, by: str, value: str, refused: Refused) -> None:
        """Count it. What is over the count is not kept: a stranger can't fill the store."""
        with self.database.work() as work:
            blind = self._check_failures(by, value, work=work)
            self.store.put_failure(blind, at=self.clock.now(), work=work)
            if by == "source":
                self.record("refused", why=refused.why, work=work)

    def _check_failures(self, by: str, value: str, *, work: Work) -> bytes:
        """The blind name under which failures are counted, unless there are too many."""
        since = self.clock.now() - timedelta(seconds=self.rules.failure_seconds)
        blind = self.vault.blind(value, field=f"login_failure.{by}")
        if self.store.failures(blind, since=since, work=work) >= self.rules.failures:
            raise TooManyAttempts("too many sign-ins failed", why=by)
        return blind

    def _open(
        self, credential: Credential, person: PersonCode, earlier: str, shown_for: bytes
    ) -> Session:
        now, secret = self.clock.now(), self.secret()
        subject, key = self.vault.subject_of(person), hash_of(secret)
        told = msgspec.json.encode((person, credential.given_names, credential.surname))
        kept = KeptSession(
            key=key,
            sid=encode_base64url(self.entropy.bytes(SID_BYTES)),
            subject=subject,
            sealed=self.vault.seal(subject, told, context=_context(key)),
            level=Level.HIGH,
            method=Method.ID_CARD,
            began_at=now,
            ends_at=now + timedelta(seconds=self.rules.idle_seconds),
            latest_end=now + timedelta(seconds=self.rules.longest_seconds),
            shown_for=shown_for,
        )
        with self.database.work() as work:
            before = self.store.session(hash_of(earlier), work=work) if earlier else None
            again = before is not None and before.subject == subject and self._lives(before)
            if before is not None and again:
                kept = replace(kept, sid=before.sid)
                self.store.move_session(before.key, to=key, work=work)
            elif before is not None:
                self.end(before, action="signed-out", work=work)
            self.store.put_session(kept, work=work)
            self.record("signed-in-again" if again else "signed-in", subject=subject, work=work)
        return self.unsealed(kept, secret=secret)

    def _lives(self, kept: KeptSession) -> bool:
        return self.clock.now() < min(kept.ends_at, kept.latest_end)

    def record(
        self,
        action: str,
        *,
        work: Work,
        subject: SubjectId | None = None,
        relying: MemberId | None = None,
        client: str = "",
        why: str = "",
    ) -> None:
        """Write down what happened, in the caller's unit of work."""
        event = Event(
            at=self.clock.now(),
            action=action,
            subject=subject,
            relying=relying,
            client=client,
            why=why,
        )
        self.store.record(event, work=work)


def _context(key: bytes) -> str:
    return f"login_session/person/{key.hex()}"


def _person_of(credential: Credential) -> PersonCode:
    """Country and personal number; a certificate without one signs nobody in here."""
    try:
        return semantics_identifier(credential.identifier).person()
    except (IdentifierUnfit, IdentifierRefused) as error:
        raise TokenRefused("the certificate has no personal number", why="identifier") from error
