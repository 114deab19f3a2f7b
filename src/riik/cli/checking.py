"""One service folder checked: what is to be corrected, then its own tests."""

from collections.abc import Sequence
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING

from riik.cli.complaints import remedy
from riik.cli.files import read_folder
from riik.cli.folders import Told
from riik.core import Refused

if TYPE_CHECKING:
    from riik.services import Finding, Held

__all__ = ["check_service", "held_by", "standard_process"]


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


def _registers_in(folder: Path) -> list[Path]:
    """The folder itself, or those in it that are registers."""
    inside = sorted(path.parent for path in folder.glob("*/register.toml"))
    return inside if inside and not (folder / "register.toml").exists() else [folder]


def standard_process() -> bytes:
    """The process of folders that have none of their own."""
    return package_files("riik.services").joinpath("standard.bpmn").read_bytes()


def _refusal(refused: Refused, files: dict[str, bytes]) -> "Finding":
    from riik.services import Finding, place_of_refusal

    file, line = place_of_refusal(refused, files)
    return Finding(
        why=refused.why,
        file=file,
        line=line,
        text=" ".join(str(refused).split()).rstrip("."),
        remedy=remedy(refused),
    )
