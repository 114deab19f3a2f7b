"""Keys in files and on a token sign alike, and stay where they are."""

import os
import ssl
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509.oid import NameOID

from riik.core import KeyId, KeyKind, Refused, Unavailable
from riik.formats.signing import signing_key
from riik.runtime.errors import DiskUnavailable
from riik.runtime.keys import FileKeys
from riik.testing.ports import FaultyDisk

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
KEY = KeyId("EE-DEMO/GOV/70000001", "seal")


def file_keys(folder, passphrase="open sesame", **ports):
    return FileKeys(folder, passphrase, cost=2**8, **ports)


@pytest.fixture(scope="session")
def token(tmp_path_factory):
    """A software token with the label ``riik`` and the PIN 1234."""
    pytest.importorskip("pkcs11", reason="python-pkcs11 isn't installed")
    if not SOFTHSM.exists():
        pytest.skip("no SoftHSM2 (Debian: softhsm2) on this machine")
    folder = tmp_path_factory.mktemp("softhsm")
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}\nlog.level = ERROR\n")
    # SoftHSM reads it once, when its library is first loaded into the process.
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    command = ["softhsm2-util", "--init-token", "--free", "--label", "riik"]
    subprocess.run([*command, "--pin", "1234", "--so-pin", "1234"], check=True, capture_output=True)
    return str(SOFTHSM)


@pytest.fixture(params=["file", "token"])
def keys(request, tmp_path):
    """An empty key store of each sort."""
    if request.param == "file":
        yield file_keys(tmp_path / "keys")
        return
    pkcs11 = pytest.importorskip("riik.runtime.pkcs11")
    token = request.getfixturevalue("token")
    store = pkcs11.TokenKeys(token, token="riik", pin="1234")
    yield store
    store.close()


@pytest.fixture
def key(request):
    """A key of this test alone: a token keeps what other tests made."""
    return KeyId("EE-DEMO/GOV/70000001", request.node.name)


def verify(signer, signature, message):
    public = load_der_public_key(signer.public_key)
    match signer.kind:
        case KeyKind.P256:
            public.verify(signature, message, ec.ECDSA(SHA256()))
        case KeyKind.P384:
            public.verify(signature, message, ec.ECDSA(SHA384()))
        case KeyKind.ED25519:
            public.verify(signature, message)
        case KeyKind.RSA2048:
            public.verify(signature, message, padding.PKCS1v15(), SHA256())


@pytest.mark.parametrize("kind", KeyKind)
def test_a_signature_verifies_under_the_public_key(keys, key, kind):
    signer = keys.generate(key, kind)
    assert signer.kind is kind
    verify(signer, signer.sign(b"message"), b"message")


@pytest.mark.parametrize("kind", KeyKind)
def test_a_key_is_opened_again(keys, key, kind):
    made = keys.generate(key, kind)
    opened = keys.signer(key)
    assert (opened.kind, opened.public_key) == (kind, made.public_key)
    verify(made, opened.sign(b"message"), b"message")


def test_a_key_is_made_once(keys, key):
    keys.generate(key, KeyKind.P256)
    with pytest.raises(Refused) as refused:
        keys.generate(key, KeyKind.P256)
    assert refused.value.why == "exists"


def test_no_key_is_no_key(keys, key):
    assert not keys.has(key)
    with pytest.raises(Refused) as refused:
        keys.signer(key)
    assert refused.value.why == "unknown"


def test_another_generation_is_another_key(keys, key):
    first = keys.generate(key, KeyKind.P256)
    second = keys.generate(KeyId(key.member, key.purpose, 2), KeyKind.P256)
    assert first.public_key != second.public_key


def test_nothing_printed_shows_a_key(keys, key):
    shown = repr(keys) + repr(keys.generate(key, KeyKind.P256))
    assert "sesame" not in shown
    assert "1234" not in shown


# --- in files --------------------------------------------------------------------------------


def test_another_passphrase_opens_nothing(tmp_path):
    file_keys(tmp_path).generate(KEY, KeyKind.P256)
    with pytest.raises(Refused) as refused:
        file_keys(tmp_path, "open barley")
    assert refused.value.why == "passphrase"


def test_a_new_process_opens_what_another_made(tmp_path):
    made = file_keys(tmp_path).generate(KEY, KeyKind.ED25519)
    verify(made, file_keys(tmp_path).signer(KEY).sign(b"message"), b"message")


def test_the_files_are_their_owners_alone(tmp_path):
    file_keys(tmp_path / "keys").generate(KEY, KeyKind.P256)
    paths = list((tmp_path / "keys").iterdir())
    assert len(paths) == 2
    assert [path.stat().st_mode & 0o077 for path in paths] == [0, 0]


def only_key_file(folder):
    [path] = folder.glob("*.key")
    return path


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: content[:30],
        lambda content: content[3:],
        lambda _: b"",
    ],
    ids=["flipped-bit", "cut-short", "without-beginning", "empty"],
)
def test_a_changed_file_is_refused(tmp_path, spoil):
    file_keys(tmp_path).generate(KEY, KeyKind.P256)
    path = only_key_file(tmp_path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(Refused) as refused:
        file_keys(tmp_path).signer(KEY)
    assert refused.value.why == "damaged"


def test_a_file_under_another_name_is_refused(tmp_path):
    file_keys(tmp_path).generate(KEY, KeyKind.P256)
    path = only_key_file(tmp_path)
    path.rename(path.with_name(path.name.replace("seal", "tls")))
    with pytest.raises(Refused) as refused:
        file_keys(tmp_path).signer(KeyId(KEY.member, "tls"))
    assert refused.value.why == "damaged"


@pytest.mark.parametrize("content", [b"", b"{}", b'{"salt": 1}', b"\xff"])
def test_a_spoilt_master_file_is_refused(tmp_path, content):
    file_keys(tmp_path)
    (tmp_path / "master.json").write_bytes(content)
    with pytest.raises(Refused) as refused:
        file_keys(tmp_path)
    assert refused.value.why == "damaged"


def test_no_file_holds_a_key_in_the_clear(tmp_path):
    keys = file_keys(tmp_path)
    keys.generate(KEY, KeyKind.RSA2048)
    secret = keys.secret(KEY)
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secret not in content
    assert b"sesame" not in content
    assert b"\x30\x82" not in content[:200]


def test_a_secret_stays_the_same(tmp_path):
    first = file_keys(tmp_path).secret(KEY)
    assert file_keys(tmp_path).secret(KEY) == first
    assert len(first) == 32
    assert file_keys(tmp_path).secret(KeyId("other", "seal")) != first


def test_a_key_that_could_not_be_written_was_never_made(tmp_path):
    """Whichever operation of the disk fails: no answer, or a key that is there for good."""
    operations = 4
    for fail_at in range(1, operations + 1):
        folder = tmp_path / str(fail_at)
        disk = FaultyDisk()
        keys = file_keys(folder, disk=disk)
        disk.fail_at = disk.operations + fail_at
        with pytest.raises(DiskUnavailable):
            keys.generate(KEY, KeyKind.P256)
        assert not list(folder.glob(".*"))


def test_python_s_ssl_takes_the_encrypted_pem(tmp_path):
    keys = file_keys(tmp_path / "keys")
    signer = keys.generate(KEY, KeyKind.P256)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    key, days = signing_key(signer), (datetime(2026, 1, 1), datetime(2027, 1, 1))
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, *days)
    pem, password = keys.tls_pem(KEY)
    assert b"ENCRYPTED" in pem
    (tmp_path / "pem").write_bytes(builder.sign(key, SHA256()).public_bytes(Encoding.PEM) + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pem", password=password)
    with pytest.raises(ssl.SSLError):
        context.load_cert_chain(tmp_path / "pem", password="another")


# --- on a token ------------------------------------------------------------------------------


def test_two_nodes_of_one_process_use_one_token(token):
    from riik.runtime.pkcs11 import TokenKeys

    one, two = (TokenKeys(token, token="riik", pin="1234") for _ in range(2))
    made = one.generate(KeyId("one", "seal"), KeyKind.P256)
    verify(made, two.signer(KeyId("one", "seal")).sign(b"message"), b"message")
    one.close()
    two.close()


def test_another_pin_opens_nothing(token):
    from riik.runtime.pkcs11 import TokenKeys

    with pytest.raises(Refused) as refused:
        TokenKeys(token, token="riik", pin="9999")
    assert refused.value.why == "passphrase"


@pytest.mark.parametrize(
    ("library", "label", "why"), [("/no/library.so", "riik", "library"), (None, "no", "token")]
)
def test_a_token_that_is_not_there_is_unavailable(token, library, label, why):
    from riik.runtime.pkcs11 import TokenKeys

    with pytest.raises(Unavailable) as failed:
        TokenKeys(library or token, token=label, pin="1234")
    assert failed.value.why == why


def test_a_key_on_the_token_can_not_be_taken_out(token):
    import pkcs11

    from riik.runtime.pkcs11 import TokenKeys

    keys = TokenKeys(token, token="riik", pin="1234")
    signer = keys.generate(KeyId("kept", "seal"), KeyKind.P256)
    with pytest.raises(pkcs11.exceptions.AttributeSensitive):
        signer._private[pkcs11.Attribute.VALUE]
    keys.close()
