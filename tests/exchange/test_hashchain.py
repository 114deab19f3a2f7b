"""Hash chains of batches of every small size, and each change seen."""

import pytest

from riik.exchange.errors import EvidenceRefused
from riik.exchange.protocol.hashchain import (
    chain_of,
    leaf_of,
    tree_root,
    verify_chain,
    write_result,
)

NAME = "/META-INF/signatures.xml"


def batch(count):
    return [leaf_of(bytes([number])) for number in range(count)]


def verify(leaves, index, *, result=None, chain=None, leaf=None):
    result = result or write_result(tree_root(leaves), chain="/chain.xml")
    chain = chain or chain_of(leaves, index=index, document=NAME)
    verify_chain(result, documents={"/chain.xml": chain}, inputs={NAME: leaf or leaves[index]})


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 31, 33])
def test_each_leaf_is_under_the_root(count):
    leaves = batch(count)
    for index in range(count):
        verify(leaves, index)


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_another_leaf_is_not(count):
    with pytest.raises(EvidenceRefused) as refused:
        verify(batch(count), 0, leaf=leaf_of(b"other"))
    assert refused.value.why == "chain-digest"


def test_the_chain_of_another_leaf_is_refused():
    leaves = batch(4)
    chain = chain_of([leaf_of(b"other"), *leaves[1:]], index=0, document=NAME)
    with pytest.raises(EvidenceRefused) as refused:
        verify(leaves, 0, chain=chain, leaf=leaf_of(b"other"))
    assert refused.value.why == "chain-result"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"#STEP1", b"#STEP0", "chain-long"),
        (b"#STEP1", b"#STEP9", "chain-step"),
        (b'id="STEP1"', b'id="STEP0"', "chain-step"),
        (b"xmlenc#sha512", b"xmldsig#sha1", "chain-step"),
        (b"xmlenc#sha512", b"xmlenc#sha256", "chain-result"),
        (b"DataRef", b"OtherRef", "chain-step"),
        (b"HashValue>", b"DataRef>", "chain-result"),
        (b"<HashChain ", b"<HashChainz ", "syntax"),
        (NAME.encode(), b"/message.xml", "chain-unused"),
    ],
)
def test_a_changed_chain_is_refused(old, new, why):
    leaves = batch(4)
    chain = chain_of(leaves, index=1, document=NAME)
    assert old in chain
    if why == "chain-result" and old == b"HashValue>":
        chain = chain.replace(b"<HashValue>", b"<DataRef>").replace(b"</HashValue>", b"</DataRef>")
        verify(leaves, 1, chain=chain)
        return
    with pytest.raises(Exception, match=r".") as refused:
        verify(leaves, 1, chain=chain.replace(old, new))
    assert refused.value.why == why


def test_a_leaf_isnt_mistaken_for_a_pair():
    """A batch of one is hashed as a step, so its root isn't the leaf itself."""
    [leaf] = batch(1)
    assert tree_root([leaf]) != leaf
