"""Files that commands are given: read with limits, refused in words."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from riik.cli.complaints import CommandRefused

__all__ = [
    "DEMONSTRATION",
    "beside_demonstration",
    "read_answers",
    "read_certificates",
    "read_file",
    "read_folder",
    "write_folder",
]

MOST_BYTES: Final = 200_000_000
MOST_FILES: Final = 1_000
MOST_FOLDER_BYTES: Final = 20_000_000

DEMONSTRATION: Final = "demo-out"
"""Where `riik demo` leaves its files."""


def read_file(path: Path, *, most: int = MOST_BYTES) -> bytes:
    """A file's bytes.

    Raises:
        CommandRefused: For ``file`` or ``size``.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise CommandRefused(f"{path}: {error.strerror}", why="file") from error
    if len(content) > most:
        raise CommandRefused(f"{path} is larger than {most} bytes", why="size")
    return content


def read_answers(path: Path) -> dict[str, object]:
    """A draft's answers: a JSON object.

    Raises:
        CommandRefused: For ``file``, ``size`` or ``answers``.
    """
    try:
        answers = json.loads(read_file(path, most=500_000))
    except (ValueError, RecursionError) as error:
        raise CommandRefused(f"{path} is no JSON", why="answers") from error
    if not isinstance(answers, dict):
        raise CommandRefused(f"{path} is no JSON object of answers", why="answers")
    return answers


def read_folder(root: Path) -> dict[str, bytes]:
    """A folder's files by their path in it; links and hidden files are left out.

    Raises:
        CommandRefused: For ``file`` or ``size``.
    """
    found: dict[str, bytes] = {}
    left = MOST_FOLDER_BYTES
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        hidden = any(part.startswith(".") for part in inside.parts)
        if hidden or path.is_symlink() or not path.is_file():
            continue
        found[inside.as_posix()] = read_file(path, most=left)
        left -= len(found[inside.as_posix()])
        if len(found) > MOST_FILES:
            raise CommandRefused(f"{root} holds more than {MOST_FILES} files", why="size")
    return found


def write_folder(files: Mapping[str, bytes], root: Path) -> None:
    """Write a folder's files by their path in it.

    Raises:
        CommandRefused: For ``file``; for ``path``: a name that leads out of the folder.
    """
    for name in files:
        if name.startswith("/") or {"", ".", ".."} & set(name.split("/")) or "\\" in name:
            raise CommandRefused(f"{name!r} leads out of the folder", why="path")
    try:
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
    except OSError as error:
        raise CommandRefused(f"{root}: {error.strerror}", why="file") from error


def read_certificates(path: Path) -> list[bytes]:
    """The certificates of a file, PEM or DER, as DER.

    Raises:
        CommandRefused: For ``file``, ``size`` or ``certificate``.
    """
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates

    source = read_file(path, most=1_000_000)
    try:
        if source.lstrip().startswith(b"-----"):
            found = load_pem_x509_certificates(source)
        else:
            found = [load_der_x509_certificate(source)]
    except ValueError as error:
        raise CommandRefused(f"{path} holds no certificate", why="certificate") from error
    return [certificate.public_bytes(Encoding.DER) for certificate in found]


def beside_demonstration(name: str) -> Path | None:
    """A file that the demonstration left in this folder's `demo-out`, if there is one.

    Never beside the document itself: whoever sent that could have sent the list as well.
    """
    inside = Path.cwd().name == DEMONSTRATION
    path = Path(name) if inside else Path(DEMONSTRATION) / name
    return path if path.is_file() else None
