"""A case as its person sees it: in their language, with sources, and what they may do next."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import riik
from riik.cases import Case, Event, State
from riik.core import Money, ServiceId, SubjectId, person_code
from riik.payments import Fee
from riik.services import read_service
from riik.services.dossier import Dossier, Proposal
from riik.services.letters import Authority
from riik.services.model import Fact, Standing
from riik.services.process import start
from riik.services.running import Running
from riik.services.shown.rows import Speaker, fact_rows
from riik.services.views import summary, view

SOURCE = Path(riik.__file__).parent
STANDARD = (SOURCE / "services" / "standard.bpmn").read_bytes()
MARI, JAAN = person_code("EE49001010001"), person_code("EE38001085718")
AT = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
PHOTO = "data:image/svg+xml;base64,PHN2Zy8+"
KNOWN = {
    "person": {
        "given_names": "Mari",
        "family_name": "Maasikas",
        "birth_date": "1980-10-15",
        "residence": {"text": "Tartu mnt 12-5, Tallinn"},
        "residence_days": 365,
    },
    "document": {"photo": PHOTO, "photo_date": "2025-01-01", "signature": PHOTO},
    "health": {
        "group": 1,
        "issued_on": "2025-01-01",
        "valid_until": "2035-01-01",
        "restrictions": [],
        "fit": True,
    },
    "licence": {
        "licence_number": "ET000101",
        "categories": ["AM", "B"],
        "category_terms": None,
        "valid_until": "2027-01-01",
        "photo": PHOTO,
        "photo_date": "2018-01-01",
        "suspended_until": None,
        "status": "valid",
    },
}
ANSWERS = {
    "reason": "expiring",
    "photo": "identity-document",
    "speed": "standard",
    "delivery": "post",
}
SOURCES = {"population": {"et": "Siseministeerium", "en": "Interior", "vi": "Bộ Nội vụ"}}


def definition(name="driving-licence"):
    root = SOURCE / "catalogue" / "services" / name
    files = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    return read_service(files, standard=STANDARD)


def facts(**standings):
    found = {}
    for need in ("person", "document", "health", "licence", "training"):
        standing = Standing(standings.get(need, "known" if need in KNOWN else "nothing"))
        found[need] = Fact(
            need=need,
            standing=standing,
            values=KNOWN.get(need, {}) if standing is Standing.KNOWN else {},
            source=ServiceId.parse(f"EE-DEMO/GOV/70000001/{need}/offer"),
            message_id=f"case-{need}",
            at=AT + timedelta(minutes=1),
        )
    return found


def speaker(*, at="answer", state="draft", language="en", answers=None, order=None, **dossier):
    """A case of Mari's that waits at a task of the standard process."""
    service = definition()
    person = Dossier(
        person=MARI, actor=MARI, language="et", channel="web", authority="", facts=facts(),
        answers=ANSWERS if answers is None else answers,
    )  # fmt: skip
    person = replace(person, **dossier)
    running = Running(
        case=Case(
            id="case-1",
            number="2026-000017",
            service=service.id,
            subject=SubjectId("s"),
            state=State(state),
            opened_at=AT,
            due_at=AT + timedelta(days=14) if state not in ("draft", "to-sign") else None,
        ),
        definition=service,
        dossier=person,
        state=replace(start(service.process, {}), at=(at,) if at else ()),
        version=1,
        today=date(2026, 11, 23),
    )
    return Speaker(
        running=running,
        language=language,
        authority=Authority(names={"et": "Amet", "en": "Authority"}, code="1", address="", **(order or {})),
        sources=SOURCES,
        zone="Europe/Tallinn",
    )  # fmt: skip


def shown(*, events=(), documents=(), fee=None, **what):
    return view(speaker(**what), timeline=events, documents=documents, fee=fee)


def event(kind, minutes, actor="computer", detail=""):
    return Event(at=AT + timedelta(minutes=minutes), kind=kind, actor=actor, detail=detail)


def row(status, label):
    [found] = [one for one in status["facts"] if one["label"] == label]
    return found


def test_a_fact_has_label_value_source_and_the_exchange_that_proves_it():
    found = row(shown(), "Name")
    assert (found["value"], found["kind"]) == ("Mari Maasikas", "text")
    assert (found["from"], found["organisation"]) == ("from the population register", "Interior")
    assert (found["message"], found["standing"]) == ("case-person", "known")
    assert found["register"] == "EE-DEMO/GOV/70000001/person"


VALUES = [
    ("Birth date", "1980-10-15", "day"),
    ("Residence", "Tartu mnt 12-5, Tallinn", "text"),
    ("Photo of the identity document", PHOTO, "image"),
    ("Fit to drive", "yes", "text"),
    ("Restrictions", "none", "text"),
    ("Categories", "AM, B", "text"),
    ("State of the licence", "valid", "text"),
]


@pytest.mark.parametrize(("label", "value", "kind"), VALUES)
def test_a_value_is_ready_to_show(label, value, kind):
    found = row(shown(), label)
    assert (found["value"], found["kind"]) == (value, kind)


def test_what_a_register_leaves_empty_is_no_row():
    assert "Suspended until" not in [one["label"] for one in shown()["facts"]]


@pytest.mark.parametrize(
    ("standing", "note"),
    [
        ("nothing", "It has nothing about you."),
        ("unavailable", "It does not answer now. We go on; an official will ask it later."),
    ],
)
def test_a_register_without_an_answer_is_one_row_with_its_sentence(standing, note):
    status = shown(facts=facts(health=standing))
    [found] = [one for one in status["facts"] if one["need"] == "health"]
    assert (found["label"], found["value"]) == ("Register of medical certificates", "")
    assert (found["standing"], found["note"]) == (standing, note)


def test_the_same_case_is_told_in_another_language():
    status = shown(language="vi")
    assert (status["title"], status["state_text"]) == ("Đổi giấy phép lái xe", "Chưa nộp")
    assert row(status, "Đủ sức khỏe lái xe")["value"] == "có"
    assert status["language"] == "vi"


def test_names_follow_the_country():
    status = shown(order={"name_order": ("family", "middle", "given")})
    assert row(status, "Name")["value"] == "Maasikas Mari"
    assert status["person"] == {"name": "Maasikas Mari", "given_names": "Mari", "self": True}


def test_who_is_represented_is_not_who_acts():
    assert shown(actor=JAAN)["person"]["self"] is False


@pytest.mark.parametrize(
    ("paid", "value"),
    [
        (8000, {"minor": 8000, "currency": "EUR"}),
        ([8000, 10000], [{"minor": 8000, "currency": "EUR"}, {"minor": 10000, "currency": "EUR"}]),
    ],
)
def test_an_amount_of_a_register_is_told_as_money(paid, value):
    one = speaker()
    service = definition("family-benefit")
    fact = replace(facts()["person"], need="benefits", values={"child_allowance": paid})
    dossier = replace(one.running.dossier, facts={"benefits": fact})
    running = replace(one.running, definition=service, dossier=dossier)
    [told] = [row for row in fact_rows(replace(one, running=running)) if row["kind"] == "money"]
    assert told["value"] == value


def test_a_register_without_an_amount_has_no_row_of_money():
    one, service = speaker(), definition("family-benefit")
    fact = replace(facts()["person"], need="benefits", values={"child_allowance": None})
    dossier = replace(one.running.dossier, facts={"benefits": fact})
    running = replace(one.running, definition=service, dossier=dossier)
    assert [row for row in fact_rows(replace(one, running=running)) if row["kind"] == "money"] == []


APPLICATION = ({"name": "application.asice", "media_type": "x", "size": 1},)


@pytest.mark.parametrize(
    ("acts", "language", "told"),
    [
        ({"signed_by": "Mari Maasikas"}, "en", "signed by Mari Maasikas"),
        ({"actor": JAAN, "signed_by": "Jaan Kask"}, "en", "signed by Jaan Kask for Mari Maasikas"),
        ({"actor": JAAN, "signed_by": "Jaan Kask"}, "et", "allkirjastas Jaan Kask, esindatav: Mari Maasikas"),
        ({"actor": JAAN, "signed_by": "Jaan Kask"}, "vi", "Jaan Kask ký thay Mari Maasikas"),
        ({"actor": JAAN}, "en", "signed for Mari Maasikas"),
    ],
    ids=["own", "represented", "Estonian", "Vietnamese", "signed before names were kept"],
)  # fmt: skip
def test_a_paper_names_who_signed_it_and_for_whom(acts, language, told):
    [paper] = shown(documents=APPLICATION, language=language, **acts)["documents"]
    assert paper["about"] == told


def test_what_was_said_is_told_in_words_with_the_step_that_changes_it():
    said = {one["field"]: one for one in shown()["said"]}
    assert said["photo"]["value"] == "The photo of my identity document"
    assert said["photo"]["step"] == "answers/photo"


def test_a_choice_shows_what_the_state_knows_about_it():
    [page] = [one for one in shown()["pages"] if one["id"] == "delivery"]
    post, office = page["questions"][0]["choices"]
    assert [fact["value"] for fact in post["facts"]] == ["Tartu mnt 12-5, Tallinn"]
    assert office["facts"] == []


def test_a_photo_that_is_too_old_is_marked_before_it_is_chosen():
    [page] = [one for one in shown(language="et")["pages"] if one["id"] == "photo"]
    old, new = page["questions"][0]["choices"]
    assert (old["value"], old["warning"]) == (
        "licence",
        "Vanem kui viis aastat: sellega tuleb eitav vastus",
    )
    assert new["warning"] == ""
    assert [fact["label"] for fact in old["facts"]] == [
        "Praeguse juhiloa foto",
        "Praeguse juhiloa foto on tehtud",
    ]


@pytest.mark.parametrize(
    ("reason", "fees"), [("expiring", [2300, 5000]), ("name-changed", [1200, 5000])]
)
def test_a_choice_tells_the_fee_that_it_leads_to(reason, fees):
    status = shown(answers={"reason": reason, "photo": "identity-document"})
    [page] = [one for one in status["pages"] if one["id"] == "speed"]
    assert [choice["fee"]["minor"] for choice in page["questions"][0]["choices"]] == fees
    [reasons] = [one for one in status["pages"] if one["id"] == "reason"]
    assert {choice["fee"] for choice in reasons["questions"][0]["choices"]} == {None}


def test_everything_that_is_asked_of_registers_is_shown():
    known = {need: dict.fromkeys(values, "x") for need, values in KNOWN.items()}
    service = definition()
    asked = {(need.id, field) for need in service.needs for field in need.fields}
    assert asked == {(row.need, field) for row in service.guide.known for field in row.fields}
    assert {need for need, _ in asked} >= set(known)


def test_parts_of_a_value_stand_under_their_words():
    terms = [{"category": "B", "from": "2016-12-10", "until": "2026-12-10", "restrictions": ["01"]}]
    told = facts()
    told["licence"] = replace(told["licence"], values=KNOWN["licence"] | {"category_terms": terms})
    found = row(shown(facts=told), "Terms of the categories")
    assert found["value"] == "B, from 2016-12-10, until 2026-12-10, restrictions 01"
    assert found["kind"] == "days"


LONG = KNOWN["licence"] | {"valid_until": "2036-11-23"}


@pytest.mark.parametrize(
    ("reason", "step"), [("expiring", "exit/nothing-to-renew"), ("lost", "answers/photo")]
)
def test_who_has_nothing_to_renew_is_told_before_they_sign_or_pay(reason, step):
    told = facts()
    told["licence"] = replace(told["licence"], values=LONG)
    found = shown(facts=told, answers={"reason": reason})["next"]
    assert found["step"] == step
    assert ("need not be renewed yet" in str(found)) is (reason == "expiring")


def test_a_decision_tells_what_the_person_has_now():
    granted = Proposal(outcome="grant", grounds=())
    decided = event("decided", 5, "computer", "granted")
    status = shown(events=(decided,), at="", state="granted", proposal=granted)
    assert status["decision"]["new"] == [
        {"label": "New licence", "value": "ET26000017", "kind": "text"},
        {"label": "New licence valid until", "value": "2036-11-23", "kind": "day"},
    ]
    refused = shown(events=(decided,), at="", state="refused", proposal=granted)
    assert refused["decision"]["new"] == []


def test_a_choice_about_which_a_register_is_silent_says_so():
    status = shown(facts=facts(person="unavailable"))
    [page] = [one for one in status["pages"] if one["id"] == "delivery"]
    [fact] = page["questions"][0]["choices"][0]["facts"]
    assert (fact["standing"], fact["value"]) == ("unavailable", "")


def test_a_question_has_its_sentence_for_a_wrong_answer():
    [page] = [one for one in shown(language="et")["pages"] if one["id"] == "photo"]
    assert page["questions"][0]["error"] == "Vali foto"


def test_yes_or_no_is_a_choice_of_two():
    status = shown(answers={"reason": "stolen"})
    [page] = [one for one in status["pages"] if one["id"] == "proof"]
    [question] = page["questions"]
    assert (question["kind"], question["required"]) == ("yes-no", True)
    assert [(one["value"], one["title"]) for one in question["choices"]] == [(True, "Yes"), (False, "No")]  # fmt: skip


PROGRESS = [
    ("at the first question", {}, {"position": 1, "of": 5}),
    ("at the second", {"reason": "lost"}, {"position": 2, "of": 5}),
    ("with one question more", {"reason": "stolen"}, {"position": 2, "of": 6}),
    ("at the signature", ANSWERS, {"position": 5, "of": 5}),
]


@pytest.mark.parametrize(
    ("answers", "progress"), [p[1:] for p in PROGRESS], ids=[p[0] for p in PROGRESS]
)
def test_progress_counts_what_is_wanted_now(answers, progress):
    assert shown(answers=answers)["progress"] == progress


def test_what_is_signed_is_sentence_answers_and_facts_without_pictures():
    statement = shown()["statement"]
    assert statement["sentence"].startswith("I ask for a new driving licence.")
    labels = [one["label"] for one in statement["rows"]]
    assert "Which photo do you want on your licence?" in labels
    assert "Photo of the identity document" not in labels
    assert statement["fee"]["amount"] == 2300


def test_nothing_is_to_be_signed_once_it_was_handed_in():
    status = shown(at="pay", state="to-pay")
    assert (status["statement"], status["pages"], status["progress"]) == (None, [], None)


FEES = [
    ("the usual", ANSWERS, "Usual exchange", 2300),
    ("the fast", {**ANSWERS, "speed": "express"}, "Fast, for the day after the next working day", 5000),
    ("with proof", {**ANSWERS, "reason": "stolen", "proof": True}, "Stolen or burnt, with proof", 700),
    ("one that the table doesn't name", {**ANSWERS, "reason": "lost"}, "", 2300),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "label", "amount"), [f[1:] for f in FEES], ids=[f[0] for f in FEES]
)
def test_a_fee_is_called_as_in_the_table(answers, label, amount):
    fee = shown(answers=answers)["fee"]
    assert (fee["label"], fee["amount"], fee["paid"]) == (label, amount, None)


def test_a_fee_that_was_paid_has_its_reference():
    fee = Fee(reference="RF18", case="case-1", amount=Money("EUR", 2300), law="RLS", paid_at=AT)
    told = shown(fee=fee, at="review", state="with-official")["fee"]
    assert (told["reference"], told["paid"]) == ("RF18", "2026-11-23T21:30:00.000000Z")


STATES = [
    ("answer", "draft", "person", ["answer"], "plain"),
    ("sign", "to-sign", "person", ["answer", "sign"], "wait"),
    ("pay", "to-pay", "person", ["pay"], "wait"),
    ("propose", "in-progress", "computer", [], "now"),
    ("review", "with-official", "official", [], "now"),
    ("", "granted", "nobody", [], "yes"),
    ("", "refused", "nobody", [], "no"),
    ("", "withdrawn", "nobody", [], "plain"),
]


@pytest.mark.parametrize(("at", "state", "who", "may", "tag"), STATES, ids=[s[1] for s in STATES])
def test_who_has_it_and_what_the_person_may_do(at, state, who, may, tag):
    told = summary(speaker(at=at, state=state))
    assert (told["with"]["kind"], told["state_tag"]) == (who, tag)
    assert [act for act in told["may"] if act != "withdraw"] == may


EVENTS = (
    event("opened", 0, "person"),
    event("submitted", 2, "person"),
    event("signed", 3, "person"),
    event("fee-owed", 3),
    event("fee-paid", 4, "bank"),
    event("proposed", 4, detail="official"),
    event("given-to-official", 4, detail="photo-silent"),
)


def test_the_thread_tells_what_was_what_is_and_what_comes():
    status = shown(events=EVENTS, at="review", state="with-official")
    assert [(knot["state"], knot["title"]) for knot in status["timeline"]] == [
        ("done", "You began the application"),
        ("done", "The registers were asked"),
        ("done", "You signed the application"),
        ("done", "The fee is paid"),
        ("now", "An official looks at it"),
        ("ahead", "The decision"),
        ("ahead", "You get the card"),
    ]


def test_the_day_of_the_decision_is_a_day_of_the_country():
    status = shown(events=EVENTS, at="review", state="with-official")
    [decision] = [knot for knot in status["timeline"] if knot["kind"] == "decision"]
    assert decision["day"] == "2026-12-07"
    late = shown(events=(event("decided", 60, detail="refused"),), at="", state="refused")
    assert late["decision"]["appeal"]["until"] == "2026-12-24"


def test_a_draft_has_everything_ahead():
    status = shown(events=EVENTS[:1], answers={})
    ahead = [knot["title"] for knot in status["timeline"] if knot["state"] == "ahead"]
    assert ahead == ["You sign the application", "You pay the fee", "The decision", "You get the card"]  # fmt: skip


def test_nothing_is_ahead_of_a_refusal():
    decided = event("decided", 5, "official", "refused")
    status = shown(events=(*EVENTS, decided), at="", state="refused")
    assert {knot["state"] for knot in status["timeline"]} == {"done"}
    assert status["timeline"][-1]["title"] == "The decision is no"


def test_the_decision_says_by_whom_why_and_how_to_disagree():
    proposal = Proposal(
        outcome="refuse",
        grounds=("medical-expired",),
        explanation=({"outputs": {"code": "medical-expired"}, "law": "LS § 101"},),
    )
    decided = event("decided", 5, "computer", "refused")
    status = shown(events=(decided,), at="", state="refused", proposal=proposal)
    decision = status["decision"]
    assert (decision["outcome"], decision["by"]) == ("refused", "computer")
    assert decision["text"] == "We do not renew your driving licence."
    assert decision["appeal"]["text"].startswith("You may file a challenge")
    assert status["grounds"] == [
        {"code": "medical-expired", "text": "Your medical certificate has expired", "law": "LS § 101"}
    ]  # fmt: skip


def test_a_case_with_an_official_says_why():
    proposal = Proposal(outcome="official", grounds=("photo-silent",))
    status = shown(at="review", state="with-official", proposal=proposal)
    assert status["why_waiting"] == ["The photo could not be fetched; an official checks"]
    assert status["decision"] is None


def test_a_document_says_what_it_is_and_who_signed_it():
    papers = [{"name": "application.asice", "media_type": "application/zip", "size": 5}]
    [paper] = shown(events=EVENTS, documents=papers, at="pay", state="to-pay")["documents"]
    assert (paper["title"], paper["about"]) == ("Your application", "signed by Mari Maasikas")
    assert paper["at"] == "2026-11-23T21:33:00.000000Z"


def test_a_document_of_another_name_keeps_it():
    papers = [{"name": "map.pdf", "media_type": "application/pdf", "size": 5}]
    [paper] = shown(documents=papers)["documents"]
    assert (paper["title"], paper["about"], paper["at"]) == ("map.pdf", "", None)
