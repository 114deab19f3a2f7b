"""Identity: enrol people, bind cards to them, and stop cards at once when asked.

People and cards are kept sealed under each person's data key; a document and a certificate
are found by blind indexes. Certificates are made and stopped by a certificate authority,
which is another organisation: verbs that ask it are async and hold no unit while waiting.
What they do can be repeated: an authority that was asked twice does it once.
"""

from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from riik.core import (
    ClientId,
    Clock,
    Database,
    InThread,
    MemberId,
    Outbox,
    PersonCode,
    SubjectId,
    Vault,
    Work,
)
from riik.identity.errors import DocumentRefused, PersonRefused, PersonUnknown
from riik.identity.model import (
    Actor,
    CardOrder,
    CertificatePair,
    CertificateRequest,
    Document,
    Event,
    KeptDocument,
    KeptKey,
    KeptPerson,
    KeyPurpose,
    Known,
    Organisation,
    Person,
    Reason,
    Status,
)
from riik.identity.people import FROM, check_actor, check_officer, check_orders, check_person
from riik.identity.sealing import Sealing
from riik.trust import CertificateRefused, read_certificate

__all__ = ["AccessRecords", "CertificateAuthority", "Identity", "IdentityStore"]

CHANGED: Final = "identity.document-changed"
"""Topic of the event that a document's status is another now: the holder is to be told."""

FIELDS: Final = ("name", "birth_date", "sex", "citizenship", "documents")


class CertificateAuthority(Protocol):
    """Who certifies the keys; `node` fills it. Doing anything twice is the same as once."""

    def issue(
        self, requests: Sequence[CertificateRequest], /
    ) -> Awaitable[Sequence[CertificatePair]]: ...
    def suspend(self, certificate: bytes, /) -> Awaitable[None]: ...
    def resume(self, certificate: bytes, /) -> Awaitable[None]: ...
    def revoke(self, certificate: bytes, /, *, reason: Reason) -> Awaitable[None]: ...


class AccessRecords(Protocol):
    """Where a look at a person's data is written down; `transparency` has it."""

    def record_access(
        self,
        subject: SubjectId,
        *,
        reader: MemberId | ClientId,
        purpose: str,
        legal_basis: str,
        service: str,
        work: Work,
        fields: Iterable[str] = (),
    ) -> object: ...


class IdentityStore(Protocol):
    """What this component needs kept: `store` keeps it in SQL."""

    def put_people(self, people: Sequence[KeptPerson], *, work: Work) -> None: ...
    def people(self, subjects: Sequence[SubjectId], *, work: Work) -> list[KeptPerson]: ...
    def put_organisations(self, organisations: Sequence[Organisation], *, work: Work) -> None: ...
    def organisation(self, registry_code: str, *, work: Work) -> Organisation | None: ...
    def put_documents(self, documents: Sequence[KeptDocument], *, work: Work) -> None: ...
    def document(self, key: bytes, *, work: Work) -> KeptDocument | None: ...
    def documents_of(self, subject: SubjectId, *, work: Work) -> list[KeptDocument]: ...
    def set_status(self, keys: Sequence[bytes], status: Status, *, work: Work) -> None: ...
    def put_keys(self, keys: Sequence[KeptKey], *, work: Work) -> None: ...
    def key(self, key: bytes, *, work: Work) -> KeptKey | None: ...
    def keys_of(self, document: bytes, *, work: Work) -> list[KeptKey]: ...
    def record(self, documents: Sequence[bytes], event: Event, *, work: Work) -> None: ...
    def events_of(self, document: bytes, *, work: Work) -> list[Event]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One country's identity authority.

    Attributes:
        places: Three-digit numbers of places in Vietnamese codes, from the country profile.
    """

    store: IdentityStore
    database: Database
    vault: Vault
    clock: Clock
    in_thread: InThread
    outbox: Outbox
    access: AccessRecords
    authority: CertificateAuthority
    places: frozenset[str] = frozenset()

    @property
    def _sealing(self) -> Sealing:
        return Sealing(self.vault)

    def enrol(
        self, people: Iterable[Person], *, organisations: Iterable[Organisation] = ()
    ) -> list[SubjectId]:
        """Enrol people, and organisations with them, in one unit of work.

        Whoever is enrolled already with the same facts stays as they are.

        Returns:
            The people's opaque subjects at this node, in order.

        Raises:
            CodeRefused: A code breaks its country's scheme.
            PersonRefused: For ``birth-date`` or ``sex`` (the code says another), ``name``,
                ``twice`` or ``differs`` (enrolled with other facts).
        """
        new = list(people)
        for person in new:
            check_person(person, places=self.places)
        if len({person.code for person in new}) != len(new):
            raise PersonRefused("somebody is enrolled twice at once", why="twice")
        subjects = self.vault.subjects_of([person.code for person in new])
        with self.database.work() as work:
            known = {kept.subject: kept for kept in self.store.people(subjects, work=work)}
            fresh = []
            for subject, person in zip(subjects, new, strict=True):
                if subject not in known:
                    fresh.append((subject, person))
                elif self._sealing.open_person(known[subject]) != person:
                    raise PersonRefused("enrolled with other facts already", why="differs")
            self.store.put_people(self._sealing.people(fresh), work=work)
            self.store.put_organisations(list(organisations), work=work)
        return subjects

    def find(
        self, code: PersonCode, *, reader: MemberId | ClientId, purpose: str, legal_basis: str
    ) -> Known:
        """A person, their documents and what was done with them; the look is written down.

        Args:
            code: Country and personal code.
            reader: The organisation that receives the answer.
            purpose: What for, in words that the person understands.
            legal_basis: The law that allows it.

        Raises:
            PersonUnknown: For ``unknown``.
        """
        with self.database.work() as work:
            kept = self._person(code, work=work)
            self.access.record_access(
                kept.subject,
                reader=reader,
                purpose=purpose,
                legal_basis=legal_basis,
                service="identity/person",
                fields=FIELDS,
                work=work,
            )
            documents = self.store.documents_of(kept.subject, work=work)
            events = [self.store.events_of(each.key, work=work) for each in documents]
        opened = [self._sealing.open_document(each) for each in documents]
        return Known(
            person=self._sealing.open_person(kept),
            documents=tuple(opened),
            events=tuple(
                (document.number, event)
                for document, told in zip(opened, events, strict=True)
                for event in told
            ),
        )

    def find_organisation(self, registry_code: str) -> Organisation:
        """An organisation by its code in the business register.

        Raises:
            PersonUnknown: For ``unknown``.
        """
        with self.database.read() as work:
            found = self.store.organisation(registry_code, work=work)
        if found is None:
            raise PersonUnknown("no such organisation is enrolled", why="unknown")
        return found

    def find_holder(self, certificate: bytes) -> tuple[Document, KeyPurpose]:
        """Whose key is this: the document that holds it, and what the key is for.

        Raises:
            DocumentRefused: For ``unknown``, when the certificate is bound to no document.
        """
        with self.database.read() as work:
            key = self.store.key(self._sealing.fingerprint(certificate), work=work)
            document = None if key is None else self.store.document(key.document, work=work)
        if key is None or document is None:
            raise DocumentRefused("no document here holds that key", why="unknown")
        return self._sealing.open_document(document), key.purpose

    async def bind_key(self, orders: Sequence[CardOrder], *, by: Actor) -> list[CertificatePair]:
        """Have the keys of cards certified and bind the cards to their holders.

        The cards stand as ``prepared`` until their certificates are there; an order that
        was cut off may be repeated as it was.

        Raises:
            PersonUnknown: A holder is not enrolled.
            CodeRefused: For ``document-number``.
            DocumentRefused: For ``validity``, ``number-taken``, ``keys-same``,
                ``certificate`` (the authority certified something else) or ``actor``.
        """
        check_officer(by)
        people = await self.in_thread(self._prepare, orders)
        requests = [
            CertificateRequest(person=person, order=order)
            for person, order in zip(people, orders, strict=True)
        ]
        pairs = list(await self.authority.issue(requests))
        await self.in_thread(self._bind, orders, pairs, by)
        return pairs

    async def suspend(
        self, holder: PersonCode, *, reason: Reason, by: Actor, number: str | None = None
    ) -> list[Document]:
        """Stop a card, or all of a person's cards, until they are resumed.

        Args:
            holder: Whose.
            reason: Why.
            by: On whose word: the holder's or an officer's, over any channel.
            number: One card; None for all.

        Raises:
            PersonUnknown: For ``unknown``.
            DocumentRefused: For ``unknown``, ``status`` or ``actor``.
        """
        return await self._change(holder, Status.SUSPENDED, reason=reason, by=by, number=number)

    async def resume(
        self, holder: PersonCode, *, number: str, reason: Reason, by: Actor
    ) -> list[Document]:
        """Let a suspended card work again; never on a word over the phone.

        Raises:
            PersonUnknown: For ``unknown``.
            DocumentRefused: For ``unknown``, ``status``, ``expired``, ``channel`` or ``actor``.
        """
        return await self._change(holder, Status.ACTIVE, reason=reason, by=by, number=number)

    async def revoke(
        self, holder: PersonCode, *, reason: Reason, by: Actor, number: str | None = None
    ) -> list[Document]:
        """Stop a card, or all of a person's cards, for good; not over the phone.

        Raises:
            PersonUnknown: For ``unknown``.
            DocumentRefused: For ``unknown``, ``status``, ``channel`` or ``actor``.
        """
        return await self._change(holder, Status.REVOKED, reason=reason, by=by, number=number)

    async def _change(
        self, holder: PersonCode, to: Status, *, reason: Reason, by: Actor, number: str | None
    ) -> list[Document]:
        check_actor(by, holder=holder, to=to)
        documents = await self.in_thread(self._targets, holder, to, number)
        for certificate in await self.in_thread(self._certificates, documents):
            # The authority first: what our record says is never better than what OCSP says.
            if to is Status.SUSPENDED:
                await self.authority.suspend(certificate)
            elif to is Status.ACTIVE:
                await self.authority.resume(certificate)
            else:
                await self.authority.revoke(certificate, reason=reason)
        return await self.in_thread(self._set_status, documents, to, reason, by)

    def _targets(self, holder: PersonCode, to: Status, number: str | None) -> list[KeptDocument]:
        """The documents that change; those that stand so already are left out."""
        with self.database.read() as work:
            person = self._person(holder, work=work)
            documents = self.store.documents_of(person.subject, work=work)
        if number is None:
            return [document for document in documents if document.status in FROM[to]]
        wanted = self._sealing.number(number)
        found = next((document for document in documents if document.key == wanted), None)
        if found is None:
            raise DocumentRefused("this person has no such document", why="unknown")
        if found.status is to:
            return []
        if found.status not in FROM[to]:
            raise DocumentRefused(f"the document is {found.status}", why="status")
        if to is Status.ACTIVE and found.valid_until < self.clock.now().date():
            raise DocumentRefused("the document has expired", why="expired")
        return [found]

    def _certificates(self, documents: Sequence[KeptDocument]) -> list[bytes]:
        with self.database.read() as work:
            keys = [key for each in documents for key in self.store.keys_of(each.key, work=work)]
        return [self._sealing.open_certificate(key) for key in keys]

    def _set_status(
        self, documents: Sequence[KeptDocument], to: Status, reason: Reason, by: Actor
    ) -> list[Document]:
        actor = self.vault.subject_of(by.person)
        with self.database.work() as work:
            self.store.set_status([document.key for document in documents], to, work=work)
            told = [(document.subject, document.key) for document in documents]
            self._tell(told, to.value, reason, by=by, actor=actor, work=work)
        return [self._sealing.open_document(document, status=to) for document in documents]

    def _prepare(self, orders: Sequence[CardOrder]) -> list[Person]:
        """Check the orders and write the cards down as prepared."""
        check_orders(orders)
        with self.database.work() as work:
            kept = self._people([order.holder for order in orders], work=work)
            fresh = []
            for person, order in zip(kept, orders, strict=True):
                document = self.store.document(self._sealing.number(order.number), work=work)
                if document is None:
                    fresh.append((person.subject, order))
                elif (document.subject, document.status) != (person.subject, Status.PREPARED):
                    raise DocumentRefused("this number is taken", why="number-taken")
            self.store.put_documents(self._sealing.documents(fresh), work=work)
        return [self._sealing.open_person(person) for person in kept]

    def _bind(
        self, orders: Sequence[CardOrder], pairs: Sequence[CertificatePair], by: Actor
    ) -> None:
        if len(pairs) != len(orders):
            raise DocumentRefused("the authority left somebody out", why="certificate")
        for order, pair in zip(orders, pairs, strict=True):
            _check_certified(pair.authentication, order.authentication_key)
            _check_certified(pair.signature, order.signature_key)
        actor = self.vault.subject_of(by.person)
        subjects = self.vault.subjects_of([order.holder for order in orders])
        documents = [self._sealing.number(order.number) for order in orders]
        keys = self._sealing.certificates(
            [
                (subject, document, purpose, certificate)
                for subject, document, pair in zip(subjects, documents, pairs, strict=True)
                for purpose, certificate in (
                    (KeyPurpose.AUTHENTICATION, pair.authentication),
                    (KeyPurpose.SIGNATURE, pair.signature),
                )
            ]
        )
        with self.database.work() as work:
            self.store.put_keys(keys, work=work)
            self.store.set_status(documents, Status.ACTIVE, work=work)
            told = list(zip(subjects, documents, strict=True))
            self._tell(told, "bound", None, by=by, actor=actor, work=work)

    def _tell(
        self,
        documents: Sequence[tuple[SubjectId, bytes]],
        action: str,
        reason: Reason | None,
        *,
        by: Actor,
        actor: SubjectId,
        work: Work,
    ) -> None:
        """Write down what was done and, in the same unit, that the holders are to be told."""
        now = self.clock.now()
        event = Event(at=now, action=action, reason=reason, actor=actor, channel=by.channel)
        self.store.record([key for _, key in documents], event, work=work)
        for subject, document in documents:
            told = {"subject": subject, "document": document.hex(), "action": action}
            key = f"{document.hex()}/{action}/{now.isoformat()}"
            self.outbox.put(CHANGED, key, msgspec.json.encode(told), work=work)

    def _person(self, code: PersonCode, *, work: Work) -> KeptPerson:
        return self._people([code], work=work)[0]

    def _people(self, codes: Sequence[PersonCode], *, work: Work) -> list[KeptPerson]:
        subjects = [subject for code in codes if (subject := self.vault.find(code)) is not None]
        found = {kept.subject: kept for kept in self.store.people(subjects, work=work)}
        if len(subjects) != len(codes) or not found.keys() >= set(subjects):
            raise PersonUnknown("no such person is enrolled", why="unknown")
        return [found[subject] for subject in subjects]


def _check_certified(certificate: bytes, key: bytes) -> None:
    try:
        certified = read_certificate(certificate).public_key
    except CertificateRefused as error:
        raise DocumentRefused("the authority sent no certificate", why="certificate") from error
    if certified != key:
        raise DocumentRefused("the authority certified another key", why="certificate")
