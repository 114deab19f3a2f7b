"""A driving licence is renewed: what the person sees, what each organisation wrote down."""

import asyncio
import shutil
from base64 import b64decode, b64encode
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from tests.journeys.house import balance, live, log_keys, right_of, until, visit

from riik.exchange import Direction, Role, verify_evidence
from riik.exchange.errors import EvidenceRefused
from riik.signatures import Indication
from riik.transparency import CheckpointRefused, NoteRefused, ProofRefused, verify_file

pytestmark = pytest.mark.anyio

FEE = 2300
ASKED = {
    "population": ("person", {"given_names", "family_name", "birth_date", "residence", "residence_days"}),
    "identity-documents": ("image", {"photo", "photo_date", "signature"}),
    "medical-certificates": (
        "driver-certificate",
        {"group", "issued_on", "valid_until", "restrictions", "fit"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
async def before(country):
    """Mari's account and right to drive before she applies."""
    mari = country.holder("mari").code
    return balance(country, mari), len(right_of(country, mari))


@pytest.fixture(scope="module")
async def renewed(country, before):
    """Mari's licence was renewed."""
    return await live(country, "mari")


async def test_the_case_goes_through_its_states_in_order(renewed):
    assert renewed.status["state"] == "granted"
    assert renewed.events == [
        "opened", "submitted", "signed", "fee-owed", "fee-paid", "proposed", "decided",
    ]  # fmt: skip


async def test_a_machine_decides_and_the_bank_tells_of_the_payment(renewed):
    actors = {event["kind"]: event["actor"] for event in renewed.status["events"]}
    assert (actors["fee-paid"], actors["decided"], actors["signed"]) == (
        "bank",
        "computer",
        "person",
    )


async def test_the_person_is_asked_only_what_no_register_knows(renewed):
    known = {field for fact in renewed.status["facts"] for field in fact["fields"]}
    assert not known & set(renewed.status["answers"]) - {"photo"}


async def test_the_application_is_signed_by_the_person_and_passes(country, renewed):
    signatures = country.nodes["transport"].parts.signatures
    [signature] = signatures.validate(renewed.files["application.asice"]).signatures
    assert signature.judgement.indication is Indication.TOTAL_PASSED
    assert signature.signed_by == f"MAASIKAS,MARI,{renewed.code[2:]}"


async def test_a_changed_application_does_not_pass(country, renewed):
    signatures = country.nodes["transport"].parts.signatures
    changed = rewritten(
        renewed.files["application.asice"], "application.json", b'"post"', b'"office"'
    )
    [signature] = signatures.validate(changed).signatures
    assert signature.judgement.indication is not Indication.TOTAL_PASSED


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="no pdfsig (Debian: poppler-utils)")
async def test_a_pdf_tool_agrees_with_the_seal_of_the_decision(tmp_path, renewed):
    decision = tmp_path / "decision.pdf"
    decision.write_bytes(renewed.files["decision.pdf"])
    pdfsig = await asyncio.create_subprocess_exec(
        "pdfsig", str(decision), stdout=asyncio.subprocess.PIPE
    )
    shown = (await pdfsig.communicate())[0].decode()
    assert "Signature is Valid" in shown
    assert "NTREE-70001053" in shown


async def test_the_fee_is_paid_once(country, before, renewed):
    assert before[0] - balance(country, renewed.code) == FEE
    assert renewed.status["fee"]["paid"]


async def test_the_new_licence_is_in_the_register_from_the_day_of_the_decision(
    country, before, renewed
):
    changes = right_of(country, renewed.code)
    decided = datetime.fromisoformat(renewed.status["events"][-1]["at"])
    today = decided.astimezone(ZoneInfo(country.country.zone)).date()
    assert len(changes) == before[1] + 1
    values = changes[-1].change.values
    assert (values["issued_on"], values["status"]) == (today.isoformat(), "valid")
    assert date.fromisoformat(values["valid_until"]) == today.replace(year=today.year + 10)


async def test_one_notice_in_all_languages_of_the_service(renewed):
    [notice] = renewed.notices
    assert set(notice["texts"]) == {"et", "vi", "en"}
    assert notice["legal_effect"]


@pytest.mark.parametrize("register", ASKED)
async def test_each_register_tells_of_exactly_one_look(country, renewed, register):
    [look] = renewed.looks[register]
    access, (offer, fields) = look["access"], ASKED[register]
    assert access["reader"] == str(country.country.client("transport", "services"))
    assert (
        access["service"]
        == f"{country.country.client(country.country.registers[register], register)}/{offer}"
    )
    assert (access["purpose"], access["legal_basis"]) == (
        "driving-licence-renewal",
        "Liiklusseadus",
    )
    assert (access["acting"], set(access["fields"])) == (renewed.code, fields)


async def test_the_register_of_rights_tells_of_the_look_and_of_the_change(renewed):
    acts = sorted(
        (look["access"]["service"].rpartition("/")[2], look["access"]["action"])
        for look in renewed.looks["driving-rights"]
    )
    assert acts == [("renewal", "alter"), ("right", "disclose")]


async def test_a_register_that_held_nothing_was_looked_into_all_the_same(renewed):
    [look] = renewed.looks["driving-training"]
    [fact] = [fact for fact in renewed.status["facts"] if fact["need"] == "training"]
    assert (look["access"]["message_id"], fact["standing"]) == (fact["message"], "nothing")


@pytest.mark.parametrize("register", [*ASKED, "driving-rights"])
async def test_every_receipt_holds_without_any_network(country, renewed, register):
    for look in renewed.looks[register]:
        disclosed = verify_file(
            b64decode(look["disclosure"]), **log_keys(country, country.country.registers[register])
        )
        assert disclosed.access.to_json() == look["access"]
        assert len(disclosed.witnesses) == 1


async def test_a_receipt_of_another_register_does_not_hold(country, renewed):
    receipt = b64decode(renewed.looks["population"][0]["disclosure"])
    with pytest.raises((NoteRefused, CheckpointRefused)):
        verify_file(receipt, **log_keys(country, "clinic"))


async def test_a_receipt_with_another_purpose_does_not_hold(country, renewed):
    receipt = b64decode(renewed.looks["population"][0]["disclosure"])
    lines = receipt.split(b"\n")
    opening = b64decode(lines[1].removeprefix(b"extra "))
    lines[1] = b"extra " + b64encode(opening.replace(b"licence-renewal", b"licence-control"))
    with pytest.raises(ProofRefused) as refused:
        verify_file(b"\n".join(lines), **log_keys(country, "interior"))
    assert refused.value.why == "root"


@pytest.mark.parametrize("register", [*ASKED, "driving-rights"])
async def test_evidence_of_both_nodes_and_looks_match_one_to_one(country, renewed, register):
    keeper, asker = country.nodes[country.country.registers[register]], country.nodes["transport"]
    looked = {look["access"]["message_id"] for look in renewed.looks[register]}
    provider = str(country.country.client(country.country.registers[register], register))
    for node, role in ((keeper, Role.PROVIDER), (asker, Role.CONSUMER)):
        asked = {
            record.message_id
            for record in node.exchange.records(limit=5_000)
            if record.role is role
            and str(record.service).startswith(f"{provider}/")
            and record.message_id.startswith(renewed.case)
        }
        assert asked == looked


@pytest.mark.parametrize("register", ASKED)
async def test_what_was_asked_and_answered_is_proved_by_both_sides(country, renewed, register):
    [look] = renewed.looks[register]
    sides = [
        (country.nodes["transport"], Role.CONSUMER),
        (country.nodes[country.country.registers[register]], Role.PROVIDER),
    ]
    for direction in Direction:
        one, other = [
            await _evidence(node, look["access"]["message_id"], direction, role)
            for node, role in sides
        ]
        assert (one.header_part, one.body, one.member) == (
            other.header_part, other.body, other.member,
        )  # fmt: skip


async def test_the_evidence_says_what_the_register_said(country, renewed):
    [look] = renewed.looks["medical-certificates"]
    said = await _evidence(
        country.nodes["clinic"], look["access"]["message_id"], Direction.RESPONSE, Role.PROVIDER
    )
    assert said.member == country.country.members["clinic"].id
    assert said.existed_at - said.signed_at < timedelta(minutes=1)
    assert b'"fit":true' in said.body


async def test_the_provider_sends_each_errand_once(country, renewed):
    errands = [
        record.message_id
        for record in country.nodes["transport"].exchange.records(limit=5_000)
        if (record.role, record.direction) == (Role.CONSUMER, Direction.REQUEST)
        and record.message_id.startswith(renewed.case)
    ]
    assert sorted(errands) == sorted(set(errands))


async def test_own_data_show_the_new_licence(country, renewed):
    async with visit(country, "mari") as journey:
        await journey.sign_in()
        number = list(country.country.registers).index("driving-rights")
        own = await journey.browser.get(f"{journey.portal}/v1/registers/{number}/own")
    assert own["licence_number"].startswith(f"ET{datetime.now(UTC):%y}")


def rewritten(container: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """A container with other words in one of its files."""
    made = BytesIO()
    with ZipFile(BytesIO(container)) as source, ZipFile(made, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            changed = content.replace(old, new) if entry.filename == name else content
            target.writestr(entry, changed)
    return made.getvalue()


async def _evidence(node, message_id, direction, role):
    """A message's evidence, verified, once the log is time-stamped."""

    async def stamped():
        try:
            found = node.exchange.evidence(message_id, direction=direction, role=role)
        except EvidenceRefused:
            return None
        return verify_evidence(found, conf=node.exchange.configuration())

    return await until(stamped)
