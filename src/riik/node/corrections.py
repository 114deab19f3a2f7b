"""Assembling what registers hear from people, and how their officials are called."""

import tomllib
from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files
from typing import Any

from riik.cases import CaseUnknown
from riik.core import ClientId, PersonCode, person_code
from riik.node.assembly import Assembly
from riik.node.config import (
    ConfigRefused,
    OfficialSection,
    RegisterOfficialSection,
    RegistersSection,
)
from riik.node.fillers.news import Follower, RegisterNews
from riik.node.fillers.owner import RegisterOwner
from riik.node.fillers.papers import ApplicationPens
from riik.node.fillers.records import RegisterRecords
from riik.node.fillers.telling import RegisterNotices
from riik.portal.official.corrections.http import OwnerRoom, owner_routes
from riik.portal.official.records.http import RecordsRoom, records_routes
from riik.profiles import Name
from riik.registers import Registers
from riik.registers.corrections.component import Corrections
from riik.registers.corrections.http import correction_offers
from riik.registers.corrections.jobs import correction_handlers
from riik.registers.corrections.owner import Official, OwnersDesk
from riik.registers.corrections.store import SqlCorrectionStore
from riik.registers.desk.component import RecordsDesk
from riik.registers.desk.looking import Looking
from riik.registers.desk.reading import OwnRights
from riik.registers.desk.store import SqlOrderStore
from riik.registers.following.client import ExchangeSend
from riik.registers.following.component import Following
from riik.registers.following.http import subscription_offers
from riik.registers.following.jobs import following_handlers
from riik.registers.following.store import SqlFollowingStore
from riik.registers.writing import EVENT
from riik.signatures import Signatures

__all__ = [
    "add_corrections",
    "add_following",
    "add_owner",
    "officials_of",
    "signatures_of",
    "tell_followers",
]


def add_corrections(assembly: Assembly, registers: Registers, section: RegistersSection) -> None:
    """What people say against their records, as every register of the node hears it."""
    base = assembly.base
    source = files("riik.registers.corrections").joinpath("texts.toml").read_text("utf-8")
    texts: dict[str, Any] = tomllib.loads(source)
    country = assembly.config.file.node.profile
    corrections = Corrections(
        store=SqlCorrectionStore(),
        registers=registers,
        database=base.database,
        vault=base.vault,
        outbox=base.outbox,
        clock=base.clock,
        days=section.correction_days or assembly.profile.access.answer_days,
        texts={name: texts[name] for name in ("received", "corrected", "refused")},
        appeal=texts["appeal"].get(country, {}),
        law=assembly.profile.access.law,
    )
    assembly.parts.owner = OwnersDesk(
        corrections=corrections,
        officials={one.person: one for one in _officials(assembly, section)},
        country=country,
    )
    assembly.offer(correction_offers(corrections, in_thread=base.in_thread))
    assembly.on(
        correction_handlers(corrections, tell=_teller(assembly, section), in_thread=base.in_thread)
    )


def tell_followers(assembly: Assembly, registers: Registers, section: RegistersSection) -> None:
    """Whoever the configuration names is told whose record was opened or changed."""
    followers = [
        Follower(
            register=one.register,
            kind=one.kind,
            client=ClientId.parse(one.client),
            purpose=one.purpose,
            legal_basis=one.legal_basis,
        )
        for one in section.follower
    ]
    news = RegisterNews(
        registers=registers,
        exchange=assembly.exchange,
        followers=followers,
        in_thread=assembly.base.in_thread,
    )
    if followers:
        assembly.on({EVENT: news})


def add_following(assembly: Assembly, registers: Registers) -> None:
    """Whoever has the right follows a register's changes, from a cursor of its own."""
    base = assembly.base
    following = Following(
        registers=registers,
        store=SqlFollowingStore(),
        outbox=base.outbox,
        in_thread=base.in_thread,
    )
    assembly.offer(subscription_offers(following, in_thread=base.in_thread))
    send = ExchangeSend(exchange=assembly.exchange, registers=registers)
    assembly.on(following_handlers(following, send=send))


def add_owner(assembly: Assembly) -> None:
    """The pages on which the registers' officials answer; where nobody is named, none."""
    owner, site, file = assembly.parts.owner, assembly.site, assembly.config.file
    if owner is None or site is None or not owner.officials:
        return
    room = OwnerRoom(
        site=site,
        owner=RegisterOwner(desk=owner, in_thread=assembly.base.in_thread),
        clock=assembly.base.clock,
        cases=file.services is not None or file.portal is not None,
    )
    assembly.routes += owner_routes(room)
    looking = Looking(
        owners=owner,
        rights=OwnRights(
            holdings=owner.registers.holdings, roles=owner.registers.roles, country=owner.country
        ),
        orders=SqlOrderStore(),
        knows_case=_cases_of(assembly),
    )
    pens = ApplicationPens(
        signatures=assembly.parts.signatures or signatures_of(assembly),
        in_thread=assembly.base.in_thread,
    )
    desk = RecordsDesk(looking=looking, pens=pens, in_thread=assembly.base.in_thread)
    records = RegisterRecords(
        desk=desk, names=assembly.member_names, in_thread=assembly.base.in_thread
    )
    assembly.routes += records_routes(
        RecordsRoom(site=site, records=records, card=file.people.card, cases=room.cases)
    )


def _cases_of(assembly: Assembly) -> Callable[[str], bool]:
    """Whether the organisation's services have a case with a number; none have where none are."""
    services = assembly.parts.services
    if services is None:
        return lambda _number: False

    def knows(number: str) -> bool:
        with services.database.read() as work, suppress(CaseUnknown):
            services.cases.numbered(number, work=work)
            return True
        return False

    return knows


def signatures_of(assembly: Assembly) -> Signatures:
    """What makes and validates people's signatures at this node."""
    base = assembly.base
    return Signatures(
        clock=base.clock,
        in_thread=base.in_thread,
        stamper=assembly.tsa,
        revocation=assembly.ocsp,
        anchors=assembly.qualified,
    )


def officials_of(assembly: Assembly) -> dict[PersonCode, str]:
    """The names of this organisation's officials, for those whose data they saw."""
    services, registers = assembly.config.file.services, assembly.config.file.registers
    named: list[OfficialSection | RegisterOfficialSection] = []
    named += services.official if services else ()
    named += registers.official if registers else ()
    return {person_code(one.code): _name(assembly, one) for one in named}


def _officials(assembly: Assembly, section: RegistersSection) -> list[Official]:
    known = set(assembly.parts.registers.holdings) if assembly.parts.registers else set()
    for one in section.official:
        if strangers := set(one.registers) - known:
            raise ConfigRefused(
                f"official {one.family}: no register {min(strangers)} here", why="official"
            )
    return [
        Official(
            person=person_code(one.code),
            name=_name(assembly, one),
            registers=frozenset(one.registers),
        )
        for one in section.official
    ]


def _name(assembly: Assembly, one: OfficialSection | RegisterOfficialSection) -> str:
    name = Name(given=one.given, family=one.family, middle=one.middle)
    return assembly.profile.display_name(name, formal=True)


def _teller(assembly: Assembly, section: RegistersSection) -> RegisterNotices:
    return RegisterNotices(
        exchange=assembly.exchange,
        client=assembly.config.client,
        inbox=ClientId.parse(section.inbox) if section.inbox else None,
        legal_basis=assembly.profile.access.law,
    )
