"""Filling the country once: registers, identity documents, cards and bank accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import msgspec

from riik.core import Money, PersonCode, Refused
from riik.demo.card import CardState, make_card
from riik.demo.country import Country
from riik.demo.people import Told
from riik.demo.population.residents import Resident, residents
from riik.identity import (
    Actor,
    CardOrder,
    CertificatePair,
    CertificateRequest,
    Channel,
    DocumentKind,
    Person,
    Reason,
    Sex,
)
from riik.node import Node, certify_many
from riik.registers import NewRecord
from riik.runtime.files import Disk

__all__ = ["Holder", "HoldersLost", "check_cards", "read_holders", "seed"]

SEED = "riik-1"
BANK = "bank"
"""Who is without it has no account there."""

SALARY = {"ee": Money("EUR", 150_000), "vn": Money("VND", 15_000_000)}


class HoldersLost(Refused):
    """The country's state lacks the list of those who hold cards, or one of the cards."""

    code = "demo.holders-lost"


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the stories with their card: what the demonstration prints.

    Attributes:
        id: How stories call them.
        code: Country and personal code.
        name: As it is shown.
        pin1: For sign-in.
        pin2: For signatures.
        puk: Unblocks either.
        official: Roles of the organisations they decide for.
    """

    id: str
    code: PersonCode
    name: str
    pin1: str
    pin2: str
    puk: str
    official: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _TrustCentre:
    """The Trust Centre without the exchange, while the country is founded (identity's port)."""

    node: Node

    async def issue(self, requests: Sequence[CertificateRequest], /) -> list[CertificatePair]:
        if self.node.parts.trust is None:
            raise AssertionError("the trust centre is a member of every country")
        return await self.node.base.in_thread(certify_many, self.node.parts.trust, requests)

    async def suspend(self, certificate: bytes, /) -> None:
        """Nothing is suspended while the country is founded."""

    async def resume(self, certificate: bytes, /) -> None:
        """Nothing is resumed while the country is founded."""

    async def revoke(self, certificate: bytes, /, *, reason: Reason) -> None:
        """Nothing is revoked while the country is founded."""


async def seed(
    country: Country,
    nodes: Mapping[str, Node],
    folder: Path,
    *,
    told: Sequence[Told],
    today: date,
) -> None:
    """Fill registers, enrol everybody, make and bind cards, open accounts."""
    drawn = residents(
        country.profile,
        seed=SEED,
        count=country.residents,
        today=today,
        story=[one.person for one in told],
    )
    people = _without(drawn, told)
    for register, role in country.registers.items():
        await _open_records(nodes[role], register, people, today)
    cards = await _bind_cards(country, nodes, people, today)
    unbanked = {PersonCode(one.person.code) for one in told if BANK in one.without}
    banked = [one for one in people if one.code not in unbanked]
    await nodes["bank"].base.in_thread(_open_accounts, nodes["bank"], country, banked)
    _keep_cards(folder, country, cards, people, told)


def read_holders(folder: Path) -> tuple[Holder, ...]:
    """The people of the stories with their cards' PINs.

    Raises:
        HoldersLost: The list is missing or damaged; the rest of the state is as it was.
    """
    try:
        content = Disk().read(folder / "holders.json") or b""
        return msgspec.json.decode(content, type=tuple[Holder, ...])
    except msgspec.DecodeError as error:
        raise HoldersLost(f"{folder / 'holders.json'} is missing or damaged", why="lost") from error


def check_cards(folder: Path, holders: Sequence[Holder]) -> None:
    """Check that everybody still has their card.

    Raises:
        HoldersLost: For ``lost``, with the first card that is missing or damaged.
    """
    for path in (folder / "cards" / f"{holder.code}.json" for holder in holders):
        try:
            CardState.from_bytes(Disk().read(path) or b"")
        except msgspec.DecodeError as error:
            raise HoldersLost(f"the card {path} is missing or damaged", why="lost") from error


def _without(people: Sequence[Resident], told: Sequence[Told]) -> list[Resident]:
    """Take away what the stories say that somebody does not have."""
    lacking = {one.person.code: one.without for one in told}
    return [
        replace(
            person,
            records={
                register: entries
                for register, entries in person.records.items()
                if register not in lacking.get(person.code, ())
            },
        )
        for person in people
    ]


async def _open_records(node: Node, register: str, people: Sequence[Resident], today: date) -> None:
    registers = node.parts.registers
    if registers is None:
        return
    records = [
        NewRecord(subject=person.code, values=entry.values, valid_from=entry.valid_from)
        for person in people
        for entry in person.records.get(register, ())
    ]
    ground = "founding"
    await node.base.in_thread(registers.open_many, register, records, ground=ground)


async def _bind_cards(
    country: Country, nodes: Mapping[str, Node], people: Sequence[Resident], today: date
) -> dict[PersonCode, CardState]:
    identity = nodes["identity"].parts.identity
    if identity is None:
        raise AssertionError("the identity authority is a member of every country")
    in_thread = nodes["identity"].base.in_thread
    enrolled = {person.code: _person(country, person) for person in people}
    await in_thread(identity.enrol, list(enrolled.values()))
    made = {
        person.code: await in_thread(_make_card, country, person, enrolled[person.code])
        for person in people
    }
    orders = [_order(person, made[person.code]) for person in people]
    officer = Actor(person=people[0].code, channel=Channel.DESK, officer=True)
    bulk = replace(identity, authority=_TrustCentre(nodes["trust"]))
    pairs = await bulk.bind_key(orders, by=officer)
    return {
        order.holder: replace(
            made[order.holder],
            authentication_certificate=pair.authentication,
            signature_certificate=pair.signature,
        )
        for order, pair in zip(orders, pairs, strict=True)
    }


def _person(country: Country, resident: Resident) -> Person:
    values = resident.records["population"][0].values
    given = " ".join(filter(None, (values.get("middle_names"), values["given_names"])))
    return Person(
        code=resident.code,
        given_names=given if country.profile == "vn" else values["given_names"],
        surname=values["family_name"],
        birth_date=resident.birth_date,
        sex=Sex(resident.sex),
        citizenship={"ee": "EST", "vn": "VNM"}[country.profile],
    )


def _make_card(country: Country, resident: Resident, person: Person) -> CardState:
    card = resident.records["identity-documents"][0].values
    return make_card(
        document_number=card["number"],
        surname=person.surname,
        given_names=person.given_names,
        sex=resident.sex,
        citizenship=person.citizenship,
        birth_date=resident.birth_date,
        code=resident.code[2:],
        expires_on=date.fromisoformat(card["valid_until"]),
        pins=_pins(resident.code),
    )


def _pins(code: PersonCode) -> tuple[str, str, str]:
    """PINs anyone can look up: they protect nothing in a demonstration."""
    tail = code[-4:]
    return tail, f"1{tail}", f"1234{tail}"


def _order(resident: Resident, card: CardState) -> CardOrder:
    values = resident.records["identity-documents"][0].values
    authentication, signature = card.public_keys()
    return CardOrder(
        holder=resident.code,
        number=values["number"],
        kind=DocumentKind.ID_CARD,
        valid_from=date.fromisoformat(values["issued_on"]),
        valid_until=date.fromisoformat(values["valid_until"]),
        authentication_key=authentication,
        signature_key=signature,
    )


def _open_accounts(node: Node, country: Country, people: Sequence[Resident]) -> None:
    """An account for every adult, with a month's salary on it."""
    bank, salary = node.parts.bank, SALARY[country.profile]
    if bank is None:
        return
    adults = [one.code for one in people if "phone" in one.records["population"][0].values]
    with node.base.database.work() as work:
        accounts = bank.open_accounts(adults, currency=salary.currency, work=work)
        for number, account in enumerate(accounts):
            bank.deposit(account, salary, source=f"salary-{number}", work=work)


def _keep_cards(
    folder: Path,
    country: Country,
    cards: Mapping[PersonCode, CardState],
    people: Sequence[Resident],
    told: Sequence[Told],
) -> None:
    disk = Disk()
    disk.folder(folder / "cards")
    for code, card in cards.items():
        path = folder / "cards" / f"{code}.json"
        path.touch(mode=0o600)
        path.write_bytes(card.to_bytes())
    named = {person.code: person for person in people}
    holders = []
    for one in told:
        pin1, pin2, puk = _pins(PersonCode(one.person.code))
        name = named[PersonCode(one.person.code)].name
        holders.append(
            Holder(
                id=one.id,
                code=PersonCode(one.person.code),
                name=" ".join(filter(None, (name.given, name.middle, name.family)))
                if country.profile == "ee"
                else " ".join(filter(None, (name.family, name.middle, name.given))),
                pin1=pin1,
                pin2=pin2,
                puk=puk,
                official=one.official,
            )
        )
    disk.write(folder / "holders.json", msgspec.json.encode(holders))
