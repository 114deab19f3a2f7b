"""Both nodes' logs prove the same: exported, verified, compared; and what proves nothing."""

from io import BytesIO
from zipfile import ZipFile

import pytest

from riik.core import PersonCode
from riik.exchange import Answer, Direction, Role, verify_evidence
from riik.exchange.errors import EvidenceRefused
from riik.exchange.protocol.rest import request_hash
from riik.testing.federation import simulated_federation

MARI = PersonCode("EE49001010001")


@pytest.fixture(scope="module")
def federation(tmp_path_factory):
    """One federation for all: evidence is read, the log only grows at its end."""
    folder = tmp_path_factory.mktemp("evidence")
    with simulated_federation(folder, members=["ministry", "clinic"]) as nodes:
        yield nodes


@pytest.fixture(scope="module")
def service(federation):
    """What the clinic may ask of the ministry."""

    async def handler(incoming):
        return Answer(body=b'{"name":"Mari"}')

    service = federation.ministry.offer("person", handler)
    federation.ministry.allow(federation.clinic, service)
    return service


@pytest.fixture(scope="module")
def stamped(federation, service):
    """One call with a body, in both logs, time-stamped."""
    for _ in range(3):
        federation.clinic.call(service)
    answer = federation.clinic.call(service, method="POST", body=b"wish", subject=MARI)
    assert (federation.ministry.stamp(), federation.clinic.stamp()) == (8, 8)
    return answer


def changed(container: bytes, name: str, change) -> bytes:
    """The container with one file changed, added, or (when None) left out."""
    made = BytesIO()
    with ZipFile(BytesIO(container)) as old, ZipFile(made, "w") as new:
        files = {each: old.read(each) for each in old.namelist()}
        files[name] = change(files.get(name, b""))
        for each, content in files.items():
            if content is not None:
                new.writestr(each, content)
    return made.getvalue()


def test_both_logs_prove_the_same_exchange(ministry, clinic, stamped):
    conf = clinic.exchange.configuration()
    proofs = {
        (node.name, direction): verify_evidence(
            node.exchange.evidence(stamped.message_id, direction=direction), conf=conf
        )
        for node in (ministry, clinic)
        for direction in Direction
    }
    for direction, signer in ((Direction.REQUEST, clinic), (Direction.RESPONSE, ministry)):
        one, other = proofs["ministry", direction], proofs["clinic", direction]
        assert (one.header_part, one.body) == (other.header_part, other.body)
        assert one.member == other.member == signer.member
        assert one.request_id == other.request_id == stamped.request_id
    asked, told = proofs["clinic", Direction.REQUEST], proofs["clinic", Direction.RESPONSE]
    hashed = request_hash(asked.header_part, asked.body)
    assert f"x-road-request-hash:{hashed}\r\n".encode() in told.header_part


def test_what_is_not_time_stamped_proves_nothing_yet(clinic, service):
    answer = clinic.call(service)
    with pytest.raises(EvidenceRefused) as refused:
        clinic.exchange.evidence(answer.message_id, direction=Direction.REQUEST)
    assert refused.value.why == "not-time-stamped"


def test_an_unknown_message_has_no_evidence(clinic, stamped):
    with pytest.raises(EvidenceRefused) as refused:
        clinic.exchange.evidence(
            stamped.message_id, direction=Direction.REQUEST, role=Role.PROVIDER
        )
    assert refused.value.why == "unknown"


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        ("message.xml", lambda old: old.replace(b"POST", b"PUT"), "signature"),
        ("attachment1", lambda old: old + b"!", "signature"),
        ("attachment1", lambda old: None, "signature"),
        ("attachment2", lambda old: b"more", "signature"),
        ("META-INF/signatures.xml", lambda old: old.replace(b"Z</xades", b"</xades"), "signature"),
        ("META-INF/signatures.xml", lambda old: old + b"\n", "chain-digest"),
        ("META-INF/signatures.xml", lambda old: None, "no-signature"),
        ("META-INF/timestamp.tst", lambda old: None, "time-stamp"),
        ("META-INF/timestamp.tst", lambda old: old[:-1] + b"\0", "time-stamp"),
        ("ts-hashchainresult.xml", lambda old: old + b"\n", "time-stamp"),
        ("ts-hashchain.xml", lambda old: old.replace(b"STEP1", b"STEP0"), "chain-step"),
        ("mimetype", lambda old: b"application/zip", "container"),
        ("message.xml", lambda old: None, "message"),
    ],
)
def test_a_changed_container_is_refused(clinic, stamped, name, change, why):
    container = clinic.exchange.evidence(stamped.message_id, direction=Direction.REQUEST)
    with pytest.raises(EvidenceRefused) as refused:
        verify_evidence(changed(container, name, change), conf=clinic.exchange.configuration())
    assert refused.value.why == why


def test_evidence_of_another_federation_is_refused(tmp_path, clinic, stamped):
    container = clinic.exchange.evidence(stamped.message_id, direction=Direction.REQUEST)
    folder = tmp_path / "other"
    folder.mkdir()
    with simulated_federation(folder, members=["stranger", "other"]) as others:
        conf = others.stranger.exchange.configuration()
    with pytest.raises(EvidenceRefused) as refused:
        verify_evidence(container, conf=conf)
    assert refused.value.why == "time-stamp"


def test_nothing_personal_lies_in_the_log_in_clear(federation, clinic, stamped):
    clinic.database.checkpoint()
    stored = (clinic.folder / "node.db").read_bytes()
    assert MARI.encode() not in stored
    assert b"wish" not in stored


def test_records_are_listed_newest_first_without_what_they_say(clinic, stamped):
    newest, older = clinic.exchange.records(message_id=stamped.message_id)
    assert (newest.direction, newest.status, newest.time_stamped) == ("response", 200, True)
    assert (older.direction, older.status) == ("request", 0)
    assert clinic.exchange.count() >= 8


def test_a_person_that_was_forgotten_is_gone_from_the_log(clinic, stamped):
    vault = clinic.exchange.vault
    vault.forget(vault.find(MARI))
    with pytest.raises(Exception, match=r".*") as refused:
        clinic.exchange.evidence(stamped.message_id, direction=Direction.REQUEST)
    assert refused.value.why == "forgotten"
