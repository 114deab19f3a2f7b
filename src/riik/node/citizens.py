"""Assembling the citizens' pages, and what they may ask: catalogue, cases, notices, data, looks."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from starlette.routing import BaseRoute, Route

import riik.portal.citizen
from riik.core import ClientId, Memo
from riik.formats.jose import sign
from riik.node.assembly import Assembly
from riik.node.config import ConfigRefused, PortalSection, RegisterSection
from riik.node.fillers.measuring import Looks
from riik.portal import Portal
from riik.portal.citizen.apply.files.http import routes as files_routes
from riik.portal.citizen.apply.http import routes as apply_routes
from riik.portal.citizen.apply.items.http import routes as items_routes
from riik.portal.citizen.apply.joint.http import routes as joint_routes
from riik.portal.citizen.apply.sign.http import routes as sign_routes
from riik.portal.citizen.catalogue import Catalogue, Provider
from riik.portal.citizen.chat.http import routes as chat_routes
from riik.portal.citizen.counter import CitizenCounter
from riik.portal.citizen.errands import Errands
from riik.portal.citizen.following.http import routes as following_routes
from riik.portal.citizen.front.http import routes as front_routes
from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.hall.remembered import Remembered
from riik.portal.citizen.jobs import LISTEN
from riik.portal.citizen.lately.component import CasesLately
from riik.portal.citizen.lately.store import SqlLatelyStore
from riik.portal.citizen.letters.http import routes as letter_routes
from riik.portal.citizen.logs.component import Logs
from riik.portal.citizen.logs.store import SqlLogMemory
from riik.portal.citizen.looks import LogKeys
from riik.portal.citizen.me.http import routes as me_routes
from riik.portal.citizen.mine import Mandated, MyCases
from riik.portal.citizen.model import Register
from riik.portal.citizen.notices import Notices
from riik.portal.citizen.numbers import Availability, Numbers, Tries
from riik.portal.citizen.own import OwnData
from riik.portal.citizen.papers.checking.component import IssuedPapers
from riik.portal.citizen.papers.checking.http import routes as checking_routes
from riik.portal.citizen.papers.http import routes as paper_routes
from riik.portal.citizen.shelf import Shelf
from riik.portal.citizen.standing.component import Standings
from riik.portal.citizen.standing.http import routes as standing_routes
from riik.portal.citizen.standing.store import SqlStandingStore
from riik.portal.citizen.store import SqlShelfStore
from riik.portal.citizen.telling.component import Telling
from riik.portal.citizen.telling.http import routes as telling_routes
from riik.portal.citizen.tracker.http import routes as tracker_routes
from riik.portal.citizen.tracking import Tracking
from riik.portal.citizen.words import RegisterWords
from riik.portal.design.pages import Pages
from riik.portal.design.texts import LANGUAGES, Texts, read_texts
from riik.portal.operator.figures import FiguresPage
from riik.portal.operator.http import number_routes, try_routes
from riik.portal.operator.trying import TryPage
from riik.portal.session.http import Site
from riik.signatures import Report, validate
from riik.transparency import Receipts, VerifierKey

__all__ = ["citizen_pages", "minister_pages", "open_counter", "open_standings"]

POPULATION = "population"
ROOM_TO_CHANGE = 2
"""So many times what providers tell now stays read, while what they tell changes."""

MOST_HEADS, MOST_RECEIPTS = 256, 10_000
"""How many tree heads and receipts stay checked: about 10 MB, and nothing of any person."""

MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes in a container that somebody, perhaps nobody known, has judged: they are in memory."""


def citizen_pages(
    assembly: Assembly, counter: CitizenCounter, *, site: Site, patience: float
) -> list[Route]:
    """The pages; ``counter`` is what they may ask, ``patience`` as the portal's section says."""
    base = assembly.base
    hall = Hall(
        site=site,
        counter=counter,
        pages=Pages(riik.portal.citizen),
        clock=base.clock,
        card=assembly.config.file.people.card,
        patience=patience,
    )

    def judge(document: bytes) -> Report:
        return validate(
            document,
            anchors=assembly.qualified(),
            at=base.clock.now(),
            unpacked=MOST_UNPACKED,
        )

    applying = [*front_routes(hall), *apply_routes(hall)]
    applying += chat_routes(hall)
    applying += [*items_routes(hall), *files_routes(hall), *sign_routes(hall), *joint_routes(hall)]
    papers = paper_routes(hall, judge=judge, in_thread=base.in_thread)
    issued = IssuedPapers(
        exchange=assembly.exchange,
        mask=base.entropy.bytes(32),
        client=assembly.config.client("portal"),
        providers=counter.catalogue.providers,
        patience=patience,
    )
    papers += checking_routes(hall, papers=issued)
    mine = [*following_routes(hall), *letter_routes(hall), *me_routes(hall), *tracker_routes(hall)]
    found = counter.catalogue
    told = counter.told
    mine += telling_routes(hall, Telling(errands=told.errands, inbox=told.inbox))
    if found.standings is not None:
        mine += standing_routes(hall, providers=found.providers, standings=found.standings)
    return [*applying, *papers, *mine]


def minister_pages(
    assembly: Assembly, counter: CitizenCounter, registers: Sequence[Register], *, patience: float
) -> list[BaseRoute]:
    """The country in numbers, at the portal: anyone may read them."""
    file, own = assembly.config.file, assembly.config.client("portal")
    looks = Looks(
        exchange=assembly.exchange,
        client=own,
        registers=[(one.client, one.organisation) for one in registers],
        words=counter.held.words,
        organisations=_organisations(assembly),
        patience=patience,
    )
    available = Availability(
        shelf=counter.catalogue.shelf,
        providers=counter.catalogue.providers,
        registers=registers,
        words=counter.held.words,
    )
    tries = Tries(
        exchange=assembly.exchange, client=own, catalogue=counter.catalogue, patience=patience
    )
    profile, place, front = assembly.profile, file.node.names, file.people.front
    page = FiguresPage(profile=profile, place=place, front=front)
    trying = TryPage(profile=profile, place=place, front=front)
    usual = profile.languages
    return [
        *number_routes(counter.numbers.all, looks.all, available.all, page=page, usual=usual),
        *try_routes(tries, page=trying, usual=usual),
    ]


def open_standings(assembly: Assembly) -> Standings:
    """How providers stand at this portal; its decisions are under the member's own seal."""
    base = assembly.base
    signer, certificate = base.signer("seal"), base.certificate("seal")

    def seal(content: bytes, kind: str) -> str:
        return sign(content, signer=signer, certificates=[certificate], header={"typ": kind})

    return Standings(
        store=SqlStandingStore(),
        database=base.database,
        clock=base.clock,
        in_thread=base.in_thread,
        seal=seal,
    )


def open_counter(
    assembly: Assembly, portal: Portal, section: PortalSection, *, standings: Standings
) -> CitizenCounter:
    """The portal's verbs, put together; a job listens to providers and registers."""
    base = assembly.base
    own = assembly.config.client("portal")
    texts = {code: read_texts("riik.portal.citizen", language=code) for code in LANGUAGES}
    organisations = _organisations(assembly)
    errands = Errands(
        exchange=assembly.exchange,
        sign_in=assembly.relying_party("portal"),
        entropy=base.entropy,
        client=own,
        access_law=assembly.profile.access.law,
    )
    providers = _providers(section)
    catalogue = _catalogue(assembly, section, providers, texts=texts, standings=standings)
    registers = portal.registers
    words = RegisterWords(shelf=catalogue.shelf, registers=[one.client for one in registers])
    base.jobs.periodic("portal.listen", timedelta(seconds=section.listen), catalogue.refresh)
    base.jobs.periodic("portal.learn-words", LISTEN, words.refresh)
    told = Notices(
        errands=errands, inbox=ClientId.parse(section.inbox), organisations=organisations
    )
    return CitizenCounter(
        portal=portal,
        catalogue=catalogue,
        cases=MyCases(
            errands=errands,
            portal=portal,
            catalogue=catalogue,
            providers=providers,
            texts=texts,
            notices=told,
            kept=CasesLately(
                store=SqlLatelyStore(),
                database=base.database,
                vault=portal.vault,
                clock=base.clock,
                in_thread=base.in_thread,
                texts=texts,
            ),
        ),
        acting=Mandated(
            remembered=Remembered(clock=base.clock),
            errands=errands,
            login=ClientId.parse(section.login),
            names=_names_register(registers),
            full_name=partial(_full_name, order=assembly.profile.formal),
            organisations=organisations,
        ),
        told=told,
        held=OwnData(errands=errands, registers=registers, words=words, texts=texts),
        numbers=Numbers(
            exchange=assembly.exchange, client=own, providers=providers, patience=section.patience
        ),
        tracking=_tracking(assembly, portal, section, errands=errands, words=words, texts=texts),
    )


def _catalogue(
    assembly: Assembly,
    section: PortalSection,
    providers: Sequence[Provider],
    *,
    texts: Mapping[str, Texts],
    standings: Standings,
) -> Catalogue:
    """What providers tell of their services, kept here, and whose are offered."""
    base = assembly.base
    shelf = Shelf(
        store=SqlShelfStore(),
        database=base.database,
        clock=base.clock,
        in_thread=base.in_thread,
        exchange=assembly.exchange,
        client=assembly.config.client("portal"),
        patience=section.patience,
    )
    contents = max(1, len(providers)) * len(LANGUAGES)
    return Catalogue(
        shelf=shelf,
        providers=providers,
        texts=texts,
        worded=Memo(ROOM_TO_CHANGE * contents),
        standings=standings,
    )


def _tracking(
    assembly: Assembly,
    portal: Portal,
    section: PortalSection,
    *,
    errands: Errands,
    words: RegisterWords,
    texts: Mapping[str, Texts],
) -> Tracking:
    """Who looked, with the keys by which each register's log is believed here; a job follows."""
    base = assembly.base
    logs = Logs(
        exchange=assembly.exchange,
        client=assembly.config.client("portal"),
        store=SqlLogMemory(),
        database=base.database,
        clock=base.clock,
        in_thread=base.in_thread,
        keys={ClientId.parse(one.client): _keys(one) for one in section.registers if one.log_key},
        patience=section.patience,
    )
    base.jobs.periodic("portal.follow-logs", LISTEN, logs.follow)
    return Tracking(
        errands=errands,
        clock=base.clock,
        in_thread=base.in_thread,
        portal=portal,
        registers=portal.registers,
        words=words,
        organisations=_organisations(assembly),
        logs=logs,
        receipts=Receipts(heads=Memo(MOST_HEADS), held=Memo(MOST_RECEIPTS)),
        texts=texts,
    )


def _providers(section: PortalSection) -> list[Provider]:
    """Who offers services, and which are whose: by this node's own file alone."""
    named = {entry.provider: entry.organisation for entry in section.catalogue}
    return [
        Provider(
            client=ClientId.parse(provider),
            names=names,
            services={
                entry.id: entry.organisation
                for entry in section.catalogue
                if entry.provider == provider
            },
        )
        for provider, names in named.items()
    ]


def _organisations(assembly: Assembly) -> dict[str, dict[str, str]]:
    """How members are called, by language."""
    return {one.member: dict(one.names) for one in assembly.config.file.roles.values()}


def _names_register(registers: Sequence[Register]) -> Register | None:
    """The register that knows how people are called."""
    return next((one for one in registers if one.client.subsystem == POPULATION), None)


def _full_name(parts: Mapping[str, str], *, order: tuple[str, ...]) -> str:
    """A whole name in the order of the country's letters."""
    named = {
        "given": parts["given_names"],
        "middle": parts["middle_names"],
        "family": parts["family_name"],
    }
    return " ".join(filter(None, (named[part] for part in order)))


def _keys(section: RegisterSection) -> LogKeys:
    witnesses = tuple(VerifierKey.parse(key) for key in section.witness_keys)
    if section.witnesses > len(witnesses):
        raise ConfigRefused(f"{section.client} has too few witnesses", why="witnesses")
    return LogKeys(
        log=VerifierKey.parse(section.log_key), witnesses=witnesses, threshold=section.witnesses
    )
