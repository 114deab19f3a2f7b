"""Signed notes and tree heads: who must have signed, and what a signature covers."""

import json
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from riik.core import RiikError
from riik.transparency.checkpoints import Checkpoint, TrustPolicy, open_checkpoint
from riik.transparency.errors import CheckpointRefused, NoteRefused
from riik.transparency.notes import KeyType, Note, VerifierKey, sign_note, to_base64, verifier_key

VECTORS = Path(__file__).parents[1] / "vectors" / "transparency" / "checkpoints.json"
TABLE = json.loads(VECTORS.read_text(encoding="utf-8"))
LOG = VerifierKey.parse(TABLE["log"])
WITNESSES = [VerifierKey.parse(key) for key in TABLE["witnesses"]]
ROOT = to_base64(bytes(32))


def refusal(why):
    return pytest.raises(RiikError, check=lambda error: error.why == why)


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["id"])
def test_checkpoint(case):
    policy = TrustPolicy(log=LOG, witnesses=WITNESSES, threshold=case["threshold"])
    with nullcontext() if case["expect"] == "ok" else refusal(case["expect"]):
        open_checkpoint(case["note"].encode(), policy=policy)


BODIES = [
    ("log\n1\n" + ROOT, "shape"),
    ("log\n1\n\n", "shape"),
    ("\n1\n" + ROOT + "\n", "shape"),
    ("log\n01\n" + ROOT + "\n", "size"),
    ("log\n+1\n" + ROOT + "\n", "size"),
    ("log\n9999999999999999999\n" + ROOT + "\n", "size"),
    ("log\n1\nAAAA\n", "root"),
    ("log\n1\n" + ROOT[:-2] + "B=\n", "root"),
    ("log\n0\n" + ROOT + "\n", "root"),
]


@pytest.mark.parametrize(("text", "why"), BODIES)
def test_what_is_no_tree_head_is_refused(text, why):
    with refusal(why):
        Checkpoint.parse(text)


def test_a_tree_head_is_read_as_it_was_written():
    checkpoint = Checkpoint("log.example/x", 7, bytes(range(32)), ("more",))
    assert Checkpoint.parse(checkpoint.text) == checkpoint


KEYS = [
    ("", "key-shape"),
    ("name+12345678", "key-shape"),
    ("na me+12345678+AAAA", "key-shape"),
    (TABLE["log"].replace("PeterNeumann", "PeterNeuman"), "key-id"),
    (TABLE["log"][:-1] + "X", "key-id"),
    ("name+12345678+" + to_base64(b"\x09" + bytes(32)), "key-type"),
    ("name+12345678+" + to_base64(b"\x01" + bytes(31)), "key-size"),
]


@pytest.mark.parametrize(("text", "why"), KEYS)
def test_what_is_no_key_is_refused(text, why):
    with refusal(why):
        VerifierKey.parse(text)


def test_keys_are_written_as_they_were_read():
    assert [str(key) for key in (LOG, *WITNESSES)] == [TABLE["log"], *TABLE["witnesses"]]


def test_another_origin_is_another_log(house):
    house.append(1)
    house.sequence()
    policy = TrustPolicy(log=house.log.key, origin="log.example/other")
    with refusal("origin"):
        open_checkpoint(house.log.checkpoint(), policy=policy)


def test_a_cosignature_is_no_signature_of_the_log(house):
    text = Checkpoint("witness.example/w1", 1, bytes(32)).text
    signer = house.near.witness.signer
    at = datetime(2026, 1, 1, tzinfo=UTC)
    note = Note(text, (sign_note(text, signer, name="witness.example/w1", at=at),))
    as_log = verifier_key(signer, name="witness.example/w1")
    with pytest.raises(NoteRefused):
        open_checkpoint(bytes(note), policy=TrustPolicy(log=as_log))


def test_a_cosignature_tells_its_time(house):
    house.append(1)
    house.sequence()
    policy = TrustPolicy(log=house.log.key, witnesses=[house.near.key], threshold=1)
    trusted = open_checkpoint(house.log.checkpoint(), policy=policy)
    assert trusted.witnesses == {"witness.example/w1": datetime(2026, 11, 23, 12, tzinfo=UTC)}


def test_a_time_beyond_all_calendars_is_refused():
    key = VerifierKey("w", KeyType.COSIGNATURE, bytes(32))
    with refusal("time"):
        key.verify("text\n", b"\xff" * 72)
    with refusal("time"):
        key.verify("text\n", b"\0" * 7)


def test_a_witness_counts_once_with_two_keys():
    policy = TrustPolicy(log=LOG, witnesses=WITNESSES, threshold=3)
    with pytest.raises(CheckpointRefused, match="2 witnesses"):
        open_checkpoint(TABLE["cases"][0]["note"].encode(), policy=policy)
