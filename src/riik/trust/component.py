"""The trust centre issues certificates, tells their status, stamps times; lists are published.

Decides in the pure modules (`profiles`, `responders`), keeps in the store. Answers
to OCSP and time-stamp requests are protocol messages even when they refuse, so they never
raise `Refused`. A private key is only ever used through its `Signer`. The trusted list is
another organisation's: the governing authority lists the services that it supervises.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

from riik.core import Clock, Database, Entropy, PersonCode, SubjectId, Vault, Work
from riik.trust.certificates import read_certificate
from riik.trust.errors import IssueRefused, RequestRefused, TrustUnavailable
from riik.trust.hierarchy import HEAD_START, Hierarchy, new_serial
from riik.trust.model import (
    Certificate,
    CertificateStatus,
    Issued,
    PublishedList,
    SealXml,
    Standing,
)
from riik.trust.ocsp import CERTIFICATE_HOLD, CertId
from riik.trust.profiles import Addresses, Profile, make_certificate, validity
from riik.trust.responders import (
    Failure,
    ResponseStatus,
    TimeStampRequest,
    make_ocsp_response,
    make_timestamp_response,
    make_token,
    read_ocsp_request,
    read_timestamp_request,
    refuse_ocsp,
    refuse_timestamp,
)
from riik.trust.trustlist import Provider, Scheme, make_trusted_list

__all__ = ["Certificates", "ListPublisher", "Lists", "Order", "Trust"]

LIST_LIFETIME: Final = timedelta(days=180)
GOOD: Final = CertificateStatus.GOOD
SUSPENDED: Final = CertificateStatus.SUSPENDED
REVOKED: Final = CertificateStatus.REVOKED
REASONS: Final = frozenset({0, 1, 3, 4, 5, 9})
"""CRLReason that revocation may give: not CA compromise, hold or removal (RFC 5280 §5.3.1)."""

_FAILURES: Final = {
    "algorithm": Failure.BAD_ALG,
    "policy": Failure.UNACCEPTED_POLICY,
    "extension": Failure.UNACCEPTED_EXTENSION,
    "malformed": Failure.BAD_DATA_FORMAT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One certificate to issue.

    Attributes:
        key: Idempotency key: the same order twice is one certificate.
        public_key: SubjectPublicKeyInfo, DER; that its owner has the private key is the
            orderer's to know.
        not_after: Another end than the profile's.
    """

    key: str
    profile: Profile
    public_key: bytes
    not_after: datetime | None = None


class Certificates(Protocol):
    """What this component needs kept: `store.CertificateStore` keeps it in SQL."""

    def add(self, issued: Sequence[Issued], *, work: Work) -> None:
        """Write new certificates and their first status."""
        ...

    def by_keys(self, keys: Sequence[str], *, work: Work) -> dict[str, Issued]:
        """What was issued under these idempotency keys."""
        ...

    def of_person(self, blind: bytes, *, work: Work) -> list[Issued]:
        """All certificates of the person with this blind index, oldest first."""
        ...

    def standing(self, serial: int, *, work: Work) -> Standing | None:
        """The present status, or nothing when there is no such certificate."""
        ...

    def history(self, serial: int, *, work: Work) -> list[Standing]:
        """Every status that the certificate had, oldest first."""
        ...

    def change(self, serial: int, *, before: Standing, after: Standing, work: Work) -> None:
        """Write a new status over the one that was read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """One node's certification authority, OCSP responder and time-stamp authority.

    Attributes:
        addresses: Where its certificates say that status and issuer are found.
        policy: Dotted policy of its time-stamps.
    """

    hierarchy: Hierarchy
    store: Certificates
    database: Database
    vault: Vault
    clock: Clock
    entropy: Entropy
    addresses: Addresses
    policy: str

    def issue(self, order: Order) -> bytes:
        """Issue one certificate, DER; the same order again answers the same certificate.

        Raises:
            IssueRefused: For ``key-reused``: another order had this idempotency key.
        """
        return self.issue_many([order])[0]

    def issue_many(self, orders: Sequence[Order]) -> list[bytes]:
        """Issue certificates in one unit of work, in the orders' order: all or none.

        Signing is done before the unit opens, so other writers don't wait for it.

        Raises:
            IssueRefused: For ``key-reused`` or ``key-twice``.
        """
        keys = [order.key for order in orders]
        if len(set(keys)) != len(keys):
            raise IssueRefused("two orders with one key", why="key-twice")
        with self.database.read() as work:
            before = self.store.by_keys(keys, work=work)
        fresh = [order for order in orders if order.key not in before]
        made, rows = self._make_all(fresh)
        with self.database.work() as work:
            self.store.add(rows, work=work)
        return [
            made[order.key] if order.key in made else self._again(order, before[order.key])
            for order in orders
        ]

    def certificates_of(self, person: PersonCode) -> list[tuple[Certificate, Standing]]:
        """A person's certificates with their present status, oldest first."""
        subject = self.vault.find(person)
        if subject is None:
            return []
        with self.database.read() as work:
            issued = self.store.of_person(self._blind(person), work=work)
        return [(read_certificate(self._unsealed(one)), one.standing) for one in issued]

    def status(self, serial: int) -> Standing:
        """The present standing of the certificate with this serial number; else unknown."""
        with self.database.read() as work:
            found = self.store.standing(serial, work=work)
        return found or Standing(CertificateStatus.UNKNOWN)

    def history(self, serial: int) -> list[Standing]:
        """Every standing of the certificate since it was issued, oldest first."""
        with self.database.read() as work:
            return self.store.history(serial, work=work)

    def suspend(self, serial: int) -> Standing:
        """Suspend (certificateHold) until `resume`; a suspended one stays as it is.

        Raises:
            IssueRefused: For ``unknown`` or ``revoked``.
        """
        return self._change(serial, SUSPENDED, reason=CERTIFICATE_HOLD)

    def resume(self, serial: int) -> Standing:
        """End a suspension; a good one stays as it is.

        Raises:
            IssueRefused: For ``unknown`` or ``revoked``: revocation is for ever.
        """
        return self._change(serial, GOOD, reason=None)

    def revoke(self, serial: int, *, reason: int = 0) -> Standing:
        """Revoke for ever; a revoked one stays as it is, with its first time and reason.

        Args:
            serial: Which certificate.
            reason: CRLReason: 0 unspecified, 1 key compromise, 3 affiliation changed,
                4 superseded, 5 cessation, 9 privilege withdrawn.

        Raises:
            IssueRefused: For ``unknown`` or ``reason``.
        """
        if reason not in REASONS:
            raise IssueRefused(f"no reason {reason} for a revocation", why="reason")
        return self._change(serial, REVOKED, reason=reason)

    def answer_ocsp(self, request: bytes) -> bytes:
        """Answer an OCSP request, DER; what can't be read is answered ``malformedRequest``.

        A certificate that this authority didn't issue is ``unknown``.
        """
        try:
            read = read_ocsp_request(request)
        except RequestRefused:
            return refuse_ocsp(ResponseStatus.MALFORMED_REQUEST)
        with self.database.read() as work:
            answers = [(asked, self._standing_of(asked, work)) for asked in read.asked]
        return make_ocsp_response(
            answers,
            responder=self.hierarchy.ocsp.certificate,
            signer=self.hierarchy.ocsp.signer,
            at=self.clock.now(),
            nonce=read.nonce,
        )

    def timestamp(self, request: bytes) -> bytes:
        """Answer a time-stamp request, DER; a refusal is an answer with its failure bit."""
        try:
            read = read_timestamp_request(request)
            token = self.stamp(read)
        except RequestRefused as refused:
            return refuse_timestamp(_FAILURES.get(refused.why, Failure.BAD_REQUEST))
        return make_timestamp_response(token)

    def stamp(self, request: TimeStampRequest) -> bytes:
        """Make a token for this request.

        Raises:
            RequestRefused: For ``policy``.
        """
        if request.policy not in {None, self.policy}:
            raise RequestRefused("no such policy here", why="policy")
        return make_token(
            request,
            certificate=self.hierarchy.tsa.certificate,
            signer=self.hierarchy.tsa.signer,
            policy=self.policy,
            serial=new_serial(self.entropy),
            at=self.clock.now(),
        )

    def _make_all(self, orders: Sequence[Order]) -> tuple[dict[str, bytes], list[Issued]]:
        """The certificates by their orders' keys, and how they are kept: people's are sealed."""
        people = [order.profile.person for order in orders if order.profile.person is not None]
        known = list(dict.fromkeys(people))
        subjects = dict(zip(known, self.vault.subjects_of(known), strict=True)) if known else {}
        issued = [self._make(order, subjects) for order in orders]
        made = {one.key: one.certificate for one in issued}
        sealed = self.vault.seal_many(
            (one.subject, one.certificate, _context(one.serial))
            for one in issued
            if one.subject is not None
        )
        kept = iter(sealed)
        return made, [
            one if one.subject is None else replace(one, certificate=next(kept)) for one in issued
        ]

    def _make(self, order: Order, subjects: dict[PersonCode, SubjectId]) -> Issued:
        """One certificate, and what is written down of it; not sealed yet."""
        issuing, person = self.hierarchy.issuing, order.profile.person
        now, serial = self.clock.now(), new_serial(self.entropy)
        certificate = make_certificate(
            order.profile,
            public_key=order.public_key,
            serial=serial,
            not_before=now - HEAD_START,
            not_after=order.not_after,
            signer=issuing.signer,
            issuer=issuing.certificate,
            addresses=self.addresses,
        )
        _, not_after = validity(
            order.profile,
            not_before=now - HEAD_START,
            not_after=order.not_after,
            issuer=read_certificate(issuing.certificate),
        )
        return Issued(
            serial=serial,
            key=order.key,
            kind=order.profile.kind,
            fingerprint=sha256(certificate).digest(),
            public_key_hash=sha256(order.public_key).digest(),
            subject=None if person is None else subjects[person],
            subject_blind=None if person is None else self._blind(person),
            certificate=certificate,
            issued=now,
            not_after=not_after,
            standing=Standing(GOOD, now),
        )

    def _again(self, order: Order, issued: Issued) -> bytes:
        """The certificate of an order that was carried out before, if it is the same order."""
        person = order.profile.person
        same = (
            issued.kind == order.profile.kind
            and issued.public_key_hash == sha256(order.public_key).digest()
            and issued.subject_blind == (None if person is None else self._blind(person))
        )
        if not same:
            raise IssueRefused("another order had this key", why="key-reused")
        return self._unsealed(issued)

    def _unsealed(self, issued: Issued) -> bytes:
        if issued.subject is None:
            return issued.certificate
        return self.vault.open(issued.subject, issued.certificate, context=_context(issued.serial))

    def _blind(self, person: PersonCode) -> bytes:
        return self.vault.blind(person, field="trust.person")

    def _change(self, serial: int, status: CertificateStatus, *, reason: int | None) -> Standing:
        with self.database.work() as work:
            before = self.store.standing(serial, work=work)
            if before is None:
                raise IssueRefused("no such certificate", why="unknown")
            if before.status is status:
                return before
            if before.status is REVOKED:
                raise IssueRefused("revocation is for ever", why="revoked")
            after = Standing(status, self.clock.now(), reason)
            self.store.change(serial, before=before, after=after, work=work)
        return after

    def _standing_of(self, asked: CertId, work: Work) -> Standing:
        unknown = Standing(CertificateStatus.UNKNOWN)
        if not asked.issued_by(read_certificate(self.hierarchy.issuing.certificate)):
            return unknown
        return self.store.standing(asked.serial, work=work) or unknown


def _context(serial: int) -> str:
    return f"trust_certificate/certificate/{serial:x}"


class Lists(Protocol):
    """What this component needs kept: `store.ListStore` keeps it in SQL."""

    def latest(self, *, work: Work) -> PublishedList | None:
        """The one with the highest sequence number."""
        ...

    def add(self, published: PublishedList, *, work: Work) -> None:
        """Write the next one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPublisher:
    """The governing authority's trusted list: one after another, each the next number."""

    scheme: Scheme
    seal: SealXml
    store: Lists
    database: Database
    clock: Clock

    def publish_list(self, providers: Sequence[Provider]) -> bytes:
        """Seal and publish the next list; it is good for half a year (§5.3.15).

        Raises:
            TrustUnavailable: For ``race``: another list took the number.
        """
        with self.database.read() as work:
            before = self.store.latest(work=work)
        sequence = 1 if before is None else before.sequence + 1
        issued = self.clock.now()
        plain = make_trusted_list(
            self.scheme,
            providers,
            sequence=sequence,
            issued=issued,
            next_update=issued + LIST_LIFETIME,
        )
        published = PublishedList(
            sequence=sequence,
            issued=issued,
            next_update=issued + LIST_LIFETIME,
            document=self.seal(plain),
        )
        with self.database.work() as work:
            self.store.add(published, work=work)
        return published.document

    def current(self) -> bytes:
        """The list that was published last.

        Raises:
            TrustUnavailable: For ``no-list``: none was published yet.
        """
        with self.database.read() as work:
            latest = self.store.latest(work=work)
        if latest is None:
            raise TrustUnavailable("no list was published yet", why="no-list")
        return latest.document
