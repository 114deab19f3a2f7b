"""Hash chains: is this document under that root hash?

Implements X-Road's hash chain XML (namespace ``http://cyber.ee/hashchain``) and the binary
tree of a batch: one step's digest is H(SEQUENCE OF SEQUENCE{digest, algorithm, transforms})
in DER over its items in order. A batch of signatures gets one time-stamp over its result
document; each container carries the steps from the root down to its own signature. Pure.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import new, sha512
from hmac import compare_digest

from lxml import etree

from riik.exchange.errors import EvidenceRefused
from riik.formats import der, xml

__all__ = ["SHA512", "chain_of", "leaf_of", "tree_root", "verify_chain", "write_result"]

SHA512 = "http://www.w3.org/2001/04/xmlenc#sha512"
MOST_STEPS = 64

DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    SHA512: "sha512",
}

_CHAIN = "{http://cyber.ee/hashchain}"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<{} xmlns="http://cyber.ee/hashchain" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
)


# --- making -----------------------------------------------------------------------------------


def _step(items: Sequence[tuple[bytes, str]], algorithm: str) -> bytes:
    # The list of transforms stays empty in the hash, even where a document has some.
    encoded = der.sequence(
        *(
            der.sequence(der.octet_string(digest), der.utf8_string(method), der.sequence())
            for digest, method in items
        )
    )
    return new(DIGESTS[algorithm], encoded).digest()


def _pair(left: bytes, right: bytes) -> bytes:
    return _step([(left, SHA512), (right, SHA512)], SHA512)


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The tree's levels from the leaves up; an orphan passes up as it is."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        level = levels[-1]
        paired = [_pair(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        levels.append(paired + (level[-1:] if len(level) % 2 else []))
    return levels


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root over one batch, 64 bytes; a batch of one is hashed once all the same.

    Args:
        leaves: SHA-512 of each signature document, in the batch's order; at least one.
    """
    top = _levels(leaves)[-1][0]
    return _step([(top, SHA512)], SHA512) if len(leaves) == 1 else top


def write_result(root: bytes, *, chain: str) -> bytes:
    """The result document that a time-stamp or a signature covers.

    Args:
        root: From `tree_root`.
        chain: Name of the chain document, such as ``/ts-hashchain.xml``.
    """
    return (
        _HEAD.format("HashChainResult")
        + f' URI="{chain}#STEP0">\n'
        + f'    <ds:DigestMethod Algorithm="{SHA512}"/>\n'
        + f"    <ds:DigestValue>{b64encode(root).decode()}</ds:DigestValue>\n"
        + "</HashChainResult>\n"
    ).encode()


def chain_of(leaves: Sequence[bytes], *, index: int, document: str) -> bytes:
    """The chain document of one leaf: the steps from the root down to it.

    Args:
        leaves: As in `tree_root`.
        index: Which leaf, from 0.
        document: Its name, such as ``/META-INF/signatures.xml``.
    """
    steps: list[tuple[str, str]] = []
    position = index
    reference = _data_reference(document, leaves[index])
    for level in _levels(leaves)[:-1]:
        sibling = position ^ 1
        if sibling < len(level):
            own = reference if not steps else '<StepRef URI="#{}"/>'
            other = f"<HashValue>{_value(level[sibling])}</HashValue>"
            steps.append((own, other) if position % 2 == 0 else (other, own))
        position //= 2
    if not steps:
        steps.append((reference, ""))
    return _write_chain([first + second for first, second in reversed(steps)])


def _value(digest: bytes) -> str:
    return f"<ds:DigestValue>{b64encode(digest).decode()}</ds:DigestValue>"


def _data_reference(document: str, digest: bytes) -> str:
    return f'<DataRef URI="{document}">{_value(digest)}</DataRef>'


def _write_chain(steps: Sequence[str]) -> bytes:
    lines = [
        f'    <HashStep id="STEP{number}">{content.format(f"STEP{number + 1}")}</HashStep>\n'
        for number, content in enumerate(steps)
    ]
    return (
        _HEAD.format("HashChain")
        + f'>\n    <DefaultDigestMethod Algorithm="{SHA512}"/>\n'
        + "".join(lines)
        + "</HashChain>\n"
    ).encode()


# --- verifying --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Walk:
    """One verification: what was given, which inputs the chain led to, how many steps so far."""

    documents: Mapping[str, bytes]
    inputs: Mapping[str, bytes | None]
    chains: dict[str, etree._Element]
    used: set[str]
    steps: int = 0

    def step(self, chain: str, name: str) -> tuple[bytes, str]:
        """The digest of one step and its algorithm."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise EvidenceRefused("the hash chain doesn't end", why="chain-long")
        root = self._chain(chain)
        found = [step for step in root.iter(f"{_CHAIN}HashStep") if step.get("id") == name]
        if len(found) != 1:
            raise EvidenceRefused(f"the hash chain has no one {name}", why="chain-step")
        default = _algorithm(root.find(f"{_CHAIN}DefaultDigestMethod"), None)
        items = [self._item(chain, child, default) for child in found[0]]
        return _step(items, default), default

    def _item(self, chain: str, child: etree._Element, default: str) -> tuple[bytes, str]:
        method = _algorithm(child.find(f"{_DS}DigestMethod"), default)
        uri = child.get("URI", "")
        if child.tag == f"{_CHAIN}HashValue":
            return _digest(child), method
        if child.tag == f"{_CHAIN}DataRef":
            transforms = [each.get("Algorithm", "") for each in child.iter(f"{_DS}Transform")]
            return self._data(uri, _digest(child), method, transforms), method
        if child.tag == f"{_CHAIN}StepRef":
            document, _, name = uri.partition("#")
            return self.step(document or chain, name)
        raise EvidenceRefused("a step holds another element", why="chain-step")

    def _data(self, uri: str, stated: bytes, method: str, transforms: Sequence[str]) -> bytes:
        """The stated digest of a document, compared with the document if it is ours."""
        if uri in self.inputs:
            self.used.add(uri)
            actual = self.inputs[uri]
            if actual is None:
                actual = new(DIGESTS[method], self._transformed(uri, transforms)).digest()
            if not compare_digest(actual, stated):
                raise EvidenceRefused(f"{uri} isn't what was hashed", why="chain-digest")
        return stated

    def _transformed(self, uri: str, transforms: Sequence[str]) -> bytes:
        content = self._document(uri)
        if not transforms:
            return content
        if list(transforms) != [_C14N]:
            raise EvidenceRefused("a transform we don't know", why="chain-transform")
        return xml.canonicalise(xml.parse(content), exclusive=False)

    def _chain(self, name: str) -> etree._Element:
        if name not in self.chains:
            root = xml.parse(self._document(name))
            if root.tag != f"{_CHAIN}HashChain":
                raise EvidenceRefused("this is no hash chain", why="chain-document")
            self.chains[name] = root
        return self.chains[name]

    def _document(self, name: str) -> bytes:
        if name not in self.documents:
            raise EvidenceRefused(f"{name} isn't there", why="chain-document")
        return self.documents[name]


def verify_chain(
    result: bytes, *, documents: Mapping[str, bytes], inputs: Mapping[str, bytes | None]
) -> None:
    """Check that a result document's digest is made of each of the inputs.

    Args:
        result: The result document.
        documents: Chain documents and others by name, with ``/`` first.
        inputs: What must be under the root: name, and its digest; none hashes the document.

    Raises:
        EvidenceRefused: For ``chain-document``, ``chain-step``, ``chain-long``,
            ``chain-digest``, ``chain-transform``, ``chain-unused`` or ``chain-result``.
    """
    root = xml.parse(result)
    if root.tag != f"{_CHAIN}HashChainResult":
        raise EvidenceRefused("this is no hash chain result", why="chain-document")
    document, _, name = root.get("URI", "").partition("#")
    walk = _Walk(documents, inputs, {}, set())
    digest, algorithm = walk.step(document, name)
    if _algorithm(root.find(f"{_DS}DigestMethod"), None) != algorithm:
        raise EvidenceRefused("result and chain use two algorithms", why="chain-result")
    if not compare_digest(digest, _digest(root)):
        raise EvidenceRefused("the hash chain leads to another result", why="chain-result")
    if walk.used != set(inputs):
        raise EvidenceRefused("the hash chain leaves out a document", why="chain-unused")


def _algorithm(element: etree._Element | None, default: str | None) -> str:
    found = default if element is None else element.get("Algorithm")
    if found not in DIGESTS:
        raise EvidenceRefused("a digest method we don't know", why="chain-step")
    return str(found)


def _digest(element: etree._Element) -> bytes:
    value = element.find(f"{_DS}DigestValue")
    try:
        return b64decode("".join((value.text or "").split()) if value is not None else "")
    except Base64Error as error:
        raise EvidenceRefused("a digest that is no base64", why="chain-step") from error


def leaf_of(signature: bytes) -> bytes:
    """What the time-stamp tree holds for one signature document: SHA-512 of its bytes."""
    return sha512(signature).digest()
