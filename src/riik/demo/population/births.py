"""A child is born: the clinic's own node tells the population register, as a hospital does.

Nobody applies for anything. What the state makes of it begins with the register's event.
"""

from datetime import date, timedelta
from typing import Any

import msgspec

from riik.core import PersonCode, ServiceId
from riik.demo.country import DATA, Birth
from riik.demo.people import code_of, read_people
from riik.demo.running import Demonstration, server_of
from riik.exchange import Call, Exchange
from riik.profiles import Name, country_profile
from riik.runtime.files import Disk

__all__ = ["HOSPITAL", "Birth", "born_code", "register_birth"]

HOSPITAL = "clinic"
PURPOSE, LAW = "birth-notice", "Rahvastikuregistri seadus"


def born_code(running: Demonstration, birth: Birth) -> PersonCode:
    """The child's personal code, which the hospital gives."""
    profile = running.country.profile
    return code_of(profile, birth.sex, _born_on(running, birth), birth.serial)


async def register_birth(running: Demonstration, birth: Birth) -> None:
    """Tell the register of the child and of the mother's children, over the exchange.

    Raises:
        Refused: The register would not take it, such as a second time.
    """
    child, born = born_code(running, birth), _born_on(running, birth)
    mother = next(one for one in _people(running) if one.id == birth.mother)
    named = Name(given=birth.given, family=birth.family, middle="")
    known = list(mother.person.person.get("children", ()))
    entry = {
        "person": child,
        "name": country_profile(running.country.profile).display_name(named),
        "birth_date": born.isoformat(),
        "custody": True,
    }
    values: dict[str, Any] = {
        "code": child,
        "given_names": birth.given,
        "family_name": birth.family,
        "birth_date": born.isoformat(),
        "sex": birth.sex,
        "citizenship": country_profile(running.country.profile).country,
        "parents": [{"person": mother.person.code, "role": "mother"}],
        "status": "alive",
    }
    if "residence" in mother.person.person:
        values["residence"] = mother.person.person["residence"]
    async with server_of(running, HOSPITAL) as hospital:
        await _tell(
            running, hospital, "children", mother.person.code, {"children": [*known, entry]}
        )
        await _tell(running, hospital, "birth", child, values)


async def _tell(
    running: Demonstration, hospital: Exchange, change: str, whose: str, values: dict[str, Any]
) -> None:
    country = running.country
    answer = await hospital.call(
        Call(
            client=country.client(HOSPITAL, "medical-certificates"),
            service=ServiceId(country.client("interior", "population"), change),
            method="POST",
            headers=(("Content-Type", "application/json"),),
            body=msgspec.json.encode({"values": values}),
            purpose=PURPOSE,
            legal_basis=LAW,
            subject=PersonCode(whose),
            message_id=f"birth-{change}-{whose}",
        )
    )
    answer.accepted()


def _began(running: Demonstration) -> date:
    """The day on which the country began: from it the stories count."""
    return date.fromisoformat((Disk().read(running.folder / "began") or b"").decode()[:10])


def _born_on(running: Demonstration, birth: Birth) -> date:
    return _began(running) - timedelta(days=birth.days)


def _people(running: Demonstration) -> Any:
    profile = running.country.profile
    source = DATA / "people" / f"{profile}.toml"
    return read_people(source, country=profile, today=_began(running))
