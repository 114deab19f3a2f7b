"""Containers: which files are in this ASiC, and which of them are signatures?

Implements reading ASiC-E and ASiC-S (EN 319 162-1 §4, §5) and writing ASiC-E, over ODF's
manifest (§A.5 there, OpenDocument 1.2 part 3 §3). A container that two programs could
read in two ways is refused; one that is merely incomplete is opened with its
``problems``, which keep every signature in it from passing. What a signature says is in
`xades_read`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from xml.sax.saxutils import quoteattr

from lxml import etree

from riik.formats import xml
from riik.formats.zip import Entry, Limits, ZipRefused, read_zip, write_zip
from riik.signatures.errors import ContainerRefused
from riik.signatures.model import DataFile

__all__ = [
    "ASIC_E",
    "ASIC_S",
    "Container",
    "SignatureFile",
    "add_signature",
    "new_container",
    "next_name",
    "open_container",
]

ASIC_E: Final = "application/vnd.etsi.asic-e+zip"
ASIC_S: Final = "application/vnd.etsi.asic-s+zip"
MANIFEST: Final = "META-INF/manifest.xml"
MOST_SIGNATURE_FILES: Final = 200
ODF: Final = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"

_XADES: Final = re.compile(r"META-INF/[^/]*signatures[^/]*\.xml\Z", re.IGNORECASE)
_OTHER_SIGNATURE: Final = re.compile(
    r"META-INF/[^/]*(signature[^/]*\.p7[sm]|timestamp[^/]*\.tst|evidencerecord[^/]*)\Z",
    re.IGNORECASE,
)
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;.*)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class SignatureFile:
    """A file of ``META-INF`` that holds signatures or a time-stamp."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """An opened ASiC.

    Attributes:
        media_type: `ASIC_E` or `ASIC_S`.
        files: What is signed, with the manifest's media types.
        signatures: Files of XAdES signatures, in the order of the ZIP.
        others: Signatures and time-stamps of other formats.
        missing: Names in the manifest of files that aren't there.
        problems: What keeps every signature from passing.
        warnings: What is odd and harmless.
        entries: All of the ZIP, for adding a signature.
    """

    media_type: str
    files: tuple[DataFile, ...]
    signatures: tuple[SignatureFile, ...]
    others: tuple[SignatureFile, ...] = ()
    missing: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()


def open_container(source: bytes, *, limits: Limits | None = None) -> Container:
    """Open an ASiC-E or ASiC-S.

    Args:
        source: The ZIP.
        limits: How much it may hold; 512 MiB and 2000 entries by default.

    Raises:
        ContainerRefused: For ``zip-…`` (what `read_zip` refuses), ``media-type``, ``path``,
            ``duplicate``, ``manifest``, ``signature-count`` or ``data-files``.
    """
    try:
        entries = read_zip(source, limits=limits or Limits())
    except ZipRefused as error:
        raise ContainerRefused(f"the ZIP is refused: {error}", why=f"zip-{error.why}") from error
    media_type, warnings = _read_media_type(entries)
    for entry in entries:
        _check_path(entry.name)
    if len({entry.name.casefold() for entry in entries}) != len(entries):
        raise ContainerRefused("two names differ only in case", why="duplicate")
    meta = [each for each in entries if _is_meta(each.name)]
    inside = [each for each in entries if not _is_meta(each.name) and each.name != "mimetype"]
    container = Container(
        media_type=media_type,
        files=tuple(DataFile(each.name, each.content) for each in inside),
        signatures=tuple(_files(meta, _XADES)),
        others=tuple(_files(meta, _OTHER_SIGNATURE)),
        warnings=warnings,
        entries=entries,
    )
    if len(container.signatures) + len(container.others) > MOST_SIGNATURE_FILES:
        raise ContainerRefused("more signatures than anyone makes", why="signature-count")
    return _with_manifest(container, meta) if media_type == ASIC_E else _simple(container)


def _is_meta(name: str) -> bool:
    return name.upper().startswith("META-INF/")


def _read_media_type(entries: Sequence[Entry]) -> tuple[str, tuple[str, ...]]:
    """What this is, and what is odd about how it says so (EN 319 162-1 §A.1).

    Without ``mimetype`` the manifest says it; a ``mimetype`` that says something else than
    an ASiC is refused, wherever it stands.
    """
    place = next((n for n, entry in enumerate(entries) if entry.name == "mimetype"), None)
    if place is None:
        manifest = next((entry.content for entry in entries if entry.name == MANIFEST), b"")
        if ASIC_E.encode() not in manifest:
            raise ContainerRefused("nothing says that this is an ASiC", why="media-type")
        return ASIC_E, ("mimetype is missing",)
    given = entries[place]
    media_type = given.content.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    if media_type not in {ASIC_E, ASIC_S}:
        raise ContainerRefused("mimetype is not of an ASiC", why="media-type")
    oddities = [
        ("mimetype is not the first entry", place != 0),
        ("mimetype is compressed", not given.stored),
        ("mimetype has an extra field", bool(given.extra)),
    ]
    return media_type, tuple(message for message, odd in oddities if odd)


def _check_path(name: str) -> None:
    """Relative, and the same file on every system."""
    segments = name.split("/")
    if any(segment in {"", ".", ".."} for segment in segments) or "\\" in name:
        raise ContainerRefused("a path leads out of the container", why="path")
    if re.match(r"[A-Za-z]:", name):
        raise ContainerRefused("a path with a drive", why="path")


def _files(entries: Iterable[Entry], pattern: re.Pattern[str]) -> Iterator[SignatureFile]:
    for entry in entries:
        if pattern.match(entry.name):
            yield SignatureFile(entry.name, entry.content)


def _simple(container: Container) -> Container:
    """ASiC-S: one data file at the root, one signature file or time-stamps (§4.3)."""
    if len(container.files) != 1 or "/" in container.files[0].name:
        raise ContainerRefused("not one data file at the root", why="data-files")
    if len(container.signatures) > 1 or (container.signatures and container.others):
        raise ContainerRefused("more than one signature file", why="data-files")
    return container


def _with_manifest(container: Container, meta: Sequence[Entry]) -> Container:
    content = next((each.content for each in meta if each.name == MANIFEST), None)
    if content is None:
        return replace(container, problems=("there is no manifest.xml",))
    listed, problems = _read_manifest(content, media_type=container.media_type)
    names = {each.name for each in container.files}
    problems += [
        f"{name} is in the manifest and not in the container"
        for name in listed
        if name not in names
    ]
    problems += [f"{name} is not in the manifest" for name in sorted(names - listed.keys())]
    files = tuple(
        replace(each, media_type=listed.get(each.name, each.media_type)) for each in container.files
    )
    missing = frozenset(listed.keys() - names)
    return replace(container, files=files, missing=missing, problems=tuple(problems))


def _read_manifest(content: bytes, *, media_type: str) -> tuple[dict[str, str], list[str]]:
    """The data files and their media types; what is wrong with the manifest."""
    try:
        root = xml.parse(content)
    except xml.XmlRefused as error:
        raise ContainerRefused(f"the manifest is refused: {error}", why="manifest") from error
    listed: dict[str, str] = {}
    problems, own = [], 0
    if root.tag != f"{{{ODF}}}manifest":
        raise ContainerRefused("the manifest is something else", why="manifest")
    for name, kind in _manifest_entries(root):
        if name == "/":
            own += 1
            if kind != media_type:
                problems.append("the manifest gives the container another media type")
        elif name in listed:
            raise ContainerRefused("the manifest lists a file twice", why="manifest")
        elif not name.startswith("META-INF/") and not name.endswith("/"):
            _check_path(name)
            listed[name] = kind
            if not _MEDIA_TYPE.match(kind):
                problems.append("a media type in the manifest is none")
    if own != 1:
        problems.append("the manifest doesn't list the container once")
    return listed, problems


def _manifest_entries(root: etree._Element) -> Iterator[tuple[str, str]]:
    for entry in root.iterchildren(tag=etree.Element):
        name, kind = entry.get(f"{{{ODF}}}full-path"), entry.get(f"{{{ODF}}}media-type")
        if entry.tag != f"{{{ODF}}}file-entry" or len(entry) or name is None or kind is None:
            raise ContainerRefused("a manifest entry of another shape", why="manifest")
        yield name, kind


def new_container(files: Sequence[DataFile]) -> Container:
    """An ASiC-E of these files, without signatures.

    Raises:
        ContainerRefused: For ``path``, ``duplicate``, ``media-type`` or ``data-files``.
    """
    if not files:
        raise ContainerRefused("there is nothing to sign", why="data-files")
    for file in files:
        _check_path(file.name)
        if _is_meta(file.name) or file.name.casefold() == "mimetype":
            raise ContainerRefused("this name is the container's own", why="path")
        if any(ord(sign) < 32 for sign in file.name):
            raise ContainerRefused("a name with control characters", why="path")
        if not _MEDIA_TYPE.match(file.media_type):
            raise ContainerRefused("not a media type", why="media-type")
    if len({file.name.casefold() for file in files}) != len(files):
        raise ContainerRefused("two files have one name", why="duplicate")
    entries = (
        Entry(name="mimetype", content=ASIC_E.encode(), stored=True),
        *(Entry(name=file.name, content=file.content) for file in files),
        Entry(name=MANIFEST, content=_make_manifest(files)),
    )
    return Container(media_type=ASIC_E, files=tuple(files), signatures=(), entries=entries)


def _make_manifest(files: Sequence[DataFile]) -> bytes:
    listed = "".join(
        f"<manifest:file-entry manifest:full-path={quoteattr(name)}"
        f" manifest:media-type={quoteattr(kind)}/>"
        for name, kind in [("/", ASIC_E), *((file.name, file.media_type) for file in files)]
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        f'<manifest:manifest xmlns:manifest="{ODF}" manifest:version="1.2">{listed}'
        "</manifest:manifest>"
    ).encode()


def next_name(container: Container) -> str:
    """A name for one more signature file (EN 319 162-1 §5.3.2 wants ``*signatures*.xml``)."""
    taken = {entry.name.casefold() for entry in container.entries}
    numbers = (f"META-INF/signatures{number}.xml" for number in range(len(taken) + 1))
    return next(name for name in numbers if name.casefold() not in taken)


def add_signature(container: Container, signature: SignatureFile | None = None) -> bytes:
    """Write the container, with one signature file more; the other files stay as they are."""
    added = () if signature is None else (Entry(name=signature.name, content=signature.content),)
    return write_zip([*container.entries, *added])
