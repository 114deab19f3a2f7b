"""Papers that anybody checks: how they stand, to whom what is told, and that the person sees it."""

from dataclasses import replace
from hashlib import sha256

import pytest
from tests.services.house import CASE

from riik.cases import Document
from riik.core import ClientId, to_text
from riik.documents import read_code, read_statement
from riik.services.issued.component import Issued, PaperUnknown
from riik.services.issued.store import SqlIssuedStore
from riik.services.issued.tries import (
    MOST_OF_ALL,
    MOST_OF_ONE,
    REFILL,
    Tries,
    opens_at,
    with_one_more,
)
from riik.testing.pki import AT, MemoryKey
from riik.testing.ports import SeededEntropy

SEAL = MemoryKey()
OWN = ClientId.parse("EE/GOV/70001490/services")
PORTAL = ClientId.parse("EE/GOV/70000000/portal")
PDF = b"%PDF-sealed"
pytestmark = pytest.mark.anyio


@pytest.fixture
def looks():
    """What was written down for the person."""
    return []


@pytest.fixture
def issued(house, looks):
    """A provider's papers."""
    services = house.services

    def record(subject, *, reader, purpose, legal_basis, case, work):
        looks.append((reader, purpose, case))

    return Issued(
        database=services.database,
        store=SqlIssuedStore(),
        files=services.files,
        cases=services.cases,
        clock=services.clock,
        entropy=SeededEntropy(1),
        member=OWN,
        signer=SEAL,
        portal="https://portal.ee",
        authority=services.operations.authority,
        record_look=record,
    )


@pytest.fixture
async def paper(house, issued):
    """A receipt of a case that goes on: its token and the case's number."""
    await house.start()
    with house.services.database.work() as work:
        case = house.services.cases.find(CASE, work=work)
        paper = Document(name="receipt.pdf", media_type="application/pdf", content=PDF)
        house.services.cases.attach(case, paper, work=work)
    begun = issued.begin({"reference": case.number, "date": "2026-12-01"}, bytes(32))
    issued.keep(begun, PDF)
    return begun


async def test_a_stranger_learns_how_it_stands_and_nothing_of_the_person(paper, issued, looks):
    told = issued.check(paper.token)
    assert (told["kind"], told["standing"]) == ("receipt", "in-force")
    assert told["digest"] == sha256(PDF).hexdigest()
    assert set(told) == {"issuer", "code", "kind", "issued", "standing", "digest", "at"}
    assert looks == []


async def test_the_qr_code_leads_to_the_paper_and_is_signed(paper):
    assert read_code(paper.check.address) == ("70001490", paper.token)
    assert read_statement(paper.check.address, key=SEAL.public_key).token == paper.token
    assert paper.check.place == "portal.ee/check"


async def test_who_holds_it_sees_whose_it_is_and_the_person_sees_that(paper, issued, looks):
    told = issued.show(paper.token, f" {paper.number} ", "en", reader=PORTAL)
    assert told["name"]
    assert told["number"] == paper.number
    assert looks == [(PORTAL, "paper-check", paper.number)]


def guess(issued, paper, *, times=1, source="a", number="2026-999999"):
    """Why each guess showed nothing; the last refusal comes with it."""
    why = []
    for _ in range(times):
        with pytest.raises(PaperUnknown) as refused:
            issued.show(paper.token, number, "en", reader=PORTAL, source=source)
        why.append(refused.value.why)
    return why, refused.value


def holds(issued, paper, *, source="a"):
    told = issued.show(paper.token, paper.number, "en", reader=PORTAL, source=source)
    return bool(told["name"])


async def test_who_guesses_runs_dry_and_is_told_when_it_works_again(paper, issued, house, looks):
    why, _ = guess(issued, paper, times=MOST_OF_ONE)
    assert set(why) == {"number"}
    why, refused = guess(issued, paper, number=paper.number)
    assert why == ["tries"]
    assert refused.facts["until"] == to_text(house.clock.now() + REFILL)
    assert looks == []
    house.clock.advance(REFILL)
    assert holds(issued, paper)


async def test_who_guesses_closes_nothing_to_others(paper, issued, house):
    guess(issued, paper, times=MOST_OF_ONE)
    assert holds(issued, paper, source="b")


async def test_many_who_guess_together_get_no_further(paper, issued, house):
    for one in range(MOST_OF_ALL // MOST_OF_ONE):
        guess(issued, paper, times=MOST_OF_ONE, source=str(one))
    why, _ = guess(issued, paper, number=paper.number, source="holder")
    assert why == ["tries"]
    house.clock.advance(REFILL)
    assert holds(issued, paper, source="holder")


async def test_another_portal_s_askers_are_others(paper, issued):
    guess(issued, paper, times=MOST_OF_ONE)
    other = ClientId.parse("EE/NGO/90000001/portal")
    assert issued.show(paper.token, paper.number, "en", reader=other, source="a")["name"]


@pytest.mark.parametrize(
    ("used", "hours", "left"), [(5, 0, 0), (5, 1, 1), (5, 2.5, 2), (5, 5, 5), (5, 10_000, 5)]
)
def test_a_measure_fills_again_one_by_one(used, hours, left):
    at = AT
    tries = Tries(used=used, at=to_text(at))
    now = at + hours * REFILL
    free = 0
    while opens_at(tries, most=MOST_OF_ONE, now=now) is None:
        tries, free = with_one_more(tries, now=now), free + 1
    assert free == left
    assert opens_at(tries, most=MOST_OF_ONE, now=now) > now


async def test_what_counts_no_more_is_not_kept(paper, issued, house):
    guess(issued, paper, source="a")
    house.clock.advance((MOST_OF_ALL + 1) * REFILL)
    guess(issued, paper, source="b")
    key = sha256(paper.token.encode()).digest()
    with house.services.database.read() as work:
        assert issued.store.tries(key, f"{PORTAL} a", work=work) is None


async def test_looks_are_counted(paper, issued, house):
    issued.check(paper.token)
    issued.show(paper.token, paper.number, "et", reader=PORTAL)
    with house.services.database.read() as work:
        kept = issued.store.load(sha256(paper.token.encode()).digest(), work=work)
    assert (kept.looks, kept.tries) == (2, 0)


@pytest.mark.parametrize("token", ["", "0" * 26, "../../cases"])
async def test_a_code_that_nobody_printed_is_unknown(paper, issued, token):
    with pytest.raises(PaperUnknown) as refused:
        issued.check(token)
    assert refused.value.why == "unknown"


async def test_a_letter_that_the_case_does_not_hold_does_not_hold(paper, issued):
    other = issued.begin({"reference": paper.number, "date": "2026-12-01"}, bytes(32))
    issued.keep(other, b"%PDF-never-sent")
    assert issued.check(other.token)["standing"] == "replaced"


async def test_a_receipt_is_answered_once_the_case_has_ended(paper, issued, house):
    await house.step("withdrawal")
    assert issued.check(paper.token)["standing"] == "answered"


async def test_a_case_that_is_gone_keeps_no_paper(paper, issued):
    lost = issued.begin({"reference": "2020-000001", "date": "2020-01-01"}, bytes(32))
    issued.keep(replace(lost), PDF)
    assert issued.check(lost.token)["standing"] == "forgotten"
    with pytest.raises(PaperUnknown):
        issued.show(lost.token, "2020-000001", "en", reader=PORTAL)
