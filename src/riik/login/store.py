"""Tables of login: challenges, failures, sessions, codes, handles and events.

Secrets are kept as hashes, people sealed under their data keys, addresses blinded. Rows
that are over are deleted by `sweep`; events stay.
"""

from datetime import datetime

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from riik.core import MemberId, SubjectId, Work, from_text, to_text
from riik.login.model import (
    Challenge,
    Event,
    KeptCode,
    KeptGrant,
    KeptSession,
    Level,
    Method,
)

__all__ = ["SqlLoginStore"]

_tables = MetaData()

_challenge = Table(
    "login_challenge",
    _tables,
    Column("nonce", Text, primary_key=True),
    Column("browser", LargeBinary, nullable=False),
    Column("expires_at", Text, nullable=False),
    Index("login_challenge_of_browser", "browser"),
)
_failure = Table(
    "login_failure",
    _tables,
    Column("source", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
    Index("login_failure_of_source", "source", "at"),
)
_session = Table(
    "login_session",
    _tables,
    Column("key", LargeBinary, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("person", LargeBinary, nullable=False),
    Column("level", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("began_at", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("latest_end", Text, nullable=False),
)
_code = Table(
    "login_code",
    _tables,
    Column("key", LargeBinary, primary_key=True),
    Column("session", LargeBinary, nullable=False),
    Column("relying", Text, nullable=False),
    Column("verifier_hash", Text),
    Column("expires_at", Text, nullable=False),
    Column("used", Text, nullable=False),
    Index("login_code_of_session", "session"),
)
_grant = Table(
    "login_grant",
    _tables,
    Column("key", LargeBinary, primary_key=True),
    Column("session", LargeBinary, nullable=False),
    Column("relying", Text, nullable=False),
    Column("code", LargeBinary, nullable=False),
    Index("login_grant_of_session", "session"),
    Index("login_grant_of_code", "code"),
)
_event = Table(
    "login_event",
    _tables,
    Column("at", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text),
    Column("relying", Text),
    Column("why", Text, nullable=False),
    Index("login_event_of_subject", "subject", "at"),
)


class SqlLoginStore:
    """Keeps what login needs in SQL."""

    def put_challenge(self, challenge: Challenge, *, browser: bytes, work: Work) -> None:
        """Write a challenge; earlier ones of the same browser are void."""
        work.execute(delete(_challenge).where(_challenge.c.browser == browser))
        values = {"nonce": challenge.nonce, "browser": browser}
        work.execute(insert(_challenge).values(expires_at=to_text(challenge.expires_at), **values))

    def take_challenge(self, browser: bytes, *, work: Work) -> Challenge | None:
        """Take a browser's challenge out, so that no other process can take it too."""
        mine = select(_challenge).where(_challenge.c.browser == browser)
        newest = mine.order_by(_challenge.c.expires_at.desc()).limit(1)
        row = work.execute(newest).mappings().first()
        if row is None:
            return None
        taken = work.execute(delete(_challenge).where(_challenge.c.nonce == row["nonce"]))
        if taken.rowcount != 1:
            return None
        return Challenge(nonce=row["nonce"], expires_at=from_text(row["expires_at"]))

    def put_failure(self, source: bytes, *, at: datetime, work: Work) -> None:
        """Write down that a sign-in from there failed."""
        work.execute(insert(_failure).values(source=source, at=to_text(at)))

    def failures(self, source: bytes, *, since: datetime, work: Work) -> int:
        """How many failed from there since then."""
        mine = select(func.count()).where(_failure.c.source == source)
        return int(work.execute(mine.where(_failure.c.at >= to_text(since))).scalar_one())

    def put_session(self, session: KeptSession, *, work: Work) -> None:
        """Write a new session."""
        work.execute(
            insert(_session).values(
                key=session.key,
                subject=session.subject,
                person=session.sealed,
                level=session.level.value,
                method=session.method.value,
                began_at=to_text(session.began_at),
                ends_at=to_text(session.ends_at),
                latest_end=to_text(session.latest_end),
            )
        )

    def session(self, key: bytes, *, work: Work) -> KeptSession | None:
        """One session, live or not, or None."""
        row = work.execute(select(_session).where(_session.c.key == key)).mappings().first()
        if row is None:
            return None
        return KeptSession(
            key=row["key"],
            subject=SubjectId(row["subject"]),
            sealed=row["person"],
            level=Level(row["level"]),
            method=Method(row["method"]),
            began_at=from_text(row["began_at"]),
            ends_at=from_text(row["ends_at"]),
            latest_end=from_text(row["latest_end"]),
        )

    def move_end(self, key: bytes, *, ends_at: datetime, work: Work) -> None:
        """Let a session last until then."""
        work.execute(update(_session).where(_session.c.key == key).values(ends_at=to_text(ends_at)))

    def drop_session(self, key: bytes, *, work: Work) -> None:
        """Delete a session with its codes and every member's handle on it."""
        work.execute(delete(_grant).where(_grant.c.session == key))
        work.execute(delete(_code).where(_code.c.session == key))
        work.execute(delete(_session).where(_session.c.key == key))

    def put_code(self, code: KeptCode, *, work: Work) -> None:
        """Write a one-time code that nobody used yet."""
        work.execute(
            insert(_code).values(
                key=code.key,
                session=code.session,
                relying=str(code.relying),
                verifier_hash=code.verifier_hash,
                expires_at=to_text(code.expires_at),
                used="no",
            )
        )

    def take_code(self, key: bytes, *, work: Work) -> KeptCode | None:
        """Use a code up; None when there is none, or it was used, also by another process."""
        unused = (_code.c.key == key) & (_code.c.used == "no")
        if work.execute(update(_code).where(unused).values(used="yes")).rowcount != 1:
            return None
        row = work.execute(select(_code).where(_code.c.key == key)).mappings().one()
        return KeptCode(
            key=row["key"],
            session=row["session"],
            relying=MemberId.parse(row["relying"]),
            verifier_hash=row["verifier_hash"],
            expires_at=from_text(row["expires_at"]),
        )

    def code_was_used(self, key: bytes, *, work: Work) -> bool:
        """Is it a code that was used before?"""
        used = work.execute(select(_code.c.used).where(_code.c.key == key)).scalar()
        return bool(used == "yes")

    def put_grant(self, grant: KeptGrant, *, work: Work) -> None:
        """Write a member's handle."""
        work.execute(
            insert(_grant).values(
                key=grant.key, session=grant.session, relying=str(grant.relying), code=grant.code
            )
        )

    def grant(self, key: bytes, *, work: Work) -> KeptGrant | None:
        """A member's handle, or None."""
        row = work.execute(select(_grant).where(_grant.c.key == key)).mappings().first()
        if row is None:
            return None
        return KeptGrant(
            key=row["key"],
            session=row["session"],
            relying=MemberId.parse(row["relying"]),
            code=row["code"],
        )

    def drop_grants_of(self, code: bytes, *, work: Work) -> None:
        """Take back what a code gave."""
        work.execute(delete(_grant).where(_grant.c.code == code))

    def record(self, event: Event, *, work: Work) -> None:
        """Write down what happened."""
        work.execute(
            insert(_event).values(
                at=to_text(event.at),
                action=event.action,
                subject=event.subject,
                relying=None if event.relying is None else str(event.relying),
                why=event.why,
            )
        )

    def events_of(self, subject: SubjectId, *, limit: int, work: Work) -> list[Event]:
        """What happened in one person's name, newest first."""
        mine = select(_event).where(_event.c.subject == subject)
        newest = mine.order_by(_event.c.at.desc()).limit(limit)
        return [
            Event(
                at=from_text(row["at"]),
                action=row["action"],
                subject=SubjectId(row["subject"]),
                relying=MemberId.parse(row["relying"]) if row["relying"] else None,
                why=row["why"],
            )
            for row in work.execute(newest).mappings()
        ]

    def sweep(self, *, before: datetime, work: Work) -> int:
        """Delete what was over before then; how many rows. Events stay."""
        text = to_text(before)
        over = select(_session.c.key).where(
            (_session.c.ends_at < text) | (_session.c.latest_end < text)
        )
        statements = (
            delete(_grant).where(_grant.c.session.in_(over)),
            delete(_code).where(_code.c.session.in_(over) | (_code.c.expires_at < text)),
            delete(_session).where(_session.c.key.in_(over)),
            delete(_challenge).where(_challenge.c.expires_at < text),
            delete(_failure).where(_failure.c.at < text),
        )
        return sum(work.execute(statement).rowcount for statement in statements)
