"""Web push: sealed as the standard's own example, sent to no place inside, known by its signature."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from riik.core import KeyId, KeyKind
from riik.formats.jose import claims, decode_base64url, encode_base64url, verify
from riik.inbox.errors import PushRefused
from riik.inbox.outside.push.sealing import MOST_PLAIN, key_from, public_key, sealed, vapid
from riik.inbox.outside.push.subscription import Browser, is_public, read_browser
from riik.runtime.keys import FileKeys

VECTORS = Path(__file__).parents[1] / "vectors" / "inbox" / "rfc8291.json"
RFC = {key: decode_base64url(value) for key, value in json.loads(VECTORS.read_text()).items()}
BROWSER = Browser(
    endpoint="https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
    key=RFC["ua_public"],
    secret=RFC["auth_secret"],
)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def subscription(**changed):
    keys = {
        "p256dh": encode_base64url(RFC["ua_public"]),
        "auth": encode_base64url(RFC["auth_secret"]),
    }
    told = {"endpoint": BROWSER.endpoint, "expirationTime": None, "keys": keys}
    return json.dumps({**told, **changed}).encode()


def test_a_message_is_sealed_byte_for_byte_as_in_the_example_of_rfc_8291():
    key = ec.derive_private_key(int.from_bytes(RFC["as_private"]), ec.SECP256R1())
    message = sealed(RFC["plaintext"], browser=BROWSER, key=key, salt=RFC["salt"])
    assert message == RFC["message"]


def test_another_program_opens_what_is_sealed_here(entropy):
    """Mozilla's ``http_ece``, where it is installed: it is no dependency."""
    http_ece = pytest.importorskip("http_ece")
    theirs = ec.derive_private_key(int.from_bytes(RFC["ua_private"]), ec.SECP256R1())
    message = sealed(b"tere", browser=BROWSER, key=key_from(entropy.bytes(48)), salt=bytes(16))
    opened = http_ece.decrypt(
        message, private_key=theirs, auth_secret=RFC["auth_secret"], version="aes128gcm"
    )
    assert opened == b"tere"


def test_a_message_that_no_service_must_take_is_refused(entropy):
    key = key_from(entropy.bytes(48))
    assert len(sealed(b"a" * MOST_PLAIN, browser=BROWSER, key=key, salt=bytes(16))) == 4096
    with pytest.raises(PushRefused) as refused:
        sealed(b"a" * (MOST_PLAIN + 1), browser=BROWSER, key=key, salt=bytes(16))
    assert refused.value.why == "long"


def test_a_push_service_knows_us_by_a_short_word_for_its_origin_alone(tmp_path, entropy):
    keys = FileKeys(tmp_path, "pass", entropy=entropy, cost=2)
    signer = keys.generate(KeyId("EE-DEMO/GOV/1", "push"), KeyKind.P256)
    header = vapid(BROWSER.endpoint, signer=signer, contact="mailto:a@example.ee", at=NOW)
    scheme, _, rest = header.partition(" ")
    token, _, key = rest.removeprefix("t=").partition(", k=")
    told = claims(verify(token, key=signer.public_key, algorithms=["ES256"]))
    assert (scheme, key) == ("vapid", public_key(signer))
    assert (told["aud"], told["sub"]) == ("https://push.example.net", "mailto:a@example.ee")
    assert told["exp"] <= (NOW + timedelta(hours=24)).timestamp()


def test_a_browser_is_known_by_its_address_and_keys():
    assert read_browser(subscription()) == BROWSER


BAD = [
    "http://push.example.net/x",
    "ftp://push.example.net/x",
    "file:///etc/passwd",
    "https://127.0.0.1/x",
    "https://127.1/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://[::1]/x",
    "https://[::ffff:10.0.0.1]/x",
    "https://10.0.0.1/x",
    "https://169.254.169.254/latest/meta-data",
    "https://localhost/x",
    "https://intranet/x",
    "https://push.example.net:8443/x",
    "https://push.example.net:99999/x",
    "https://me@push.example.net/x",
    "https://push.example.net\\@10.0.0.1/x",
    "https://push.example.net/x\r\nHost: intranet",
    "https://push.example.net/x y",
    "https://push.example.net/#x",
    "https://push.example.net/" + "a" * 1000,
    "https://",
    "",
]


@pytest.mark.parametrize("endpoint", BAD)
def test_no_message_goes_to_an_address_inside(endpoint):
    with pytest.raises(PushRefused) as refused:
        read_browser(subscription(endpoint=endpoint))
    assert refused.value.why == "address"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "json"),
        (b"[]", "json"),
        (b"[" * 100_000, "json"),
        (b'{"endpoint": "https://push.example.net/x"}', "json"),
        (subscription(keys={"p256dh": "AAAA", "auth": "AAAA"}), "key"),
        (subscription(keys={"p256dh": "!", "auth": "AAAA"}), "key"),
        (
            subscription(keys={"p256dh": encode_base64url(RFC["ua_public"]), "auth": "AAAA"}),
            "key",
        ),
        (
            # A point that is not on the curve.
            subscription(
                keys={
                    "p256dh": encode_base64url(b"\x04" + b"\x01" * 64),
                    "auth": encode_base64url(RFC["auth_secret"]),
                }
            ),
            "key",
        ),
    ],
)
def test_what_is_no_subscription_is_refused(content, why):
    with pytest.raises(PushRefused) as refused:
        read_browser(content)
    assert refused.value.why == why


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "ff0e::1",
        "fec0::1",
        "feff::1",
        "64:ff9b::a00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::808:808",
        "2002:7f00:1::",
        "2002:a00:1::808:808",
        "::7f00:1",
        "::10.0.0.1",
        "::",
        "2001:0:a00:1::f7f7:f7f7",
        "2001:0:808:808::f5ff:fffe",
    ],
)
def test_an_address_of_a_network_inside_is_not_called(address):
    assert not is_public(address)


def test_an_address_of_the_world_may_be_called():
    assert is_public("8.8.8.8")
    assert is_public("2606:4700::1111")
    assert is_public("::ffff:8.8.8.8")
    assert is_public("64:ff9b::808:808")
