"""A message's signature: our form and others', and each change seen."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from riik.core import KeyKind, MemberId
from riik.exchange.errors import InvalidSignature
from riik.exchange.model import Seal
from riik.exchange.protocol.signature import (
    check,
    check_documents,
    documents_of,
    join_signature,
    read_signature,
    sign,
    split_signature,
)
from riik.testing.pki import MemoryKey, make_pki

MEMBER = MemberId("TEST", "GOV", "1")
AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def make_seal(kind, *, chained=False):
    pki = make_pki(kind=KeyKind.P256)
    from riik.trust import exchange_signature

    key = MemoryKey(kind)
    profile = exchange_signature(MEMBER, server="ss1", name="Member", country="EE")
    issued = pki.issue(profile, key=key)
    others = (pki.ca.certificate,) if chained else ()
    return Seal(member=MEMBER, signer=key, certificate=issued.certificate, intermediates=others)


@pytest.fixture(scope="module", params=[KeyKind.P256, KeyKind.P384, KeyKind.RSA2048])
def seal(request):
    """A member's seal of each kind."""
    return make_seal(request.param, chained=request.param is KeyKind.P384)


@pytest.fixture
def documents():
    return documents_of(b"GET\r\n/r1\r\n", b"body")


@pytest.fixture
def document(seal, documents):
    return sign(documents, seal=seal, ocsp=b"\x30\x03ocsp", at=AT)


def key_of(seal):
    return load_der_public_key(seal.signer.public_key)


def verify(document, documents, seal):
    signature = read_signature(document)
    check_documents(signature, documents)
    check(signature, key=key_of(seal))
    return signature


def test_what_was_signed_verifies(document, documents, seal):
    signature = verify(document, documents, seal)
    assert (signature.at, signature.certificate) == (AT, seal.certificate)
    assert (signature.ocsp, signature.others) == ((b"\x30\x03ocsp",), seal.intermediates)


def test_both_ways_of_reading_see_the_same(document, documents, seal):
    """A line break after the document: another form, so the XML parser reads it."""
    assert verify(document + b"\n", documents, seal) == verify(document, documents, seal)


def test_a_message_without_body_has_one_reference(seal):
    documents = documents_of(b"GET\r\n/r1\r\n", b"")
    signature = verify(sign(documents, seal=seal, ocsp=b"x", at=AT), documents, seal)
    assert [uri for uri, _, _ in signature.references] == ["/message.xml"]


@pytest.mark.parametrize("form", [b"", b"\n"], ids=["our-form", "parsed"])
@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"2026-06-01", b"2026-06-02", "properties"),
        (b"<xades:MimeType>application", b"<xades:MimeType>text", "properties"),
        (b'URI="/message.xml"', b'URI="/messagf.xml"', "references"),
        (b"<ds:X509Certificate>M", b"<ds:X509Certificate>N", "certificate"),
        (b"ds:SignatureValue>", b"ds:SignatureValu>", "syntax"),
        (b'URI="#signed-properties"', b'URI="#other"', "form"),
        (b"</ds:Object>", b"</ds:Object><ds:Object/>", "accepted"),
    ],
)
def test_a_changed_document_is_refused(document, documents, seal, form, old, new, why):
    assert old in document
    changed = document.replace(old, new, 1) + form
    if why == "accepted":
        # What isn't signed may stand there: the message isn't changed by it.
        assert verify(changed, documents, seal).at == AT
        return
    with pytest.raises(Exception, match=r".") as refused:
        verify(changed, documents, seal)
    assert refused.value.why == why


def test_another_set_of_properties_cant_be_added(document, documents, seal):
    start = document.index(b"<xades:SignedProperties")
    end = document.index(b"</xades:SignedProperties>") + len(b"</xades:SignedProperties>")
    twice = document[:end] + document[start:end] + document[end:]
    with pytest.raises(InvalidSignature) as refused:
        read_signature(twice)
    assert refused.value.why == "properties"


@pytest.mark.parametrize(
    "other",
    [
        documents_of(b"GET\r\n/r1\r\n", b""),
        documents_of(b"GET\r\n/r1\r\n", b"other"),
        documents_of(b"PUT\r\n/r1\r\n", b"body"),
        {"/message.xml": b"GET\r\n/r1\r\n", "/attachment1": b"body", "/attachment2": b"x"},
    ],
)
def test_other_documents_are_refused(document, other):
    with pytest.raises(InvalidSignature) as refused:
        check_documents(read_signature(document), other)
    assert refused.value.why in {"references", "digest"}


def test_another_key_is_refused(document, documents, seal):
    other = make_seal(seal.signer.kind)
    with pytest.raises(InvalidSignature) as refused:
        check(read_signature(document), key=key_of(other))
    assert refused.value.why == "value"


def test_a_key_of_another_kind_is_refused(document):
    with pytest.raises(InvalidSignature) as refused:
        check(
            read_signature(document), key=load_der_public_key(MemoryKey(KeyKind.ED25519).public_key)
        )
    assert refused.value.why == "method"


def test_an_ed25519_key_cant_sign_messages(documents):
    with pytest.raises(InvalidSignature) as refused:
        sign(documents, seal=make_seal(KeyKind.ED25519), ocsp=b"x", at=AT)
    assert refused.value.why == "method"


def test_what_signatures_share_is_taken_out_and_put_back(document):
    own, shared = split_signature(document)
    assert join_signature(own, shared) == document
    assert len(own) + len(shared) < len(document) + 2


@pytest.mark.parametrize("other", [b"", b"<a/>", b"<ds:X509Certificate>M", b"x y"])
def test_a_document_of_another_form_is_kept_whole(other):
    assert split_signature(other) == (other, b"")
    assert join_signature(other, b"") == other
