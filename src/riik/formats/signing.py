"""A key that stays put, where cryptography's builders want a private key in hand.

`signing_key` dresses a `Signer` as cryptography's private key class of its kind, so that
`CertificateBuilder`, `OCSPResponseBuilder` and their like can sign with a file key or a
token alike. It signs with the one hash and padding of its kind (`riik.core.KeyKind`) and
refuses everything else, reading the private numbers first of all.
"""

from typing import Any, NoReturn

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, HashAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key

from riik.core import KeyKind, Refused, Signer

__all__ = ["SigningRefused", "hash_of", "signing_key"]

SigningKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


class SigningRefused(Refused):
    """The key doesn't do this: it only signs, with the hash of its kind."""

    code = "formats.signing-refused"


def hash_of(kind: KeyKind) -> HashAlgorithm | None:
    """The hash that the kind signs with; None for Ed25519, as the builders want it."""
    match kind:
        case KeyKind.ED25519:
            return None
        case KeyKind.P384:
            return SHA384()
        case KeyKind.P256 | KeyKind.RSA2048:
            return SHA256()


def signing_key(signer: Signer, /) -> SigningKey:
    """Dress a signer as a private key for a builder's ``sign(private_key, hash_of(kind))``.

    Raises:
        SigningRefused: By the key, later, for ``hash``, ``padding`` or ``private``.
    """
    match signer.kind:
        case KeyKind.ED25519:
            return _Ed25519Key(signer)
        case KeyKind.RSA2048:
            return _RsaKey(signer)
        case KeyKind.P256 | KeyKind.P384:
            return _EllipticKey(signer)


class _Kept:
    """What all three have in common: a signer, and nothing to give away."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self

    def public_key(self) -> Any:
        return load_der_public_key(self._signer.public_key)

    def private_bytes(self, *_: Any, **__: Any) -> NoReturn:
        raise SigningRefused("the private key stays in its store", why="private")

    def private_bytes_raw(self) -> NoReturn:
        self.private_bytes()

    def private_numbers(self) -> NoReturn:
        self.private_bytes()

    def _check_hash(self, algorithm: object) -> None:
        if type(algorithm) is not type(hash_of(self._signer.kind)):
            raise SigningRefused(f"a key {self._signer.kind} has one hash", why="hash")


class _EllipticKey(_Kept, ec.EllipticCurvePrivateKey):
    @property
    def curve(self) -> ec.EllipticCurve:
        return ec.SECP384R1() if self._signer.kind is KeyKind.P384 else ec.SECP256R1()

    @property
    def key_size(self) -> int:
        return self.curve.key_size

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> bytes:
        raise SigningRefused("this key signs and agrees on nothing", why="private")

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        self._check_hash(signature_algorithm.algorithm)
        return self._signer.sign(bytes(data))


class _Ed25519Key(_Kept, ed25519.Ed25519PrivateKey):
    def sign(self, data: Any) -> bytes:
        return self._signer.sign(bytes(data))


class _RsaKey(_Kept, rsa.RSAPrivateKey):
    @property
    def key_size(self) -> int:
        return 2048

    def decrypt(self, ciphertext: Any, padding: Any) -> bytes:
        raise SigningRefused("this key signs and decrypts nothing", why="private")

    def sign(self, data: Any, padding: Any, algorithm: Any) -> bytes:
        if not isinstance(padding, PKCS1v15):
            raise SigningRefused("RSA keys sign by PKCS#1 v1.5 here", why="padding")
        self._check_hash(algorithm)
        return self._signer.sign(bytes(data))
