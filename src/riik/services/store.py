"""The tables of running cases, whose dossiers are sealed per person, and of their folders."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Integer,
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

from riik.core import SubjectId, Unavailable, Work, from_text, to_text
from riik.services.running import Stored, Waits
from riik.services.terms.delivering import Reached

__all__ = ["SqlServiceStore"]

_tables = MetaData()

_running = Table(
    "services_running",
    _tables,
    Column("case_id", Text, primary_key=True),
    Column("service", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("due_at", Text),
)

_folders = Table(
    "services_folder",
    _tables,
    Column("digest", Text, primary_key=True),
    Column("service", Text, nullable=False),
    Column("files", LargeBinary, nullable=False),
)

_signer = Table(
    "services_signer",
    _tables,
    Column("case_id", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("until", Text, nullable=False),
)

_handed = Table(
    "services_handed",
    _tables,
    Column("case_id", Text, primary_key=True),
    Column("partner", Text, nullable=False),
    Column("at", Text, nullable=False),
)

_delivery = Table(
    "services_delivery",
    _tables,
    Column("case_id", Text, primary_key=True),
    Column("notice", Text, nullable=False),
    Column("sent_at", Text, nullable=False),
    Column("delivered_at", Text),
    Column("how", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("due", Text),
)

MOST_OVERDUE = 100


# Said once: putting a statement together takes as long as the engine takes for it.
_INSERT = insert(_running)
_LOAD = select(_running).where(_running.c.case_id == bindparam("this"))
_SAVE = (
    update(_running)
    .where(_running.c.case_id == bindparam("this"), _running.c.version == bindparam("before"))
    .values({name: bindparam(name) for name in ("state", "sealed", "version", "due_at")})
)


class SqlServiceStore:
    """Keeps running cases in SQL."""

    def insert(self, stored: Stored, *, work: Work) -> None:
        """Write a case that starts."""
        row = {
            "case_id": stored.case,
            "service": stored.service,
            "digest": stored.digest,
            "state": stored.state,
            "sealed": stored.sealed,
            "version": stored.version,
            "due_at": stored.due or None,
        }
        work.execute(_INSERT, row)

    def load(self, case: str, *, work: Work) -> Stored | None:
        """A running case, or None."""
        row = work.execute(_LOAD, {"this": case}).first()
        if row is None:
            return None
        return Stored(
            case=row.case_id,
            service=row.service,
            digest=row.digest,
            state=bytes(row.state),
            sealed=bytes(row.sealed),
            version=row.version,
            due=row.due_at or "",
        )

    def save(self, stored: Stored, *, work: Work) -> None:
        """Write the next version of a case.

        Raises:
            Unavailable: Somebody wrote it meanwhile (``changed``); load it again.
        """
        row = {
            "this": stored.case,
            "before": stored.version - 1,
            "state": stored.state,
            "sealed": stored.sealed,
            "version": stored.version,
            "due_at": stored.due or None,
        }
        written = work.execute(_SAVE, row)
        if written.rowcount != 1:
            raise Unavailable("the case was changed meanwhile", why="changed")

    def drop(self, case: str, *, work: Work) -> None:
        """Delete a case's content."""
        work.execute(delete(_running).where(_running.c.case_id == case))
        work.execute(delete(_signer).where(_signer.c.case_id == case))
        work.execute(delete(_delivery).where(_delivery.c.case_id == case))

    def begin_delivery(self, reached: Reached, *, due: str, work: Work) -> None:
        """Write that a decision is on its way; the same again changes nothing."""
        known = select(_delivery.c.case_id).where(_delivery.c.case_id == reached.case)
        if work.execute(known).first() is None:
            row = {"case_id": reached.case, "due": due, **_delivered(reached)}
            work.execute(insert(_delivery).values(row))

    def delivery(self, case: str, *, work: Work) -> Reached | None:
        """What is known of a decision's way, or None where none is watched."""
        row = work.execute(select(_delivery).where(_delivery.c.case_id == case)).first()
        return _reached(row) if row else None

    def deliveries_due(self, now: str, *, limit: int, work: Work) -> list[Reached]:
        """Those of which the inbox is to be asked, the longest due first."""
        query = select(_delivery).where(_delivery.c.due <= now)
        rows = work.execute(query.order_by(_delivery.c.due).limit(limit))
        return [_reached(row) for row in rows]

    def save_delivery(self, reached: Reached, *, due: str | None, work: Work) -> None:
        """Write what is known by now."""
        this = update(_delivery).where(_delivery.c.case_id == reached.case)
        work.execute(this.values(due=due, **_delivered(reached)))

    def due(self, before: str, *, limit: int, work: Work) -> list[str]:
        """Cases whose process waits for a time up to this moment, the earliest first."""
        query = select(_running.c.case_id).where(_running.c.due_at <= before)
        rows = work.execute(query.order_by(_running.c.due_at).limit(limit))
        return [row.case_id for row in rows]

    def put_signers(self, case: str, signers: Sequence[Waits], *, work: Work) -> None:
        """Write who signs a case as well, over what was known before."""
        work.execute(delete(_signer).where(_signer.c.case_id == case))
        for one in signers:
            row = {"case_id": case, "subject": one.subject, "until": one.until}
            work.execute(insert(_signer).values(row))

    def signs(self, case: str, subject: SubjectId | None, *, work: Work) -> bool:
        """Whether this person was asked to sign this case."""
        this = (_signer.c.case_id == case) & (_signer.c.subject == subject)
        return work.execute(select(_signer.c.case_id).where(this)).first() is not None

    def signed_by(self, subject: SubjectId, *, work: Work) -> list[str]:
        """The cases that this person was asked to sign."""
        query = select(_signer.c.case_id).where(_signer.c.subject == subject)
        return [str(row.case_id) for row in work.execute(query)]

    def overdue(self, now: str, *, work: Work) -> list[str]:
        """Cases that wait for a signature whose time is over; at most a hundred at once."""
        late = (_signer.c.until != "") & (_signer.c.until <= now)
        query = select(_signer.c.case_id).where(late).distinct().limit(MOST_OVERDUE)
        return [str(row.case_id) for row in work.execute(query)]

    def put_handed(self, case: str, partner: str, at: str, *, work: Work) -> None:
        """Write that a case is on its way to another organisation."""
        self.drop_handed(case, work=work)
        work.execute(insert(_handed).values(case_id=case, partner=partner, at=at))

    def handed(self, case: str, *, work: Work) -> str:
        """To whom a case is on its way; empty when to nobody."""
        query = select(_handed.c.partner).where(_handed.c.case_id == case)
        return str(work.execute(query).scalar() or "")

    def drop_handed(self, case: str, *, work: Work) -> None:
        """Forget that a case was on its way."""
        work.execute(delete(_handed).where(_handed.c.case_id == case))

    def oldest_handed(self, *, work: Work) -> str:
        """Since when the oldest one is on its way; empty when none is."""
        query = select(_handed.c.at).order_by(_handed.c.at).limit(1)
        return str(work.execute(query).scalar() or "")

    def keep_folder(self, digest: str, service: str, files: bytes, *, work: Work) -> None:
        """Keep a version of a service, once; one that is kept stays as it is."""
        if self.folder(digest, work=work) is None:
            work.execute(insert(_folders).values(digest=digest, service=service, files=files))

    def folder(self, digest: str, *, work: Work) -> bytes | None:
        """A kept version, or None."""
        row = work.execute(select(_folders.c.files).where(_folders.c.digest == digest)).first()
        return bytes(row.files) if row else None


def _delivered(reached: Reached) -> dict[str, str | None]:
    return {
        "notice": reached.notice,
        "sent_at": to_text(reached.sent_at),
        "delivered_at": to_text(reached.delivered_at) if reached.delivered_at else None,
        "how": reached.how,
        "state": reached.state,
        "channel": reached.channel,
    }


def _reached(row: Any) -> Reached:
    return Reached(
        case=row.case_id,
        notice=row.notice,
        sent_at=from_text(row.sent_at),
        delivered_at=from_text(row.delivered_at) if row.delivered_at else None,
        how=row.how,
        state=row.state,
        channel=row.channel,
    )
