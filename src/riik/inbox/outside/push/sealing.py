"""A message that a browser alone can read, and our own word to the service that carries it. Pure.

RFC 8291 (keys: §3.3, §3.4) over RFC 8188 (``aes128gcm``, one record); RFC 8292 (VAPID: §2, §3).
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from riik.core import Signer
from riik.formats import canonical_json
from riik.formats.jose import encode_base64url, sign
from riik.inbox.errors import PushRefused
from riik.inbox.outside.push.subscription import Browser

__all__ = ["MOST_PLAIN", "key_from", "sealed", "vapid"]

RECORD = 4096
MOST_PLAIN = RECORD - 86 - 16 - 1
"""RFC 8291 §4: services take at least 4096 bytes: header, tag and delimiter go off."""
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LONGEST = timedelta(hours=12)


def key_from(chance: bytes) -> ec.EllipticCurvePrivateKey:
    """A key for one message, out of 48 unpredictable bytes (FIPS 186-5 §A.2.1)."""
    if len(chance) < 48:
        raise PushRefused("a key needs more chance", why="chance")
    return ec.derive_private_key(int.from_bytes(chance) % (_ORDER - 1) + 1, ec.SECP256R1())


def sealed(
    plain: bytes, *, browser: Browser, key: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """A message's body for one browser (RFC 8291 §3.4, RFC 8188 §2).

    Args:
        plain: What the browser reads.
        browser: Its keys.
        key: Ours for this message alone.
        salt: 16 unpredictable bytes.

    Raises:
        PushRefused: For ``long``.
    """
    if len(plain) > MOST_PLAIN:
        raise PushRefused("a message to a browser is shorter", why="long", most=MOST_PLAIN)
    ours = _point(key.public_key())
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), browser.key)
    shared = key.exchange(ec.ECDH(), theirs)
    bound = b"WebPush: info\x00" + browser.key + ours
    secret = _derived(shared, salt=browser.secret, info=bound, length=32)
    cipher = _derived(secret, salt=salt, info=b"Content-Encoding: aes128gcm\x00", length=16)
    nonce = _derived(secret, salt=salt, info=b"Content-Encoding: nonce\x00", length=12)
    header = salt + RECORD.to_bytes(4) + bytes([len(ours)]) + ours
    # 2 ends the last record (RFC 8188 §2).
    return header + AESGCM(cipher).encrypt(nonce, plain + b"\x02", None)


def vapid(endpoint: str, *, signer: Signer, contact: str, at: datetime) -> str:
    """The ``Authorization`` header by which a push service knows us (RFC 8292 §3).

    Args:
        endpoint: The browser's address; the word is for its origin alone.
        signer: Our key, P-256.
        contact: ``mailto:`` or ``https:``, whom the service may write to (§2.1).
        at: Now; it holds half the day that §2 allows.
    """
    parts = urlsplit(endpoint)
    told = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((at + LONGEST).timestamp()),
        "sub": contact,
    }
    token = sign(canonical_json.encode(told), signer=signer, header={"typ": "JWT"})
    return f"vapid t={token}, k={public_key(signer)}"


def public_key(signer: Signer) -> str:
    """Our key as browsers are given it when they subscribe (Push API, ``applicationServerKey``)."""
    key = load_der_public_key(signer.public_key)
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise PushRefused("web push signs with P-256", why="kind")
    return encode_base64url(_point(key))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(key: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=salt, info=info).derive(key)
