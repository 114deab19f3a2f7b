"""GovStack's Digital Registries 1.3.0: records of a register, found, made, changed and struck.

Registers are those of the node: `RegisterBook` is what is needed of them, `node` fills it. Each
call is a question or a signed change under the register's own rights; struck is a record that is
closed, with its history. A schema that a client posts is a proposal that is kept, no register.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec

from riik.core import Clock, Database, Entropy, PersonCode, Vault, to_text
from riik.govstack.clients import Client, DoorRefused, RegisterRight
from riik.govstack.scheduler import KeptThing, SchedulerStore

__all__ = ["Asker", "Described", "Found", "RegisterBook", "Registries", "Usage"]

MOST_AT_ONCE: Final = 100
MOST_SCHEMA: Final = 50_000
NOTHING: Final = "no record found"
SCHEMA: Final = "schema"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks a register, and under which right of the door."""

    client: Client
    right: RegisterRight


@dataclass(frozen=True, slots=True)
class Found:
    """How many records there are, and some of them."""

    total: int
    records: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One look at a person's data."""

    id: str
    reader: str
    institution: str
    application: str
    at: str
    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a register is."""

    register: str
    version: str
    name: str
    institution: str
    schema: Mapping[str, Any]


class RegisterBook(Protocol):
    """What this door needs of the node's registers; every verb asks the register's own rights."""

    def describe(self, register: str) -> Described: ...
    def find(
        self, asker: Asker, wanted: Mapping[str, Any], *, offset: int, limit: int
    ) -> Found: ...
    def open(self, asker: Asker, values: Mapping[str, Any]) -> None: ...
    def change(self, asker: Asker, key: str, values: Mapping[str, Any]) -> None: ...
    def strike(self, asker: Asker, key: str) -> bool: ...
    def usage(self, asker: Asker, person: str) -> Sequence[Usage]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Registries:
    """One node's Digital Registries.

    Attributes:
        book: The node's registers.
        store: Where proposed schemas are kept.
        database: Units of work for them.
        vault: They are sealed.
        clock: The time.
        entropy: Ids of records and proposals.
        clients: Who may call.
    """

    book: RegisterBook
    store: SchedulerStore
    database: Database
    vault: Vault
    clock: Clock
    entropy: Entropy
    clients: Sequence[Client]

    def asker(self, client: Client, register: str, version: str) -> Asker:
        """The client's right to this version of a register.

        Raises:
            DoorRefused: For ``permission``, or ``not-found`` when another version is kept.
        """
        right = client.right(register)
        if version and self.book.describe(register).version != version:
            raise DoorRefused("this register has another version", why="not-found")
        return Asker(client, right)

    def find(self, asker: Asker, wanted: Mapping[str, Any], *, page: int, size: int) -> Found:
        """A page of the records that have these values.

        Raises:
            DoorRefused: For ``details``.
            Refused: As the register refuses.
        """
        if page < 1 or not 1 <= size <= MOST_AT_ONCE:
            raise DoorRefused("page counts from 1, pageSize is at most 100", why="details")
        return self.book.find(asker, wanted, offset=(page - 1) * size, limit=size)

    def read(self, asker: Asker, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """The first record that has these values.

        Raises:
            DoorRefused: For ``no-record`` or ``details``: a query is needed.
            Refused: As the register refuses.
        """
        found = self._first(asker, wanted)
        if found is None:
            raise DoorRefused(NOTHING, why="no-record")
        return found

    def exists(self, asker: Asker, wanted: Mapping[str, Any]) -> bool:
        """Whether a record has these values; it is a look as any other.

        Raises:
            Refused: As `read`, but for ``no-record``.
        """
        return self._first(asker, wanted) is not None

    def create(self, asker: Asker, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """Open a record; in a register about things it gets a key if it has none.

        Raises:
            DoorRefused: For ``details``.
            Refused: As the register refuses.
        """
        values = dict(content)
        if not values:
            raise DoorRefused("a record has values", why="details")
        values.setdefault(asker.right.key, str(UUID(bytes=self.entropy.bytes(16), version=4)))
        self.book.open(asker, values)
        return values

    def entry(self, asker: Asker, content: Mapping[str, Any]) -> dict[str, Any]:
        """Open one of many records.

        Raises:
            Refused: As `create`.
        """
        made, now = self.create(asker, content), to_text(self.clock.now())
        key = made[asker.right.key]
        return {"content": made, "createdAt": now, "modifiedAt": now, "uuid": key}

    def update(
        self, asker: Asker, wanted: Mapping[str, Any], content: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Change the first record that has these values.

        Repeated it is as if it was said once: then no record has the old values any more, and
        one has all the new ones.

        Raises:
            Refused: As `read` and `create`.
        """
        found = self._first(asker, wanted)
        if found is None:
            return self.read(asker, content)
        return self._change(asker, found, content)

    def update_entries(
        self, asker: Asker, wanted: Mapping[str, Any], content: Mapping[str, Any]
    ) -> int:
        """Change every record that has these values, each by a change of its own.

        Raises:
            DoorRefused: For ``details`` or ``many``, before anything is changed.
            Refused: As the register refuses; what was changed before stays.
        """
        self._check_query(wanted)
        found = self.book.find(asker, wanted, offset=0, limit=MOST_AT_ONCE)
        if found.total > len(found.records):
            raise DoorRefused("at most 100 records at once", why="many")
        for record in found.records:
            self._change(asker, record, content)
        return found.total

    def update_or_create(
        self, asker: Asker, wanted: Mapping[str, Any], content: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Change the first record that has these values, or open one.

        Raises:
            Refused: As `update` and `create`.
        """
        found = self._first(asker, wanted)
        if found is None:
            return self.create(asker, content)
        return self._change(asker, found, content)

    def value(self, asker: Asker, key: str, field: str) -> Any:
        """One value of the record that the key names.

        Raises:
            DoorRefused: For ``no-record``, or ``not-found``: it has no such value.
        """
        record = self.read(asker, {asker.right.key: key})
        if record.get(field) is None:
            raise DoorRefused("this record has no such value", why="not-found")
        return record[field]

    def delete(self, asker: Asker, key: str) -> bool:
        """Strike the record that the key names: it is closed, and its history stays.

        Returns:
            Whether there was one: struck twice is struck once.

        Raises:
            Refused: As the register refuses.
        """
        return self.book.strike(asker, key)

    def usage(self, asker: Asker, person: str) -> Sequence[Usage]:
        """Who looked at a person's records; to be asked for the signed-in person only.

        Raises:
            DoorRefused: For ``permission`` or ``details``.
        """
        if not asker.right.person:
            raise DoorRefused("looks aren't told through this right", why="permission")
        if not person.isalnum() or len(person) > 64:
            raise DoorRefused("this is no person's code", why="details")
        return self.book.usage(asker, person)

    def databases(self, client: Client) -> list[dict[str, Any]]:
        """The registers that a client has rights to, and the schemas that were proposed."""
        kept = [
            _register_shown(number, self.book.describe(right.register))
            for number, right in enumerate(client.rights, start=1)
        ]
        return kept + (self._proposals() if client.schemas else [])

    def described(self, client: Client, number: int) -> dict[str, Any]:
        """One of them.

        Raises:
            DoorRefused: For ``not-found``.
        """
        for one in self.databases(client):
            if one["id"] == number:
                return one
        raise DoorRefused("there is no such database", why="not-found")

    def propose(self, client: Client, given: Mapping[str, Any], *, number: int = 0) -> Any:
        """Keep a schema as a proposal; the register's owner alone makes one of it.

        Raises:
            DoorRefused: For ``permission`` or ``details``.
        """
        self._check_schemas(client)
        schema, code = given.get("schema"), given.get("code")
        if not isinstance(schema, Mapping) or not isinstance(code, str) or not code:
            raise DoorRefused("a code and a schema are needed", why="details")
        details = {
            "code": code,
            "name": str(given.get("catalogName", given.get("catalog_name", code))),
            "group": str(given.get("groupName", given.get("group_name", ""))),
            "schema": schema,
            "by": client.name,
            "at": to_text(self.clock.now()),
        }
        plain = msgspec.json.encode(details)
        if len(plain) > MOST_SCHEMA:
            raise DoorRefused("this schema is too long", why="details")
        thing = str(number or 1000 + int.from_bytes(self.entropy.bytes(4)))
        subject = self.vault.subject_of(PersonCode(f"govstack:{SCHEMA}:{thing}"))
        sealed = self.vault.seal(subject, plain, context=f"govstack_thing/{SCHEMA}/{thing}")
        kept = KeptThing(kind=SCHEMA, id=thing, about=code, subject=subject, sealed=sealed)
        with self.database.work() as work:
            self.store.insert(kept, work=work)
        return schema

    def withdraw(self, client: Client, number: int) -> None:
        """Take a proposal away, if it is there. A register is its owner's, and stays.

        Raises:
            DoorRefused: For ``permission``.
        """
        self._check_schemas(client)
        if 1 <= number <= len(client.rights):
            raise DoorRefused("a register is its owner's: it stays", why="permission")
        with self.database.work() as work:
            kept = self.store.load(SCHEMA, str(number), work=work)
            if kept is None:
                return
            self.store.delete(SCHEMA, kept.id, work=work)
            subject = kept.subject
            work.after_commit(lambda: self.vault.forget(subject))

    def _proposals(self) -> list[dict[str, Any]]:
        with self.database.read() as work:
            kept = self.store.all(SCHEMA, work=work)
        told = []
        for one in kept:
            context = f"govstack_thing/{SCHEMA}/{one.id}"
            details = msgspec.json.decode(self.vault.open(one.subject, one.sealed, context=context))
            told.append(_proposal_shown(int(one.id), details))
        return told

    def _first(self, asker: Asker, wanted: Mapping[str, Any]) -> Mapping[str, Any] | None:
        self._check_query(wanted)
        found = self.book.find(asker, wanted, offset=0, limit=1).records
        return found[0] if found else None

    def _change(
        self, asker: Asker, record: Mapping[str, Any], content: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        key = asker.right.key
        if content.get(key, record.get(key)) != record.get(key):
            raise DoorRefused("a record keeps its key", why="details")
        changed = {name: value for name, value in content.items() if record.get(name) != value}
        if changed:
            self.book.change(asker, str(record.get(key, "")), changed)
        return {**record, **changed}

    @staticmethod
    def _check_query(wanted: Mapping[str, Any]) -> None:
        if not wanted:
            raise DoorRefused("a query says which record is meant", why="details")

    @staticmethod
    def _check_schemas(client: Client) -> None:
        if not client.schemas:
            raise DoorRefused("this client proposes no schemas", why="permission")


def _register_shown(number: int, register: Described) -> dict[str, Any]:
    return {
        "id": number,
        "version": register.version,
        "name": register.name,
        "description": register.register,
        "institution": register.institution,
        "schema": register.schema,
        "isDraft": False,
    }


def _proposal_shown(number: int, details: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": number,
        "name": details["name"],
        "description": details["code"],
        "schema": details["schema"],
        "isDraft": True,
        "modifiedAt": details["at"],
        "byUserName": details["by"],
    }
