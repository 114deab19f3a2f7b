"""Assembling the officials' desk of a provider, beside its services."""

from dataclasses import dataclass

from starlette.routing import Route

import riik.portal.official
from riik.core import ClientId, PersonCode, SubjectId, Work
from riik.node.appointing.desk import PlaceDay
from riik.node.assembly import Assembly
from riik.node.fillers.beside import pages_beside
from riik.node.fillers.cashdesk import CashDesk
from riik.node.fillers.desk import MessageProofs, OfficialDesk, staff_of
from riik.node.fillers.papers import ApplicationPens, PaperLooks
from riik.node.fillers.terms import add_handing, handing_of
from riik.portal.design.pages import Pages
from riik.portal.official.http import routes
from riik.portal.official.payments.http import money_routes
from riik.portal.official.room.http import Room
from riik.portal.official.times.http import times_routes
from riik.services import Decisions, Desk, Files, Queues, Services, Staff
from riik.services.desk.helping.errands import Errands
from riik.services.desk.helping.store import SqlErrandStore
from riik.services.desk.jobs import handlers
from riik.services.desk.looking import Looking
from riik.services.desk.moving import Moving
from riik.services.desk.previewing import Previews
from riik.services.desk.store import SqlDeskStore
from riik.services.issued.component import Issued
from riik.services.issued.http import paper_offers
from riik.services.issued.store import SqlIssuedStore
from riik.services.letters import Authority
from riik.signatures import Report, validate
from riik.transparency import Transparency

__all__ = ["OfficialLooks", "add_desk", "open_issued", "queues_of"]


@dataclass(frozen=True, slots=True)
class OfficialLooks:
    """Writes down what officials look at in cases (services' port)."""

    transparency: Transparency
    desk: ClientId

    def __call__(
        self,
        subject: SubjectId,
        *,
        purpose: str,
        legal_basis: str,
        acting: PersonCode,
        case: str,
        work: Work,
    ) -> object:
        return self.transparency.record_access(
            subject,
            reader=self.desk,
            purpose=purpose,
            legal_basis=legal_basis,
            service=f"{self.desk}/desk",
            acting=acting,
            case=case,
            work=work,
        )


def queues_of(assembly: Assembly, files: Files, *, staff: Staff, authority: Authority) -> Queues:
    """The queues of the provider's officials; its services ask them who has a case."""
    base = assembly.base
    return Queues(
        database=base.database,
        cases=files.cases,
        vault=base.vault,
        clock=base.clock,
        staff=staff,
        authority=authority,
        definitions=files.definitions,
    )


def add_desk(
    assembly: Assembly,
    services: Services,
    *,
    queues: Queues,
    pens: ApplicationPens,
    looks: OfficialLooks,
) -> None:
    """The desk of the provider's officials, over the same cases as its services, and its pages."""
    base, operations, store = assembly.base, services.operations, SqlDeskStore()
    handing = handing_of(assembly, services)
    desk = Desk(
        member=assembly.member,
        database=base.database,
        files=services.files,
        clock=base.clock,
        entropy=base.entropy,
        in_thread=base.in_thread,
        vault=base.vault,
        staff=queues.staff,
        queues=queues,
        looking=_looking(assembly, services, queues, store, looks),
        moving=Moving(
            database=base.database,
            files=services.files,
            cases=services.cases,
            vault=base.vault,
            outbox=base.outbox,
        ),
        decisions=Decisions(
            database=base.database,
            store=store,
            files=services.files,
            cases=services.cases,
            vault=base.vault,
            clock=base.clock,
            entropy=base.entropy,
            in_thread=base.in_thread,
            pens=pens,
            authority=operations.authority,
        ),
        previews=_previews(assembly, services),
        again=operations,
        lookups=operations.lookups,
        verify=services.verify,
        handing=handing,
    )
    if handing is not None:
        add_handing(assembly, handing)
    assembly.parts.desk = desk
    assembly.on(handlers(desk))
    _add_pages(assembly, services, desk, queues=queues, looks=looks)


def _add_pages(
    assembly: Assembly, services: Services, desk: Desk, *, queues: Queues, looks: OfficialLooks
) -> None:
    """The officials' site, over their desk."""
    site = assembly.site
    if site is None:
        return
    alone = assembly.config.file.portal is None
    room = Room(
        site=site,
        desk=_official_desk(assembly, desk),
        pages=Pages(riik.portal.official),
        clock=assembly.base.clock,
        card=assembly.config.file.people.card,
        helps=alone,
        payments=bool(assembly.parts.money and assembly.parts.money.receipts.account),
        corrections=bool(assembly.parts.owner and assembly.parts.owner.officials),
        times=assembly.parts.appointments is not None,
    )
    assembly.routes += routes(room, alone=alone)
    assembly.routes += _money_pages(assembly, services, room, looks)
    assembly.routes += _times(assembly, services, room)
    # Where the portal itself is, the addresses of helping are its own.
    assembly.routes += _help_pages(assembly, services, queues, room) if alone else []


def _official_desk(assembly: Assembly, desk: Desk) -> OfficialDesk:
    return OfficialDesk(
        desk=desk,
        party=assembly.relying_party("services"),
        country=assembly.config.file.node.profile.upper(),
    )


def _money_pages(
    assembly: Assembly, services: Services, room: Room, looks: OfficialLooks
) -> list[Route]:
    """What came, what waits, what is given back; none where no money comes."""
    base, money = assembly.base, assembly.parts.money
    if money is None or not room.payments:
        return []
    cash = CashDesk(
        money=money,
        staff=staff_of(assembly.config),
        files=services.files,
        cases=services.cases,
        vault=base.vault,
        record_look=looks,
        clock=base.clock,
        database=base.database,
        in_thread=base.in_thread,
    )
    return money_routes(room, cash)


def _times(assembly: Assembly, services: Services, room: Room) -> list[Route]:
    """The page of who comes today, where people come at times."""
    appointments = assembly.parts.appointments
    if appointments is None:
        return []
    base = assembly.base
    day = PlaceDay(
        appointments=appointments,
        files=services.files,
        database=base.database,
        in_thread=base.in_thread,
    )
    return times_routes(room, day)


def _previews(assembly: Assembly, services: Services) -> Previews:
    operations = services.operations
    return Previews(
        clock=assembly.base.clock,
        papers=operations.papers,
        authority=operations.authority,
        sources=operations.sources,
    )


def _looking(
    assembly: Assembly,
    services: Services,
    queues: Queues,
    store: SqlDeskStore,
    looks: OfficialLooks,
) -> Looking:
    base, operations = assembly.base, services.operations
    return Looking(
        database=base.database,
        store=store,
        files=services.files,
        cases=services.cases,
        fees=services.fees,
        vault=base.vault,
        clock=base.clock,
        entropy=base.entropy,
        queues=queues,
        record_look=looks,
        check_message=MessageProofs(exchange=assembly.exchange),
        authority=operations.authority,
        sources=operations.sources,
    )


def _help_pages(assembly: Assembly, services: Services, queues: Queues, room: Room) -> list[Route]:
    """The official's pages of helping, and the person's own in between."""
    base = assembly.base
    errands = Errands(
        member=assembly.member,
        database=base.database,
        store=SqlErrandStore(),
        files=services.files,
        vault=base.vault,
        clock=base.clock,
        entropy=base.entropy,
        in_thread=base.in_thread,
        queues=queues,
        verify=services.verify,
    )

    def judge(document: bytes) -> Report:
        return validate(document, anchors=assembly.qualified(), at=base.clock.now())

    party = assembly.relying_party("services")
    return pages_beside(room, services, errands=errands, party=party, judge=judge)


def open_issued(assembly: Assembly, files: Files, *, authority: Authority) -> Issued | None:
    """Letters that anybody can check, and their offer; None where no portal does that."""
    base, section = assembly.base, assembly.config.file.services
    transparency = assembly.parts.transparency
    if section is None or not section.papers or transparency is None:
        return None
    own = assembly.config.client("services")
    issued = Issued(
        database=base.database,
        store=SqlIssuedStore(),
        files=files,
        cases=files.cases,
        clock=base.clock,
        entropy=base.entropy,
        member=own,
        signer=base.signer("seal"),
        portal=section.papers,
        authority=authority,
        record_look=PaperLooks(transparency, own),
    )
    assembly.offer(paper_offers(issued, provider=own, in_thread=base.in_thread))
    return issued
