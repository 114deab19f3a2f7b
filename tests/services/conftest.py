"""A provider with its desk for every test of this room."""

from functools import cache
from pathlib import Path

import pytest
from tests.services.house import (
    ANNELI,
    FOLDER,
    JAAN,
    PORTAL,
    REIN,
    SOURCE,
    TIINA,
    TRANSPORT,
    House,
    Looks,
    Paper,
    Weather,
    Worker,
    World,
)
from tests.tables import lay_tables

import riik.cases
import riik.payments
import riik.services
from riik.cases import Cases
from riik.cases.store import SqlCaseStore
from riik.core import ClientId, person_code
from riik.login import StatementRefused
from riik.node.fillers.money import CaseTrail, Money
from riik.payments import FEE_PAID, Fees
from riik.payments.reconciling.component import Receipts
from riik.payments.reconciling.store import SqlReceiptStore
from riik.payments.refunding.component import Refunds
from riik.payments.refunding.store import SqlRefundStore
from riik.payments.store import SqlFeeStore
from riik.profiles import Name
from riik.runtime.database import open_database
from riik.runtime.vault import SqlVault
from riik.runtime.vault import __file__ as vault_file
from riik.services import (
    Acting,
    Amendments,
    Decisions,
    Desk,
    DeskRole,
    Files,
    JointSigning,
    Lookups,
    Official,
    Operations,
    PatternCheck,
    Queues,
    Receiving,
    Services,
    Staff,
    Steps,
    Unit,
    read_service,
)
from riik.services.desk.helping.assisting import Assisting
from riik.services.desk.helping.errands import Errands
from riik.services.desk.helping.store import SqlErrandStore
from riik.services.desk.looking import Looking
from riik.services.desk.moving import ASKED, Moving
from riik.services.desk.previewing import Previews
from riik.services.desk.store import SqlDeskStore
from riik.services.errors import AuthorityMissing
from riik.services.forms.enclosing import Enclosing
from riik.services.joint.signing import JOINT_OVER
from riik.services.letters import Authority
from riik.services.offering.component import Offering
from riik.services.process import read_process
from riik.services.running import RUN
from riik.services.store import SqlServiceStore
from riik.services.terms.appealing import Appeals
from riik.services.terms.refunding import LateFees

LICENCES = {"et": "Juhiload", "vi": "Giấy phép lái xe", "en": "Licences"}
STAFF = Staff(
    officials={
        one.person: one
        for one in (
            Official(
                person=ANNELI,
                name=Name(given="Anneli", family="Põder"),
                unit="licences",
                substitutes=(TIINA,),
            ),
            Official(
                person=TIINA,
                name=Name(given="Tiina", family="Žukova"),
                unit="licences",
                roles=frozenset({DeskRole.DECIDE, DeskRole.LEAD}),
            ),
            Official(person=JAAN, name=Name(given="Jaan", family="Kask"), unit="licences"),
            Official(person=REIN, name=Name(given="Rein", family="Õunapuu"), unit="fines"),
        )
    },
    units={
        "licences": Unit(code="licences", names=LICENCES, services=("driving-licence",)),
        "fines": Unit(code="fines", names={"en": "Fines"}),
    },
)
"""Anneli and Jaan decide on licences, Tiina leads and stands in for Anneli; Rein does fines."""


@pytest.fixture
def weather():
    """Good until a test says otherwise."""
    return Weather()


@pytest.fixture
def world(weather):
    """The other members."""
    return World(weather)


@pytest.fixture
def paper(weather):
    """The press and the pens; it remembers what its letters say."""
    return Paper(weather)


@cache
def licence():
    """The service of the folder, read once."""
    content = {
        str(path.relative_to(FOLDER)): path.read_bytes()
        for path in FOLDER.rglob("*")
        if path.is_file()
    }
    return read_service(content, standard=(SOURCE / "standard.bpmn").read_bytes())


@pytest.fixture
def house(database, tmp_path, clock, entropy, in_thread, paper, world):
    """One provider's services with everything that is theirs; the world outside is simulated."""
    folders = {
        component.__name__.rpartition(".")[2]: Path(component.__file__).parent / "migrations"
        for component in (riik.cases, riik.payments, riik.services)
    }
    folders["desk"] = SOURCE / "desk" / "migrations"
    lay_tables(database, folders)
    keys = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    lay_tables(keys, {"vault": Path(vault_file).parent / "migrations"})
    vault = SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy)
    worker, looks = Worker(), Looks()
    cases = Cases(store=SqlCaseStore(), vault=vault, clock=clock)
    fees = Fees(store=SqlFeeStore(), outbox=worker, clock=clock)
    definition = licence()
    roles = {need.provider for need in definition.needs} | {"driving-rights", "inbox"}

    expired = set()

    def verify(token, *, carrier, person, case, level):
        if token in expired:
            raise StatementRefused("the statement's time is over", why="expired")
        who, _, stated = token.partition("/")
        who, _, role = who.partition("~")
        if who == "another's" or carrier != (TRANSPORT.member if stated else PORTAL):
            raise AuthorityMissing("this is about another person", why="subject")
        if stated and stated != case:
            raise AuthorityMissing("this is about another case", why="case")
        return Acting(person=person_code(who), role=role)

    async def order(case, /, *, text, back=""):
        return {"order": "1", "url": f"http://bank/pay/1?{back}"}

    files = Files(
        store=SqlServiceStore(),
        cases=cases,
        vault=vault,
        outbox=worker,
        clock=clock,
        definitions={definition.id: definition},
        zone="Europe/Tallinn",
        appeals=read_process((SOURCE / "appeal.bpmn").read_bytes()),
        handed=read_process((SOURCE / "handed-over.bpmn").read_bytes()),
    )
    authority = Authority(names={"et": "Amet"}, code="70001053", address="")
    lookups = Lookups(
        exchange=world,
        client=TRANSPORT,
        providers={role: ClientId(TRANSPORT.member, role) for role in roles},
        clock=clock,
    )
    joint = JointSigning(
        cases=cases,
        pens=paper,
        lookups=lookups,
        database=database,
        outbox=worker,
        clock=clock,
        in_thread=in_thread,
        authority=authority,
    )
    offering = Offering(
        database=database,
        in_thread=in_thread,
        files=files,
        cases=cases,
        lookups=lookups,
        clock=clock,
    )
    operations = Operations(
        offer=offering.offer,
        enclose=Enclosing(database=database, cases=cases, in_thread=in_thread),
        cases=cases,
        fees=fees,
        lookups=lookups,
        invite=joint.invite,
        papers=paper,
        clock=clock,
        authority=authority,
        sources={},
        units={definition.id: "licences"},
        zone="Europe/Tallinn",
    )
    queues = Queues(
        database=database,
        cases=cases,
        vault=vault,
        clock=clock,
        staff=STAFF,
        authority=operations.authority,
        definitions=files.definitions,
    )
    receipts = Receipts(store=SqlReceiptStore(), fees=fees, clock=clock, account="")
    money = Money(
        receipts=receipts,
        refunds=Refunds(
            store=SqlRefundStore(),
            receipts=receipts,
            trail=CaseTrail(cases),
            outbox=worker,
            clock=clock,
            entropy=entropy,
            payer="",
        ),
    )
    services = Services(
        database=database,
        files=files,
        clock=clock,
        in_thread=in_thread,
        cases=cases,
        fees=fees,
        operations=operations,
        steps=Steps(
            cases=cases,
            pens=paper,
            request_payment=order,
            amendments=Amendments(cases=cases, clock=clock, again=operations),
            joint=joint,
            receiving=Receiving(cases=cases, scan=PatternCheck(), in_thread=in_thread),
        ),
        verify=verify,
        who_has=queues.who_has,
        appeals=Appeals(files=files, cases=cases, clock=clock),
        late_fees=LateFees(
            database=database, cases=cases, keeping=money.late, giving=money.give_back
        ),
        assisting=Assisting(
            names={ANNELI: "Anneli Põder", TIINA: "Tiina Žukova"}, record_look=looks
        ),
    )
    desk = Desk(
        member=TRANSPORT.member,
        database=database,
        files=files,
        clock=clock,
        entropy=entropy,
        in_thread=in_thread,
        vault=vault,
        staff=STAFF,
        queues=queues,
        looking=Looking(
            database=database,
            store=SqlDeskStore(),
            files=files,
            cases=cases,
            fees=fees,
            vault=vault,
            clock=clock,
            entropy=entropy,
            queues=queues,
            record_look=looks,
            check_message=lambda message_id: "proved",
            authority=operations.authority,
            sources={},
        ),
        moving=Moving(database=database, files=files, cases=cases, vault=vault, outbox=worker),
        decisions=Decisions(
            database=database,
            store=SqlDeskStore(),
            files=files,
            cases=cases,
            vault=vault,
            clock=clock,
            entropy=entropy,
            in_thread=in_thread,
            pens=paper,
            authority=operations.authority,
        ),
        previews=Previews(clock=clock, papers=paper, authority=operations.authority, sources={}),
        again=operations,
        lookups=operations.lookups,
        verify=verify,
    )

    async def paid(payload):
        await services.fee_paid(payload)

    worker.handlers = {
        RUN: services.run,
        FEE_PAID: paid,
        ASKED: desk.tell_asked,
        JOINT_OVER: services.joint_over,
    }
    errands = Errands(
        member=TRANSPORT.member,
        database=database,
        store=SqlErrandStore(),
        files=files,
        vault=vault,
        clock=clock,
        entropy=entropy,
        in_thread=in_thread,
        queues=queues,
        verify=verify,
    )
    yield House(services, desk, worker, database, clock, looks, errands, expired)
    keys.close()
