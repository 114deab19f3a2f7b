"""Tables of login: challenges, failures, sessions, handles, sites told, and events.

Secrets are kept as hashes, people sealed under their data keys, addresses blinded. Rows
that are over are deleted by `sweep`; events stay. What the provider keeps besides of a
request and of its keys is `oidc.store`; its tables are here, for they end with a session.
"""

from datetime import datetime

from sqlalchemy import (
    BindParameter,
    Column,
    Index,
    LargeBinary,
    MetaData,
    RowMapping,
    Table,
    Text,
    bindparam,
    column,
    delete,
    func,
    insert,
    select,
    table,
    update,
)

from riik.core import MemberId, SubjectId, Work, from_text, to_text
from riik.login.model import (
    Challenge,
    Event,
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
    Column("sid", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("person", LargeBinary, nullable=False),
    Column("level", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("began_at", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("latest_end", Text, nullable=False),
    Column("shown_for", LargeBinary),
    Index("login_session_of_subject", "subject"),
)
_grant = Table(
    "login_grant",
    _tables,
    Column("key", LargeBinary, primary_key=True),
    Column("session", LargeBinary, nullable=False),
    Column("relying", Text),
    Column("code", LargeBinary, nullable=False),
    Column("client", Text, nullable=False),
    Column("profile_until", Text, nullable=False),
    Index("login_grant_of_session", "session"),
    Index("login_grant_of_code", "code"),
)
_given = Table(
    "login_given",
    _tables,
    Column("session", LargeBinary, primary_key=True),
    Column("client", Text, primary_key=True),
    Column("at", Text, nullable=False),
)
# The provider's own: whole in `oidc.store`, here for what ends with a session or by the clock.
_request = table("login_request", column("expires_at"))
_authorization = table("login_authorization", column("session"), column("expires_at"))
_event = Table(
    "login_event",
    _tables,
    Column("at", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text),
    Column("relying", Text),
    Column("client", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index("login_event_of_subject", "subject", "at"),
)

# Statements of every sign-in are made once: building one costs more than running it.
_KEY: BindParameter[bytes] = bindparam("its_key")
_BROWSER: BindParameter[bytes] = bindparam("its_browser")
_PUT_CHALLENGE, _PUT_FAILURE, _PUT_SESSION = insert(_challenge), insert(_failure), insert(_session)
_PUT_GRANT, _PUT_EVENT = insert(_grant), insert(_event)
_VOID_CHALLENGES = delete(_challenge).where(_challenge.c.browser == _BROWSER)
_NEWEST_CHALLENGE = (
    select(_challenge)
    .where(_challenge.c.browser == _BROWSER)
    .order_by(_challenge.c.expires_at.desc())
    .limit(1)
)
_TAKE_CHALLENGE = delete(_challenge).where(_challenge.c.nonce == bindparam("its_nonce"))
_COUNT_FAILURES = select(func.count()).where(
    _failure.c.source == bindparam("its_source"), _failure.c.at >= bindparam("since")
)
_SESSION = select(_session).where(_session.c.key == _KEY)
_MOVE_END = update(_session).where(_session.c.key == _KEY).values(ends_at=bindparam("until"))
_GRANT = select(_grant).where(_grant.c.key == _KEY)


class SqlLoginStore:
    """Keeps what login needs in SQL."""

    def put_challenge(self, challenge: Challenge, *, browser: bytes, work: Work) -> None:
        """Write a challenge; earlier ones of the same browser are void."""
        work.execute(_VOID_CHALLENGES, {"its_browser": browser})
        values = {"nonce": challenge.nonce, "browser": browser}
        work.execute(_PUT_CHALLENGE, {"expires_at": to_text(challenge.expires_at), **values})

    def take_challenge(self, browser: bytes, *, work: Work) -> Challenge | None:
        """Take a browser's challenge out, so that no other process can take it too."""
        row = work.execute(_NEWEST_CHALLENGE, {"its_browser": browser}).mappings().first()
        if row is None:
            return None
        taken = work.execute(_TAKE_CHALLENGE, {"its_nonce": row["nonce"]})
        if taken.rowcount != 1:
            return None
        return Challenge(nonce=row["nonce"], expires_at=from_text(row["expires_at"]))

    def put_failure(self, source: bytes, *, at: datetime, work: Work) -> None:
        """Write down that a sign-in from there failed."""
        work.execute(_PUT_FAILURE, {"source": source, "at": to_text(at)})

    def failures(self, source: bytes, *, since: datetime, work: Work) -> int:
        """How many failed from there since then."""
        asked = {"its_source": source, "since": to_text(since)}
        return int(work.execute(_COUNT_FAILURES, asked).scalar_one())

    def put_session(self, session: KeptSession, *, work: Work) -> None:
        """Write a new session."""
        work.execute(
            _PUT_SESSION,
            {
                "key": session.key,
                "sid": session.sid,
                "subject": session.subject,
                "person": session.sealed,
                "level": session.level.value,
                "method": session.method.value,
                "began_at": to_text(session.began_at),
                "ends_at": to_text(session.ends_at),
                "latest_end": to_text(session.latest_end),
                "shown_for": session.shown_for,
            },
        )

    def session(self, key: bytes, *, work: Work) -> KeptSession | None:
        """One session, live or not, or None."""
        row = work.execute(_SESSION, {"its_key": key}).mappings().first()
        return None if row is None else _session_of(row)

    def sessions_of(self, subject: SubjectId, *, work: Work) -> list[KeptSession]:
        """One person's sessions, live or not, newest first."""
        mine = select(_session).where(_session.c.subject == subject)
        rows = work.execute(mine.order_by(_session.c.began_at.desc())).mappings()
        return [_session_of(row) for row in rows]

    def sessions_over(self, at: datetime, *, limit: int, work: Work) -> list[KeptSession]:
        """Sessions whose time is over."""
        text = to_text(at)
        over = (_session.c.ends_at <= text) | (_session.c.latest_end <= text)
        rows = work.execute(select(_session).where(over).limit(limit)).mappings()
        return [_session_of(row) for row in rows]

    def move_end(self, key: bytes, *, ends_at: datetime, work: Work) -> None:
        """Let a session last until then."""
        work.execute(_MOVE_END, {"its_key": key, "until": to_text(ends_at)})

    def move_session(self, key: bytes, *, to: bytes, work: Work) -> None:
        """Let all that hangs on a session hang on another one, and delete it."""
        for held in (_grant, _authorization, _given):
            work.execute(update(held).where(held.c.session == key).values(session=to))
        self.drop_session(key, work=work)

    def drop_session(self, key: bytes, *, work: Work) -> None:
        """Delete a session with its codes and every member's handle on it."""
        for held in (_grant, _authorization, _given):
            work.execute(delete(held).where(held.c.session == key))
        work.execute(delete(_session).where(_session.c.key == key))

    def given(self, session: bytes, *, work: Work) -> list[tuple[str, datetime]]:
        """Which sites were told of a session, and when last."""
        told = select(_given).where(_given.c.session == session).order_by(_given.c.at)
        rows = work.execute(told).mappings()
        return [(row["client"], from_text(row["at"])) for row in rows]

    def put_grant(self, grant: KeptGrant, *, work: Work) -> None:
        """Write a member's handle."""
        work.execute(
            _PUT_GRANT,
            {
                "key": grant.key,
                "session": grant.session,
                "relying": None if grant.relying is None else str(grant.relying),
                "code": grant.code,
                "client": grant.client,
                "profile_until": to_text(grant.profile_until),
            },
        )

    def grant(self, key: bytes, *, work: Work) -> KeptGrant | None:
        """A member's handle, or None."""
        row = work.execute(_GRANT, {"its_key": key}).mappings().first()
        if row is None:
            return None
        return KeptGrant(
            key=row["key"],
            session=row["session"],
            relying=MemberId.parse(row["relying"]) if row["relying"] else None,
            code=row["code"],
            client=row["client"],
            profile_until=from_text(row["profile_until"]),
        )

    def drop_grants_of(self, code: bytes, *, work: Work) -> None:
        """Take back what a code gave."""
        work.execute(delete(_grant).where(_grant.c.code == code))

    def record(self, event: Event, *, work: Work) -> None:
        """Write down what happened."""
        work.execute(
            _PUT_EVENT,
            {
                "at": to_text(event.at),
                "action": event.action,
                "subject": event.subject,
                "relying": None if event.relying is None else str(event.relying),
                "client": event.client,
                "why": event.why,
            },
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
                client=row["client"],
                why=row["why"],
            )
            for row in work.execute(newest).mappings()
        ]

    def sweep(self, *, before: datetime, work: Work) -> int:
        """Delete what was over before then; how many rows. Events stay, sessions are ended."""
        text = to_text(before)
        ending = (_challenge, _request, _authorization)
        statements = [delete(each).where(each.c.expires_at < text) for each in ending]
        statements.append(delete(_failure).where(_failure.c.at < text))
        return sum(work.execute(statement).rowcount for statement in statements)


def _session_of(row: RowMapping) -> KeptSession:
    return KeptSession(
        key=row["key"],
        sid=row["sid"],
        subject=SubjectId(row["subject"]),
        sealed=row["person"],
        level=Level(row["level"]),
        method=Method(row["method"]),
        began_at=from_text(row["began_at"]),
        ends_at=from_text(row["ends_at"]),
        latest_end=from_text(row["latest_end"]),
        shown_for=row["shown_for"] or b"",
    )
