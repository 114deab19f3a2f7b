"""Assembling the officials' desk of a provider, beside its services."""

from dataclasses import dataclass

from riik.core import ClientId, PersonCode, SubjectId, Work
from riik.node.assembly import Assembly
from riik.node.fillers.desk import MessageProofs
from riik.node.fillers.papers import ApplicationPens
from riik.services import Decisions, Desk, Files, Queues, Services, Staff
from riik.services.desk.jobs import handlers
from riik.services.desk.looking import Looking
from riik.services.desk.moving import Moving
from riik.services.desk.store import SqlDeskStore
from riik.services.letters import Authority
from riik.transparency import Transparency

__all__ = ["OfficialLooks", "add_desk", "queues_of"]


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
    assembly: Assembly, services: Services, *, queues: Queues, pens: ApplicationPens
) -> None:
    """The desk of the provider's officials, over the same cases as its services."""
    base, operations, store = assembly.base, services.operations, SqlDeskStore()
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
        looking=_looking(assembly, services, queues, store),
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
        again=operations,
        lookups=operations.lookups,
        verify=services.verify,
    )
    assembly.parts.desk = desk
    assembly.on(handlers(desk))


def _looking(
    assembly: Assembly, services: Services, queues: Queues, store: SqlDeskStore
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
        record_look=services.record_look,
        check_message=MessageProofs(exchange=assembly.exchange),
        authority=operations.authority,
        sources=operations.sources,
    )


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
