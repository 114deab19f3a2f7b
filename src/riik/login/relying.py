"""Login, towards members: look at a session, ask for mandates, get a signed statement.

A member holds a handle on the session of a person it sent here, the access token of `oidc`;
only it can use it, and it dies with the session. What it gets for it is a statement for one
other member and one case (`statements`), so a portal alone can read nobody.
The verbs that ask sources of mandates wait for other nodes and hold no unit meanwhile.
"""

from asyncio import gather
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from riik.core import MemberId, PersonCode, Signer, Unavailable, Work
from riik.login.component import Login
from riik.login.errors import MandateRefused, SessionRefused
from riik.login.model import (
    Event,
    Grant,
    KeptGrant,
    KeptSession,
    Mandate,
    Mandates,
    Session,
    Statement,
    hash_of,
)
from riik.login.statements import sign_statement

__all__ = ["GrantStore", "MandateSource", "Relying"]


class MandateSource(Protocol):
    """A register that knows who may act for whom; `node` fills it over the exchange."""

    @property
    def register(self) -> MemberId:
        """The member that answers."""
        ...

    def mandates(
        self, person: PersonCode, /, *, authority: str, case: str
    ) -> Awaitable[Sequence[Mandate]]:
        """Whom this person may act for; ``authority`` is login's statement to this register."""
        ...


class GrantStore(Protocol):
    """What the relying side needs kept: `store` keeps it in SQL."""

    def put_grant(self, grant: KeptGrant, *, work: Work) -> None: ...
    def grant(self, key: bytes, *, work: Work) -> KeptGrant | None: ...
    def drop_grants_of(self, code: bytes, *, work: Work) -> None: ...
    def record(self, event: Event, *, work: Work) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Relying:
    """What login does for members.

    Attributes:
        login: The login whose sessions these are.
        member: The login member itself: the issuer of statements.
        signer: Its key for statements.
        certificates: The key's certificate and those up to the anchor, DER.
        sources: Registers that know mandates.
    """

    login: Login
    store: GrantStore
    member: MemberId
    signer: Signer
    certificates: tuple[bytes, ...]
    sources: tuple[MandateSource, ...] = ()

    def grant(self, handle: str, *, relying: MemberId) -> Grant:
        """How the session behind a handle stands now; looking keeps it alive.

        Raises:
            SessionRefused: For ``unknown`` (also another member's handle) or ``ended``.
        """
        session = self.login.unsealed(self._use(handle, relying=relying))
        return Grant(handle=handle, relying=relying, session=session)

    async def mandates(self, handle: str, *, relying: MemberId) -> Mandates:
        """Whom the person may act for, by all sources that answer.

        Raises:
            SessionRefused: As `grant`.
        """
        found = await self.login.in_thread(self.grant, handle, relying=relying)
        asked = [self._ask(source, found.session) for source in self.sources]
        answers = await gather(*asked, return_exceptions=True)
        silent: list[MemberId] = []
        known: list[Mandate] = []
        for source, answer in zip(self.sources, answers, strict=True):
            if isinstance(answer, Unavailable):
                silent.append(source.register)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                known += answer
        return Mandates(found=tuple(known), silent=tuple(silent))

    async def statement(
        self,
        handle: str,
        *,
        relying: MemberId,
        audience: MemberId,
        case: str,
        represented: PersonCode | None = None,
        purpose: str | None = None,
    ) -> str:
        """State, signed, that this person now wants this of that member.

        Args:
            handle: The relying member's handle on the session.
            relying: The member that asks.
            audience: The only member that may take the statement.
            case: Number of the case.
            represented: Whom the person acts for; a source of mandates must say so now.
            purpose: What it is for, if narrower than the case.

        Returns:
            Compact JWS, for the header ``Riik-Authority``.

        Raises:
            SessionRefused: As `grant`.
            MandateRefused: For ``unknown``; for ``silent`` when the source that could know
                didn't answer.
        """
        role: str | None = None
        if represented is not None:
            role = await self._role(handle, relying=relying, represented=represented)
        return await self.login.in_thread(
            self._state,
            handle,
            relying=relying,
            audience=audience,
            case=case,
            represented=represented,
            role=role,
            purpose=purpose,
        )

    async def _role(self, handle: str, *, relying: MemberId, represented: PersonCode) -> str:
        mandates = await self.mandates(handle, relying=relying)
        for mandate in mandates.found:
            if mandate.represented == represented:
                return mandate.role
        why = "silent" if mandates.silent else "unknown"
        raise MandateRefused("nobody says that this person may act for that one", why=why)

    async def _ask(self, source: MandateSource, session: Session) -> Sequence[Mandate]:
        case = f"mandates-{self.login.secret()}"
        statement = self._made(session, relying=None, audience=source.register, case=case)
        authority = await self.login.in_thread(
            sign_statement, statement, signer=self.signer, certificates=self.certificates
        )
        return await source.mandates(session.person, authority=authority, case=case)

    def _state(
        self,
        handle: str,
        *,
        relying: MemberId,
        audience: MemberId,
        case: str,
        represented: PersonCode | None,
        role: str | None,
        purpose: str | None,
    ) -> str:
        kept = self._use(handle, relying=relying, told=f"{audience} {case}")
        statement = self._made(
            self.login.unsealed(kept),
            relying=relying,
            audience=audience,
            case=case,
            represented=represented,
            role=role,
            purpose=purpose,
        )
        return sign_statement(statement, signer=self.signer, certificates=self.certificates)

    def _made(
        self,
        session: Session,
        *,
        relying: MemberId | None,
        audience: MemberId,
        case: str,
        represented: PersonCode | None = None,
        role: str | None = None,
        purpose: str | None = None,
    ) -> Statement:
        now = self.login.clock.now()
        return Statement(
            issuer=self.member,
            person=session.person,
            represented=represented,
            role=role,
            audience=audience,
            relying=relying,
            level=session.level,
            methods=(session.method.value,),
            case=case,
            purpose=purpose,
            issued_at=now,
            expires_at=now + timedelta(seconds=self.login.rules.statement_seconds),
            id=self.login.secret(),
        )

    def _use(self, handle: str, *, relying: MemberId, told: str = "") -> KeptSession:
        """Load the session behind a handle; with ``told``, write down what is stated of it."""
        with self.login.database.work() as work:
            grant = self.store.grant(hash_of(handle), work=work)
            if grant is None or grant.relying != relying:
                raise SessionRefused("this member has no such handle", why="unknown")
            kept = self.login.use(grant.session, work=work)
            if told:
                event = Event(
                    at=self.login.clock.now(),
                    action="stated",
                    subject=kept.subject,
                    relying=relying,
                    why=told,
                )
                self.store.record(event, work=work)
        return kept
