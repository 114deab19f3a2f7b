"""The Vietnamese licence: known cases by the law's own figures, and what fits the registers.

Fees, classes and terms as published up to November 2026; the folder's cases hold the rest.
"""

import json
from pathlib import Path

import jsonschema_rs
import pytest

import riik
from riik.rules import check as findings
from riik.rules import decide, explain, expression, to_plain
from riik.services import read_service

SOURCE = Path(riik.__file__).parent
STANDARD = (SOURCE / "services" / "standard.bpmn").read_bytes()
FOLDER = SOURCE / "catalogue" / "services" / "driving-licence-vn"
RECORD = SOURCE / "catalogue" / "registers" / "driving-rights" / "record.json"
PHOTO = "data:image/png;base64,aGVsbG8="
SILENT, NOTHING = {"standing": "unavailable"}, {"standing": "nothing"}


@pytest.fixture(scope="module")
def definition():
    return read_service(read_folder(FOLDER), standard=STANDARD)


def read_folder(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def known(
    *, today="2026-11-23", channel="web", photo="licence", born="1985-02-14", person=None,
    health=None, document=None, nothing="", **licence,
):  # fmt: skip
    """What the rules see of somebody with a licence of class B in order, but for the changes."""
    facts = {
        "person": {"standing": "known", "birth_date": born},
        "health": {"standing": "known", "valid_until": "2027-10-01", "fit": True},
        "document": {"standing": "known", "photo": PHOTO, "photo_date": "2024-05-01"},
        "licence": {
            "standing": "known",
            "licence_number": "790101",
            "categories": ["B"],
            "category_terms": None,
            "valid_until": "2026-12-10",
            "photo": PHOTO,
            "photo_date": "2023-03-01",
            "suspended_until": None,
            "status": "valid",
            **licence,
        },
    }
    for need, values in (("person", person), ("health", health), ("document", document)):
        if values is not None:
            facts[need] |= values
    if nothing:
        facts[nothing] = NOTHING
    return {
        **facts,
        "answers": {"reason": "expiring", "photo": photo, "delivery": "post"},
        "channel": channel,
        "case": {"id": "c", "number": "2026-000017", "today": today},
    }


def record(definition, about):
    """What a granted case writes into the register of licences."""
    made = {name: decide(definition.rules, name, about).plain for name in definition.rules.by_name}
    return {
        field: to_plain(expression(text).value({**about, **made}))
        for field, text in definition.record.values.items()
    }


def test_a_complaint_may_be_made_for_ninety_days(definition):
    assert definition.letter.appeal_days == 90
    assert "90 ngày" in definition.text(definition.letter.appeal, "vi")


def test_the_days_of_every_appeal_are_those_that_its_sentence_says():
    for folder in FOLDER.parent.iterdir():
        letter = read_service(read_folder(folder), standard=STANDARD).letter
        # A month is told as thirty days: the last day that a letter names is never too late.
        said = (f"within {letter.appeal_days} days", f"within {letter.appeal_days // 30} months")
        assert not letter.appeal or any(term in letter.appeal for term in said), folder.name


FEES = [
    ("on the web", {}, 135_000),
    ("at the desk", {"channel": "desk"}, 135_000),
    ("the last day of the online cut", {"today": "2025-12-31"}, 115_000),
    ("the first day without it", {"today": "2026-01-01"}, 135_000),
    ("the desk never had it", {"today": "2025-12-31", "channel": "desk"}, 135_000),
]


@pytest.mark.parametrize(("about", "amount"), [f[1:] for f in FEES], ids=[f[0] for f in FEES])
def test_the_fee_is_a_whole_number_of_dong(definition, about, amount):
    fee = decide(definition.rules, "Fee", known(**about)).plain
    assert fee == {"amount": amount, "law": "Thông tư 154/2025/TT-BTC"}
    assert definition.currency == "VND"


TERMS = [
    (["A1"], None),
    (["A"], None),
    (["B1"], None),
    (["A1", "A", "B1"], None),
    (["B"], "2036-11-23"),
    (["C1"], "2036-11-23"),
    (["A1", "B"], "2036-11-23"),
    (["C"], "2031-11-23"),
    (["D1"], "2031-11-23"),
    (["D2"], "2031-11-23"),
    (["D"], "2031-11-23"),
    (["BE"], "2031-11-23"),
    (["C1E"], "2031-11-23"),
    (["CE"], "2031-11-23"),
    (["D1E"], "2031-11-23"),
    (["D2E"], "2031-11-23"),
    (["DE"], "2031-11-23"),
    (["B", "D"], "2031-11-23"),
]


@pytest.mark.parametrize(("classes", "until"), TERMS, ids=[" ".join(t[0]) for t in TERMS])
def test_a_class_is_given_for_its_term(definition, classes, until):
    assert record(definition, known(categories=classes))["valid_until"] == until


@pytest.mark.parametrize("classes", [t[0] for t in TERMS], ids=[" ".join(t[0]) for t in TERMS])
def test_what_is_written_fits_the_register(definition, classes):
    values = record(definition, known(categories=classes))
    # A value of null takes an old one away; it isn't in the record.
    left = {field: value for field, value in values.items() if value is not None}
    jsonschema_rs.Draft202012Validator(json.loads(RECORD.read_bytes())).validate(left)


def test_a_leap_day_ends_on_the_last_of_february(definition):
    about = known(today="2028-02-29", categories=["C"])
    assert record(definition, about)["valid_until"] == "2033-02-28"


GROUNDS = [
    ("no licence", {"nothing": "licence", "photo": "identity-document"}, "refuse", "no-right-to-drive"),
    ("no such person", {"nothing": "person"}, "refuse", "not-in-population-register"),
    ("no certificate", {"nothing": "health"}, "refuse", "no-medical-certificate"),
    ("certificate over", {"health": {"valid_until": "2026-11-22"}}, "refuse", "medical-expired"),
    ("found unfit", {"health": {"fit": False}}, "refuse", "medical-unfit"),
    ("no photo", {"nothing": "document", "photo": "identity-document"}, "refuse", "no-photo"),
    ("a licence without a photo", {"photo_date": None}, "refuse", "no-photo"),
    ("a card without a photo", {"document": {"photo": None}, "photo": "identity-document"},
     "refuse", "no-photo"),
    ("an old photo", {"photo_date": "2021-11-22"}, "refuse", "photo-old"),
    ("revoked", {"status": "revoked"}, "refuse", "right-revoked"),
    ("suspended to the day", {"suspended_until": "2026-11-23"}, "refuse", "right-suspended"),
    ("suspended without an end", {"status": "suspended"}, "refuse", "right-suspended"),
    ("18 tomorrow", {"born": "2008-11-24"}, "refuse", "under-age"),
    ("expired yesterday", {"valid_until": "2026-11-22"}, "official", "licence-expired"),
    ("an Estonian class", {"categories": ["B", "A2"]}, "official", "class-unknown"),
    ("population silent", {"person": SILENT}, "official", "population-silent"),
    ("health silent", {"health": SILENT}, "official", "health-silent"),
    ("photo silent", {"document": SILENT, "photo": "identity-document"},
     "official", "photo-silent"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("about", "outcome", "ground"), [g[1:] for g in GROUNDS], ids=[g[0] for g in GROUNDS]
)
def test_what_stands_against_it_is_told_with_its_law(definition, about, outcome, ground):
    decision = decide(definition.rules, "Proposal", known(**about))
    assert decision.plain == {"outcome": outcome, "grounds": [ground]}
    rows = [row for row in explain(decision) if row["outputs"].get("code") == ground]
    assert rows
    assert all(row["law"] for row in rows)


GRANTED = [
    ("in order", {}),
    ("18 today", {"born": "2008-11-23"}),
    ("the certificate's last day", {"health": {"valid_until": "2026-11-23"}}),
    ("the licence's last day", {"valid_until": "2026-11-23"}),
    ("suspended until yesterday", {"suspended_until": "2026-11-22"}),
    ("a motorcycle without a certificate", {"categories": ["A1"], "nothing": "health"}),
    ("a motorcycle and a silent clinic", {"categories": ["A", "B1"], "health": SILENT}),
]


@pytest.mark.parametrize("about", [g[1] for g in GRANTED], ids=[g[0] for g in GRANTED])
def test_who_fulfils_the_law_is_granted_at_once(definition, about):
    decision = decide(definition.rules, "Proposal", known(**about))
    assert decision.plain == {"outcome": "grant", "grounds": []}


def test_every_ground_has_its_words_in_every_language(definition):
    for language in definition.languages:
        assert {g[3] for g in GROUNDS} <= set(definition.texts[language])


def test_the_first_law_is_the_basis_of_every_question(definition):
    bases = {need.legal_basis for need in definition.needs} | {definition.record.legal_basis}
    assert bases == {definition.law[0]}


def test_only_grounds_may_find_nothing(definition):
    assert {(found.why, found.element) for found in findings(definition.rules)} <= {
        ("gap", "Grounds")
    }
