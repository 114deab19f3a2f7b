"""Assembling what serves people: registers, services, payments, portal."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import riik
from riik.cases import Cases
from riik.cases.store import SqlCaseStore
from riik.core import ClientId, from_text, person_code
from riik.documents import Documents
from riik.documents.device import TypstPress
from riik.formats.folders import admit_folder
from riik.node.appointing.assembling import times_of
from riik.node.assembly import Assembly
from riik.node.base import folder_path, read_folder
from riik.node.citizens import citizen_pages, minister_pages, open_counter, open_standings
from riik.node.config import RegistersSection, ServicesSection
from riik.node.corrections import (
    add_corrections,
    add_following,
    officials_of,
    signatures_of,
    tell_followers,
)
from riik.node.desk import OfficialLooks, add_desk, open_issued, queues_of
from riik.node.fillers.banking import add_clearing, add_money, open_money, payment_desk
from riik.node.fillers.desk import staff_of
from riik.node.fillers.measuring import look_offers, telling_of
from riik.node.fillers.money import Money
from riik.node.fillers.papers import ApplicationPens, SealedLetters
from riik.node.fillers.placing import in_place
from riik.node.fillers.registers import register_writer
from riik.node.fillers.terms import add_terms, appeal_process, handed_process
from riik.payments import Bank, Counter
from riik.payments.client import CreditorClient, PublishedKeys
from riik.payments.http import account_offers, bank_offers, counter_routes
from riik.payments.jobs import bank_handlers
from riik.payments.store import SqlBankStore, SqlCounterStore
from riik.portal import Portal
from riik.portal.citizen.http import mine_routes, open_routes
from riik.portal.citizen.http import routes as portal_routes
from riik.portal.citizen.jobs import handlers as portal_handlers
from riik.portal.citizen.model import CatalogueEntry, Register
from riik.portal.citizen.store import SqlPortalStore
from riik.registers import Holding, Registers, load_register
from riik.registers.folder.keeping import keep_version
from riik.registers.folder.store import SqlFolderStore
from riik.registers.http import offers as register_offers
from riik.registers.http import usage_offers
from riik.registers.store import SqlRegisterStore
from riik.services import (
    Amendments,
    Files,
    JointSigning,
    Lookups,
    Operations,
    PatternCheck,
    Receiving,
    ServiceDefinition,
    Services,
    Staff,
    Steps,
    read_service,
)
from riik.services.desk.helping.assisting import Assisting
from riik.services.forms.enclosing import Enclosing
from riik.services.http import offers as service_offers
from riik.services.jobs import handlers as service_handlers
from riik.services.letters import Authority
from riik.services.offering.component import Offering
from riik.services.offering.http import event_offers
from riik.services.store import SqlServiceStore
from riik.services.terms.appealing import Appeals
from riik.services.terms.beginnings import Beginnings
from riik.services.terms.refunding import LateFees
from riik.signatures import OrganisationSeal, Signatures

__all__ = ["add_bank", "add_portal", "add_registers", "add_services"]

SOURCE = Path(riik.__file__).parent
LAPSE_EVERY = timedelta(minutes=5)
STANDARD = SOURCE / "services" / "standard.bpmn"


def folder_of(assembly: Assembly, name: str, *, kind: str) -> Path:
    """A service's or register's folder: ``catalogue:<id>``, or a path beside the node's file."""
    return folder_path(assembly.config, name, kind=kind)


def add_registers(assembly: Assembly) -> None:
    """The node's registers, their offers, the data tracker, and the rights their folders give."""
    base, section = assembly.base, assembly.config.file.registers
    transparency = assembly.parts.transparency
    if section is None or transparency is None:
        return
    holdings = {}
    for name in section.folders:
        folder = read_folder(folder_of(assembly, name, kind="registers"))
        _check_seal(assembly, folder, section)
        definition = load_register(folder, country=assembly.profile.country.lower())
        with base.database.work() as work:
            oldest = keep_version(
                definition, folder, store=SqlFolderStore(), at=base.clock.now(), work=work
            )
        source, let_go = in_place(assembly.config, definition)
        provider = assembly.config.client(definition.id)
        holdings[definition.id] = Holding(
            definition=definition,
            provider=provider,
            signer=base.signer(f"register-{definition.id}"),
            oldest=oldest,
            source=source,
        )
        assembly.parts.closers.append(let_go)
        assembly.register_rights.append((definition, provider))
    store = SqlRegisterStore()
    registers = Registers(
        holdings=holdings,
        roles=assembly.roles.of,
        store=store,
        writer=register_writer(base, store),
        database=base.database,
        vault=base.vault,
        clock=base.clock,
        record_access=transparency.record_access,
        verify_authority=assembly.register_gate,
    )
    assembly.parts.registers = registers
    assembly.offer(register_offers(registers, in_thread=base.in_thread))
    since = from_text(assembly.config.file.node.began)
    assembly.offer(
        usage_offers(
            registers,
            transparency,
            since=since,
            in_thread=base.in_thread,
            people=officials_of(assembly),
        )
    )
    keepers = [holding.provider for holding in holdings.values()]
    assembly.offer(
        look_offers(
            transparency,
            keepers,
            telling=telling_of(assembly.config.file.node.demonstration),
            in_thread=base.in_thread,
        )
    )
    add_corrections(assembly, registers, section)
    tell_followers(assembly, registers, section)
    add_following(assembly, registers)


def add_bank(assembly: Assembly) -> None:
    """The demonstration bank: accounts, orders, payments, and its counter for people."""
    base, section = assembly.base, assembly.config.file.bank
    if section is None:
        return
    own = assembly.config.client("payments")
    bank = Bank(
        store=SqlBankStore(),
        vault=base.vault,
        outbox=base.outbox,
        clock=base.clock,
        entropy=base.entropy,
        country=section.country,
        bank_code=section.bank_code,
    )
    assembly.parts.bank = bank
    assembly.offer(
        bank_offers(
            bank, provider=own, site=section.site, database=base.database, in_thread=base.in_thread
        )
    )
    assembly.offer(
        account_offers(
            bank,
            provider=own,
            currency=assembly.profile.currency,
            database=base.database,
            in_thread=base.in_thread,
        )
    )
    counter = Counter(
        bank=bank,
        store=SqlCounterStore(),
        keys=PublishedKeys(http=base.http, origin=section.login_origin, clock=base.clock),
        database=base.database,
        clock=base.clock,
        entropy=base.entropy,
        in_thread=base.in_thread,
        issuer=section.login_origin,
        site=section.client_id,
        clerks=frozenset(map(person_code, section.clerks)),
    )
    assembly.routes += counter_routes(counter, names=assembly.member_names, site=section.site)
    creditors = CreditorClient(exchange=assembly.exchange, client=own)
    assembly.on(
        bank_handlers(bank, creditors=creditors, database=base.database, in_thread=base.in_thread)
    )
    assembly.parts.clearing = add_clearing(assembly, bank, creditors)


def add_services(assembly: Assembly) -> None:
    """The provider's public services, with cases, fees, letters and signatures."""
    base, section = assembly.base, assembly.config.file.services
    transparency = assembly.parts.transparency
    if section is None or transparency is None:
        return
    own = assembly.config.client("services")
    signatures = _signatures(assembly)
    cases = Cases(store=SqlCaseStore(), vault=base.vault, clock=base.clock)
    money = open_money(assembly, cases)
    fees = money.receipts.fees
    files = _files(assembly, cases, zone=section.zone)
    staff = staff_of(assembly.config)
    pens = ApplicationPens(signatures=signatures, in_thread=base.in_thread)
    joint = _joint(assembly, cases, pens)
    offering = _offering(assembly, files, cases, joint)
    operations = _operations(
        assembly,
        files,
        money,
        signatures,
        offering=offering,
        documents=Documents(press=_press(assembly)),
        staff=staff,
        joint=joint,
    )
    queues = queues_of(assembly, files, staff=staff, authority=operations.authority)
    looks = OfficialLooks(transparency, own)
    services = Services(
        database=base.database,
        files=files,
        clock=base.clock,
        in_thread=base.in_thread,
        cases=cases,
        fees=fees,
        operations=operations,
        steps=Steps(
            cases=cases,
            pens=pens,
            request_payment=payment_desk(assembly, fees),
            amendments=Amendments(cases=cases, clock=base.clock, again=operations),
            joint=joint,
            receiving=Receiving(cases=cases, scan=PatternCheck(), in_thread=base.in_thread),
            times=times_of(assembly, files.definitions),
            giving_back=money.give_back,
        ),
        verify=assembly.gate.acting,
        who_has=queues.who_has,
        telling=telling_of(assembly.config.file.node.demonstration),
        assisting=Assisting(names=officials_of(assembly), record_look=looks),
        appeals=Appeals(files=files, cases=cases, clock=base.clock),
        late_fees=_late_fees(assembly, cases, money),
        beginnings=Beginnings(unfinished=section.most_unfinished, a_day=section.most_a_day),
    )
    add_desk(assembly, services, queues=queues, pens=pens, looks=looks)
    assembly.parts.services = services
    assembly.offer(service_offers(services, provider=own))
    assembly.offer(event_offers(offering, provider=own))
    add_money(assembly, money, files, joint.lookups)
    assembly.on(service_handlers(services))
    add_terms(assembly, services, staff=staff)
    base.jobs.periodic("services.lapse", LAPSE_EVERY, services.lapse)


def _late_fees(assembly: Assembly, cases: Cases, money: Money) -> LateFees:
    """Where fees go that come after their case ended."""
    database = assembly.base.database
    return LateFees(database=database, cases=cases, keeping=money.late, giving=money.give_back)


def _press(assembly: Assembly) -> TypstPress:
    """What prints letters, warm, until the node closes."""
    press = TypstPress()
    press.warm()
    assembly.parts.closers.append(press.close)
    return press


def _files(assembly: Assembly, cases: Cases, *, zone: str) -> Files:
    """The running cases; what cases begin with from now on is kept."""
    base = assembly.base
    files = Files(
        store=SqlServiceStore(),
        cases=cases,
        vault=base.vault,
        outbox=base.outbox,
        clock=base.clock,
        definitions=_definitions(assembly),
        zone=zone,
        appeals=appeal_process(),
        handed=handed_process(),
    )
    _keep_versions(assembly, files)
    return files


def _signatures(assembly: Assembly) -> Signatures:
    signatures = signatures_of(assembly)
    assembly.parts.signatures = signatures
    signatures.load_pdf_seal()
    return signatures


def add_portal(assembly: Assembly) -> None:
    """The citizen's portal."""
    base, section = assembly.base, assembly.config.file.portal
    if section is None or assembly.site is None:
        return
    standings = open_standings(assembly)
    portal = Portal(
        suspended=standings.is_suspended,
        store=SqlPortalStore(),
        database=base.database,
        vault=base.vault,
        outbox=base.outbox,
        clock=base.clock,
        entropy=base.entropy,
        in_thread=base.in_thread,
        exchange=assembly.exchange,
        sign_in=assembly.relying_party("portal"),
        client=assembly.config.client("portal"),
        inbox=ClientId.parse(section.inbox),
        access_law=assembly.profile.access.law,
        catalogue=[
            CatalogueEntry(
                id=entry.id,
                provider=ClientId.parse(entry.provider),
                names=entry.names,
                organisation=entry.organisation,
            )
            for entry in section.catalogue
        ],
        registers=[
            Register(
                client=ClientId.parse(one.client),
                organisation=one.organisation,
                own_offer=one.own_offer,
                own_basis=one.own_basis,
            )
            for one in section.registers
        ],
    )
    assembly.parts.portal = portal
    counter = open_counter(assembly, portal, section, standings=standings)
    assembly.routes += portal_routes(portal, site=assembly.site)
    assembly.routes += open_routes(counter)
    assembly.routes += mine_routes(counter, site=assembly.site)
    patience = section.patience
    assembly.routes += minister_pages(assembly, counter, portal.registers, patience=patience)
    assembly.routes += citizen_pages(assembly, counter, site=assembly.site, patience=patience)
    assembly.on(portal_handlers(portal))


def _definitions(assembly: Assembly) -> dict[str, ServiceDefinition]:
    found = [read_service(folder, standard=STANDARD.read_bytes()) for folder in _folders(assembly)]
    return {definition.id: definition for definition in found}


def _keep_versions(assembly: Assembly, files: Files) -> None:
    """Keep what cases begin with from now on: a later folder changes none of them."""
    standard = STANDARD.read_bytes()
    with assembly.base.database.work() as work:
        for folder in _folders(assembly):
            files.keep(folder, standard=standard, work=work)


def _folders(assembly: Assembly) -> Iterator[Mapping[str, bytes]]:
    section = assembly.config.file.services
    for name in section.folders if section else ():
        folder = read_folder(folder_of(assembly, name, kind="services"))
        _check_seal(assembly, folder, section)
        yield folder


def _check_seal(
    assembly: Assembly,
    folder: Mapping[str, bytes],
    section: ServicesSection | RegistersSection | None,
) -> None:
    """Only what its owner sealed runs; a seal that doesn't hold is refused everywhere.

    Raises:
        SealRefused: For ``unsigned``, ``signature``, ``signer`` or ``changed``.
    """
    config, named = assembly.config, section.signers if section else ()
    admit_folder(
        folder,
        unsigned=config.file.node.demonstration or (section is not None and section.unsigned),
        signers=lambda: [assembly.base.certificate("seal"), *map(config.content, named)],
    )


def _joint(assembly: Assembly, cases: Cases, pens: ApplicationPens) -> JointSigning:
    """Applications that several people sign, with what asks and tells other members."""
    base, section = assembly.base, assembly.config.file.services
    node, providers = assembly.config.file.node, section.providers if section else {}
    return JointSigning(
        cases=cases,
        pens=pens,
        lookups=Lookups(
            exchange=assembly.exchange,
            client=assembly.config.client("services"),
            providers={role: ClientId.parse(client) for role, client in providers.items()},
            clock=base.clock,
        ),
        database=base.database,
        outbox=base.outbox,
        clock=base.clock,
        in_thread=base.in_thread,
        authority=Authority(
            names=node.names,
            code=node.code,
            address=node.address,
            name_order=assembly.profile.formal,
        ),
    )


def _offering(assembly: Assembly, files: Files, cases: Cases, joint: JointSigning) -> Offering:
    base = assembly.base
    return Offering(
        database=base.database,
        in_thread=base.in_thread,
        files=files,
        cases=cases,
        lookups=joint.lookups,
        clock=base.clock,
    )


def _operations(
    assembly: Assembly,
    files: Files,
    money: Money,
    signatures: Signatures,
    *,
    documents: Documents,
    staff: Staff,
    joint: JointSigning,
    offering: Offering,
) -> Operations:
    base, section = assembly.base, assembly.config.file.services
    providers = section.providers if section else {}
    return Operations(
        cases=files.cases,
        fees=money.receipts.fees,
        lookups=joint.lookups,
        invite=joint.invite,
        offer=offering.offer,
        enclose=Enclosing(database=base.database, cases=files.cases, in_thread=base.in_thread),
        papers=SealedLetters(
            signatures=signatures,
            documents=documents,
            seal=OrganisationSeal(signer=base.signer("seal"), certificate=base.certificate("seal")),
            clock=base.clock,
            in_thread=base.in_thread,
            zone=section.zone if section else "UTC",
            issued=open_issued(assembly, files, authority=joint.authority),
        ),
        clock=base.clock,
        authority=joint.authority,
        sources=assembly.source_names(providers),
        units={service: staff.unit_of(service) for service in _definitions(assembly)},
        zone=section.zone if section else "UTC",
        works=assembly.profile.is_working_day,
        giving_back=money.give_back,
        watch=SqlServiceStore(),
    )
