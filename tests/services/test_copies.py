"""Certified copies: the scan that an official compared lies inside the decision, and nothing else."""

import json
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest
from tests.services.house import CERTIFICATE, JAAN, MARI, SOURCE, TIINA, VALUE

from riik.services import read_service
from riik.services.desk.errors import DeskRefused
from riik.services.errors import AnswerRefused, FolderRefused

pytestmark = pytest.mark.anyio
FOLDER = SOURCE.parent / "catalogue" / "services" / "certified-copy"
STANDARD = (SOURCE / "standard.bpmn").read_bytes()
SECOND = "case-of-a-test-0002"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
PAPER = {
    "kind": {"kind": "education"},
    "original": {"issuer": "Pärnaoru Gümnaasium", "number": "KT 014233", "issued": "2011-06-20"},
    "origin": {"origin": "home"},
    "state": {"state": "whole"},
}


def folder(change=None):
    """The folder's files; ``change`` is what stands otherwise in service.toml."""
    files = {
        str(path.relative_to(FOLDER)): path.read_bytes()
        for path in FOLDER.rglob("*")
        if path.is_file()
    }
    for old, new in (change or {}).items():
        assert old.encode() in files["service.toml"]
        files["service.toml"] = files["service.toml"].replace(old.encode(), new.encode())
    return files


def certify(house):
    """The house's officials certify copies."""
    copies = replace(read_service(folder(), standard=STANDARD), id="driving-licence")
    house.services.files.definitions["driving-licence"] = copies
    return house


@pytest.fixture
def desk(house):
    """A house that certifies copies."""
    return certify(house)


async def asked(house, **changed):
    """A person said what the original is, and signed."""
    await house.start()
    await house.step("answers/what", {"what": "paper"})
    for page, content in {**PAPER, **changed}.items():
        await house.step(f"answers/{page}", content)
    content = b64encode(PDF).decode()
    await house.step("answers/scan/file", {"name": "diploma.pdf", "content": content})
    await house.step("answers/scan")
    await house.step("submission", CERTIFICATE)
    await house.step("signature", VALUE)
    await house.worker.rest()
    return await house.status()


async def certified(house, **more):
    """An official opens the case, compares, and certifies."""
    await house.desk.open(house.clerk(), house.case)
    return await house.decide(house.verdict(grounds=("compare",), **more))


async def refusal(deed):
    """Why the desk won't."""
    with pytest.raises(DeskRefused) as refused:
        await deed
    return refused.value.why


async def test_the_copy_holds_the_very_scan_and_says_what_the_original_was(desk, paper):
    assert (await asked(desk))["state"] == "with-official"
    await certified(desk)
    [letter] = paper.letters
    [enclosed] = paper.enclosed
    assert enclosed.content == PDF
    assert letter["enclosed"][0]["sha256"] == sha256(PDF).hexdigest()
    told = {row["label"]: row["value"] for row in letter["facts"]}
    assert told["Number"] == "KT 014233"
    assert "Elukoht" not in told
    assert letter["signature"]["automatic"] is False
    assert (await desk.status())["state"] == "granted"


async def test_what_is_signed_says_what_was_compared_with_which_file(desk):
    await asked(desk)
    await certified(desk)
    record = json.loads((await desk.services.document("decision-signed.json", desk.visit()))[0])
    assert record["grounds"] == ["compare"]
    digest = sha256(PDF).hexdigest()
    assert record["rests_on"]["enclosed"] == [{"name": "diploma.pdf", "sha256": digest}]


async def test_nobody_certifies_a_case_that_they_never_opened(desk, paper):
    await asked(desk)
    unseen = desk.verdict(grounds=("compare",))
    assert await refusal(desk.decide(unseen)) == "unseen"
    await desk.desk.open(desk.clerk(TIINA), desk.case)
    assert await refusal(desk.decide(unseen)) == "unseen"
    # A look at one of its papers alone, or at the draft of the letter, opens no case.
    await desk.desk.document(desk.clerk(), desk.case, "application.asice")
    await desk.desk.letter(desk.clerk(), unseen)
    assert await refusal(desk.decide(unseen)) == "unseen"
    assert paper.letters == []
    await desk.desk.open(desk.clerk(), desk.case)
    assert (await desk.decide(unseen))["done"] == [desk.case]


async def test_a_look_before_the_case_was_changed_certifies_nothing(desk):
    await asked(desk)
    await desk.desk.open(desk.clerk(), desk.case)
    shown = desk.version()
    files = desk.services.files
    with desk.database.work() as work:
        files.save(files.load(desk.case, work=work), wake=False, work=work)
    guessed = desk.verdict(grounds=("compare",))
    assert guessed.version > shown
    assert await refusal(desk.decide(guessed)) == "unseen"


async def test_nothing_is_certified_before_the_official_says_they_compared(desk):
    await asked(desk)
    await desk.desk.open(desk.clerk(), desk.case)
    assert await refusal(desk.decide(desk.verdict())) == "compared"
    assert await refusal(desk.decide(desk.verdict(grounds=("another",), reason="x"))) == "compared"
    shown = await desk.desk.open(desk.clerk(), desk.case)
    assert [one["code"] for one in shown["attests"]] == ["compare"]


@pytest.mark.parametrize("outcome", ["grant", "refuse"])
async def test_copies_are_never_decided_in_bulk(desk, outcome):
    verdicts = []
    for case, person in ((desk.case, MARI), (SECOND, JAAN)):
        desk.case, desk.person = case, person
        await asked(desk)
        await desk.desk.open(desk.clerk(), case)
        verdicts.append(desk.verdict(case, outcome=outcome, grounds=("compare",), reason="Words."))
    assert await refusal(desk.decide(*verdicts)) == "alone"
    assert await refusal(desk.desk.put_aside(desk.clerk(), verdicts[0])) == "alone"
    assert (await desk.decide(verdicts[0]))["done"] == [verdicts[0].case]


async def test_an_extract_has_the_register_s_word_and_no_file(desk, paper):
    await desk.start()
    await desk.step("answers/what", {"what": "register"})
    await desk.step("submission", CERTIFICATE)
    await desk.step("signature", VALUE)
    await desk.worker.rest()
    [letter] = paper.letters
    assert [row["label"] for row in letter["facts"]] == ["Perekonnanimi", "Eesnimed", "Elukoht"]
    assert "enclosed" not in letter
    assert paper.enclosed == []


@pytest.mark.parametrize(
    ("page", "field", "value", "ground"),
    [
        ("state", "state", "altered", "altered"),
        ("state", "state", "damaged", "damaged"),
        ("origin", "origin", "abroad", "not-legalised"),
        ("kind", "kind", "notarial", "notary-keeps"),
    ],
)
async def test_what_may_not_be_certified_is_refused_and_nothing_is_inside(
    desk, paper, page, field, value, ground
):
    view = await asked(desk, **{page: {field: value}})
    [letter] = paper.letters
    assert view["state"] == "refused"
    assert "enclosed" not in letter
    assert paper.enclosed == []
    assert desk.definition.text(ground, "et") in [row["text"] for row in letter["grounds"]]
    assert all(row["law"] for row in letter["grounds"])


async def test_a_refusal_by_the_official_holds_no_scan(desk, paper):
    await asked(desk)
    # Nothing is certified: nobody has to have compared anything.
    await desk.decide(desk.verdict(outcome="refuse", grounds=("compare",), reason="Not shown."))
    assert paper.enclosed == []


async def test_nothing_goes_on_without_a_scan(desk):
    await desk.start()
    await desk.step("answers/what", {"what": "paper"})
    for page, content in PAPER.items():
        await desk.step(f"answers/{page}", content)
    with pytest.raises(AnswerRefused) as refused:
        await desk.step("answers/scan")
    assert refused.value.why == "few"


async def test_a_scan_too_large_for_the_copy_is_not_taken(desk):
    await desk.start()
    await desk.step("answers/what", {"what": "paper"})
    large = b64encode(b"%PDF-1.7" + b" " * 600_000 + b"%%EOF").decode()
    with pytest.raises(AnswerRefused) as refused:
        await desk.step("answers/scan/file", {"name": "a.pdf", "content": large})
    assert refused.value.why == "large"


async def test_an_official_certifies_nothing_of_their_own(desk):
    desk.person = TIINA
    await asked(desk)
    with pytest.raises(DeskRefused):
        await desk.decide(desk.verdict(), official=TIINA)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({'encloses = "scan"': 'encloses = "state"'}, "no question for files"),
        ({'encloses = "scan"': 'encloses = "nothing"'}, "no question for files"),
        ({'answer = "number"': 'answer = "colour"'}, "colour"),
        ({'answer = "number"': 'answer = "number"\nneed = "person"\nfield = "residence"'}, "need"),
        ({'answer = "number"\n': ""}, "need"),
    ],
)
def test_a_letter_that_can_t_be_printed_is_refused_before_it_runs(change, says):
    with pytest.raises(FolderRefused) as refused:
        read_service(folder(change), standard=STANDARD)
    assert refused.value.why == "letter"
    assert says in str(refused.value)


def test_more_than_the_press_takes_is_refused_before_it_runs():
    files = folder()
    form = json.loads(files["form.json"])
    form["properties"]["scan"]["x-bytes"] = 700_000
    files["form.json"] = json.dumps(form).encode()
    with pytest.raises(FolderRefused, match="at most 1900000"):
        read_service(files, standard=STANDARD)
