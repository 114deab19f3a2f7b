"""When a fee is paid: each way to its end, what a folder can't say, and who takes money at a desk."""

import pytest
from tests.services.house import ANNELI, JAAN, MARI, REIN, TIINA
from tests.services.test_cashdesk import cash, reader
from tests.services.test_process import STANDARD as PROCESS
from tests.services.test_process import walk
from tests.services.test_strict import STANDARD, changed, folder, look

from riik.formats.toml import TomlRefused
from riik.payments import FeeRefused
from riik.services import read_service
from riik.services.errors import FolderRefused, StepRefused
from riik.services.folder.paying import Paying, paying_faults
from riik.services.process import read_process

__all__ = ["cash"]


def judged(outcome, when, amount=2300):
    return {"fee": {"amount": amount, "when": when}, "proposal": {"outcome": outcome}}


WAYS = [
    ("before", "grant", "collect answer sign owe-fee pay propose decide record notify"),
    ("before", "refuse", "collect answer sign owe-fee pay propose decide notify"),
    ("desk", "grant", "collect answer sign owe-fee pay propose decide record notify"),
    ("in", "grant", "collect answer sign propose owe-fee pay decide record notify"),
    ("in", "refuse", "collect answer sign propose decide notify"),
    ("after", "grant", "collect answer sign propose decide record notify owe-fee pay"),
    ("after", "refuse", "collect answer sign propose decide notify"),
]


@pytest.mark.parametrize(("when", "outcome", "tasks"), WAYS)
def test_the_standard_process_asks_for_the_fee_when_the_folder_says(when, outcome, tasks):
    process = read_process(PROCESS.read_bytes())
    assert walk(process, judged(outcome, when)) == tasks.split()


@pytest.mark.parametrize("when", ["before", "in", "after", "desk"])
def test_without_a_fee_nobody_is_asked_for_one(when):
    process = read_process(PROCESS.read_bytes())
    assert "pay" not in walk(process, judged("grant", when, amount=0))


def said(section, name="driving-licence"):
    return changed(folder(name), "service.toml", "[currency]", f"[fee]\n{section}\n\n[currency]")


REFUSED = [
    ("a time that is none", 'when = "later"', "'before', 'in', 'after', 'desk'"),
    ("a time at the desk that is none", 'at-desk = "cash"', "at-desk is one of"),
    ("an empty time", 'when = ""', "when is one of"),
]


@pytest.mark.parametrize(
    ("section", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_section_that_cant_be_is_refused(section, words):
    with pytest.raises(FolderRefused, match=words) as refused:
        read_service(said(section), standard=STANDARD)
    assert refused.value.why == "fee"


@pytest.mark.parametrize("section", ['wann = "in"', "when = 1", 'desk = "desk"'])
def test_an_unknown_key_or_kind_is_refused(section):
    with pytest.raises(TomlRefused):
        read_service(said(section), standard=STANDARD)


def test_a_service_without_a_fee_cant_say_when_it_is_paid():
    files = changed(folder("driving-course"), "service.toml", "[names]", "[fee]\n\n[names]")
    with pytest.raises(FolderRefused, match="nothing is to pay"):
        read_service(files, standard=STANDARD)


def test_a_service_that_has_no_desk_cant_be_paid_there_alone():
    files = said('at-desk = "desk"', "marriage")
    with pytest.raises(FolderRefused, match="no channel"):
        read_service(files, standard=STANDARD)


@pytest.mark.parametrize("when", ["in", "after"])
def test_an_own_process_that_asks_elsewhere_is_found_with_its_line(when):
    files = said(f'when = "{when}"', "residence-vn")
    found = [one for one in look(files) if one.why == "fee"]
    assert [
        one.text.startswith(("the fee is to be paid", "the process asks")) for one in found
    ] == [
        True,
        True,
    ]
    line = files["service.toml"].decode().splitlines()[found[0].line - 1]
    assert line == f'when = "{when}"'


def test_an_own_process_that_asks_where_it_is_said_has_nothing_to_correct():
    assert [one for one in look(said('when = "before"', "residence-vn")) if one.why == "fee"] == []


BY_NAME = "<conditionExpression>fee.amount &gt; 0</conditionExpression>"
AROUND = [
    ("a branch without a fee", BY_NAME, BY_NAME.replace("fee.amount", "joint.wanted and 1")),
    ("nobody waits", 'riik:task="pay"', 'riik:task="answer"'),
]


@pytest.mark.parametrize(("old", "new"), [row[1:] for row in AROUND], ids=[r[0] for r in AROUND])
def test_an_own_process_asks_for_the_fee_and_waits_on_every_way(old, new):
    process = (folder("residence-vn"))["process.bpmn"].decode()
    assert old in process
    read = read_process(process.replace(old, new).encode())
    faults = [text for text, _ in paying_faults(Paying(), read, silence="")]
    assert len(faults) == 1
    assert list(paying_faults(Paying(), read_process(process.encode()), silence="")) == []


def test_silence_and_a_fee_before_the_decision_do_not_go_together():
    deadline = '[deadline]\nescalate-days = 3\nsilence = "grant"\nlaw = "Liiklusseadus § 1"'
    files = changed(said('when = "in"'), "service.toml", "[deadline]\nescalate-days = 3", deadline)
    assert ["silence decides" in one.text for one in look(files) if one.why == "fee"] == [True]


def test_the_vehicle_service_is_paid_at_the_desk_by_who_stands_there():
    paying = read_service(folder("vehicle"), standard=STANDARD).paying
    assert [paying.of(channel) for channel in ("web", "api", "desk")] == [
        "before",
        "before",
        "desk",
    ]


async def handed_in(house, when):
    house.change(paying=Paying(when=when, at_desk=when))
    signed = await house.sign()
    await house.worker.rest()
    return signed if when == "desk" else await house.status()


@pytest.mark.anyio
async def test_in_the_procedure_the_fee_comes_before_the_decision(house):
    view = await handed_in(house, "in")
    assert (view["state"], view["next"], view["decision"]) == (
        "to-pay",
        {"step": "payment"},
        None,
    )
    house.settle(view["fee"]["reference"])
    await house.worker.rest()
    assert (await house.status())["state"] == "granted"


@pytest.mark.anyio
async def test_after_the_decision_the_fee_stands_open_in_a_granted_case(house):
    view = await handed_in(house, "after")
    assert (view["state"], view["next"], view["fee"]["paid"]) == (
        "granted",
        {"step": "payment"},
        None,
    )
    house.settle(view["fee"]["reference"])
    await house.worker.rest()
    view = await house.status()
    assert (view["state"], view["next"]["step"], bool(view["fee"]["paid"])) == (
        "granted",
        "none",
        True,
    )


@pytest.mark.anyio
async def test_at_the_desk_an_official_takes_it_and_the_case_goes_on(house, cash):
    view = await handed_in(house, "desk")
    assert (view["next"], "way" in view["fee"]) == ({"step": "desk-payment"}, False)
    with pytest.raises(StepRefused) as refused:
        await house.step("payment", {"return": "http://localhost/"})
    assert refused.value.why == "at-desk"
    await cash.take(reader(ANNELI), view["number"], amount="23,00")
    await house.worker.rest()
    view = await house.status()
    kinds = [(one["kind"], one["actor"]) for one in view["events"]]
    assert view["state"] == "granted"
    assert "fee-taken" in dict(kinds)
    assert ("fee-paid", "desk") in kinds
    assert house.looks.kept[-1][1] == "state-fee"


WRONG = [
    ("another's number", "2026-999999", "23.00", "number"),
    ("no number", "", "23.00", "number"),
    ("a part", None, "20.00", "short"),
    ("too much", None, "30.00", "over"),
    ("no amount", None, "much", "amount"),
    ("less than nothing", None, "-23.00", "amount"),
]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("number", "amount", "why"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
async def test_what_is_not_the_whole_fee_of_a_case_is_not_taken(house, cash, number, amount, why):
    view = await handed_in(house, "desk")
    with pytest.raises(FeeRefused) as refused:
        await cash.take(reader(ANNELI), view["number"] if number is None else number, amount=amount)
    assert (refused.value.why, (await house.status())["state"]) == (why, "to-pay")


@pytest.mark.anyio
@pytest.mark.parametrize(("who", "why"), [(JAAN, "money-role"), (REIN, "unit"), (MARI, None)])
async def test_who_has_nothing_to_do_with_it_takes_nothing(house, cash, who, why):
    view = await handed_in(house, "desk")
    with pytest.raises(Exception) as refused:
        await cash.take(reader(who), view["number"], amount="23.00")
    assert why is None or refused.value.why == why
    assert (await house.status())["state"] == "to-pay"


@pytest.mark.anyio
async def test_a_fee_of_the_bank_is_not_taken_at_the_desk_nor_any_twice(house, cash):
    view = await house.sign()
    with pytest.raises(FeeRefused) as refused:
        await cash.take(reader(ANNELI), view["number"], amount="23.00")
    assert refused.value.why == "not-here"
    house.change(paying=Paying(when="desk", at_desk="desk"))
    house.settle(view["fee"]["reference"])
    await house.worker.rest()
    with pytest.raises(FeeRefused) as refused:
        await cash.take(reader(ANNELI), view["number"], amount="23.00")
    assert refused.value.why in ("paid", "not-here")


@pytest.mark.anyio
async def test_what_is_taken_at_the_desk_leaves_a_receipt_and_can_be_given_back(house, cash):
    view = await handed_in(house, "desk")
    await cash.take(reader(ANNELI), view["number"], amount="23.00")
    await house.worker.rest()
    with house.database.read() as work:
        [receipt] = cash.money.receipts.of_case(house.case, work=work)
        [sums] = cash.money.receipts.sums(work=work)
    assert (receipt.standing, receipt.amount.minor, receipt.other, receipt.waits) == (
        "cash",
        2300,
        "",
        False,
    )
    assert (sums.came, sums.settled, sums.difference) == (2300, 2300, 0)
    asked = {"amount": "23.00", "law": "RLS § 15", "reason": "owed nothing"}
    with pytest.raises(FeeRefused) as refused:
        await cash.propose(reader(ANNELI), receipt.id, **asked, account="")
    assert refused.value.why == "account"
    await cash.propose(reader(ANNELI), receipt.id, **asked, account="EE382200221020145685")
    [refund] = (await cash.overview(reader(TIINA)))["refunds"]
    assert (refund["minor"], refund["state"]) == (2300, "proposed")


@pytest.mark.anyio
async def test_a_rule_cant_give_cash_back_so_it_waits_for_an_official(house, cash):
    view = await handed_in(house, "desk")
    await cash.take(reader(ANNELI), view["number"], amount="23.00")
    with house.database.work() as work:
        cash.money.give_back(house.case, law="RLS § 15", outcome="withdrawn", work=work)
        cash.money.give_back(house.case, law="RLS § 15", outcome="withdrawn", work=work)
    seen = await cash.overview(reader(ANNELI))
    assert [(one["standing"], one["surplus"]) for one in seen["waiting"]] == [("no-account", 2300)]
    assert (seen["refunds"], seen["sums"][0]["difference"]) == ([], 0)
