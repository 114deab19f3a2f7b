"""A provider's folder: who it is (``provider.toml``), its services and registers.

provider.toml
services/<id>/      as `riik service` has them; the owner is the provider's role
registers/<id>/     as `riik register` has them, where it keeps any
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from riik.core import MemberId, Refused
from riik.demo.country import DemoMember, DemoRegister, DemoUnit, read_country
from riik.formats.toml import Shape, read_toml
from riik.registers import RegisterDefinition, load_register
from riik.services import ServiceDefinition, read_service

__all__ = ["Provider", "ProviderRefused", "begin_provider", "files_of", "read_provider"]

Files = Mapping[str, bytes]
_ROLE = re.compile(r"[a-z][a-z0-9-]{1,30}")
COUNTRIES = ("ee", "vn")
_CODE = re.compile(r"[0-9]{8}")
STANDARD = "standard.bpmn"
UNIT = "desk"
HOST = 200
ACCOUNT = "EE597700000001041003"
"""A number that fits and belongs to nobody (ISO 13616)."""


class ProviderRefused(Refused):
    """A provider's folder that can't join as it is."""

    code = "demo.provider-refused"


class _Provider(Shape):
    role: str
    code: str
    names: dict[str, str]
    class_: str = "COM"
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who joins, with what.

    Attributes:
        role: What it is called in rights and folders.
        code: Of the business register.
        member_class: ``COM`` or ``NGO``; authorities don't join by this way.
        account: Where fees go.
        services: Definitions by id.
        registers: Definitions by id.
        files: Every folder's files, by ``services/<id>`` and ``registers/<id>``.
    """

    role: str
    code: str
    member_class: str
    names: Mapping[str, str]
    account: str
    services: Mapping[str, ServiceDefinition]
    registers: Mapping[str, RegisterDefinition]
    files: Mapping[str, Files] = field(repr=False)

    def member(self, instance: str, folder: Path) -> DemoMember:
        """The member that it becomes; its folders are those published at its own node."""
        return DemoMember(
            role=self.role,
            id=MemberId(instance, self.member_class, self.code),
            names=self.names,
            subsystems=(),
            registers={
                name: DemoRegister(own=_own(one), own_law="")
                for name, one in self.registers.items()
            },
            units={UNIT: DemoUnit(names=self.names, services=tuple(self.services))},
            account=self.account,
            follows=(),
            host=HOST,
            folders={path.partition("/")[2]: str(folder / path) for path in self.files},
        )


def begin_provider(role: str, *, names: Mapping[str, str], code: str) -> bytes:
    """The ``provider.toml`` of an organisation that begins.

    Raises:
        ProviderRefused: For ``role``, ``role-taken``, ``code`` or ``code-taken``.
    """
    _check(role, code)
    said = ", ".join(
        f"{language} = {msgspec.json.encode(name).decode()}" for language, name in names.items()
    )
    return f"""\
# Who joins. The code is that of the business register; fees go to the account, where there are any.
role = "{role}"
class = "COM"
code = "{code}"
account = "{ACCOUNT}"
names = {{ {said} }}
""".encode()


def read_provider(folder: Path, *, standard: bytes, country: str) -> Provider:
    """Read a provider's folder.

    Args:
        folder: Where it is.
        standard: The process of services without one of their own.
        country: Whose laws its registers rest on.

    Raises:
        ProviderRefused: For ``missing``, ``role``, ``role-taken``, ``code``, ``code-taken``,
            ``class``, ``owner``, ``account`` or ``services``.
        Refused: A service or register that can't run; `riik service check` tells all of it.
    """
    path = folder / "provider.toml"
    if not path.is_file():
        raise ProviderRefused(f"{folder} has no provider.toml", why="missing")
    told = read_toml(path.read_bytes(), _Provider, name="provider.toml")
    _check(told.role, told.code)
    if told.class_ not in ("COM", "NGO"):
        raise ProviderRefused("class is COM or NGO: authorities join by law", why="class")
    held = {
        f"{kind}/{one.name}": files_of(one)
        for kind in ("services", "registers")
        for one in sorted((folder / kind).glob("*"))
        if one.is_dir()
    }
    services = {
        (definition := read_service(content, standard=standard)).id: definition
        for place, content in held.items()
        if place.startswith("services/")
    }
    registers = {
        (register := load_register(content, country=country)).id: register
        for place, content in held.items()
        if place.startswith("registers/")
    }
    if not services:
        raise ProviderRefused("a provider offers a service: services/ is empty", why="services")
    owners = {one.id: one.owner for one in services.values()}
    owners |= {one.id: one.owner for one in registers.values()}
    for name, owner in owners.items():
        if owner != told.role:
            message = f"{name} belongs to {owner!r}, and {told.role!r} joins"
            raise ProviderRefused(message, why="owner")
    paid = [one.id for one in services.values() if one.fee_decision]
    if paid and not told.account:
        message = f"{paid[0]} has a price, and nobody says to which account it goes"
        raise ProviderRefused(message, why="account")
    return Provider(
        role=told.role,
        code=told.code,
        member_class=told.class_,
        names=told.names,
        account=told.account,
        services=services,
        registers=registers,
        files=held,
    )


def files_of(root: Path) -> dict[str, bytes]:
    """A folder's files by their path in it; links and hidden files are left out."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
    }


@cache
def _taken() -> tuple[frozenset[str], frozenset[str]]:
    """Roles that are somebody's, and codes: of every member, and whom registers give rights.

    A right is given to a role: who takes a role's name has its rights before anybody agreed.
    """
    members = [one for name in COUNTRIES for one in read_country(name).members.values()]
    roles = {one.role for one in members}
    for path in (files("riik") / "catalogue" / "registers").iterdir():
        rights = path / "rights.toml"
        if rights.is_file():
            roles |= _roles_of(tomllib.loads(rights.read_text("utf-8")))
    return frozenset(roles), frozenset(one.id.code for one in members)


def _roles_of(rights: Mapping[str, Any]) -> set[str]:
    clients = [one.get("client", {}) for one in rights.get("right", ())]
    return {str(one["role"]) for one in clients if isinstance(one, dict) and "role" in one}


def _check(role: str, code: str) -> None:
    if not _ROLE.fullmatch(role):
        raise ProviderRefused(f"{role!r} is no role: small letters, digits, hyphens", why="role")
    roles, codes = _taken()
    if role in roles:
        message = f"{role!r} is somebody's role already: registers give it rights; take another"
        raise ProviderRefused(message, why="role-taken")
    if code in codes:
        raise ProviderRefused(f"{code!r} is a member's code already", why="code-taken")
    if not _CODE.fullmatch(code):
        raise ProviderRefused(f"{code!r} is no code of the business register", why="code")


def _own(register: RegisterDefinition) -> str:
    """By which offer people read their own records: where the portal may, else the first."""
    for right in register.rights:
        if right.who.role == "portal" and right.purpose == "own-data":
            return right.offers[0]
    return next(iter(register.reads), "")
