"""Everything that is wrong in a register's folder, at once: what `riik register check` tells.

Pure. `load_register` refuses a folder at the first thing that would keep it from running; here
whoever writes one gets all of them, each with its line and what to do, and also what would run but
wrong people: a right that no test tries, a record that nobody could open, a text that is missing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from riik.core import Finding, Refused, RiikError, is_blank
from riik.formats.folders import SIGNATURE, folder_digest, read_seal
from riik.formats.places import line_of
from riik.registers.definition import NEEDED, draft_register
from riik.registers.folder.fitting import Fault, faults
from riik.registers.folder.publishing import past_versions
from riik.registers.folder.versions import breaks
from riik.registers.model import CaseTest, Kind, RegisterDefinition, Right

__all__ = ["findings", "place_of_refusal"]

Files = Mapping[str, bytes]
REASONS: Final = ("ok", "client", "purpose", "legal-basis", "fields", "missing")
_QUOTED: Final = re.compile(r"'([^']+)'")
_LINE: Final = re.compile(r"line (\d+)")
_POINTER: Final = re.compile(r"(?:/|\.)([\w-]+)")


def findings(definition: RegisterDefinition, files: Files) -> list[Finding]:
    """What is to be corrected and what is worth a look, the grave first.

    Args:
        definition: The folder's draft.
        files: Its files by their path in it.
    """
    looks: list[Callable[[RegisterDefinition, Files], Iterator[Finding]]] = [
        _fitting,
        _laws,
        _opening,
        _questions,
        _rights,
        _cases,
        _values,
        _unused,
        _versions,
        _seal,
    ]
    found = [one for look in looks for one in look(definition, files)]
    return sorted(found, key=lambda one: (not one.grave, one.file, one.line, one.text))


def place_of_refusal(refused: RiikError, files: Files) -> tuple[str, int]:
    """The file and line that a refusal speaks of, as far as it can be told."""
    told = str(refused)
    file = max((name for name in files if name in told), key=len, default="register.toml")
    at = _LINE.search(told)
    if at:
        return file, int(at[1])
    words = [*reversed(_POINTER.findall(told)), *_QUOTED.findall(told)]
    for word in words:
        line = line_of(files.get(file, b""), word)
        if line:
            return file, line
    return file, 0


def _finding(files: Files, fault: Fault, *, grave: bool = True, line: int = 0) -> Finding:
    return Finding(
        why=fault.why,
        file=fault.file,
        line=line or line_of(files.get(fault.file, b""), *fault.words),
        text=fault.text,
        remedy=fault.remedy,
        grave=grave,
    )


def _fitting(definition: RegisterDefinition, files: Files) -> Iterator[Finding]:
    for fault in faults(definition):
        yield _finding(files, fault)


def _laws(definition: RegisterDefinition, files: Files) -> Iterator[Finding]:
    """Laws that are named once, with articles or marked as assumed; terms that rest on one."""

    def told(text: str, remedy: str, *words: str, grave: bool = True) -> Finding:
        return _finding(files, Fault("law", text, remedy, "register.toml", words), grave=grave)

    used = {right.legal_basis for right in definition.rights} | {definition.retention.ground}
    seen: set[str] = set()
    for law in definition.laws:
        if law.id in seen:
            yield told(f"the law {law.id!r} stands twice", "keep one", "law", law.id)
        seen.add(law.id)
        if not law.articles and not law.assumed:
            yield told(
                f"{law.id}: no articles, and not marked as assumed",
                "name articles, or say assumed = true until a lawyer did",
                "law",
                law.id,
            )
        if law.id not in used:
            text = f"nothing rests on the law {law.id!r}"
            yield told(text, "remove it, or let a right rest on it", "law", law.id, grave=False)
    if definition.retention.ground not in seen:
        text = f"retention rests on {definition.retention.ground!r}, which is no law here"
        yield told(text, "name a law of this file", "retention", "ground")


def _opening(definition: RegisterDefinition, files: Files) -> Iterator[Finding]:
    """Could a record be opened as the offers are?"""
    needed = set(definition.schema.document.get("required", ()))
    for change in definition.changes.values():
        lacking = sorted(needed - set(change.fields))
        if change.kind is Kind.OPEN and lacking:
            fault = Fault(
                "offer",
                f"{change.id} opens records without {lacking[0]!r}, which every record needs",
                "add it to its fields, or take it out of required in record.json",
                "offers.toml",
                (change.id, "fields"),
            )
            yield _finding(files, fault)


def _questions(definition: RegisterDefinition, files: Files) -> Iterator[Finding]:
    """Questions that could never be answered, and fields that nobody can ask for."""
    for read in definition.reads.values():
        for name, value in read.where.items():
            if name in definition.schema.fields and not definition.schema.fits(name, value):
                fault = Fault(
                    "offer",
                    f"{read.id}: no record has {value!r} in {name!r}",
                    "name a value that record.json allows",
                    "offers.toml",
                    (read.id, "where", name),
                )
                yield _finding(files, fault)
    asked = {field for read in definition.reads.values() for field in read.fields}
    for name in definition.schema.fields:
        if name not in asked:
            text = f"no question answers {name!r}"
            fault = Fault(
                "offer", text, "add it to a [[read]], or remove it", "record.json", (name,)
            )
            yield _finding(files, fault, grave=False)


def _rights(definition: RegisterDefinition, files: Files) -> Iterator[Finding]:
    """Rights that say nothing, stand twice, or that no test tries; offers that nobody may use."""
    lines = _row_lines(files.get("rights.toml", b""), "right")
    seen: list[Right] = []
    for position, right in enumerate(definition.rights):
        line = lines.get(position, 0)

        def told(text: str, remedy: str, *, grave: bool, line: int = line) -> Finding:
            fault = Fault("right", text, remedy, "rights.toml")
            return _finding(files, fault, grave=grave, line=line)

        who = right.who.role or right.who.member_class or right.who.client
        if not right.offers or (not right.fields and not _without_fields(definition, right)):
            yield told(f"{who}: a right to nothing", "name offers and fields", grave=True)
        if right in seen:
            yield told(f"{who}: this right stands twice", "keep one", grave=True)
        seen.append(right)
        if not any(_tries(case, right, definition) for case in definition.cases):
            text = f"no test uses the right of {who} to {right.action} for {right.purpose!r}"
            yield told(text, 'add a [[case]] with expect = "ok"', grave=False)
    used = {offer for right in definition.rights for offer in right.offers}
    for name in (*definition.reads, *definition.changes):
        if name not in used:
            fault = Fault(
                "right",
                f"nobody may use the offer {name!r}",
                "give somebody a right to it, or remove it",
                "offers.toml",
                (name,),
            )
            yield _finding(files, fault, grave=False)


def _without_fields(definition: RegisterDefinition, right: Right) -> bool:
    """Closing a record touches none of its fields."""
    return all(
        offer in definition.changes and definition.changes[offer].kind is Kind.CLOSE
        for offer in right.offers
    )


def _tries(case: CaseTest, right: Right, definition: RegisterDefinition) -> bool:
    return (
        case.expect == "ok"
        and case.action is right.action
        and case.offer in right.offers
        and case.purpose == right.purpose
        and case.legal_basis == right.legal_basis
        and right.who.role in ("", case.who.role)
    )


def _row_lines(source: bytes, name: str) -> dict[int, int]:
    """The line of each ``[[name]]``, by its position."""
    header = re.compile(rf"\s*\[\[\s*{name}\s*\]\]")
    lines = source.decode(errors="replace").splitlines()
    found = [number for number, line in enumerate(lines, start=1) if header.match(line)]
    return dict(enumerate(found))


def _cases(definition: RegisterDefinition, files: Files) -> Iterator[Finding]:
    """Tests that speak of what there isn't; a folder without a refusal."""

    def told(case: CaseTest, text: str, remedy: str) -> Finding:
        file = next(
            (name for name in files if name.startswith("cases/") and line_of(files[name], case.id)),
            "cases/",
        )
        return _finding(files, Fault("case", f"{case.id!r}: {text}", remedy, file, (case.id,)))

    seen: set[str] = set()
    known = {*definition.reads, *definition.changes}
    for case in definition.cases:
        if case.id in seen:
            yield told(case, "two tests have one id", "give each a sentence of its own")
        seen.add(case.id)
        if case.expect not in REASONS:
            yield told(case, f"expect is no {case.expect!r}", f"say one of: {', '.join(REASONS)}")
        if case.offer not in known and case.expect == "ok":
            yield told(case, f"there is no offer {case.offer!r}", "name one of offers.toml")
        strange = sorted({*case.fields, *case.given} - set(definition.schema.fields))
        if strange:
            yield told(case, f"no field {strange[0]!r}", "name fields of record.json")
    if definition.cases and all(case.expect == "ok" for case in definition.cases):
        text = "no test of this folder expects a refusal"
        fault = Fault("case", text, "test who may not, too", "cases/")
        yield _finding(files, fault)


def _values(definition: RegisterDefinition, files: Files) -> Iterator[Finding]:
    """Codes that people would read as codes; told once a field and language."""
    for name, schema in definition.schema.document["properties"].items():
        codes = _codes(schema)
        for language in definition.languages:
            known = definition.texts.get(language, {})
            bare = [code for code in codes if f"value:{name}.{code}" not in known]
            if bare:
                fault = Fault(
                    "texts",
                    f"{language} has no words for {len(bare)} values of {name}, first {bare[0]!r}",
                    f'add "{name}.{bare[0]}" to locale/{language}.toml under [values]',
                    "record.json",
                    (name, bare[0]),
                )
                yield _finding(files, fault, grave=False)


def _codes(schema: Mapping[str, Any]) -> list[Any]:
    listed = schema.get("enum") or schema.get("items", {}).get("enum", ())
    return [code for code in listed if isinstance(code, str)]


def _unused(definition: RegisterDefinition, files: Files) -> Iterator[Finding]:
    """Texts of what there isn't, languages that nobody named, texts without a word."""
    fields = {f"field:{name}" for name in definition.schema.fields}
    purposes = {f"purpose:{right.purpose}" for right in definition.rights}
    for language, texts in definition.texts.items():
        file = f"locale/{language}.toml"
        if language not in definition.languages:
            fault = Fault(
                "texts",
                f"register.toml names no language {language!r}",
                "name it there, or remove the file",
                file,
            )
            yield _finding(files, fault, grave=False)
        for text, word in texts.items():
            kind, _, code = text.partition(":")
            known = (kind == "value" and code.partition(".")[0] in definition.schema.fields) or (
                text in fields | purposes
            )
            if is_blank(word):
                fault = Fault("texts", f"the text of {code!r} is empty", "write it", file, (code,))
                yield _finding(files, fault)
            elif not known:
                remedy = "remove it in every language, or use it"
                fault = Fault("texts", f"nobody uses the text {code!r}", remedy, file, (code,))
                yield _finding(files, fault, grave=False)


def _versions(definition: RegisterDefinition, files: Files) -> Iterator[Finding]:
    """What was published: not otherwise under its number, and nothing of it broken."""
    past = past_versions(files)
    same = {
        name: held for name, held in past.get(definition.version, {}).items() if name != SIGNATURE
    }
    if same and same != {name: files[name] for name in NEEDED}:
        fault = Fault(
            "published",
            f"version {definition.version} was published otherwise",
            "raise version in register.toml",
            "register.toml",
            ("version",),
        )
        yield _finding(files, fault)
    earlier = [one for one in past if one != definition.version]
    if not earlier:
        return
    newest = past[earlier[-1]]
    try:
        before = draft_register({name: newest[name] for name in NEEDED if name in newest})
    except Refused as refused:
        fault = Fault(
            "published",
            f"version {earlier[-1]} can't be read: {refused}",
            "put published/ back as it was",
            f"published/{earlier[-1]}/register.toml",
        )
        yield _finding(files, fault)
        return
    for fault in breaks(before, definition):
        yield _finding(files, fault)


def _seal(definition: RegisterDefinition, files: Files) -> Iterator[Finding]:
    """A seal that is there holds, or the folder was changed since."""
    if SIGNATURE not in files:
        return
    try:
        sealed = read_seal(files[SIGNATURE])
    except Refused as refused:
        fault = Fault(refused.why, str(refused), "publish the folder again", SIGNATURE)
        yield _finding(files, fault)
        return
    if sealed.digest != folder_digest(files):
        fault = Fault(
            "changed",
            "the folder was changed after it was signed",
            "publish it again: riik register publish",
            SIGNATURE,
        )
        yield _finding(files, fault, grave=False)
