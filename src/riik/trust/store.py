"""Where issued certificates, authorities and lists are kept: SQL on SQLite and PostgreSQL.

A status is kept twice: the present one beside the certificate, where OCSP looks it up, and
all of them in the order in which they came. Both are written in one unit of work.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from riik.core import SubjectId, Work, from_text, to_text
from riik.trust.errors import TrustUnavailable
from riik.trust.model import CertificateStatus, Issued, PublishedList, Standing

__all__ = ["AuthorityStore", "CertificateStore", "ListStore"]

METADATA = MetaData()
CERTIFICATE = Table(
    "trust_certificate",
    METADATA,
    Column("serial", Text, primary_key=True),
    Column("issue_key", Text),
    Column("kind", Text),
    Column("fingerprint", LargeBinary),
    Column("public_key_hash", LargeBinary),
    Column("subject", Text),
    Column("subject_blind", LargeBinary),
    Column("certificate", LargeBinary),
    Column("issued_utc", Text),
    Column("not_after_utc", Text),
    Column("status", Text),
    Column("status_utc", Text),
    Column("reason", Integer),
)
STATUS = Table(
    "trust_status",
    METADATA,
    Column("serial", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("status", Text),
    Column("reason", Integer),
    Column("at_utc", Text),
)
AUTHORITY = Table(
    "trust_authority",
    METADATA,
    Column("role", Text, primary_key=True),
    Column("certificate", LargeBinary),
)
LIST = Table(
    "trust_list",
    METADATA,
    Column("sequence", Integer, primary_key=True),
    Column("issued_utc", Text),
    Column("next_update_utc", Text),
    Column("document", LargeBinary),
)
MOST_AT_ONCE = 500  # SQLite's variables in one statement are limited


class CertificateStore:
    """Issued certificates with their statuses."""

    def add(self, issued: Sequence[Issued], *, work: Work) -> None:
        """Write new certificates and their first status.

        Raises:
            TrustUnavailable: For ``race``: another order with the same key came first.
        """
        if not issued:
            return
        try:
            work.execute(insert(CERTIFICATE), [_row(one) for one in issued])
        except IntegrityError as error:
            raise TrustUnavailable("another order came first", why="race") from error
        work.execute(insert(STATUS), [_first_status(one) for one in issued])

    def by_keys(self, keys: Sequence[str], *, work: Work) -> dict[str, Issued]:
        """What was issued under these idempotency keys."""
        found: dict[str, Issued] = {}
        for start in range(0, len(keys), MOST_AT_ONCE):
            wanted = CERTIFICATE.c.issue_key.in_(keys[start : start + MOST_AT_ONCE])
            rows = work.execute(select(CERTIFICATE).where(wanted)).mappings()
            found |= {row["issue_key"]: _issued(row) for row in rows}
        return found

    def of_person(self, blind: bytes, *, work: Work) -> list[Issued]:
        """All certificates of the person with this blind index, oldest first."""
        statement = (
            select(CERTIFICATE)
            .where(CERTIFICATE.c.subject_blind == blind)
            .order_by(CERTIFICATE.c.issued_utc, CERTIFICATE.c.serial)
        )
        return [_issued(row) for row in work.execute(statement).mappings()]

    def standing(self, serial: int, *, work: Work) -> Standing | None:
        """The present status, or nothing when there is no such certificate."""
        columns = (CERTIFICATE.c.status, CERTIFICATE.c.status_utc, CERTIFICATE.c.reason)
        row = work.execute(
            select(*columns).where(CERTIFICATE.c.serial == _hexadecimal(serial))
        ).first()
        return None if row is None else _standing(*row)

    def history(self, serial: int, *, work: Work) -> list[Standing]:
        """Every status that the certificate had, oldest first."""
        statement = (
            select(STATUS.c.status, STATUS.c.at_utc, STATUS.c.reason)
            .where(STATUS.c.serial == _hexadecimal(serial))
            .order_by(STATUS.c.number)
        )
        return [_standing(*row) for row in work.execute(statement)]

    def change(self, serial: int, *, before: Standing, after: Standing, work: Work) -> None:
        """Write a new status over the one that was read.

        Raises:
            TrustUnavailable: For ``race``: another change came first.
        """
        at_utc = _moment(after)
        changed = work.execute(
            update(CERTIFICATE)
            .where(
                CERTIFICATE.c.serial == _hexadecimal(serial),
                CERTIFICATE.c.status == before.status.value,
                CERTIFICATE.c.status_utc == _moment(before),
            )
            .values(status=after.status.value, status_utc=at_utc, reason=after.reason)
        )
        if changed.rowcount != 1:
            raise TrustUnavailable("another change came first", why="race")
        numbers = select(func.max(STATUS.c.number)).where(STATUS.c.serial == _hexadecimal(serial))
        row = {
            "serial": _hexadecimal(serial),
            "number": work.execute(numbers).scalar_one() + 1,
            "status": after.status.value,
            "reason": after.reason,
            "at_utc": at_utc,
        }
        work.execute(insert(STATUS), [row])


class AuthorityStore:
    """Certificates of the node's own authorities by their role."""

    def find(self, role: str, *, work: Work) -> bytes | None:
        """The certificate, DER, if there is one."""
        statement = select(AUTHORITY.c.certificate).where(AUTHORITY.c.role == role)
        found: bytes | None = work.execute(statement).scalar_one_or_none()
        return found

    def add(self, role: str, certificate: bytes, *, work: Work) -> None:
        """Write one down, once for all."""
        try:
            work.execute(insert(AUTHORITY), [{"role": role, "certificate": certificate}])
        except IntegrityError as error:
            raise TrustUnavailable("another start came first", why="race") from error


class ListStore:
    """Trusted lists that were published."""

    def latest(self, *, work: Work) -> PublishedList | None:
        """The one with the highest sequence number."""
        statement = select(LIST).order_by(LIST.c.sequence.desc()).limit(1)
        row = work.execute(statement).mappings().first()
        if row is None:
            return None
        return PublishedList(
            sequence=row["sequence"],
            issued=from_text(row["issued_utc"]),
            next_update=from_text(row["next_update_utc"]),
            document=row["document"],
        )

    def add(self, published: PublishedList, *, work: Work) -> None:
        """Write the next one.

        Raises:
            TrustUnavailable: For ``race``: another one took the number.
        """
        row = {
            "sequence": published.sequence,
            "issued_utc": to_text(published.issued),
            "next_update_utc": to_text(published.next_update),
            "document": published.document,
        }
        try:
            work.execute(insert(LIST), [row])
        except IntegrityError as error:
            raise TrustUnavailable("another list took the number", why="race") from error


def _hexadecimal(serial: int) -> str:
    return f"{serial:x}"


def _moment(standing: Standing) -> str:
    return to_text(standing.since) if standing.since is not None else ""


def _standing(status: str, since: str, reason: int | None) -> Standing:
    moment: datetime | None = from_text(since) if since else None
    return Standing(CertificateStatus(status), moment, reason)


def _row(issued: Issued) -> dict[str, Any]:
    return {
        "serial": _hexadecimal(issued.serial),
        "issue_key": issued.key,
        "kind": issued.kind,
        "fingerprint": issued.fingerprint,
        "public_key_hash": issued.public_key_hash,
        "subject": issued.subject,
        "subject_blind": issued.subject_blind,
        "certificate": issued.certificate,
        "issued_utc": to_text(issued.issued),
        "not_after_utc": to_text(issued.not_after),
        "status": issued.standing.status.value,
        "status_utc": _moment(issued.standing),
        "reason": issued.standing.reason,
    }


def _first_status(issued: Issued) -> dict[str, Any]:
    return {
        "serial": _hexadecimal(issued.serial),
        "number": 1,
        "status": issued.standing.status.value,
        "reason": issued.standing.reason,
        "at_utc": _moment(issued.standing),
    }


def _issued(row: Mapping[Any, Any]) -> Issued:
    subject = row["subject"]
    return Issued(
        serial=int(row["serial"], 16),
        key=row["issue_key"],
        kind=row["kind"],
        fingerprint=row["fingerprint"],
        public_key_hash=row["public_key_hash"],
        subject=None if subject is None else SubjectId(subject),
        subject_blind=row["subject_blind"],
        certificate=row["certificate"],
        issued=from_text(row["issued_utc"]),
        not_after=from_text(row["not_after_utc"]),
        standing=_standing(row["status"], row["status_utc"], row["reason"]),
    )
