"""Many changes under one signature: each is verified alone, and nothing else passes for one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.registers.house import P256Signer
from tests.registers.test_history import change

from riik.formats.canonical_json import encode
from riik.registers.errors import HistoryRefused
from riik.registers.history import SignedChange, sign, verify
from riik.registers.signing import MOST, sign_together, verify_together
from riik.transparency.merkle import hash_leaf, verify_inclusion

OWNER = P256Signer()


def together(count):
    """Opened records of as many people, signed at once."""
    changes = [
        replace(change(), record=f"r{n}", salt=f"{n:02d}", together=True) for n in range(count)
    ]
    contents = [encode(one.to_json()) for one in changes]
    return list(map(SignedChange, changes, contents, sign_together(contents, OWNER.sign)))


@pytest.mark.parametrize("count", [1, 2, 3, 5, MOST - 1, MOST, MOST + 1, 2 * MOST + 7])
def test_each_change_of_a_batch_is_verified_alone(count):
    for signed in together(count):
        verify([signed], public_key=OWNER.public_key)


def test_a_batch_costs_one_signature_for_sixty_four_changes():
    counted = []
    sign_together([b"%d" % n for n in range(130)], lambda message: counted.append(message) or b"s")
    assert len(counted) == 3


@given(size=st.integers(1, MOST), data=st.data())
def test_the_way_to_the_root_is_that_of_rfc_9162(size, data):
    contents = [b"%d" % n for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    roots = []
    signature = sign_together(contents, lambda message: roots.append(message[-32:]) or b"s")[index]
    way = signature[2:-1]
    verify_inclusion(
        hash_leaf(contents[index]),
        index=index,
        tree_size=size,
        path=[way[at : at + 32] for at in range(0, len(way), 32)],
        root=roots[0],
    )


def flipped(signature, at):
    return signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :]


FORGED = {
    "nothing at all": lambda one, other: b"",
    "one byte": lambda one, other: one[:1],
    "another index": lambda one, other: one[:1] + bytes([one[1] ^ 1]) + one[2:],
    "an index beyond the tree": lambda one, other: one[:1] + one[:1] + one[2:],
    "another size": lambda one, other: bytes([one[0] - 1]) + one[1:],
    "a size beyond the most": lambda one, other: bytes([MOST + 1]) + one[1:],
    "a tree of nothing": lambda one, other: bytes(2) + one[2:],
    "another way": lambda one, other: flipped(one, 2),
    "the way's last hash flipped": lambda one, other: flipped(one, 2 + 32 * 3 - 1),
    "a way that is too short": lambda one, other: one[:2] + one[34:],
    "a way that is too long": lambda one, other: one[:2] + bytes(32) + one[2:],
    "no signature": lambda one, other: one[: 2 + 32 * 3],
    "half a signature": lambda one, other: one[:-1],
    "something behind the signature": lambda one, other: one + b"\x00",
    "the place of another change": lambda one, other: other,
    "the signature alone": lambda one, other: one[2 + 32 * 3 :],
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_no_other_place_way_or_signature_passes(forge):
    one, other, *_ = together(8)
    forged = SignedChange(one.change, one.content, forge(one.signature, other.signature))
    with pytest.raises(HistoryRefused) as refused:
        verify([forged], public_key=OWNER.public_key)
    assert refused.value.why == "signature"


def test_a_signature_of_one_change_is_none_of_a_batch_and_the_other_way_round():
    alone = sign(change(), OWNER)
    [signed, *_] = together(4)
    for content, signature in ((alone, signed), (signed, alone)):
        mixed = SignedChange(content.change, content.content, signature.signature)
        with pytest.raises(HistoryRefused):
            verify([mixed], public_key=OWNER.public_key)


def test_a_change_that_hides_how_it_was_signed_is_another_change():
    [signed, *_] = together(2)
    hidden = SignedChange(replace(signed.change, together=False), signed.content, signed.signature)
    with pytest.raises(HistoryRefused) as refused:
        verify([hidden], public_key=OWNER.public_key)
    assert refused.value.why == "content"


def test_another_owners_batch_is_refused():
    [signed, *_] = together(2)
    with pytest.raises(HistoryRefused):
        verify([signed], public_key=P256Signer(8).public_key)


def test_a_root_is_never_signed_as_a_change_could_be():
    messages = []
    sign_together([b"{}"], lambda message: messages.append(message) or b"s")
    assert messages[0].startswith(b"riik-changes/1\x00")
    with pytest.raises(HistoryRefused):
        verify_together(b"{}", b"\x01\x00", lambda message, signature: None)
