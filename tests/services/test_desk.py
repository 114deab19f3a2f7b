"""Officials at their desk: who sees what, who decides, what becomes of a signature."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from tests.services.conftest import STAFF
from tests.services.house import ANNELI, CASE, JAAN, MARI, REIN, TIINA, TRANSPORT

from riik.cases import CaseUnknown
from riik.core import Refused, Unavailable, person_code
from riik.services import DeskConflict, DeskRefused, verify_record
from riik.services.desk.model import ANOTHER
from riik.services.errors import AuthorityMissing

pytestmark = pytest.mark.anyio

PETER, HELMI = map(person_code, ("EE37003030002", "EE45501010003"))
SECOND, THIRD = "case-of-a-test-0002", "case-of-a-test-0003"


@pytest.fixture
async def waiting(house, world):
    """Mari's case waits for an official of the unit of licences."""
    world.silent = {"driver-certificate"}
    await house.waiting()
    return house


async def refusal(awaited):
    """The reason with which something was refused."""
    with pytest.raises(Refused) as refused:
        await awaited
    return refused.value.why


def subject(house, code):
    return house.desk.vault.subject_of(code)


async def rows(house, official=ANNELI, **which):
    """The cases of a queue."""
    return [row["case"] for row in (await house.desk.queue(house.clerk(official), **which))["rows"]]


# --- queues


async def test_a_case_nobody_has_is_in_its_unit_s_queue(waiting):
    assert await rows(waiting, which="team") == [CASE]
    assert await rows(waiting, which="mine") == []


async def test_a_queue_tells_what_needs_a_human_and_of_no_person(waiting):
    page = await waiting.desk.queue(waiting.clerk(), which="team")
    [row] = page["rows"]
    assert [need["code"] for need in row["needs"]] == ["health-silent"]
    assert page["counts"] == {"mine": 0, "team": 1, "overdue": 0, "asked": 0}
    told = json.dumps(page, ensure_ascii=False)
    assert not any(word in told for word in ("Mari", "Maasikas", MARI, "1980"))
    assert waiting.looks.kept == []


async def test_another_unit_sees_and_opens_nothing(waiting):
    assert await rows(waiting, REIN, which="team") == []
    assert await refusal(waiting.desk.open(waiting.clerk(REIN), CASE)) == "unit"
    with pytest.raises(CaseUnknown):
        await waiting.desk.find(waiting.clerk(REIN), "1")
    assert waiting.looks.kept == []


async def test_a_stranger_has_no_queue(waiting):
    with pytest.raises(AuthorityMissing) as refused:
        await waiting.desk.queue(waiting.clerk(PETER))
    assert refused.value.why == "no-official"


@pytest.mark.parametrize("which", ["", "theirs", "all"])
async def test_no_other_queue_can_be_asked_for(waiting, which):
    assert await refusal(waiting.desk.queue(waiting.clerk(), which=which)) == "queue"


async def test_a_lead_sees_every_unit(waiting):
    assert await rows(waiting, TIINA, which="all") == [CASE]


async def test_a_taken_case_is_its_official_s_and_who_stands_in_for_them(waiting):
    await waiting.desk.take(waiting.clerk(ANNELI), CASE)
    assert await rows(waiting, ANNELI, which="mine") == [CASE]
    assert await rows(waiting, TIINA, which="mine") == [CASE]
    assert await rows(waiting, JAAN, which="mine") == []


async def test_what_a_colleague_has_cant_be_taken(waiting):
    await waiting.desk.take(waiting.clerk(ANNELI), CASE)
    assert await refusal(waiting.desk.take(waiting.clerk(JAAN), CASE)) == "with-another"
    await waiting.desk.take(waiting.clerk(TIINA), CASE)
    assert await rows(waiting, ANNELI, which="mine") == []


async def test_an_overdue_case_is_told_as_late(waiting):
    assert await rows(waiting, which="overdue") == []
    waiting.clock.advance(days=15)
    [row] = (await waiting.desk.queue(waiting.clerk(), which="overdue"))["rows"]
    assert row["late"]


async def test_a_case_is_found_by_its_number_or_the_end_of_it(waiting):
    assert await waiting.desk.find(waiting.clerk(), "2026-000001") == CASE
    assert await waiting.desk.find(waiting.clerk(), " 1 ") == CASE


# --- handing over


async def test_a_case_is_handed_to_a_colleague_and_back_to_all(waiting):
    assert await waiting.desk.hand_over(waiting.clerk(), [CASE], to=JAAN) == 1
    assert await rows(waiting, JAAN, which="mine") == [CASE]
    await waiting.desk.hand_over(waiting.clerk(JAAN), [CASE], to=None)
    assert await rows(waiting, JAAN, which="mine") == []


@pytest.mark.parametrize(
    ("cases", "to", "why"),
    [
        ([], JAAN, "how-many"),
        ([f"case-of-a-test-{n:04}" for n in range(51)], JAAN, "how-many"),
        ([CASE], REIN, "no-colleague"),
        ([CASE], PETER, "no-colleague"),
    ],
    ids=["none", "too-many", "another-unit", "a-stranger"],
)
async def test_a_case_is_handed_to_colleagues_only(waiting, cases, to, why):
    assert await refusal(waiting.desk.hand_over(waiting.clerk(), cases, to=to)) == why


async def test_a_colleague_s_case_is_handed_on_by_a_lead_alone(waiting):
    await waiting.desk.take(waiting.clerk(ANNELI), CASE)
    handed = waiting.desk.hand_over(waiting.clerk(JAAN), [CASE], to=JAAN)
    assert await refusal(handed) == "not-yours"
    await waiting.desk.hand_over(waiting.clerk(TIINA), [CASE], to=JAAN)
    assert await rows(waiting, JAAN, which="mine") == [CASE]


# --- opening


async def test_an_opened_case_is_a_look_of_its_person_and_in_the_official_s_own_log(waiting):
    view = await waiting.desk.open(waiting.clerk(), CASE)
    assert waiting.looks.kept == [(subject(waiting, MARI), "case-review", ANNELI, CASE)]
    [look] = await waiting.desk.own_looks(waiting.clerk())
    assert (look["number"], look["purpose"]) == (view["number"], "case-review")
    assert await waiting.desk.own_looks(waiting.clerk(JAAN)) == []


async def test_a_look_that_cant_be_written_down_is_not_made(waiting):
    waiting.looks.full = True
    with pytest.raises(Unavailable):
        await waiting.desk.open(waiting.clerk(), CASE)
    assert await waiting.desk.own_looks(waiting.clerk()) == []


async def test_login_s_word_about_another_case_opens_nothing(waiting):
    opened = waiting.desk.open(waiting.clerk(stated=SECOND), CASE)
    assert await refusal(opened) == "case"
    assert waiting.looks.kept == []


async def test_evidence_has_what_needs_a_human_first(waiting):
    view = await waiting.desk.open(waiting.clerk(), CASE)
    first, *rest = view["rows"]
    assert (first["need"], first["standing"], first["differs"]) == ("health", "unavailable", True)
    assert not any(row["differs"] for row in rest)
    assert {row["side"] for row in rest} == {"register", "person"}
    assert all(
        row["proof"] == "proved"
        for row in rest
        if row["side"] == "register" and row["standing"] == "known"
    )


async def test_the_rules_tell_what_applied_and_what_was_looked_into(waiting):
    trail = (await waiting.desk.open(waiting.clerk(), CASE))["trail"]
    assert [row["code"] for row in trail["applied"]] == ["health-silent"]
    assert trail["applied"][0]["law"]
    assert {"not-resident", "right-revoked"} <= {row["code"] for row in trail["clear"]}


async def test_what_no_register_knows_stands_first_as_not_known(house, world):
    person = {**world.known["person"]}
    del person["residence_days"]
    world.known = {**world.known, "person": person}
    await house.waiting()
    view = await house.desk.open(house.clerk(), CASE)
    assert [need["code"] for need in view["needs"]] == ["residence-unknown"]
    first, *rest = view["rows"]
    assert (first["id"], first["kind"], first["value"]) == ("person.residence_days", "unsaid", "")
    assert first["differs"] is True
    assert not any(row["kind"] == "unsaid" for row in rest)


@pytest.mark.parametrize("ground", ["health-silent", "population-silent", "residence-unknown"])
async def test_nobody_is_refused_for_what_a_register_did_not_say(waiting, ground):
    view = await waiting.desk.open(waiting.clerk(), CASE)
    assert ground not in {one["code"] for one in view["grounds"]}
    assert {"not-resident", "photo-old"} <= {one["code"] for one in view["grounds"]}
    refused = waiting.verdict(CASE, outcome="refuse", grounds=("not-resident", ground))
    assert await refusal(waiting.decide(refused)) == "grounds"
    assert (await waiting.status())["state"] == "with-official"


async def test_nobody_is_refused_because_they_said_that_a_register_is_wrong(house):
    said = {"register": f"{TRANSPORT.member}/population", "field": "residence", "number": "1"}
    await house.start()
    await house.step("dispute", said)
    await house.waiting()
    for grounds in (("disputed",), ("not-resident", "disputed")):
        refused = house.verdict(outcome="refuse", grounds=grounds, reason="Ei.")
        assert await refusal(house.decide(refused)) == "grounds"
    await house.decide()
    assert (await house.status())["state"] == "granted"


@pytest.mark.parametrize(
    ("outcome", "grounds"), [("grant", ()), ("refuse", ("not-resident",)), ("refuse", (ANOTHER,))]
)
async def test_who_decides_what_no_register_knows_says_what_they_rest_on(
    house, world, outcome, grounds
):
    person = {**world.known["person"]}
    del person["residence_days"]
    world.known = {**world.known, "person": person}
    await house.waiting()
    for reason in ("", " \n"):
        said = house.verdict(outcome=outcome, grounds=grounds, reason=reason)
        assert await refusal(house.decide(said)) == "rests"
    view = await house.desk.open(house.clerk(), CASE)
    assert "decide" in view["may"]
    await house.decide(house.verdict(outcome=outcome, grounds=grounds, reason="Kontrollisin."))
    assert (await house.status())["state"] == {"grant": "granted", "refuse": "refused"}[outcome]


async def test_where_no_rule_names_a_ground_the_official_s_words_do(waiting):
    waiting.change(grounds=())
    refused = waiting.verdict(outcome="refuse", reason="")
    assert await refusal(waiting.decide(refused)) == "another"
    await waiting.decide(waiting.verdict(outcome="refuse", reason="Liiklusseadus § 101."))
    assert (await waiting.status())["state"] == "refused"


async def test_a_paper_of_the_case_is_a_look_too(waiting):
    content, kind = await waiting.desk.document(waiting.clerk(), CASE, "application.asice")
    assert (bool(content), kind) == (True, "application/vnd.etsi.asic-e+zip")
    assert len(waiting.looks.kept) == 1


@pytest.mark.parametrize("actor", [None, ANNELI], ids=["own", "as-representative"])
async def test_nobody_opens_or_decides_their_own_case(house, world, actor):
    world.silent = {"driver-certificate"}
    house.open_to("parent")
    house.actor = actor
    await house.waiting(person=MARI if actor else ANNELI)
    assert await refusal(house.desk.open(house.clerk(), CASE)) == "own-case"
    assert await refusal(house.decide()) == "own-case"


async def test_who_has_a_case_is_told_to_its_person(waiting):
    await waiting.desk.take(waiting.clerk(), CASE)
    has = (await waiting.status())["with"]
    assert (has["kind"], has["unit"], has["name"]) == ("official", "Juhiload", "Anneli Põder")


# --- looking somebody up


async def test_a_person_is_looked_up_by_their_exact_code_and_for_a_purpose(waiting):
    [row] = await waiting.desk.look_up(waiting.clerk(), MARI, purpose="person-here")
    assert row["case"] == CASE
    [(who, purpose, acting, _)] = waiting.looks.kept
    assert (who, purpose, acting) == (subject(waiting, MARI), "person-here", ANNELI)


async def test_looking_up_who_is_not_there_is_a_look_all_the_same(waiting):
    assert await waiting.desk.look_up(waiting.clerk(), PETER, purpose="person-calls") == []
    assert waiting.looks.kept[0][0] == subject(waiting, PETER)
    [look] = await waiting.desk.own_looks(waiting.clerk())
    assert (look["purpose"], look["case"]) == ("person-calls", "")


async def test_a_look_up_for_a_case_names_it(waiting):
    number = "2026-000001"
    await waiting.desk.look_up(waiting.clerk(), PETER, purpose="related-case", case=number)
    assert waiting.looks.kept[0][3] == CASE


@pytest.mark.parametrize(
    ("purpose", "case", "why"),
    [
        ("", "", "purpose"),
        ("curiosity", "", "purpose"),
        ("related-case", "", "case"),
        ("person-here", "2026-000001", "case"),
        ("related-case", "2026-000009", "unknown"),
    ],
)
async def test_nobody_is_looked_up_without_purpose_and_case(waiting, purpose, case, why):
    looked = waiting.desk.look_up(waiting.clerk(), MARI, purpose=purpose, case=case)
    assert await refusal(looked) == why
    assert waiting.looks.kept == []


async def test_another_unit_finds_no_case_of_the_person(waiting):
    assert await waiting.desk.look_up(waiting.clerk(REIN), MARI, purpose="person-here") == []


# --- deciding


async def test_a_signed_decision_is_carried_out_and_names_its_official(waiting):
    done = await waiting.decide()
    assert done == {"done": [CASE], "refused": []}
    status = await waiting.status()
    assert status["state"] == "granted"
    assert [e["kind"] for e in status["events"]][-3:] == ["taken", "reviewed", "decided"]
    assert {"decision-signed.asice", "decision-signed.json"} <= {
        paper["name"] for paper in status["documents"]
    }


async def test_the_letter_is_signed_by_the_official_s_name_and_unit(waiting, paper):
    await waiting.decide()
    assert paper.letters[-1]["signature"] == {
        "automatic": False,
        "name": "Anneli Põder",
        "role": "Juhiload, Amet",
    }


async def test_the_official_s_own_words_stand_in_the_letter(waiting, paper):
    refused = waiting.verdict(
        CASE, outcome="refuse", grounds=(ANOTHER,), reason="Arst ei kinnitanud."
    )
    await waiting.decide(refused)
    assert [row["text"] for row in paper.letters[-1]["grounds"]] == ["Arst ei kinnitanud."]
    assert (await waiting.status())["state"] == "refused"


async def test_the_letter_can_be_read_before_the_decision_is_signed(waiting, paper):
    refused = waiting.verdict(outcome="refuse", grounds=(ANOTHER,), reason="Arst ei kinnitanud.")
    draft = await waiting.desk.letter(waiting.clerk(), refused)
    assert draft.startswith(b"draft ")
    assert paper.letters == []
    assert (await waiting.status())["state"] == "with-official"
    await waiting.decide(refused)
    assert paper.drafts == paper.letters


async def test_reading_a_draft_is_a_look(waiting):
    await waiting.desk.letter(waiting.clerk(), waiting.verdict(outcome="grant"))
    assert len(waiting.looks.kept) == 1


@pytest.mark.parametrize(
    ("official", "verdict", "why"),
    [
        (REIN, {"outcome": "grant"}, "unit"),
        (ANNELI, {"outcome": ""}, "outcome"),
        (ANNELI, {"outcome": "refuse"}, "grounds"),
        (ANNELI, {"outcome": "refuse", "grounds": ("x",)}, "no-ground"),
        (ANNELI, {"outcome": "grant", "reason": "x" * 2_001}, "reason"),
    ],
)
async def test_no_draft_is_made_of_what_could_not_be_decided(
    waiting, paper, official, verdict, why
):
    asked = waiting.desk.letter(waiting.clerk(official), waiting.verdict(**verdict))
    assert await refusal(asked) == why
    assert paper.drafts == []


async def test_the_record_of_a_decision_is_in_the_signed_list(waiting):
    await waiting.decide()
    record = (await waiting.services.document("decision-signed.json", waiting.visit()))[0]
    container = (await waiting.services.document("decision-signed.asice", waiting.visit()))[0]
    signed = json.dumps(json.loads(container.removeprefix(b"signed "))["content"]).encode()
    read = verify_record(record, [signed])
    assert (read["outcome"], read["official"]["code"], read["act"]) == ("grant", ANNELI, "decide")
    papers = read["rests_on"]["papers"]
    application = (await waiting.services.document("application.asice", waiting.visit()))[0]
    assert papers == {"application.asice": sha256(application).hexdigest()}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [(b'"grant"', b'"refuse"', "list"), (b'"case"', b'"cage"', "list"), (b"{", b"[", "record")],
)
async def test_a_changed_record_is_in_no_list(waiting, old, new, why):
    await waiting.decide()
    record = (await waiting.services.document("decision-signed.json", waiting.visit()))[0]
    container = (await waiting.services.document("decision-signed.asice", waiting.visit()))[0]
    signed = json.dumps(json.loads(container.removeprefix(b"signed "))["content"]).encode()
    with pytest.raises(DeskRefused) as refused:
        verify_record(record.replace(old, new), [signed])
    assert refused.value.why == why


async def test_one_signature_decides_many_cases_and_tells_none_of_the_others(house, world):
    world.silent = {"driver-certificate"}
    people = {CASE: MARI, SECOND: PETER, THIRD: HELMI}
    for case, person in people.items():
        await house.waiting(case, person)
    done = await house.decide(*(house.verdict(case, outcome="grant") for case in people))
    assert set(done["done"]) == set(people)
    for case, person in people.items():
        house.case, house.person = case, person
        assert (await house.status())["state"] == "granted"
        paper = (await house.services.document("decision-signed.asice", house.visit()))[0]
        content = json.loads(paper.removeprefix(b"signed "))["content"]
        assert (content["grant"], content["refuse"], len(content["decisions"])) == (3, 0, 3)
        assert not any(one.encode() in paper for one in (*people, *people.values(), "2026-00000"))


async def test_after_a_decision_the_queue_tells_whose_case_can_be_worked_on_and_opens_none(
    house, world
):
    world.silent = {"driver-certificate"}
    await house.waiting(SECOND, ANNELI)
    await house.waiting(THIRD, PETER)
    await house.waiting(CASE, MARI)
    await house.decide(house.verdict(CASE, outcome="grant"))
    found = await house.desk.queue(house.clerk(), which="team")
    assert {row["case"]: row["works"] for row in found["rows"]} == {SECOND: False, THIRD: True}
    assert house.looks.kept == []


@pytest.mark.parametrize(
    ("verdict", "why"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "perhaps"}, "outcome"),
        ({"outcome": "refuse"}, "grounds"),
        ({"outcome": "refuse", "reason": "  "}, "grounds"),
        ({"outcome": "refuse", "reason": "Ei."}, "grounds"),
        ({"outcome": "refuse", "grounds": (ANOTHER,)}, "another"),
        ({"outcome": "refuse", "grounds": (ANOTHER, "medical-expired"), "reason": " "}, "another"),
        ({"outcome": "grant", "reason": "x" * 2001}, "reason"),
        ({"outcome": "refuse", "grounds": ("x",) * 21}, "grounds"),
        ({"outcome": "refuse", "grounds": ("x" * 201,)}, "grounds"),
        ({"outcome": "refuse", "grounds": ("x",), "reason": "Ei."}, "no-ground"),
        ({"outcome": "refuse", "grounds": ("medical-expired", "x")}, "no-ground"),
        ({"outcome": "refuse", "reason": "\x00"}, "signs"),
        ({"outcome": "refuse", "reason": "Ei 🙂 → 李明"}, "signs"),
        ({"outcome": "grant", "reason": "\uf0b7 punkt"}, "signs"),
        ({"outcome": "refuse", "reason": "Ei\x07."}, "signs"),
    ],
)
async def test_a_verdict_that_says_nothing_is_refused(waiting, verdict, why):
    assert await refusal(waiting.decide(waiting.verdict(CASE, **verdict))) == why


async def test_what_cant_be_printed_is_put_aside_no_more_than_signed(waiting):
    verdict = waiting.verdict(CASE, outcome="refuse", reason="Ei 🙂 \x01")
    with pytest.raises(Refused) as refused:
        await waiting.desk.put_aside(waiting.clerk(), verdict)
    assert (refused.value.why, refused.value.facts["signs"]) == ("signs", "🙂 U+0001")


async def test_a_question_with_signs_that_show_nothing_is_not_asked(waiting):
    asked = waiting.desk.ask(waiting.clerk(), CASE, pages=["photo"], message="Uus\x01 pilt")
    assert await refusal(asked) == "signs"


@pytest.mark.parametrize("count", [0, 2, 51])
async def test_a_batch_has_one_to_fifty_cases_each_once(waiting, count):
    laid = waiting.desk.prepare(
        waiting.clerk(), [waiting.verdict(CASE, outcome="grant")] * count, certificate=b"c"
    )
    assert await refusal(laid) == "how-many"


async def test_another_unit_decides_nothing(waiting):
    assert await refusal(waiting.decide(official=REIN)) == "unit"


async def test_the_second_of_two_officials_is_told_that_a_colleague_has_the_case(waiting):
    verdict = waiting.verdict(CASE, outcome="grant")
    first = await waiting.desk.prepare(waiting.clerk(), [verdict], certificate=b"c")
    second = waiting.desk.prepare(waiting.clerk(JAAN), [verdict], certificate=b"c")
    assert await refusal(second) == "with-another"
    await waiting.desk.complete(waiting.clerk(), first["batch"], b"v")
    assert await refusal(waiting.decide(official=JAAN)) == "not-here"


async def test_of_two_signatures_under_one_case_the_second_is_refused(waiting):
    verdict = waiting.verdict(CASE, outcome="grant")
    clerk = waiting.clerk()
    one, two = [await waiting.desk.prepare(clerk, [verdict], certificate=b"c") for _ in range(2)]
    await waiting.desk.complete(clerk, one["batch"], b"v")
    with pytest.raises(DeskConflict) as refused:
        await waiting.desk.complete(clerk, two["batch"], b"v")
    assert refused.value.why == "changed"


async def test_a_case_that_changed_meanwhile_stays_and_the_others_go_on(house, world):
    world.silent = {"driver-certificate"}
    await house.waiting(SECOND, PETER)
    await house.waiting()
    verdicts = [house.verdict(case, outcome="grant") for case in (CASE, SECOND)]
    laid = await house.desk.prepare(house.clerk(), verdicts, certificate=b"c")
    await house.desk.ask(house.clerk(), SECOND, pages=["photo"], message="Uus foto, palun.")
    done = await house.desk.complete(house.clerk(), laid["batch"], b"v")
    assert (done["done"], done["refused"]) == ([CASE], [{"case": SECOND, "why": "changed"}])


async def test_the_same_signature_again_is_answered_the_same(waiting):
    laid = await waiting.desk.prepare(
        waiting.clerk(), [waiting.verdict(CASE, outcome="grant")], certificate=b"c"
    )
    first = await waiting.desk.complete(waiting.clerk(), laid["batch"], b"v")
    assert await waiting.desk.complete(waiting.clerk(), laid["batch"], b"v") == first
    await waiting.worker.rest()
    events = [e["kind"] for e in (await waiting.status())["events"]]
    assert events.count("reviewed") == 1


async def test_what_a_page_lays_out_again_voids_what_it_laid_out_before(waiting):
    clerk, ticket = waiting.clerk(), "t" * 43
    grant, refuse = (
        waiting.verdict(CASE, outcome=outcome, grounds=grounds, reason="x")
        for outcome, grounds in (("grant", ()), ("refuse", (ANOTHER,)))
    )
    for verdict in (grant, refuse):
        await waiting.desk.prepare(clerk, [verdict], certificate=b"c", ticket=ticket)
    await waiting.desk.complete(clerk, ticket, b"v")
    await waiting.worker.rest()
    assert (await waiting.status())["state"] == "refused"
    again = waiting.desk.prepare(clerk, [grant], certificate=b"c", ticket=ticket)
    assert await refusal(again) == "signed"


@pytest.mark.parametrize("ticket", ["short", "a b" * 20, "x" * 65, "ä" * 43])
async def test_a_ticket_is_one_that_our_pages_make(waiting, ticket):
    laid = waiting.desk.prepare(
        waiting.clerk(), [waiting.verdict(CASE, outcome="grant")], certificate=b"c", ticket=ticket
    )
    assert await refusal(laid) == "ticket"


async def test_a_signature_is_ended_by_who_began_it(waiting):
    laid = await waiting.desk.prepare(
        waiting.clerk(), [waiting.verdict(CASE, outcome="grant")], certificate=b"c"
    )
    for other in (JAAN, TIINA):
        done = waiting.desk.complete(waiting.clerk(other), laid["batch"], b"v")
        assert await refusal(done) == "no-batch"


async def test_a_silent_time_stamp_service_loses_nothing(waiting, weather):
    laid = await waiting.desk.prepare(
        waiting.clerk(), [waiting.verdict(CASE, outcome="grant")], certificate=b"c"
    )
    weather.bad, weather.calls = 0, 0
    with pytest.raises(Unavailable):
        await waiting.desk.complete(waiting.clerk(), laid["batch"], b"v")
    assert (await waiting.status())["state"] == "with-official"
    await waiting.desk.complete(waiting.clerk(), laid["batch"], b"v")
    await waiting.worker.rest()
    assert (await waiting.status())["state"] == "granted"


async def test_what_is_laid_out_to_sign_is_sealed(waiting, tmp_path):
    await waiting.desk.prepare(
        waiting.clerk(),
        [waiting.verdict(CASE, outcome="refuse", grounds=(ANOTHER,), reason="Maasikas on haige")],
        certificate=b"c",
    )
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("node.db*"))
    assert not any(word in kept for word in (b"Maasikas", ANNELI[2:].encode(), MARI[2:].encode()))


# --- four eyes


@pytest.fixture
async def strict(waiting):
    """The same case of a service that wants two officials."""
    waiting.change(four_eyes=True)
    return waiting


async def test_one_official_proposes_and_another_confirms(strict):
    await strict.decide()
    assert (await strict.status())["state"] == "with-official"
    [row] = (await strict.desk.queue(strict.clerk(JAAN), which="team"))["rows"]
    assert (row["second"], row["proposal"], row["proposed_by_me"]) == (True, "grant", False)
    view = await strict.desk.open(strict.clerk(JAAN), CASE)
    assert (view["colleague"]["name"], "confirm" in view["may"]) == ("Anneli Põder", True)
    await strict.decide(official=JAAN)
    status = await strict.status()
    assert status["state"] == "granted"
    names = {paper["name"] for paper in status["documents"]}
    assert {"proposal-1.asice", "decision-signed.asice"} <= names


async def test_the_confirmation_names_what_it_confirms(strict):
    await strict.decide()
    await strict.decide(official=JAAN)
    proposed, confirmed = [
        (await strict.services.document(name, strict.visit()))[0]
        for name in ("proposal-1.json", "decision-signed.json")
    ]
    read = json.loads(confirmed)
    assert (read["act"], read["confirms"]) == ("confirm", sha256(proposed).hexdigest())


async def test_nobody_confirms_their_own_proposal(strict):
    await strict.decide()
    assert await refusal(strict.decide()) == "four-eyes"
    assert "confirm" not in (await strict.desk.open(strict.clerk(), CASE))["may"]


async def test_who_disagrees_proposes_and_the_first_may_confirm_that(strict):
    await strict.decide()
    refuse = strict.verdict(CASE, outcome="refuse", grounds=("medical-expired",))
    await strict.decide(refuse, official=JAAN)
    refuse = strict.verdict(outcome="refuse", grounds=("medical-expired",))
    assert (await strict.status())["state"] == "with-official"
    await strict.decide(refuse, official=ANNELI)
    assert (await strict.status())["state"] == "refused"


async def test_a_proposal_is_nobody_s_decision_yet(strict):
    await strict.decide()
    assert not any(
        paper["name"].startswith("proposal") for paper in (await strict.status())["documents"]
    )


async def test_one_s_own_proposal_is_not_one_s_own_to_work_on(strict):
    await strict.decide()
    for official, works in ((ANNELI, False), (JAAN, True)):
        [row] = (await strict.desk.queue(strict.clerk(official), which="team"))["rows"]
        assert row["works"] is works


# --- verdicts put aside


async def test_verdicts_are_put_aside_and_signed_together(house, world):
    world.silent = {"driver-certificate"}
    people = {SECOND: PETER, CASE: MARI}
    for case, person in people.items():
        await house.waiting(case, person)
        await house.desk.put_aside(house.clerk(), house.verdict(case, outcome="grant"))
    ready = await house.desk.ready(house.clerk())
    assert {row["case"]: (row["outcome"], row["same"]) for row in ready} == {
        CASE: ("grant", True),
        SECOND: ("grant", True),
    }
    shown = {row["case"]: row["mark"] for row in ready}
    laid = await house.desk.prepare_ready(house.clerk(), shown, certificate=b"c")
    done = await house.desk.complete(house.clerk(), laid["batch"], b"v")
    assert set(done["done"]) == set(people)
    assert await house.desk.ready(house.clerk()) == []


async def test_a_verdict_put_aside_is_its_official_s_alone_and_sealed(waiting, tmp_path):
    verdict = waiting.verdict(
        CASE, outcome="refuse", grounds=(ANOTHER,), reason="Maasikas on haige"
    )
    await waiting.desk.put_aside(waiting.clerk(), verdict)
    assert await waiting.desk.ready(waiting.clerk(JAAN)) == []
    assert await rows(waiting, which="mine") == [CASE]
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("node.db*"))
    assert b"Maasikas" not in kept


async def test_a_verdict_on_a_case_that_changed_since_is_not_signed(waiting):
    await waiting.desk.put_aside(waiting.clerk(), waiting.verdict(CASE, outcome="grant"))
    await waiting.desk.ask_again(waiting.clerk(), CASE)
    [row] = await waiting.desk.ready(waiting.clerk())
    assert not row["same"]
    shown = {CASE: row["mark"]}
    laid = waiting.desk.prepare_ready(waiting.clerk(), shown, certificate=b"c")
    assert await refusal(laid) == "changed"
    await waiting.desk.take_back(waiting.clerk(), [CASE])
    assert await waiting.desk.ready(waiting.clerk()) == []


async def test_nothing_is_put_aside_that_could_not_be_decided(waiting):
    put = waiting.desk.put_aside(waiting.clerk(REIN), waiting.verdict(CASE, outcome="grant"))
    assert await refusal(put) == "unit"
    put = waiting.desk.put_aside(waiting.clerk(), waiting.verdict(CASE, outcome="refuse"))
    assert await refusal(put) == "grounds"
    laid = waiting.desk.prepare_ready(waiting.clerk(), {CASE: ""}, certificate=b"c")
    assert await refusal(laid) == "changed"


# --- what ended while somebody was signed in


def without(person=None, **changes):
    """The staff as the configuration has it after a restart."""
    officials = {one: each for one, each in STAFF.officials.items() if one != person}
    for code, official in changes.pop("officials", {}).items():
        officials[code] = replace(STAFF.officials[code], **official)
    return replace(STAFF, officials=officials)


def under(house, staff):
    """The same desk, of another staff; sessions and what was begun live on."""
    return replace(house.desk, staff=staff, queues=replace(house.desk.queues, staff=staff))


LEFT = without(ANNELI)
MOVED = without(officials={ANNELI: {"unit": "fines"}})
PREPARES = without(officials={ANNELI: {"roles": frozenset()}})


@pytest.mark.parametrize(
    ("staff", "why"), [(LEFT, "no-official"), (PREPARES, "role")], ids=["left", "role"]
)
async def test_who_lost_the_right_ends_no_signature(waiting, staff, why):
    clerk = waiting.clerk()
    laid = await waiting.desk.prepare(clerk, [waiting.verdict()], certificate=b"c")
    after = under(waiting, staff)
    for _ in range(2):
        assert await refusal(after.complete(clerk, laid["batch"], b"v")) == why
    assert (await waiting.status())["state"] == "with-official"


@pytest.mark.parametrize(
    ("staff", "why"), [(LEFT, "no-official"), (MOVED, "unit")], ids=["left", "unit"]
)
async def test_who_lost_the_right_opens_and_takes_nothing(waiting, staff, why):
    clerk, after = waiting.clerk(), under(waiting, staff)
    before = len(waiting.looks.kept)
    for asked in (after.open(clerk, CASE), after.take(clerk, CASE)):
        assert await refusal(asked) == why
    assert len(waiting.looks.kept) == before


async def test_who_stands_in_no_more_ends_no_signature_in_that_one_s_case(waiting):
    await waiting.desk.take(waiting.clerk(ANNELI), CASE)
    tiina = waiting.clerk(TIINA)
    laid = await waiting.desk.prepare(tiina, [waiting.verdict()], certificate=b"c")
    after = under(waiting, without(officials={ANNELI: {"substitutes": ()}}))
    assert await refusal(after.complete(tiina, laid["batch"], b"v")) == "with-another"
