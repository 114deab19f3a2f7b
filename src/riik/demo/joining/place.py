"""A provider in its place: a country with it, its folders under its own seal, its rights given.

The register owners' side is played here too: each adds the rights that were asked for to a copy of
its folder. In earnest they read the agreement, and may say no.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from riik.core import Clock
from riik.demo.country import Country
from riik.demo.joining.agreement import granted, wishes_of
from riik.demo.joining.provider import UNIT, Provider, ProviderRefused, files_of
from riik.demo.people import Office, Told
from riik.formats.folders import seal_folder
from riik.node import Membership
from riik.registers import load_register
from riik.runtime.files import Disk

__all__ = ["Joining"]

CLERK: Final = "kaie"
"""Who of the stories' people decides at the provider's desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """A provider that joins a demonstration country.

    Attributes:
        provider: Who.
        catalogue: Where the folders of the country's registers are.
        clock: For the time of seals.
    """

    provider: Provider
    catalogue: Path
    clock: Clock

    @property
    def keepers(self) -> tuple[str, ...]:
        """The registers that are asked, which the country must have."""
        return tuple(dict.fromkeys(one.register for one in wishes_of(self.provider)))

    def into(self, country: Country, state: Path) -> Country:
        """The country with this member, and with the registers that it asks under its rights.

        Raises:
            ProviderRefused: For ``role``: somebody has it; for ``register``: nobody keeps it.
        """
        role = self.provider.role
        if role in country.members:
            raise ProviderRefused(f"{role} is a member already", why="role")
        members = dict(country.members)
        for register in self.keepers:
            keeper = country.registers.get(register)
            if keeper is None:
                raise ProviderRefused(f"nobody here keeps {register!r}", why="register")
            place = str(_granted_at(state, keeper, register).resolve())
            one = members[keeper]
            members[keeper] = replace(one, folders={**one.folders, register: place})
        members[role] = self.provider.member(country.instance, (state / role).resolve())
        return replace(country, members=members)

    def members(self, country: Country) -> tuple[str, ...]:
        """Whom a small country needs for it, by role."""
        kept = country.registers
        return tuple(kept[one] for one in self.keepers if one in kept)

    def staff(self, told: Sequence[Told]) -> tuple[Told, ...]:
        """The people of the stories, one of whom decides at the provider's desk."""
        office = Office(unit=UNIT, roles=("decide", "lead", "money"), substitutes=())
        return tuple(
            msgspec.structs.replace(one, official=(self.provider.role,), office=office)
            if one.id == CLERK
            else one
            for one in told
        )

    def rights(self, profile: str) -> dict[str, dict[str, bytes]]:
        """The folders of the registers that are asked, with the rights that are asked for.

        Raises:
            ProviderRefused: For ``offer``, ``fields``, ``law`` or ``register``: no such thing.
        """
        wishes, found = wishes_of(self.provider), {}
        for register in self.keepers:
            if not (self.catalogue / register).is_dir():
                raise ProviderRefused(f"nobody here keeps {register!r}", why="register")
            files = files_of(self.catalogue / register)
            definition = load_register(files, country=profile)
            found[register] = granted(files, wishes, register=definition)
        return found

    def publish(self, state: Path, memberships: Sequence[Membership], country: Country) -> None:
        """Seal the provider's folders with its own seal; give it the rights that were agreed."""
        [own] = [one for one in memberships if one.role == self.provider.role]
        signer, certificate = own.signer("seal"), own.certificate("seal").read_bytes()
        at = self.clock.now()
        for place, files in self.provider.files.items():
            sealed = seal_folder(files, signer=signer, certificate=certificate, at=at)
            _write(sealed, state / self.provider.role / place)
        for register, files in self.rights(country.profile).items():
            _write(files, _granted_at(state, country.registers[register], register))


def _granted_at(state: Path, keeper: str, register: str) -> Path:
    return state / keeper / "registers" / register


def _write(files: Mapping[str, bytes], root: Path) -> None:
    disk = Disk()
    for name, content in files.items():
        disk.folder((root / name).parent)
        disk.write(root / name, content)
