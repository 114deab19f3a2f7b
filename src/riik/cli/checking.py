"""One folder checked, a service's or a register's: what is to be corrected, then its own tests."""

from collections.abc import Sequence
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING

from riik.cli.complaints import CommandRefused, remedy
from riik.cli.files import read_folder
from riik.cli.folders import Told
from riik.core import Finding, Refused

if TYPE_CHECKING:
    from riik.services import Held

__all__ = [
    "catalogue_folder",
    "check_register",
    "check_service",
    "held_by",
    "standard_process",
    "table_of_tests",
]


def check_service(folder: Path, *, registers: "Sequence[Held]") -> Told:
    """Everything that is wrong with a folder; its tests as far as it can run.

    Raises:
        CommandRefused: The folder can't be read.
    """
    from riik.services import check, draft_service, findings, read_service

    files = read_folder(folder)
    standard = standard_process()
    try:
        draft = draft_service(files, standard=standard)
    except Refused as refused:
        return Told(kind="service", id=folder.name, findings=[_refusal(refused, files)])
    found = findings(draft, files, registers=registers)
    told = Told(
        kind="service", id=draft.id, version=draft.version, digest=draft.digest, findings=found
    )
    try:
        definition = read_service(files, standard=standard)
        tests = check(files, definition=definition)
    except Refused as refused:
        if told.grave:
            return told
        return told.with_findings([*found, _refusal(refused, files)])
    notes = [f"no test meets rule {number} of {table}" for table, number in tests.unmet]
    notes += [
        f"officials read what the person reads of {one.code!r} in {language}"
        for language in definition.languages
        for one in definition.grounds
        if definition.ground(one.code, language)["quoted"]
    ]
    return told.with_tests(tests.outcomes, notes)


def check_register(folder: Path) -> Told:
    """Everything that is wrong with a register's folder; its tests as far as it can run.

    Raises:
        CommandRefused: The folder can't be read.
    """
    from riik.registers import check, draft_register, findings, load_register

    files = read_folder(folder)
    try:
        draft = draft_register(files)
    except Refused as refused:
        return Told(kind="register", id=folder.name, findings=[_register_refusal(refused, files)])
    told = Told(
        kind="register",
        id=draft.id,
        version=draft.version,
        digest=draft.digest,
        findings=findings(draft, files),
    )
    try:
        return told.with_tests(check(load_register(files)), ())
    except Refused:
        # What keeps it from running is among the findings, with its place.
        return told


def held_by(folders: Sequence[Path]) -> "list[Held]":
    """What registers hold and whom they answer, by their folders; without any, the catalogue's.

    Raises:
        DefinitionRefused: A folder is no register.
    """
    from riik.registers import load_register
    from riik.services import Grant, Held

    catalogue = Path(str(package_files("riik").joinpath("catalogue/registers")))
    found = []
    for folder in [one for path in folders or [catalogue] for one in _registers_in(path)]:
        one = load_register(read_folder(folder))
        found.append(
            Held(
                id=one.id,
                reads={name: offer.fields for name, offer in one.reads.items()},
                changes={name: offer.fields for name, offer in one.changes.items()},
                grants=[
                    Grant(
                        role=right.who.role,
                        subsystem=right.who.subsystem,
                        reads=right.action.value == "read",
                        offers=right.offers,
                        purpose=right.purpose,
                        legal_basis=right.legal_basis,
                        fields=right.fields,
                    )
                    for right in one.rights
                ],
                schemas=one.schema.document["properties"],
                of_people=one.subject == "person",
            )
        )
    return found


def table_of_tests(folder: Path) -> tuple[bool, list[str]]:
    """Whether all tests of a folder passed; a line each, then what of the rules they reached.

    Raises:
        Refused: The folder can't run; `check_service` tells why, with places.
    """
    from riik.services import as_standard, check, read_cases, read_service, rule_rows

    files = read_folder(folder)
    definition = read_service(files, standard=standard_process())
    cases = read_cases(files, definition=definition)
    done = check(files, definition=definition)
    lines = [f"{'':4}{'outcome':<10}{'fee':>9}  {'channel':<8}case"]
    for case, outcome in zip(cases, done.outcomes, strict=True):
        mark = "ok" if outcome.passed else "NO"
        fee = str(case.fee) if definition.fee_decision else "-"
        channel = str(case.known["channel"])
        lines.append(f"{mark:<4}{case.outcome:<10}{fee:>9}  {channel:<8}{case.id}")
        if case.grounds:
            lines.append(f"{'':33}{', '.join(case.grounds)}")
        if not outcome.passed:
            lines.append(f"{'':33}found {outcome.found}; wanted {outcome.expected}")
    rows = list(rule_rows(as_standard(files).get("rules.dmn")))
    missed = set(done.unmet)
    for table in dict.fromkeys(table for table, _ in rows):
        mine = [row for row in rows if row[0] == table]
        left = [str(number) for name, number in mine if (name, number) in missed]
        told = f"{table}: {len(mine) - len(left)} of {len(mine)} rows reached"
        lines.append(f"{told}; no case reached {', '.join(left)}" if left else told)
    passed = sum(outcome.passed for outcome in done.outcomes)
    lines.append(
        f"{passed} of {len(cases)} cases passed; "
        f"{len(rows) - len(missed)} of {len(rows)} rows of rules reached"
    )
    return done.passed, lines


def catalogue_folder(name: str) -> Path:
    """A service's folder of the catalogue.

    Raises:
        CommandRefused: For ``catalogue``.
    """
    catalogue = Path(str(package_files("riik").joinpath("catalogue/services")))
    known = sorted(path.name for path in catalogue.iterdir() if path.is_dir())
    if name not in known:
        raise CommandRefused(f"no service {name!r}; there are {', '.join(known)}", why="catalogue")
    return catalogue / name


def _registers_in(folder: Path) -> list[Path]:
    """The folder itself, or those in it that are registers."""
    inside = sorted(path.parent for path in folder.glob("*/register.toml"))
    return inside if inside and not (folder / "register.toml").exists() else [folder]


def standard_process() -> bytes:
    """The process of folders that have none of their own."""
    return package_files("riik.services").joinpath("standard.bpmn").read_bytes()


def _register_refusal(refused: Refused, files: dict[str, bytes]) -> Finding:
    from riik.registers import place_of_refusal

    return _found(refused, *place_of_refusal(refused, files))


def _refusal(refused: Refused, files: dict[str, bytes]) -> Finding:
    from riik.services import place_of_refusal

    return _found(refused, *place_of_refusal(refused, files))


def _found(refused: Refused, file: str, line: int) -> Finding:
    return Finding(
        why=refused.why,
        file=file,
        line=line,
        text=" ".join(str(refused).removeprefix(f"{file}: ").split()).rstrip("."),
        remedy=remedy(refused),
    )
