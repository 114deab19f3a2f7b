"""Signing: what the key signs, and what evidence a finished signature must have."""

from hashlib import new as new_hash

import msgspec
import pytest
from tests.signatures.house import FILES, make, refusal, rewrite, sign_value

from riik.core import KeyKind
from riik.formats.zip import read_zip
from riik.signatures import (
    ContainerRefused,
    DataFile,
    Prepared,
    SigningRefused,
    finish,
    open_container,
    prepare,
    prepare_more,
    stamped,
)
from riik.signatures.references import Canonical
from riik.signatures.xades_read import read_signature, read_signature_file
from riik.testing.pki import AT, MemoryKey
from riik.trust import CertificateRefused, Person, person_signature

EXCLUSIVE = Canonical(exclusive=True)


@pytest.fixture(scope="module")
def prepared(mari):
    return prepare(FILES, certificate=mari.certificate, at=AT)


def test_a_card_with_p384_signs_sha384(prepared):
    assert prepared.hash_name == "sha384"
    assert prepared.digest == new_hash("sha384", prepared.to_sign).digest()


def test_what_was_signed_is_canonical_as_it_stands(pki, mari, prepared):
    container = open_container(make(pki, mari, prepared=prepared))
    [element] = read_signature_file(container.signatures[0].content)
    signature = read_signature(element)
    assert EXCLUSIVE(signature.signed_info) == prepared.to_sign
    assert EXCLUSIVE(signature.value_element) == stamped(prepared, signature.value)


def test_files_stand_in_the_container_as_they_came(pki, mari):
    container = open_container(make(pki, mari))
    assert container.files == tuple(FILES)
    assert not container.problems
    assert not container.warnings


def test_it_waits_as_bytes_and_comes_back(prepared):
    kept = msgspec.msgpack.encode(prepared)
    assert msgspec.msgpack.decode(kept, type=Prepared) == prepared


def test_one_more_signature_leaves_the_rest_as_it_was(pki, mari, agency):
    first = make(pki, mari)
    more = prepare_more(first, certificate=agency.certificate, at=AT)
    second = make(pki, agency, prepared=more)
    assert read_zip(second)[: len(read_zip(first))] == read_zip(first)
    assert read_zip(second)[-1].name == "META-INF/signatures1.xml"


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.RSA2048])
def test_keys_of_other_kinds_sign(kind, pki):
    key = MemoryKey(kind)
    person = Person(code="EE47101010033", given_name="Mari-Liis", surname="Männik")
    credential = pki.issue(person_signature(person), key=key)
    prepared = prepare(FILES, certificate=credential.certificate, at=AT)
    value = (
        key.sign(prepared.to_sign) if kind is KeyKind.RSA2048 else sign_value(credential, prepared)
    )
    assert stamped(prepared, value)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([], "data-files"),
        ([DataFile("mimetype", b"")], "path"),
        ([DataFile("META-INF/a.txt", b"")], "path"),
        ([DataFile("../a.txt", b"")], "path"),
        ([DataFile("a/", b"")], "path"),
        ([DataFile("", b"")], "path"),
        ([DataFile("a\n.txt", b"")], "path"),
        ([DataFile("a.txt", b"", "text")], "media-type"),
        ([DataFile("a.txt", b"", 'text/plain"')], "media-type"),
        ([DataFile("a.txt", b""), DataFile("A.TXT", b"")], "duplicate"),
    ],
)
def test_files_that_make_no_container_are_refused(files, why, mari):
    with refusal(ContainerRefused, why):
        prepare(files, certificate=mari.certificate, at=AT)


def test_an_expired_certificate_signs_nothing(pki):
    expired = pki.person(expired=True).signature
    with refusal(SigningRefused, "certificate-expired"):
        prepare(FILES, certificate=expired.certificate, at=AT)


def test_a_certificate_that_is_none_is_refused():
    with pytest.raises(CertificateRefused):
        prepare(FILES, certificate=b"no certificate", at=AT)


def test_an_incomplete_container_takes_no_more_signatures(pki, mari):
    def change(name, content):
        return None if name == FILES[0].name else content

    with refusal(SigningRefused, "container"):
        prepare_more(rewrite(make(pki, mari), change), certificate=mari.certificate, at=AT)


@pytest.mark.parametrize("value", [b"", bytes(96), b"\x01" * 96, b"\x01" * 95])
def test_a_value_of_another_key_is_refused(value, prepared):
    with refusal(SigningRefused, "signature"):
        stamped(prepared, value)


def test_a_value_in_der_is_refused(mari, prepared):
    with refusal(SigningRefused, "signature"):
        stamped(prepared, mari.key.sign(prepared.to_sign))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (lambda pki: {"timestamp": b"no token"}, "timestamp"),
        (lambda pki: {"timestamp": pki.timestamp(b"other bytes")}, "timestamp"),
        (lambda pki: {"ocsp": []}, "ocsp"),
    ],
    ids=["no token", "another token", "no OCSP"],
)
def test_evidence_that_does_not_fit_is_refused(changes, why, pki, mari, prepared):
    value = sign_value(mari, prepared)
    fitting = {
        "timestamp": pki.timestamp(stamped(prepared, value)),
        "ocsp": [pki.ocsp(mari.certificate)],
    }
    with refusal(SigningRefused, why):
        finish(prepared, value, **(fitting | changes(pki)), certificates=[])
