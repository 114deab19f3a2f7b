"""A node's private keys on a PKCS#11 token, behind the port `Keys`; they never leave it.

Implements the port on python-pkcs11 (an optional dependency) and PKCS#11 v2.40. A key's
label is the text of its `KeyId`. Whoever logs in, logs in for the whole process (§11.6), so
one session is kept and its uses take turns. TLS keys can't be here, for Python's ``ssl``
reads nothing but PEM; those are in `keys`.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256, sha384
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from riik.core import KeyId, KeyKind, Signer
from riik.runtime.errors import KeyRefused, TokenUnavailable

__all__ = ["TokenKeys", "TokenSigner"]

CURVES: dict[KeyKind, ec.EllipticCurve] = {
    KeyKind.P256: ec.SECP256R1(),
    KeyKind.P384: ec.SECP384R1(),
}
DIGESTS = {KeyKind.P256: sha256, KeyKind.P384: sha384}
# PrintableString "edwards25519", as PKCS#11 v3.0 §2.3.10 has it and SoftHSM takes it.
ED25519_PARAMETERS = b"\x13\x0cedwards25519"


class TokenKeys:
    """The keys of one node on one token."""

    def __init__(self, library: str, *, token: str, pin: str) -> None:
        """Log in to the token.

        Args:
            library: Path of the PKCS#11 library, such as SoftHSM's ``libsofthsm2.so``.
            token: The token's label.
            pin: Of its user; kept, for the token may have to be asked again.

        Raises:
            KeyRefused: For ``passphrase``, when the PIN is another.
            TokenUnavailable: For ``library`` or ``token``.
        """
        self._library, self._token, self._pin = library, token, pin
        self._turn = threading.RLock()
        self._session: Any = None
        with self._logged_in():
            pass

    def __repr__(self) -> str:
        return f"<TokenKeys {self._token}>"

    def generate(self, key: KeyId, kind: KeyKind, /) -> Signer:
        """Make a key on the token, with which one can sign and nothing else.

        Raises:
            KeyRefused: For ``exists``.
            TokenUnavailable: For ``token``, also when it makes no keys of this kind.
        """
        with self._logged_in() as session:
            if self.has(key):
                raise KeyRefused(f"there is a key {key}", why="exists")
            _make_pair(session, str(key), kind)
            return self.signer(key)

    def signer(self, key: KeyId, /) -> Signer:
        """Open a key that exists.

        Raises:
            KeyRefused: For ``unknown``.
            TokenUnavailable: For ``token``.
        """
        import pkcs11

        with self._logged_in() as session:
            try:
                found = session.get_key(pkcs11.ObjectClass.PUBLIC_KEY, label=str(key))
                private = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label=str(key))
            except pkcs11.exceptions.NoSuchKey as error:
                raise KeyRefused(f"no key {key} here", why="unknown") from error
            return TokenSigner(self, private, *_public_key(found))

    def has(self, key: KeyId, /) -> bool:
        """Is there such a key?"""
        import pkcs11

        with self._logged_in() as session:
            attributes = {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY,
                pkcs11.Attribute.LABEL: str(key),
            }
            return any(True for _ in session.get_objects(attributes))

    def sign(self, private: Any, kind: KeyKind, message: bytes) -> bytes:
        """Let the token sign with a key of it; for `TokenSigner`."""
        with self._logged_in():
            return _sign(private, kind, message)

    def close(self) -> None:
        """End the session."""
        with self._turn:
            if self._session is not None:
                self._session.close()
                self._session = None

    @contextmanager
    def _logged_in(self) -> Iterator[Any]:
        """The session, to one thread at a time; its failures as ours."""
        import pkcs11

        with self._turn:
            try:
                if self._session is None:
                    self._session = self._open()
                yield self._session
            except pkcs11.exceptions.PinIncorrect as error:
                raise KeyRefused("the token has another PIN", why="passphrase") from error
            except pkcs11.exceptions.PKCS11Error as error:
                # The token may have been pulled out: the next use logs in again.
                self._session = None
                raise TokenUnavailable("the token doesn't answer", why="token") from error

    def _open(self) -> Any:
        import pkcs11

        try:
            library = pkcs11.lib(self._library)
        except (OSError, RuntimeError) as error:
            raise TokenUnavailable("no such PKCS#11 library", why="library") from error
        token = library.get_token(token_label=self._token)
        try:
            return token.open(rw=True, user_pin=self._pin)
        except pkcs11.exceptions.UserAlreadyLoggedIn:
            # Another node of this process is: the token counts processes, not sessions.
            return token.open(rw=True)


class TokenSigner:
    """A private key on a token."""

    __slots__ = ("_keys", "_private", "kind", "public_key")

    def __init__(self, keys: TokenKeys, private: Any, kind: KeyKind, public_key: bytes) -> None:
        """Hold a handle of the token's key; made by `TokenKeys.signer`."""
        self._keys = keys
        self._private = private
        self.kind = kind
        self.public_key = public_key

    def __repr__(self) -> str:
        return f"<TokenSigner {self.kind}>"

    def sign(self, message: bytes, /) -> bytes:
        """Sign the message (not its digest); ECDSA answers DER, RSA is PKCS#1 v1.5.

        Raises:
            TokenUnavailable: For ``token``.
        """
        return self._keys.sign(self._private, self.kind, message)


def _make_pair(session: Any, label: str, kind: KeyKind) -> None:
    import pkcs11
    from pkcs11.util.ec import encode_named_curve_parameters

    locked = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
    wanted = {"store": True, "label": label, "private_template": locked}
    if kind is KeyKind.RSA2048:
        session.generate_keypair(pkcs11.KeyType.RSA, 2048, **wanted)
        return
    family, curve = pkcs11.KeyType.EC_EDWARDS, ED25519_PARAMETERS
    if kind is KeyKind.ED25519:
        wanted["mechanism"] = pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN
    else:
        family, curve = pkcs11.KeyType.EC, encode_named_curve_parameters(CURVES[kind].name)
    attributes = {pkcs11.Attribute.EC_PARAMS: curve}
    parameters = session.create_domain_parameters(family, attributes, local=True)
    parameters.generate_keypair(**wanted)


def _public_key(found: Any) -> tuple[KeyKind, bytes]:
    """Kind and SubjectPublicKeyInfo of a public key on the token."""
    import pkcs11

    public: rsa.RSAPublicKey | ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey
    if found.key_type == pkcs11.KeyType.RSA:
        modulus = int.from_bytes(found[pkcs11.Attribute.MODULUS], "big")
        exponent = int.from_bytes(found[pkcs11.Attribute.PUBLIC_EXPONENT], "big")
        kind, public = KeyKind.RSA2048, rsa.RSAPublicNumbers(exponent, modulus).public_key()
    elif found.key_type == pkcs11.KeyType.EC_EDWARDS:
        # The point is wrapped in an OCTET STRING: tag, length, 32 bytes.
        point = found[pkcs11.Attribute.EC_POINT][2:]
        kind, public = KeyKind.ED25519, ed25519.Ed25519PublicKey.from_public_bytes(point)
    else:
        point = found[pkcs11.Attribute.EC_POINT][2:]
        kind = KeyKind.P256 if len(point) == 65 else KeyKind.P384
        public = ec.EllipticCurvePublicKey.from_encoded_point(CURVES[kind], point)
    return kind, public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _sign(private: Any, kind: KeyKind, message: bytes) -> bytes:
    import pkcs11

    if kind is KeyKind.RSA2048:
        return bytes(private.sign(message, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
    if kind is KeyKind.ED25519:
        return bytes(private.sign(message, mechanism=pkcs11.Mechanism.EDDSA))
    digest = DIGESTS[kind](message).digest()
    both = private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
    r, s = both[: len(both) // 2], both[len(both) // 2 :]
    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
