"""The bank's website in the demonstration: an outside program, started beside the nodes.

It is `examples/bank`, which imports nothing of the demonstration and knows only its own file.
In one process it is loaded from its folder; with processes of their own, `__main__` serves it.
"""

import importlib.util
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import riik
from riik.core import Refused
from riik.demo.country import LOCAL, Country, Place
from riik.formats.toml import write_toml
from riik.node import PortTaken
from riik.profiles import country_profile
from riik.runtime.files import Disk
from riik.runtime.web import Server, serve

__all__ = [
    "BANK_SITE",
    "BankSite",
    "ExampleMissing",
    "bank_command",
    "load_example",
    "write_bank_site",
]

BANK_SITE = "bank-site"
SETTINGS = "bank.toml"
PACKAGE = "bank"


class ExampleMissing(Refused):
    """The example program that is the bank's website is not installed."""

    code = "demo.example-missing"


@dataclass(frozen=True, slots=True)
class BankSite:
    """The website as it runs in this process."""

    server: Server
    app: Any

    @classmethod
    async def start(cls, folder: Path, place: Place) -> "BankSite":
        """Serve it at its place.

        Raises:
            ExampleMissing: Its program is not there.
            PortTaken: Its port is not free.
        """
        bank = load_example()
        app = bank.make_app(bank.read_settings(folder / BANK_SITE / SETTINGS))
        server = await serve(app, LOCAL, place.people)
        if server.port != place.people:
            await server.stop()
            await app.state.close()
            raise PortTaken("the port of the bank's website is taken", why="port")
        return cls(server, app)

    async def stop(self) -> None:
        """Stop serving, let go of everything."""
        await self.server.stop()
        await self.app.state.close()


def write_bank_site(
    folder: Path, country: Country, places: Mapping[str, Place], *, clerks: Sequence[str]
) -> None:
    """Write the website's file, and what it must know of others beside it; its own place only."""
    disk, own = Disk(), folder / BANK_SITE
    disk.folder(own)
    settings = {**_settings(country, places), "clerks": list(clerks)}
    disk.write(own / SETTINGS, write_toml(settings).encode())
    for name, source in (
        ("login-client-secret", folder / "bank" / "login-client-secret"),
        ("list-signer.der", folder / "authority" / "certificates" / "list.der"),
    ):
        disk.write(own / name, source.read_bytes())


def bank_command(folder: Path, place: Place) -> list[str]:
    """The command that serves the website in a process of its own."""
    return [sys.executable, "-m", "riik.demo.banksite", str(folder), str(place.people)]


def load_example(*folders: Path) -> ModuleType:
    """The example's package, from the checkout or from where the installation put it.

    Args:
        folders: Other places to look for it.

    Raises:
        ExampleMissing: For ``folder``.
    """
    if not folders and PACKAGE in sys.modules:
        return sys.modules[PACKAGE]
    folders = folders or (
        Path(riik.__file__).parents[2] / "examples" / PACKAGE,
        Path(sysconfig.get_path("data")) / "share" / "riik" / "examples" / PACKAGE,
    )
    found = next((folder for folder in folders if (folder / "__init__.py").is_file()), None)
    if found is None:
        places = " and ".join(str(folder) for folder in folders)
        raise ExampleMissing(f"the bank's website is neither in {places}", why="folder")
    spec = importlib.util.spec_from_file_location(
        PACKAGE, found / "__init__.py", submodule_search_locations=[str(found)]
    )
    if spec is None or spec.loader is None:
        raise ExampleMissing(f"{found} can't be loaded", why="folder")
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)
    return module


def _settings(country: Country, places: Mapping[str, Place]) -> dict[str, Any]:
    member = country.members["bank"]
    formal = country_profile(country.profile).formal
    trust, authority = places["trust"].origin, places["authority"].origin
    # The language of the law stands first: whoever asks for none of ours gets it.
    law = country.profile_language
    return {
        "origin": places[BANK_SITE].origin,
        "zone": country.zone,
        "name-order": [part for part in formal if part != "middle"],
        "api": places["bank"].origin,
        "card": places["card"].origin if "card" in places else "",
        "demonstration": places["front"].origin if "front" in places else "",
        "names": {law: member.names[law], **member.names},
        "login": {
            "origin": authority,
            "client-id": BANK_SITE,
            "secret": "login-client-secret",
        },
        "signing": {
            "tsa": f"{trust}/tsa",
            "ocsp": f"{trust}/ocsp",
            "trusted-list": f"{authority}/tl.xml",
            "list-signer": "list-signer.der",
        },
        "returns": {
            places[role].origin: dict(one.names)
            for role, one in country.members.items()
            if role == "portal" or one.services
        },
    }
