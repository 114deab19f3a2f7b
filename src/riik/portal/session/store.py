"""Tables of sessions: guests, sign-ins under way, logouts heard, forms and their sendings.

Secrets are kept as digests, people sealed under their data keys. Rows that are over are deleted
by `sweep`.
"""

from datetime import datetime

from sqlalchemy import (
    BindParameter,
    Column,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from riik.core import SubjectId, Work, from_text, to_text
from riik.portal.session.model import Guest, Pending

__all__ = ["SqlSessionStore"]

_tables = MetaData()

_guest = Table(
    "session_guest",
    _tables,
    Column("key", LargeBinary, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("hint", LargeBinary, nullable=False),
    Column("sid", LargeBinary, nullable=False),
    Column("idle_at", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("over", Text, nullable=False),
    Index("session_guest_of_sid", "sid"),
    Index("session_guest_of_subject", "subject"),
)
_pending = Table(
    "session_pending",
    _tables,
    Column("state", LargeBinary, primary_key=True),
    Column("browser", LargeBinary, nullable=False),
    Column("path", Text, nullable=False),
    Column("fresh", Text, nullable=False),
    Column("until", Text, nullable=False),
    Index("session_pending_of_browser", "browser", "until"),
)
_logout = Table(
    "session_logout",
    _tables,
    Column("token", LargeBinary, primary_key=True),
    Column("sid", LargeBinary, nullable=False),
    Column("until", Text, nullable=False),
    Index("session_logout_of_sid", "sid"),
)
_form = Table(
    "session_form",
    _tables,
    Column("key", LargeBinary, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("until", Text, nullable=False),
)
_once = Table(
    "session_once",
    _tables,
    Column("key", LargeBinary, primary_key=True),
    Column("at", Text, nullable=False),
    Column("taken_at", Text, nullable=False),
    Column("location", Text, nullable=False),
)

# What every page runs is made once: building a statement costs more than running it.
_KEY: BindParameter[bytes] = bindparam("its_key")
_GUEST = select(_guest).where(_guest.c.key == _KEY)
_TOUCH = update(_guest).where(_guest.c.key == _KEY).values(idle_at=bindparam("until"))
_PENDING = select(_pending).where(_pending.c.state == bindparam("its_state"))
_TAKE_PENDING = delete(_pending).where(_pending.c.state == bindparam("its_state"))
_ONCE = select(_once).where(_once.c.key == _KEY)


class SqlSessionStore:
    """Keeps what sessions need in SQL."""

    def put_guest(self, guest: Guest, *, work: Work) -> None:
        """Write a new session."""
        work.execute(
            insert(_guest).values(
                key=guest.key,
                subject=guest.subject,
                sealed=guest.sealed,
                hint=guest.hint,
                sid=guest.sid,
                idle_at=to_text(guest.idle_at),
                ends_at=to_text(guest.ends_at),
                over=guest.over,
            )
        )

    def guest(self, key: bytes, *, work: Work) -> Guest | None:
        """One session, over or not, or None."""
        row = work.execute(_GUEST, {"its_key": key}).mappings().first()
        if row is None:
            return None
        return Guest(
            key=bytes(row["key"]),
            subject=SubjectId(row["subject"]),
            sealed=bytes(row["sealed"]),
            hint=bytes(row["hint"]),
            sid=bytes(row["sid"]),
            idle_at=from_text(row["idle_at"]),
            ends_at=from_text(row["ends_at"]),
            over=row["over"],
        )

    def touch_guest(self, key: bytes, *, idle_at: datetime, work: Work) -> None:
        """Let a session last until then without use."""
        work.execute(_TOUCH, {"its_key": key, "until": to_text(idle_at)})

    def end_guest(self, key: bytes, *, why: str, work: Work) -> None:
        """End one session: who it was is forgotten, but for the subject."""
        self._end(_guest.c.key == key, why, work)

    def end_guests_of_sid(self, sid: bytes, *, why: str, work: Work) -> int:
        """End the sessions that began in one of login's; how many."""
        return self._end(_guest.c.sid == sid, why, work)

    def end_guests_of(self, subject: SubjectId, *, why: str, work: Work) -> int:
        """End all sessions of a person; how many."""
        return self._end(_guest.c.subject == subject, why, work)

    def put_pending(self, pending: Pending, *, most: int, work: Work) -> None:
        """Write a sign-in that begins; of one browser the newest ``most`` are kept."""
        work.execute(
            insert(_pending).values(
                state=pending.state,
                browser=pending.browser,
                path=pending.to,
                fresh="yes" if pending.fresh else "no",
                until=to_text(pending.until),
            )
        )
        mine = select(_pending.c.state).where(_pending.c.browser == pending.browser)
        newest = mine.order_by(_pending.c.until.desc(), _pending.c.state).limit(most)
        kept = [bytes(row[0]) for row in work.execute(newest)]
        if len(kept) == most:
            work.execute(
                delete(_pending).where(
                    _pending.c.browser == pending.browser,
                    _pending.c.state.not_in([*kept, pending.state]),
                )
            )

    def take_pending(self, state: bytes, *, browser: bytes, work: Work) -> Pending | None:
        """Take a sign-in of this browser out, so that no other process can take it too."""
        row = work.execute(_PENDING, {"its_state": state}).mappings().first()
        if row is None or bytes(row["browser"]) != browser:
            return None
        if work.execute(_TAKE_PENDING, {"its_state": state}).rowcount != 1:
            return None
        return Pending(
            state=bytes(row["state"]),
            browser=bytes(row["browser"]),
            to=row["path"],
            fresh=row["fresh"] == "yes",
            until=from_text(row["until"]),
        )

    def put_logout(self, token: bytes, *, sid: bytes, until: datetime, work: Work) -> bool:
        """Write down a logout token; False when it was heard before."""
        known = work.execute(select(_logout.c.token).where(_logout.c.token == token)).first()
        if known is not None:
            return False
        values = {"token": token, "sid": sid, "until": to_text(until)}
        work.execute(insert(_logout).values(**values))
        return True

    def sid_is_over(self, sid: bytes, *, work: Work) -> bool:
        """Did login end this session of its own?"""
        query = select(_logout.c.sid).where(_logout.c.sid == sid).limit(1)
        return work.execute(query).first() is not None

    def put_form(
        self, key: bytes, *, subject: SubjectId, sealed: bytes, until: datetime, work: Work
    ) -> None:
        """Keep the answers of a form."""
        values = {"key": key, "subject": subject, "sealed": sealed, "until": to_text(until)}
        work.execute(insert(_form).values(**values))

    def form(self, key: bytes, *, at: datetime, work: Work) -> tuple[SubjectId, bytes] | None:
        """For whom a form is kept, and its answers, or None."""
        row = work.execute(select(_form).where(_form.c.key == key)).mappings().first()
        if row is None or from_text(row["until"]) <= at:
            return None
        return SubjectId(row["subject"]), bytes(row["sealed"])

    def drop_form(self, key: bytes, *, work: Work) -> None:
        """Forget the answers of a form."""
        work.execute(delete(_form).where(_form.c.key == key))

    def once(self, key: bytes, *, work: Work) -> tuple[datetime, datetime, str] | None:
        """When a sending came first and was begun last, and where it led; or None."""
        row = work.execute(_ONCE, {"its_key": key}).mappings().first()
        if row is None:
            return None
        return from_text(row["at"]), from_text(row["taken_at"]), row["location"]

    def put_once(self, key: bytes, *, at: datetime, work: Work) -> None:
        """Write down that a form came for the first time."""
        now = to_text(at)
        work.execute(insert(_once).values(key=key, at=now, taken_at=now, location=""))

    def take_once(self, key: bytes, *, at: datetime, work: Work) -> None:
        """Begin a sending again that ended nowhere."""
        work.execute(update(_once).where(_once.c.key == key).values(taken_at=to_text(at)))

    def end_once(self, key: bytes, *, location: str, work: Work) -> None:
        """Write down where a sending led."""
        work.execute(update(_once).where(_once.c.key == key).values(location=location))

    def sweep(self, *, at: datetime, before: datetime, work: Work) -> int:
        """Delete what is over at a time, and sessions that were over before; how many rows."""
        now, text = to_text(at), to_text(before)
        statements = (
            delete(_guest).where((_guest.c.ends_at < text) | (_guest.c.idle_at < text)),
            delete(_pending).where(_pending.c.until < now),
            delete(_logout).where(_logout.c.until < now),
            delete(_form).where(_form.c.until < now),
            delete(_once).where(_once.c.taken_at < text),
        )
        return sum(work.execute(statement).rowcount for statement in statements)

    def _end(self, whose: object, why: str, work: Work) -> int:
        ended = update(_guest).where(whose, _guest.c.over == "")  # type: ignore[arg-type]
        return int(work.execute(ended.values(sealed=b"", hint=b"", over=why)).rowcount)
