"""A node's page for its operator: the state in words first, then the tables. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import riik.portal.operator
from riik.portal.design.formats import Formats
from riik.portal.design.pages import Pages, Shell
from riik.portal.design.texts import Texts, later
from riik.portal.operator.health import SOON, Health, Need, needs
from riik.profiles import Profile

__all__ = ["NodePage"]

PURPOSES: Final = {
    "root": later("root of the certificates"),
    "issuing": later("issues certificates"),
    "ocsp": later("answers for certificates"),
    "tsa": later("stamps times"),
    "list": later("seals the trusted list"),
    "centre": later("signs the global configuration"),
    "statements": later("signs login’s statements"),
    "seal": later("seals letters"),
    "exchange-sign": later("signs messages"),
    "exchange-tls": later("opens connections between servers"),
}

COMPONENTS: Final = {
    "trust": later("certificates, status, time-stamps"),
    "signatures": later("signatures"),
    "transparency": later("log of looks"),
    "witness": later("witness of others’ logs"),
    "identity": later("identity cards"),
    "centre": later("centre of the exchange"),
    "lists": later("trusted list"),
    "login": later("national login"),
    "provider": later("OpenID provider"),
    "registers": later("registers"),
    "bank": later("bank"),
    "inbox": later("inbox"),
    "courier": later("telling people outside"),
    "services": later("public services"),
    "desk": later("officials’ desk"),
    "portal": later("citizens’ portal"),
}


NEEDS: Final = {
    "expired": later("A certificate has run out: {name}."),
    "job": later("A job failed when it came round last: {name}."),
    "stamp": later("Messages have waited too long for their time-stamp."),
    "configuration": later("The global configuration has expired; no message is sent or taken."),
    "witness": later("No witness has cosigned the log of looks."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePage:
    """Renders it.

    Attributes:
        profile: The country's.
        front: The demonstration's front page; empty in earnest.
    """

    profile: Profile
    front: str = ""
    pages: Pages = field(default_factory=lambda: Pages(riik.portal.operator))

    def render(self, health: Health, *, language: str, address: str = "/operator") -> str:
        """The page in a language."""
        texts, formats = self.pages.texts[language], Formats(self.profile, language)
        name = health.names.get(language) or next(iter(health.names.values()), health.name)
        shell = Shell(
            language=language,
            profile=self.profile,
            address=address,
            place=name,
            home="/operator",
            demonstration=self.front,
        )
        wanted = needs(health)
        return self.pages.render(
            "node.html",
            shell,
            health=health,
            wanted=[_said(need, texts) for need in wanted],
            runs=[texts(COMPONENTS[one]) if one in COMPONENTS else one for one in health.runs],
            certificates=[_row(health, one, texts, formats) for one in health.certificates],
            rounds=[_round(one, texts, formats) for one in health.rounds],
            places={one.member: _places(one.servers, texts) for one in health.peers},
        )


def _places(servers: Sequence[str], texts: Texts) -> str:
    """Where a member's servers are, with the ports of their addresses in words (ADR 10)."""
    said = []
    for server in servers:
        match server.split(":"):
            case [host, one, other]:
                shown = texts("{host}, ports {one} and {other}", host=host, one=one, other=other)
            case [host, one]:
                shown = texts("{host}, port {one}", host=host, one=one)
            case _:
                shown = server
        said.append(shown)
    return "; ".join(said)


def _said(need: Need, texts: Texts) -> str:
    name = texts(PURPOSES[need.name]) if need.name in PURPOSES else need.name
    if need.what == "certificate":
        return texts.count(
            "A certificate runs out in {number} day: {name}.",
            "A certificate runs out in {number} days: {name}.",
            need.number,
            name=name,
        )
    if need.what == "outbox":
        return texts.count(
            "{number} event could not be delivered for more than a minute.",
            "{number} events could not be delivered for more than a minute.",
            need.number,
        )
    if need.what == "untold":
        return texts.count(
            "{number} notice has waited for over a quarter of an hour for its person to be told.",
            "{number} notices have waited for over a quarter of an hour for people to be told.",
            need.number,
        )
    return texts(NEEDS[need.what], name=name)


def _row(health: Health, one: Any, texts: Texts, formats: Formats) -> dict[str, Any]:
    days = one.days(health.at)
    return {
        "purpose": texts(PURPOSES[one.name]) if one.name in PURPOSES else one.name,
        "subject": one.subject,
        "ends": formats.date(one.ends.date()),
        "days": days,
        "kind": "no" if days < 0 else "wait" if one.ends - health.at < SOON else "yes",
    }


def _round(one: Any, texts: Texts, formats: Formats) -> dict[str, Any]:
    seconds = round(one.every.total_seconds())
    return {"name": one.name, "every": f"{formats.number(seconds)} s", "failed": one.failed}
