"""Who looked, in plain words, each look proved here and now or said not to be."""

from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import delete
from tests.portal.verbs.house import (
    MARI,
    ORGANISATIONS,
    PATIENCE,
    POPULATION,
    PORTAL,
    RIGHTS,
    TRANSPORT,
    WORDS,
)
from tests.transparency.house import Ed25519Signer, build

from riik.core import ClientId, Memo, person_code, to_text
from riik.portal.citizen.errors import AnswerUnreadable, PortalRefused, RegisterSilent
from riik.portal.citizen.logs.component import Logs
from riik.portal.citizen.logs.store import SqlLogMemory
from riik.portal.citizen.looks import LogKeys, View, group, read_looks
from riik.portal.citizen.tracking import Tracking
from riik.portal.citizen.words import read_words
from riik.portal.design.texts import LANGUAGES, read_texts
from riik.portal.session import SignedOut
from riik.testing.forging import rewrite_log
from riik.testing.ports import NOON
from riik.transparency import Action, Receipts, VerifierKey, verifier_key
from riik.transparency.store import CHECKPOINT, WITNESSED

pytestmark = pytest.mark.anyio

ANNELI, PARENT = person_code("EE48510101239"), person_code("EE38001085718")
BANK = ClientId.parse("EE-DEMO/COM/10001011/payments")
CASE = "case-of-this-morning"
LOOK = {
    "reader": TRANSPORT,
    "purpose": "driving-licence-renewal",
    "legal_basis": "Liiklusseadus",
    "service": f"{POPULATION}/person",
    "fields": ("given_names", "birth_date", "residence"),
    "action": Action.DISCLOSE,
    "acting": MARI,
    "case": CASE,
    "message_id": "m1",
}


@pytest.fixture
def register(tmp_path):
    """A register's node with its log and one witness."""
    return Register(build(tmp_path))


class Register:
    """Records looks at Mari, and tells of them as ``/v2/proofs`` does."""

    def __init__(self, house):
        self.house, self.subject = house, house.mari

    def look(self, **change):
        with self.house.database.work() as work:
            return self.house.transparency.record_access(self.subject, work=work, **(LOOK | change))

    def told(self, *, sequence=True, people=None):
        if sequence:
            self.house.sequence()
        looks = self.house.transparency.who_looked(self.subject)
        proofs = [
            {
                "entry": look.entry,
                "access": look.access.to_json(),
                "disclosure": b64encode(self.receipt(look.entry)).decode() if sequence else None,
            }
            for look in looks.looks
        ]
        return {"totalUsages": looks.total, "proofs": proofs, "people": people or {}}

    def head(self, call):
        """What the register answers to ``/v2/head``."""
        known = int(call.query.removeprefix("known="))
        note, growth = self.house.transparency.head(known=known) or (None, [])
        told = {"head": note and b64encode(note).decode(), "growth": [b64encode(g).decode() for g in growth]}  # fmt: skip
        return 200, told

    def receipt(self, entry):
        return self.house.transparency.disclosure(entry, subject=self.subject)

    @property
    def keys(self):
        return LogKeys(log=self.house.log.key, witnesses=(self.house.near.key,), threshold=1)


def view(register, *, language="en", cases=(CASE,), **change):
    shown = View(
        person=MARI,
        portal=str(PORTAL.member),
        texts=read_texts("riik.portal.citizen", language=language),
        words={POPULATION: read_words(msgspec.json.encode(WORDS))},
        organisations=ORGANISATIONS,
        people={},
        keys={POPULATION: register.keys},
        receipts=Receipts(heads=Memo(8), held=Memo(8)),
        cases=frozenset(cases),
        now=NOON + timedelta(minutes=1),
    )
    return replace(shown, **change)


def grouped(register, told, **change):
    looks = read_looks(POPULATION, msgspec.json.encode(told)).looks
    return group(looks, view(register, **change))


def one(register, told=None, **change):
    [found] = grouped(register, told or register.told(), **change)["groups"]
    [look] = found["looks"]
    return look


def test_a_look_says_who_what_for_what_and_by_which_law(register):
    register.look()
    [found] = grouped(register, register.told())["groups"]
    [look] = found["looks"]
    assert (found["organisation"], found["purpose"]) == ("Transport Administration", "Renewal of a licence")  # fmt: skip
    assert (found["cases"], look["law"], look["source"]) == ([CASE], "Traffic Act", "Population register")  # fmt: skip
    assert str(look["sentence"]) == (
        "A <strong>computer</strong> read your data: <strong>given names, date of birth and"
        " residence</strong>. No person saw them."
    )


SAID = [
    ("a computer in the person's own case", {}, "computer", "A <strong>computer</strong> read"),
    ("a machine's errand", {"acting": None}, "computer", "A <strong>computer</strong> read"),
    ("a change", {"action": Action.ALTER}, "computer", "entered new data"),
    ("the person at the portal", {"reader": PORTAL, "case": "own-1"}, "you", "<strong>You</strong> looked"),
    ("an official in the person's case", {"acting": ANNELI}, "official", "An <strong>official</strong> looked"),
    ("an official at a desk", {"acting": ANNELI, "service": f"{TRANSPORT}/desk", "fields": (), "case": None}, "official", "your case"),
    ("who represents them", {"acting": PARENT, "case": "another"}, "representative", "Your <strong>representative</strong>"),
    ("somebody who was refused", {"reader": BANK, "refused": "purpose"}, "computer", "<strong>refused</strong> and nothing was given"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "who", "part"), [s[1:] for s in SAID], ids=[s[0] for s in SAID])
def test_who_looked_is_said_plainly(register, change, who, part):
    register.look(**change)
    look = one(register)
    assert (look["who"], part in str(look["sentence"])) == (who, True)


def test_an_official_has_a_name_where_their_organisation_tells_it(register):
    register.look(acting=ANNELI)
    look = one(register, people={str(ANNELI): "Anneli Põder"})
    assert (look["who"], look["name"]) == ("official", "Anneli Põder")
    assert "<strong>Anneli Põder</strong>, an official, looked" in str(look["sentence"])


def test_a_name_that_is_markup_stays_text(register):
    register.look(acting=ANNELI, fields=("<img src=x>",))
    look = one(register, people={str(ANNELI): "<script>x</script>"})
    assert "<script>" not in str(look["sentence"])
    assert "<img" not in str(look["sentence"])


@pytest.mark.parametrize(
    ("language", "purpose", "what"),
    [("et", "Juhiloa vahetamine", "eesnimed, sünniaeg ja elukoht"), ("vi", "Renewal of a licence", "given names")],
)  # fmt: skip
def test_the_same_look_in_another_language(register, language, purpose, what):
    register.look()
    [found] = grouped(register, register.told(), language=language)["groups"]
    assert found["purpose"] == purpose
    assert what in str(found["looks"][0]["sentence"])


def test_looks_are_grouped_by_organisation_and_purpose_and_counted(register):
    register.look()
    register.look(message_id="m2")
    register.look(reader=PORTAL, purpose="own-data", case="own-1")
    register.look(reader=BANK, purpose="marketing", refused="purpose", case=None)
    found = grouped(register, register.told())
    assert sorted(len(one["looks"]) for one in found["groups"]) == [1, 1, 2]
    counts = {name: found[name] for name in ("looks", "organisations", "refused", "proved", "coming", "broken")}  # fmt: skip
    assert counts == {
        "looks": 3, "organisations": 3, "refused": 1, "proved": 4, "coming": 0, "broken": 0,
    }  # fmt: skip


def test_a_house_s_purpose_is_said_in_words(register):
    register.look(reader=PORTAL, purpose="own-data", case="own-1")
    [found] = grouped(register, register.told(), language="vi")["groups"]
    assert found["purpose"] == "Bạn xem dữ liệu của mình"


def test_a_look_that_two_registers_of_one_node_tell_counts_once(register):
    register.look()
    told = msgspec.json.encode(register.told())
    other = ClientId(POPULATION.member, "other")
    looks = [*read_looks(POPULATION, told).looks, *read_looks(other, told).looks]
    assert group(looks, view(register))["looks"] == 1


def test_a_proved_look_names_log_position_and_witnesses(register):
    register.house.append(3)
    register.look()
    proof = one(register)["proof"]
    assert (proof["standing"], proof["position"], proof["size"]) == ("proved", 3, 4)
    assert [witness["name"] for witness in proof["witnesses"]] == ["witness.example/w1"]
    assert proof["log"] == "log.example/population"


def test_a_look_without_a_proof_yet_is_to_be_proved_within_a_minute(register):
    register.look()
    assert one(register, register.told(sequence=False))["proof"]["standing"] == "coming"


def test_a_proof_that_does_not_come_is_missing(register):
    register.look()
    late = NOON + timedelta(minutes=11)
    proof = one(register, register.told(sequence=False), now=late)["proof"]
    assert (proof["standing"], proof["why"]) == ("broken", "late")


def test_a_register_whose_keys_are_not_known_proves_nothing(register):
    register.look()
    assert one(register, keys={})["proof"]["standing"] == "unknown"


def other_key(name):
    return verifier_key(Ed25519Signer("another"), name=name)


def flipped(told):
    receipt = bytearray(b64decode(told["proofs"][0]["disclosure"]))
    # A letter inside the first hash of the path or the tree head, wherever the file has one.
    at = receipt.index(b"\n\n") + 40
    receipt[at] ^= 1
    return b64encode(bytes(receipt)).decode()


def forged(register, how):
    """What a register tells when something of it is not true."""
    register.house.append(2)
    register.look()
    told = register.told()
    if how == "another reader":
        told["proofs"][0]["access"]["reader"] = str(BANK)
    if how == "a field less":
        told["proofs"][0]["access"]["fields"].pop()
    if how == "an attempt told as a look":
        told["proofs"][0]["access"]["refused"] = "purpose"
    if how == "a changed receipt":
        told["proofs"][0]["disclosure"] = flipped(told)
    if how == "no receipt at all":
        told["proofs"][0]["disclosure"] = b64encode(b"trust me").decode()
    if how == "the receipt of another look":
        register.look(message_id="m2", fields=("residence",))
        both = register.told()["proofs"]
        told["proofs"][0]["disclosure"] = both[0]["disclosure"]
        told["proofs"][0]["access"] = both[1]["access"]
    return told


FORGED = [
    ("another reader", "another-record"),
    ("a field less", "another-record"),
    ("an attempt told as a look", "another-record"),
    ("the receipt of another look", "another-record"),
    ("no receipt at all", "shape"),
]


@pytest.mark.parametrize(("how", "why"), FORGED, ids=[f[0] for f in FORGED])
def test_what_is_not_what_was_logged_does_not_fit(register, how, why):
    proof = one(register, forged(register, how))["proof"]
    assert (proof["standing"], proof["why"]) == ("broken", why)


@pytest.mark.parametrize(("how", "why"), FORGED, ids=[f[0] for f in FORGED])
def test_what_was_proved_before_proves_nothing_else(register, how, why):
    receipts = Receipts(heads=Memo(8), held=Memo(8))
    told = forged(register, how)
    assert one(register, register.told() | {"proofs": register.told()["proofs"][:1]}, receipts=receipts)["proof"]["standing"] == "proved"  # fmt: skip
    proof = one(register, told, receipts=receipts)["proof"]
    assert (proof["standing"], proof["why"]) == ("broken", why)


def test_keys_that_are_no_longer_trusted_prove_nothing_any_more(register):
    register.look()
    told, receipts = register.told(), Receipts(heads=Memo(8), held=Memo(8))
    fewer = {POPULATION: replace(register.keys, threshold=2)}
    assert one(register, told, receipts=receipts)["proof"]["standing"] == "proved"
    assert one(register, told, receipts=receipts, keys=fewer)["proof"]["why"] == "threshold"


def test_a_changed_receipt_does_not_fit(register):
    assert one(register, forged(register, "a changed receipt"))["proof"]["standing"] == "broken"


@pytest.mark.parametrize("whose", ["log", "witness", "too few witnesses"])
def test_a_head_that_nobody_we_trust_signed_does_not_fit(register, whose):
    register.look()
    keys = register.keys
    if whose == "log":
        keys = replace(keys, log=other_key(keys.log.name))
    if whose == "witness":
        keys = replace(keys, witnesses=(VerifierKey(keys.witnesses[0].name, keys.witnesses[0].type, bytes(32)),))  # fmt: skip
    if whose == "too few witnesses":
        keys = replace(keys, threshold=2)
    assert one(register, keys={POPULATION: keys})["proof"]["standing"] == "broken"


BAD = [
    b"", b"[]", b"{}", b'{"totalUsages": 0}', b"[" * 100_000,
    b'{"totalUsages":1,"proofs":[{"entry":"e","access":{}}]}',
    b'{"totalUsages":1,"proofs":[{"entry":"e","access":{"reader":"r","purpose":"p","legal_basis":"l","service":"s","at":"yesterday","action":"consult","fields":[]}}]}',
    b'{"totalUsages":1,"proofs":[{"entry":"e","disclosure":"%%","access":{"reader":"r","purpose":"p","legal_basis":"l","service":"s","at":"2026-11-23T09:00:00Z","action":"consult","fields":[]}}]}',
]  # fmt: skip


@pytest.mark.parametrize("body", BAD)
def test_what_is_no_list_of_looks_is_refused(body):
    with pytest.raises(AnswerUnreadable):
        read_looks(POPULATION, body)


@pytest.fixture
def tracking(verbs, clock, in_thread, register, world):
    """The verbs that ask every register."""
    return Tracking(
        errands=verbs.errands,
        clock=clock,
        in_thread=in_thread,
        portal=verbs.portal,
        registers=verbs.registers,
        words=verbs.words,
        organisations=ORGANISATIONS,
        logs=Logs(
            exchange=world,
            client=PORTAL,
            store=SqlLogMemory(),
            database=verbs.portal.database,
            clock=clock,
            in_thread=in_thread,
            keys={POPULATION: register.keys, RIGHTS: register.keys},
            patience=PATIENCE,
        ),
        receipts=Receipts(heads=Memo(8), held=Memo(8)),
        texts={code: read_texts("riik.portal.citizen", language=code) for code in LANGUAGES},
    )


async def test_every_register_is_asked_and_silent_ones_are_named(tracking, world, register, mari):
    register.look()
    # A signed head is made in a loop of its own.
    told = await_free(register.told)
    world.answers[POPULATION, "findUsage", "/v2/proofs"] = (200, told)
    world.silent = {one.client for one in tracking.registers} - {POPULATION}
    found = await tracking.looks(mari, "en", days=7)
    assert (found["looks"], found["proved"], found["silent"]) == (
        1,
        1,
        ["Transport Administration"],
    )
    [call] = [c for c in world.asked("findUsage") if c.path == "/v2/proofs" and c.service.provider == POPULATION]  # fmt: skip
    assert "periodStart=2026-11-16" in call.query


def await_free(make):
    """Do something that runs its own loop, outside of this one."""
    from threading import Thread

    found = []
    thread = Thread(target=lambda: found.append(make()))
    thread.start()
    thread.join()
    return found[0]


async def test_a_register_that_does_not_know_the_person_has_no_looks(tracking, world, mari):
    world.answers[POPULATION, "findUsage", "/v2/proofs"] = (404, {"why": "unknown"})
    world.answers[tracking.registers[1].client, "findUsage", "/v2/proofs"] = (404, {})
    found = await tracking.looks(mari, "en")
    assert (found["looks"], found["groups"], found["silent"]) == (0, [], [])


async def test_a_receipt_is_the_person_s_to_keep(tracking, world, register, mari):
    entry = register.look()
    world.answers[POPULATION, "findUsage", "/v2/proofs"] = (200, await_free(register.told))
    receipt = await tracking.receipt(mari, register=POPULATION, entry=entry)
    assert receipt == register.receipt(entry)


@pytest.mark.parametrize(("register_id", "why"), [(POPULATION, "no-look"), (BANK, "no-register")])
async def test_no_receipt_of_what_is_not_theirs(tracking, world, mari, register_id, why):
    world.answers[POPULATION, "findUsage", "/v2/proofs"] = (200, {"totalUsages": 0, "proofs": []})
    with pytest.raises(PortalRefused) as refused:
        await tracking.receipt(mari, register=register_id, entry="e")
    assert refused.value.why == why


async def test_a_silent_register_s_receipt_is_not_called_missing(tracking, world, mari):
    world.silent = {POPULATION}
    with pytest.raises(RegisterSilent):
        await tracking.receipt(mari, register=POPULATION, entry="e")


async def test_whose_session_ended_has_to_sign_in_again(tracking, states, mari):
    states.over = True
    with pytest.raises(SignedOut):
        await tracking.looks(mari, "en")


@pytest.fixture
def logged(tracking, world, register):
    """Both registers answer: one look, in one log that both of them keep."""
    register.look()
    world.answers[POPULATION, "findUsage", "/v2/proofs"] = (200, await_free(register.told))
    world.answers[RIGHTS, "findUsage", "/v2/proofs"] = (404, {"why": "unknown"})
    world.answers[POPULATION, "findUsage", "/v2/head"] = register.head
    return tracking


async def test_all_is_proved_when_everybody_answers_and_every_log_goes_on(logged, mari):
    found = await logged.looks(mari, "en")
    assert (found["complete"], found["logs"], found["proved"]) == (True, [], 1)


async def test_a_log_that_only_grew_goes_on(logged, register, mari):
    await logged.logs.follow()
    register.house.append(300)
    await_free(register.told)
    found = await logged.looks(mari, "en")
    assert (found["complete"], found["logs"]) == (True, [])


def rewritten(register):
    """The look was never there, as an administrator with the log's database would have it."""
    rewrite_log(register.house.database, 0)


def signed_anew(register):
    """The rewritten log's head is signed and cosigned by a witness that forgot the first."""
    rewritten(register)
    with register.house.near.witness.database.work() as work:
        work.execute(delete(WITNESSED))
    register.house.sequence()


def restored(register):
    """The database is of before, with its head of then."""
    with register.house.database.work() as work:
        work.execute(delete(CHECKPOINT).where(CHECKPOINT.c.size > 1))


CHANGES = [
    ("rewritten", rewritten, "gone"),
    ("signed anew", signed_anew, "root"),
    ("restored", restored, "shrunk"),
]


@pytest.mark.parametrize(("change", "why"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
async def test_a_log_that_was_changed_is_named_though_the_look_is_gone(
    logged, world, register, mari, change, why
):
    register.house.append(1)
    await_free(register.told)
    await logged.logs.follow()
    await_free(lambda: change(register))
    # The person's list is without the look; it is what is told that would have all in order.
    world.answers[POPULATION, "findUsage", "/v2/proofs"] = (200, {"totalUsages": 0, "proofs": []})
    found = await logged.looks(mari, "en")
    [log] = [one for one in found["logs"] if one["organisation"] == "Interior"]
    assert (log["standing"], log["why"], log["since"]) == ("changed", why, to_text(NOON))
    assert found["complete"] is False


async def test_what_was_changed_is_not_forgotten_by_asking_again(logged, register, mari):
    await logged.logs.follow()
    await_free(lambda: signed_anew(register))
    for _ in range(2):
        verdicts = await logged.logs.all()
        assert verdicts[POPULATION].why == "root"


async def test_a_look_in_a_changed_log_waits_for_no_proof(logged, world, register, mari):
    await logged.logs.follow()
    rewritten(register)
    register.look(message_id="m2")
    told = register.told(sequence=False)
    world.answers[POPULATION, "findUsage", "/v2/proofs"] = (200, told)
    found = await logged.looks(mari, "en")
    assert (found["coming"], found["broken"]) == (0, 1)


INCOMPLETE = [
    ("a silent register", lambda world: world.silent.add(RIGHTS)),
    ("a silent log", lambda world: world.answers.update({(POPULATION, "findUsage", "/v2/head"): (503, {})})),
    ("a head that is none", lambda world: world.answers.update({(POPULATION, "findUsage", "/v2/head"): (200, {"head": "%", "growth": []})})),
    ("another's head", lambda world: world.answers.update({(POPULATION, "findUsage", "/v2/head"): (200, {"head": "eA==", "growth": []})})),
]  # fmt: skip


@pytest.mark.parametrize("fault", [i[1] for i in INCOMPLETE], ids=[i[0] for i in INCOMPLETE])
async def test_all_is_never_called_proved_unless_all_is_known(logged, world, mari, fault):
    fault(world)
    found = await logged.looks(mari, "en")
    assert (found["proved"], found["complete"]) == (1, False)


async def test_a_register_without_a_key_is_named(logged, register, mari):
    alone = replace(logged, logs=replace(logged.logs, keys={POPULATION: register.keys}))
    found = await alone.looks(mari, "en")
    assert [one["standing"] for one in found["logs"]] == ["unknown"]
    assert found["complete"] is False
