"""A node's private keys in encrypted files, behind the port `Keys`.

The passphrase becomes a master key once (scrypt, RFC 7914); each key is one file, sealed
under it with AES-256-GCM and bound to its own name. A key leaves its store in one case
only: `tls_pem`, for Python's ``ssl`` reads nothing but PEM. Keys on a token are `pkcs11`.
"""

import json
import threading
from base64 import b64decode, b64encode
from pathlib import Path
from typing import cast
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from riik.core import Entropy, KeyId, KeyKind, Signer
from riik.runtime.entropy import SystemEntropy
from riik.runtime.errors import KeyRefused
from riik.runtime.files import Disk

__all__ = ["FileKeys", "FileSigner"]

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

FORMAT = b"riik key 1\n"
NONCE_BYTES = 12
SECRET_BYTES = 32
CHECKED = b"riik master key"


class FileSigner:
    """A private key in this process's memory; it is used, and never handed out."""

    __slots__ = ("_key", "kind", "public_key")

    def __init__(self, key: PrivateKey) -> None:
        """Take a key that was just made or opened.

        Raises:
            KeyRefused: For ``kind``, when it is none of `KeyKind`.
        """
        self._key = key
        self.kind = _kind(key)
        self.public_key = key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )

    def __repr__(self) -> str:
        return f"<FileSigner {self.kind}>"

    def sign(self, message: bytes, /) -> bytes:
        """Sign the message (not its digest); ECDSA answers DER, RSA is PKCS#1 v1.5."""
        key = self._key
        if isinstance(key, ec.EllipticCurvePrivateKey):
            digest = SHA384() if self.kind is KeyKind.P384 else SHA256()
            return key.sign(message, ec.ECDSA(digest))
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(message, padding.PKCS1v15(), SHA256())
        return key.sign(message)

    def encrypted_pem(self, password: bytes) -> bytes:
        """The key as encrypted PKCS#8; for `FileKeys.tls_pem` only."""
        encryption = BestAvailableEncryption(password)
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

    def sealed_form(self) -> bytes:
        """The key as plain PKCS#8 DER; for `FileKeys`, which seals it at once."""
        return self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


class FileKeys:
    """The keys of one node in one folder."""

    def __init__(
        self,
        folder: Path,
        passphrase: str,
        *,
        entropy: Entropy | None = None,
        disk: Disk | None = None,
        cost: int = 2**15,
    ) -> None:
        """Open the folder, or make it.

        Args:
            folder: Where the files are; nobody but the node's user needs to read it.
            passphrase: What the master key is derived from.
            entropy: Nonces, salts and secrets; the system's when left out.
            disk: Where files are written; the machine's when left out.
            cost: scrypt's N for a new folder, with r=8 and p=3: 2**15 takes a third of a
                second and 32 MB. An existing folder keeps its own.

        Raises:
            KeyRefused: For ``passphrase``, when the folder was made with another, or
                ``damaged``.
        """
        self._entropy = entropy or SystemEntropy()
        self._disk = disk or Disk()
        self._folder = self._disk.folder(folder)
        self._opened: dict[KeyId, FileSigner] = {}
        self._lock = threading.Lock()
        self._master = AESGCM(self._open_master(passphrase.encode(), cost))

    def __repr__(self) -> str:
        return "<FileKeys>"

    def generate(self, key: KeyId, kind: KeyKind, /) -> Signer:
        """Make a key, durably, and answer its signer.

        Raises:
            KeyRefused: For ``exists``.
        """
        signer = FileSigner(_new_key(kind))
        if not self._create(str(key), signer.sealed_form()):
            raise KeyRefused(f"there is a key {key}", why="exists")
        with self._lock:
            self._opened[key] = signer
        return signer

    def signer(self, key: KeyId, /) -> Signer:
        """Open a key that exists.

        Raises:
            KeyRefused: For ``unknown``, or ``damaged`` when its file was changed.
        """
        return self._signer(key)

    def has(self, key: KeyId, /) -> bool:
        """Is there such a key?"""
        return key in self._opened or self._path(str(key)).exists()

    def secret(self, key: KeyId, /) -> bytes:
        """A secret of 32 bytes, made when new: the vault's key, a cookie's key.

        Raises:
            KeyRefused: For ``damaged``.
        """
        name = f"{key}/secret"
        if not self._path(name).exists():
            # Another process may be making it as well: the first file is the secret.
            self._create(name, self._entropy.bytes(SECRET_BYTES))
        return self._read(name)

    def tls_pem(self, key: KeyId, /) -> tuple[bytes, str]:
        """A key for ``ssl.SSLContext.load_cert_chain``: encrypted PEM and its password.

        The password is new each time and stands nowhere: write the PEM to a file that is
        deleted when it was loaded.

        Raises:
            KeyRefused: For ``unknown`` or ``damaged``.
        """
        password = self._entropy.bytes(24).hex()
        return self._signer(key).encrypted_pem(password.encode()), password

    def _signer(self, key: KeyId) -> FileSigner:
        with self._lock:
            opened = self._opened.get(key)
        if opened is not None:
            return opened
        private = load_der_private_key(self._read(str(key)), password=None)
        signer = FileSigner(cast("PrivateKey", private))
        with self._lock:
            return self._opened.setdefault(key, signer)

    def _path(self, name: str) -> Path:
        return self._folder / f"{quote(name, safe='')}.key"

    def _create(self, name: str, plain: bytes) -> bool:
        nonce = self._entropy.bytes(NONCE_BYTES)
        sealed = self._master.encrypt(nonce, plain, FORMAT + name.encode())
        return self._disk.create(self._path(name), FORMAT + nonce + sealed)

    def _read(self, name: str) -> bytes:
        content = self._disk.read(self._path(name))
        if content is None:
            raise KeyRefused(f"no key {name} here", why="unknown")
        sealed = content.removeprefix(FORMAT)
        nonce, sealed = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._master.decrypt(nonce, sealed, FORMAT + name.encode())
        except (InvalidTag, ValueError) as error:
            raise KeyRefused(f"the file of key {name} was changed", why="damaged") from error

    def _open_master(self, passphrase: bytes, cost: int) -> bytes:
        """Derive the master key by what the folder's ``master.json`` says, made when new."""
        path = self._folder / "master.json"
        if not path.exists():
            self._disk.create(path, self._new_master(passphrase, cost))
        try:
            stated = json.loads(self._disk.read(path) or b"")
            salt, check = b64decode(stated["salt"]), b64decode(stated["check"])
            master = _derive(passphrase, salt, n=stated["n"], p=stated["p"])
        except (ValueError, TypeError, KeyError) as error:
            raise KeyRefused(f"{path} was changed", why="damaged") from error
        try:
            AESGCM(master).decrypt(check[:NONCE_BYTES], check[NONCE_BYTES:], CHECKED)
        except InvalidTag as error:
            raise KeyRefused(
                f"the keys in {self._folder} have another passphrase", why="passphrase"
            ) from error
        return master

    def _new_master(self, passphrase: bytes, cost: int) -> bytes:
        salt, nonce = self._entropy.bytes(16), self._entropy.bytes(NONCE_BYTES)
        master = _derive(passphrase, salt, n=cost, p=3)
        check = nonce + AESGCM(master).encrypt(nonce, b"", CHECKED)
        stated = {
            "kdf": "scrypt",
            "n": cost,
            "r": 8,
            "p": 3,
            "salt": b64encode(salt).decode(),
            "check": b64encode(check).decode(),
        }
        return json.dumps(stated, indent=1).encode()


def _derive(passphrase: bytes, salt: bytes, *, n: int, p: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=n, r=8, p=p).derive(passphrase)


def _new_key(kind: KeyKind) -> PrivateKey:
    match kind:
        case KeyKind.P256:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyKind.P384:
            return ec.generate_private_key(ec.SECP384R1())
        case KeyKind.ED25519:
            return ed25519.Ed25519PrivateKey.generate()
        case KeyKind.RSA2048:
            return rsa.generate_private_key(65537, 2048)


def _kind(key: PrivateKey) -> KeyKind:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return KeyKind.ED25519
    if isinstance(key, ec.EllipticCurvePrivateKey):
        kinds = {"secp256r1": KeyKind.P256, "secp384r1": KeyKind.P384}
        if key.curve.name in kinds:
            return kinds[key.curve.name]
    elif key.key_size == 2048:
        return KeyKind.RSA2048
    raise KeyRefused("keys of this kind aren't kept here", why="kind")
