"""A register's folder, read and checked before anything of it runs.

Pure: the folder's files come as bytes by their path in it, the definition or a refusal goes
out. Nothing in a folder can execute. Reading the files from disk is `store`, running the
folder's own tests is `checks`.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from riik.formats.canonical_json import decode
from riik.formats.folders import SIGNATURE, folder_digest
from riik.formats.toml import Shape, read_toml
from riik.registers.errors import DefinitionRefused
from riik.registers.folder.fitting import faults
from riik.registers.folder.steps import read_steps
from riik.registers.model import (
    Action,
    CaseTest,
    ChangeOffer,
    Kind,
    Law,
    ReadOffer,
    RegisterDefinition,
    Retention,
    Right,
    Who,
    version_key,
)
from riik.registers.schema import RecordSchema, read_schema
from riik.registers.source import SourceDefinition, read_source

__all__ = ["NEEDED", "PUBLISHED", "draft_register", "load_register"]

MOST_FILES, MOST_BYTES = 200, 2_000_000

NEEDED: Final = ("register.toml", "record.json", "rights.toml", "offers.toml")
_NAMES: Final = (*NEEDED, "versions.toml", "source.toml", SIGNATURE)
_FOLDERS: Final = ("cases/", "locale/")
PUBLISHED: Final = "published/"
"""Where a folder keeps what earlier versions of it were."""


class _Law(Shape):
    id: str
    names: dict[str, str]
    country: str = ""
    articles: tuple[str, ...] = ()
    assumed: bool = False


class _Called(Shape):
    country: str
    names: dict[str, str]


class _Retention(Shape):
    years_after_close: int
    ground: str
    assumed: bool = False


class _Desk(Shape):
    four_eyes: tuple[str, ...] = ()


class _Register(Shape):
    id: str
    version: str
    owner: str
    subject: str
    records: str
    languages: tuple[str, ...]
    names: dict[str, str]
    law: tuple[_Law, ...]
    retention: _Retention
    called: tuple[_Called, ...] = ()
    desk: _Desk = _Desk()


class _Who(Shape):
    role: str = ""
    member_class: str = ""
    subsystem: str = ""
    client: str = ""


class _Right(Shape):
    client: _Who
    action: Action
    offers: tuple[str, ...]
    purpose: str
    legal_basis: str
    fields: tuple[str, ...]
    statement: str


class _Rights(Shape):
    right: tuple[_Right, ...] = ()


class _Read(Shape):
    id: str
    names: dict[str, str]
    fields: tuple[str, ...]
    records: str = "one"
    where: dict[str, Any] = msgspec.field(default_factory=dict)
    newest_by: str = ""
    look_up: tuple[str, ...] = ()


class _Change(Shape):
    id: str
    names: dict[str, str]
    kind: Kind
    fields: tuple[str, ...] = ()
    look_up: tuple[str, ...] = ()


class _Offers(Shape):
    read: tuple[_Read, ...] = ()
    change: tuple[_Change, ...] = ()


class _Case(Shape):
    id: str
    client: _Who
    offer: str
    expect: str
    action: Action = Action.READ
    purpose: str = ""
    legal_basis: str = ""
    fields: tuple[str, ...] = ()
    statement: bool = False
    given: tuple[str, ...] = ()


class _Cases(Shape):
    case: tuple[_Case, ...]


class _Locale(Shape):
    fields: dict[str, str]
    purposes: dict[str, str] = msgspec.field(default_factory=dict)
    values: dict[str, str] = msgspec.field(default_factory=dict)


def load_register(files: Mapping[str, bytes], *, country: str = "") -> RegisterDefinition:
    """Read a folder's files, by their path in it, into a definition that can run.

    Args:
        files: Their contents.
        country: Profile of the country; a register may be called otherwise there.

    Raises:
        DefinitionRefused: For ``size``, ``file``, ``value``, ``schema``, ``offer``,
            ``right``, ``law``, ``case``, ``version`` or ``texts``.
        TomlRefused: A TOML file with a wrong value, or an unknown key and its nearest.
    """
    definition = draft_register(files, country=country)
    for fault in faults(definition):
        raise DefinitionRefused(f"{fault.file}: {fault.text}", why=fault.why)
    return definition


def draft_register(files: Mapping[str, bytes], *, country: str = "") -> RegisterDefinition:
    """Read a folder whose files may contradict each other; `faults` tells where they do.

    Raises:
        DefinitionRefused: As `load_register`, for what is wrong inside one file.
        TomlRefused: As `load_register`.
    """
    _check_files(files)
    register = read_toml(files["register.toml"], _Register, name="register.toml")
    offers = read_toml(files["offers.toml"], _Offers, name="offers.toml")
    schema = _read_schema(files["record.json"])
    steps, ended = read_steps(files.get("versions.toml"))
    ids = [one.id for one in offers.read] + [one.id for one in offers.change]
    if len(set(ids)) != len(ids):
        raise DefinitionRefused("offers.toml: two offers have one id", why="offer")
    return RegisterDefinition(
        id=register.id,
        version=register.version,
        digest=folder_digest(files),
        owner=register.owner,
        subject=register.subject,
        single=_one_of(register.records, ("one", "many"), "records") == "one",
        names=_names_in(country, register),
        languages=register.languages,
        laws=tuple(Law(**_plain(law)) for law in register.law),
        retention=Retention(**_plain(register.retention)),
        schema=schema,
        reads={read.id: _read_offer(read) for read in offers.read},
        changes={change.id: ChangeOffer(**_plain(change)) for change in offers.change},
        rights=_read_rights(files["rights.toml"]),
        cases=_read_cases(files),
        texts=_read_texts(files),
        four_eyes=register.desk.four_eyes,
        steps=steps,
        ended=ended,
        source=_read_source(files.get("source.toml"), schema),
    )


def _read_source(source: bytes | None, schema: RecordSchema) -> SourceDefinition | None:
    return None if source is None else read_source(source, schema=schema)


def _names_in(country: str, register: _Register) -> dict[str, str]:
    """What the register is called in a country."""
    called = {one.country: one.names for one in register.called}
    for where, names in called.items():
        missing = [language for language in register.languages if language not in names]
        if missing:
            message = f"called in {where}: no name in {', '.join(missing)}"
            raise DefinitionRefused(message, why="texts")
    return called.get(country, register.names)


def _plain(shape: Any) -> dict[str, Any]:
    return msgspec.structs.asdict(shape)


def _one_of(value: str, known: tuple[str, ...], key: str) -> str:
    if value not in known:
        raise DefinitionRefused(f"{key} is one of {', '.join(known)}", why="value")
    return value


def _check_files(files: Mapping[str, bytes]) -> None:
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BYTES:
        raise DefinitionRefused("the folder is too large", why="size", most=MOST_BYTES)
    for name in NEEDED:
        if name not in files:
            raise DefinitionRefused(f"the folder has no {name}", why="file")
    for name in files:
        placed = name.startswith(_FOLDERS) and name.endswith(".toml")
        if name not in _NAMES and not placed and not _is_published(name):
            raise DefinitionRefused(f"a register's folder has no place for {name!r}", why="file")


def _is_published(name: str) -> bool:
    parts = name.removeprefix(PUBLISHED).split("/")
    return (
        name.startswith(PUBLISHED)
        and len(parts) == 2
        and bool(version_key(parts[0]))
        and parts[1] in (*NEEDED, SIGNATURE)
    )


def _read_schema(source: bytes) -> RecordSchema:
    try:
        document = msgspec.json.decode(source)
    except msgspec.DecodeError as error:
        raise DefinitionRefused("record.json is not JSON", why="schema") from error
    decode(source)  # refuses a key that stands twice, and fractions
    return read_schema(document, name="record.json")


def _read_offer(read: _Read) -> ReadOffer:
    records = _one_of(read.records, ("one", "all"), f"records of {read.id}")
    return ReadOffer(
        id=read.id,
        names=read.names,
        fields=read.fields,
        all_records=records == "all",
        where=read.where,
        newest_by=read.newest_by,
        look_up=read.look_up,
    )


def _read_rights(source: bytes) -> tuple[Right, ...]:
    return tuple(
        Right(
            who=Who(**_plain(right.client)),
            action=right.action,
            offers=right.offers,
            purpose=right.purpose,
            legal_basis=right.legal_basis,
            fields=frozenset(right.fields),
            statement=_one_of(right.statement, ("required", "not-needed"), "statement")
            == "required",
        )
        for right in read_toml(source, _Rights, name="rights.toml").right
    )


def _read_cases(files: Mapping[str, bytes]) -> tuple[CaseTest, ...]:
    found: list[CaseTest] = []
    for name in sorted(name for name in files if name.startswith("cases/")):
        for case in read_toml(files[name], _Cases, name=name).case:
            values = _plain(case)
            who, given = Who(**_plain(values.pop("client"))), frozenset(values.pop("given"))
            found.append(CaseTest(who=who, given=given, **values))
    return tuple(found)


def _read_texts(files: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    texts = {}
    for name in sorted(name for name in files if name.startswith("locale/")):
        locale = read_toml(files[name], _Locale, name=name)
        texts[name.removeprefix("locale/").removesuffix(".toml")] = {
            **{f"field:{key}": text for key, text in locale.fields.items()},
            **{f"value:{key}": text for key, text in locale.values.items()},
            **{f"purpose:{key}": text for key, text in locale.purposes.items()},
        }
    return texts
