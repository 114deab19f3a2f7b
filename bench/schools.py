"""More organisations for a country that was founded: schools, each with a node of its own.

Each is a member with keys, certificates, database and registered server, and offers one service,
enrolment, in a folder of its own beside its configuration. The portal is told of all of them.
Nothing runs here: who builds the nodes lets them `join` at the country's exchange.
"""

import shutil
import socket
import tomllib
from pathlib import Path
from typing import Any

import riik
from riik.core import MemberId
from riik.formats.toml import write_toml
from riik.node import Membership, certify, lay_tables, open_trust, read_config

__all__ = ["found_schools", "service_of"]

COURSE = Path(riik.__file__).parent / "catalogue" / "services" / "driving-course"
FIRST_HOST = 101
LOCAL = "127.0.0.1"
# What a school asks of registers, decides by rule and writes into its own: none of it here.
LEFT_OUT = ("decisions", "record")

Tree = dict[str, Any]


def service_of(role: str) -> str:
    """Catalogue id of a school's only service."""
    return f"enrol-at-{role}"


def found_schools(folder: Path, count: int) -> list[Membership]:
    """Prepare so many schools for the country in ``folder``, which does not run now."""
    pattern = _read(folder / "school")
    roles = [f"school-{number}" for number in range(1, count + 1)]
    members = []
    for number, role in enumerate(roles):
        tree = _school(pattern, role, number)
        member = Membership(
            folder=folder / role,
            role=role,
            member=MemberId.parse(tree["node"]["member"]),
            name=tree["node"]["names"]["en"],
            country="EE",
            subsystems=("services",),
            host=tree["exchange"]["host"],
            address=":".join(str(tree["exchange"][one]) for one in ("host", "port", "ocsp-port")),
            key_cost=1024,
        )
        member.keys()
        _write_service(folder / role / "enrolment", role)
        _write(folder / role, tree)
        members.append(member)
    _tell_portal(folder / "portal", members)
    _certify(folder, members)
    return members


def _school(pattern: Tree, role: str, number: int) -> Tree:
    """The configuration of a school like the country's own, without its register and desk."""
    host, people = f"127.0.0.{FIRST_HOST + number}", _free_port(LOCAL)
    code = str(10_002_000 + number)
    member = f"{pattern['node']['member'].rpartition('/')[0]}/{code}"
    names = {
        language: f"{name} {number + 1}" for language, name in pattern["node"]["names"].items()
    }
    own = {"name": role, "role": role, "code": code, "member": member, "names": names}
    services = {"folders": ["enrolment"], "official": [], "units": {}}
    return {
        "node": pattern["node"] | own,
        "people": pattern["people"] | {"port": people, "origin": f"http://localhost:{people}"},
        "state": pattern["state"],
        "exchange": pattern["exchange"]
        | {"host": host, "port": _free_port(host), "ocsp-port": _free_port(host)},
        # Nobody witnesses it: that happens beside the questions that are measured.
        "log": {"origin": f"{pattern['log']['origin']}-{number + 1}"},
        "roles": pattern["roles"] | {role: {"member": member, "names": names}},
        "services": pattern["services"] | services,
        "right": [one for one in pattern["right"] if one["service"].startswith("services/")],
    }


def _write_service(folder: Path, role: str) -> None:
    """Enrolment as the country's school has it, but nothing is known and an official decides."""
    folder.mkdir()
    definition = tomllib.loads((COURSE / "service.toml").read_text(encoding="utf-8"))
    definition |= {"id": service_of(role), "owner": role}
    definition["guide"].pop("known")
    kept = {name: value for name, value in definition.items() if name not in LEFT_OUT}
    (folder / "service.toml").write_text(write_toml(kept), encoding="utf-8")
    shutil.copy(COURSE / "form.json", folder)
    shutil.copytree(COURSE / "locale", folder / "locale")


def _tell_portal(folder: Path, members: list[Membership]) -> None:
    """The portal shows the schools' services, and asks them for their cases."""
    tree = _read(folder)
    for member in members:
        service, provider = service_of(member.role), f"{member.member}/services"
        entry = {"id": service, "provider": provider, "names": {"en": service}}
        tree["portal"]["catalogue"].append(entry | {"organisation": {"en": member.name}})
        notices = {"client": provider, "service": "inbox/notices", "purposes": ["notice"]}
        tree["right"].append(notices)
    _write(folder, tree)


def _certify(folder: Path, members: list[Membership]) -> None:
    """Tables, certificates of the country's trust centre, and the anchor of its exchange."""
    lay_tables([read_config(member.folder / "node.toml") for member in members])
    with open_trust(read_config(folder / "trust" / "node.toml")) as trust:
        certify(members, trust)
    for member in members:
        shutil.copy(folder / "school" / "anchor.xml", member.folder)


def _read(folder: Path) -> Tree:
    return tomllib.loads((folder / "node.toml").read_text(encoding="utf-8"))


def _write(folder: Path, tree: Tree) -> None:
    (folder / "node.toml").write_text(write_toml(tree), encoding="utf-8")


def _free_port(host: str) -> int:
    with socket.socket() as trial:
        trial.bind((host, 0))
        return int(trial.getsockname()[1])
