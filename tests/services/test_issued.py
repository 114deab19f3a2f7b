"""Papers that anybody checks: how they stand, to whom what is told, and that the person sees it."""

from dataclasses import replace
from hashlib import sha256

import pytest
from tests.services.house import CASE

from riik.cases import Document
from riik.core import ClientId
from riik.documents import read_code, read_statement
from riik.services.issued.component import MOST_TRIES, Issued, PaperUnknown
from riik.services.issued.store import SqlIssuedStore
from riik.testing.pki import MemoryKey
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


async def test_a_wrong_number_shows_nothing_and_many_of_them_close_it(paper, issued, looks):
    for _ in range(MOST_TRIES):
        with pytest.raises(PaperUnknown) as refused:
            issued.show(paper.token, "2026-999999", "en", reader=PORTAL)
        assert refused.value.why == "number"
    with pytest.raises(PaperUnknown) as refused:
        issued.show(paper.token, paper.number, "en", reader=PORTAL)
    assert refused.value.why == "tries"
    assert looks == []


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
