"""Folders that say their process as a list and their rules as tables, as standard files.

Pure. Whoever reads a folder reads these; a finding about a written file is told with the file and
line that it was written from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from riik.rules import write_rules
from riik.services.errors import FolderRefused
from riik.services.folder.finding import Finding
from riik.services.process.listed import write_process

__all__ = ["as_standard", "export_folder", "placed"]

PROCESS, STEPS = "process.bpmn", "process.toml"
RULES, TABLES = "rules.dmn", "rules/"

Files = Mapping[str, bytes]


def as_standard(files: Files) -> dict[str, bytes]:
    """The folder with ``process.bpmn`` and ``rules.dmn`` written out.

    Raises:
        FolderRefused: For ``file``: both a list and a standard file; for ``process``.
        TomlRefused: A list with an unknown key or a wrong value.
        RulesRefused: For ``table``: a table that isn't one.
    """
    written = dict(files)
    if STEPS in files:
        _alone(files, STEPS, PROCESS)
        written[PROCESS] = _bytes(line for line, _ in write_process(files[STEPS]))
    if tables := _tables(files):
        _alone(files, TABLES, RULES)
        written[RULES] = _bytes(line for line, _, _ in write_rules(tables))
    return written


def export_folder(files: Files, *, standard: bytes) -> dict[str, bytes]:
    """The standard files of a folder: its process, its rules, and what the process calls."""
    written = as_standard(files)
    found = {PROCESS: written.get(PROCESS, standard)}
    if RULES in written:
        found[RULES] = written[RULES]
    return found | {name: one for name, one in files.items() if name.startswith("processes/")}


def placed(findings: list[Finding], files: Files) -> list[Finding]:
    """The findings with the places of what the folder says itself."""
    places: dict[str, list[tuple[str, int]]] = {}
    if STEPS in files:
        places[PROCESS] = [(STEPS, line) for _, line in write_process(files[STEPS])]
    if tables := _tables(files):
        places[RULES] = [(file, line) for _, file, line in write_rules(tables)]
    return [_placed(one, places) for one in findings]


def _placed(one: Finding, places: Mapping[str, list[tuple[str, int]]]) -> Finding:
    lines = places.get(one.file)
    if lines is None:
        return one
    first = next(((file, line) for file, line in lines if file), (one.file, 0))
    file, line = lines[one.line - 1] if 0 < one.line <= len(lines) else first
    return replace(one, file=file or first[0], line=line)


def _tables(files: Files) -> dict[str, bytes]:
    return {
        name: one
        for name, one in files.items()
        if name.startswith(TABLES) and name.endswith(".csv")
    }


def _alone(files: Files, listed: str, standard: str) -> None:
    if standard in files:
        raise FolderRefused(f"{listed} and {standard} say the same: keep one", why="file")


def _bytes(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
