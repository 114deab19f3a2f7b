"""With which key a folder is sealed, and how a sealed one comes from elsewhere."""

from pathlib import Path

from riik.cli.complaints import CommandRefused
from riik.cli.files import read_certificates, read_file, read_folder
from riik.core import KeyId, Signer

__all__ = ["read_service_file", "seal_from_files", "seal_of_node"]


def seal_of_node(path: Path) -> tuple[Signer, bytes]:
    """The seal of a node's member, and its certificate.

    Raises:
        ConfigRefused: The node's file can't be used, or the certificate is missing.
        KeyRefused: The keys can't be opened, or there is no seal.
    """
    from riik.node import read_config
    from riik.runtime.keys import FileKeys

    config = read_config(path)
    keys = FileKeys(config.path(config.file.state.keys), config.passphrase)
    signer = keys.signer(KeyId(str(config.member), "seal"))
    return signer, config.content("certificates/seal.der")


def seal_from_files(key: Path, certificate: Path) -> tuple[Signer, bytes]:
    """A seal whose key is in a file of its own, PEM without passphrase.

    Raises:
        CommandRefused: For ``key`` or ``certificate``.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from riik.runtime.keys import FileSigner, PrivateKey

    try:
        opened = load_pem_private_key(read_file(key, most=100_000), password=None)
    except (ValueError, TypeError) as error:
        raise CommandRefused(f"{key} is no private key that can be read", why="key") from error
    if not isinstance(opened, PrivateKey):
        raise CommandRefused(f"{key} is a key of another kind", why="key")
    return FileSigner(opened), read_certificates(certificate)[0]


def read_service_file(path: Path) -> dict[str, bytes]:
    """A service's folder, or a ZIP of its files.

    Raises:
        CommandRefused: For ``file`` or ``size``.
        ZipRefused: It is no ZIP, or one that could be read in two ways.
    """
    if path.is_dir():
        return read_folder(path)
    from riik.formats.zip import read_zip

    return {entry.name: entry.content for entry in read_zip(read_file(path, most=20_000_000))}
