"""JOSE: is this compact JWS what that key signed, and how is one made without its key?

Implements JWS compact serialisation (RFC 7515 §3.1, §5), the algorithms ES256, ES384 and
RS256 (RFC 7518 §3.3, §3.4) and Ed25519 (RFC 8037 §3.1; RFC 9864 names it so), JWK
(RFC 7517 §4) and its thumbprint (RFC 7638). The checks of RFC 8725 §3 are built in: the
caller names the algorithms, each is bound to one kind of key, and there is neither
``none`` nor any algorithm with a shared secret to be confused with.
Pure: which key may be believed, and what the claims must say, is decided by who asks.

Written on cryptography and not on joserfc: that library signs with key objects only, so a
key that stays in its store (`Signer`) would need an algorithm registered for the process.
"""

from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from riik.core import KeyKind, Refused, Signer
from riik.formats import canonical_json

__all__ = [
    "Jws",
    "JwsRefused",
    "algorithm_of",
    "claims",
    "decode_base64url",
    "encode_base64url",
    "jwk",
    "public_key_of",
    "read",
    "sign",
    "thumbprint",
    "verify",
]

MOST_CHARACTERS = 65_536
MOST_CERTIFICATES = 8


class JwsRefused(Refused):
    """A text that should be a JWS or a JWK isn't, or its signature doesn't hold."""

    code = "formats.jws-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Jws:
    """A compact JWS that was read; only `verify` says that it was signed.

    Attributes:
        header: The protected header; there is no other in the compact form.
        payload: The signed bytes.
        signature: The signature as it came: ECDSA is ``r || s`` of fixed length.
        signing_input: What the signature covers, ASCII.
    """

    header: Mapping[str, Any]
    payload: bytes
    signature: bytes
    signing_input: bytes

    @property
    def algorithm(self) -> str:
        """The name of the algorithm, as the header claims it."""
        return str(self.header["alg"])

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """The chain in ``x5c``, DER, the signer's first; not yet validated (§4.1.6)."""
        return _chain(self.header.get("x5c", []))


@dataclass(frozen=True, slots=True)
class _Curve:
    name: str
    curve: type[ec.EllipticCurve]
    hash: type[HashAlgorithm]
    octets: int


_CURVES: Final = {
    "ES256": _Curve("P-256", ec.SECP256R1, SHA256, 32),
    "ES384": _Curve("P-384", ec.SECP384R1, SHA384, 48),
}
_ALGORITHMS: Final = {
    KeyKind.P256: "ES256",
    KeyKind.P384: "ES384",
    KeyKind.ED25519: "EdDSA",
    KeyKind.RSA2048: "RS256",
}


def encode_base64url(octets: bytes) -> str:
    """Write base64url without padding (RFC 7515 §2)."""
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode_base64url(text: str) -> bytes:
    """Read base64url in its one spelling: no padding, no line ends, no stray bits.

    Raises:
        JwsRefused: For ``base64``.
    """
    swapped = text.translate({ord("-"): "+", ord("_"): "/", ord("+"): None, ord("/"): None})
    try:
        octets = b64decode(swapped + "=" * (-len(swapped) % 4), validate=True)
    except ValueError as error:
        raise JwsRefused("this is not base64url", why="base64") from error
    if encode_base64url(octets) != text:
        raise JwsRefused("this is not the one base64url spelling", why="base64")
    return octets


def algorithm_of(kind: KeyKind) -> str:
    """The JWS algorithm of a kind of key (RFC 7518 §3.1)."""
    return _ALGORITHMS[kind]


def sign(
    payload: bytes,
    *,
    signer: Signer,
    certificates: Sequence[bytes] = (),
    header: Mapping[str, Any] | None = None,
) -> str:
    """Sign as compact JWS with a key that stays where it is.

    Args:
        payload: What is signed, for tokens the JSON of the claims.
        signer: The key; its kind chooses the algorithm.
        certificates: The chain for ``x5c``, DER, the signer's first; none leaves it out.
        header: Further protected members, such as ``typ`` and ``kid``.
    """
    protected: dict[str, Any] = {**(header or {}), "alg": algorithm_of(signer.kind)}
    if certificates:
        protected["x5c"] = [b64encode(certificate).decode() for certificate in certificates]
    head = encode_base64url(canonical_json.encode(protected))
    signing_input = f"{head}.{encode_base64url(payload)}"
    signature = signer.sign(signing_input.encode())
    curve = _CURVES.get(protected["alg"])
    if curve is not None:
        r, s = decode_dss_signature(signature)
        signature = r.to_bytes(curve.octets, "big") + s.to_bytes(curve.octets, "big")
    return f"{signing_input}.{encode_base64url(signature)}"


def read(token: str, *, algorithms: Collection[str], limit: int = MOST_CHARACTERS) -> Jws:
    """Read a compact JWS without believing it: who verifies needs to find the key first.

    Args:
        token: Three parts of base64url, joined by dots.
        algorithms: The names that the caller takes, such as ``{"ES256"}``.
        limit: Most characters of the token.

    Raises:
        JwsRefused: For ``size``, ``parts``, ``base64``, ``header``, ``critical`` or
            ``algorithm``.
    """
    if len(token) > limit:
        raise JwsRefused("the token is too long", why="size", most=limit)
    parts = token.split(".")
    if len(parts) != 3:
        raise JwsRefused("a compact JWS has three parts", why="parts")
    header = _json_object(decode_base64url(parts[0]), why="header")
    # No extension is understood here, so a critical one must be refused (§4.1.11).
    if "crit" in header or "b64" in header:
        raise JwsRefused("the token needs an extension", why="critical")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise JwsRefused("this algorithm is not taken here", why="algorithm")
    return Jws(
        header=header,
        payload=decode_base64url(parts[1]),
        signature=decode_base64url(parts[2]),
        signing_input=f"{parts[0]}.{parts[1]}".encode(),
    )


def verify(
    token: str, *, key: bytes, algorithms: Collection[str], limit: int = MOST_CHARACTERS
) -> Jws:
    """Read a compact JWS and check its signature with a key that the caller trusts.

    Args:
        token: Three parts of base64url, joined by dots.
        key: SubjectPublicKeyInfo, DER.
        algorithms: The names that the caller takes.
        limit: Most characters of the token.

    Raises:
        JwsRefused: As `read`, and for ``key`` (not of the algorithm's kind) or ``signature``.
    """
    jws = read(token, algorithms=algorithms, limit=limit)
    try:
        public = load_der_public_key(key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise JwsRefused("this key can't be read", why="key") from error
    check = _CHECKS.get(jws.algorithm)
    if check is None:
        raise JwsRefused("this algorithm is not known here", why="algorithm")
    try:
        check(public, jws)
    except InvalidSignature as error:
        raise JwsRefused("the signature doesn't hold", why="signature") from error
    return jws


def claims(jws: Jws) -> dict[str, Any]:
    """The payload as a set of JWT claims (RFC 7519 §7.2): one JSON object, no key twice.

    Raises:
        JwsRefused: For ``claims``.
    """
    return _json_object(jws.payload, why="claims")


def jwk(key: bytes) -> dict[str, str]:
    """A public key as JWK (RFC 7518 §6, RFC 8037 §2).

    Args:
        key: SubjectPublicKeyInfo, DER.

    Raises:
        JwsRefused: For ``key``.
    """
    try:
        public = load_der_public_key(key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise JwsRefused("this key can't be read", why="key") from error
    if isinstance(public, ed25519.Ed25519PublicKey):
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": encode_base64url(raw)}
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return {"kty": "RSA", "n": _octets(numbers.n), "e": _octets(numbers.e)}
    for curve in _CURVES.values():
        if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, curve.curve):
            point, size = public.public_numbers(), curve.octets
            return {
                "kty": "EC",
                "crv": curve.name,
                "x": encode_base64url(point.x.to_bytes(size, "big")),
                "y": encode_base64url(point.y.to_bytes(size, "big")),
            }
    raise JwsRefused("no JWK is made of this kind of key here", why="key")


def public_key_of(key: Mapping[str, Any]) -> bytes:
    """A JWK's public key as SubjectPublicKeyInfo, DER; private members are refused.

    Raises:
        JwsRefused: For ``key`` or ``base64``.
    """
    if "d" in key or "k" in key:
        raise JwsRefused("a private or secret key has no place here", why="key")
    try:
        public = _public_key(key)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise JwsRefused("this JWK is not a public key", why="key") from error
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def thumbprint(key: bytes) -> str:
    """The SHA-256 thumbprint of a public key, base64url (RFC 7638 §3); a good ``kid``."""
    return encode_base64url(sha256(canonical_json.encode(jwk(key))).digest())


def _public_key(
    key: Mapping[str, Any],
) -> ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey:
    if key["kty"] == "EC":
        curve = {curve.name: curve for curve in _CURVES.values()}[key["crv"]]
        point = [decode_base64url(key[name]) for name in ("x", "y")]
        if any(len(half) != curve.octets for half in point):
            raise ValueError("a coordinate of another length")
        return ec.EllipticCurvePublicKey.from_encoded_point(curve.curve(), b"\4" + b"".join(point))
    if key["kty"] == "OKP" and key["crv"] == "Ed25519":
        return ed25519.Ed25519PublicKey.from_public_bytes(decode_base64url(key["x"]))
    if key["kty"] == "RSA":
        e, n = (int.from_bytes(decode_base64url(key[name]), "big") for name in ("e", "n"))
        return rsa.RSAPublicNumbers(e, n).public_key()
    raise ValueError("another type of key")


def _octets(number: int) -> str:
    return encode_base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _json_object(text: bytes, *, why: str) -> dict[str, Any]:
    try:
        value = canonical_json.decode(text)
    except canonical_json.JsonRefused as error:
        raise JwsRefused("a part of the token is not strict JSON", why=why) from error
    if not isinstance(value, dict):
        raise JwsRefused("a part of the token is no JSON object", why=why)
    return value


def _chain(value: Any) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > MOST_CERTIFICATES:
        raise JwsRefused("x5c is a list of a few certificates", why="header")
    try:
        return tuple(b64decode(text, validate=True) for text in value)
    except (ValueError, TypeError) as error:
        raise JwsRefused("x5c holds certificates in base64", why="header") from error


def _check_ecdsa(public: PublicKeyTypes, jws: Jws) -> None:
    curve = _CURVES[jws.algorithm]
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(
        public.curve, curve.curve
    ):
        raise JwsRefused("the key is not of the algorithm's curve", why="key")
    if len(jws.signature) != 2 * curve.octets:
        raise JwsRefused("the signature has another length", why="signature")
    r, s = jws.signature[: curve.octets], jws.signature[curve.octets :]
    signature = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    public.verify(signature, jws.signing_input, ec.ECDSA(curve.hash()))


def _check_ed25519(public: PublicKeyTypes, jws: Jws) -> None:
    if not isinstance(public, ed25519.Ed25519PublicKey):
        raise JwsRefused("the key is no Ed25519 key", why="key")
    public.verify(jws.signature, jws.signing_input)


def _check_rsa(public: PublicKeyTypes, jws: Jws) -> None:
    if not isinstance(public, rsa.RSAPublicKey) or public.key_size < 2048:
        raise JwsRefused("the key is no RSA key of 2048 bits or more", why="key")
    public.verify(jws.signature, jws.signing_input, padding.PKCS1v15(), SHA256())


_CHECKS: Final[Mapping[str, Callable[[PublicKeyTypes, Jws], None]]] = {
    "ES256": _check_ecdsa,
    "ES384": _check_ecdsa,
    "EdDSA": _check_ed25519,
    "Ed25519": _check_ed25519,
    "RS256": _check_rsa,
}
