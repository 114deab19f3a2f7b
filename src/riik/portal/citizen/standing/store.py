"""Standings and decisions in SQL; a decision is written once and never changed."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Column, Integer, MetaData, Table, Text, delete, func, insert, select

from riik.core import ClientId, Work, from_text, to_text
from riik.portal.citizen.standing.rules import Round, Standing

__all__ = ["SqlStandingStore"]

_tables = MetaData()
_standing = Table(
    "portal_standing",
    _tables,
    Column("provider", Text, primary_key=True),
    Column("suspended_by", Integer, nullable=False),
    Column("since", Text, nullable=False),
    Column("rounds", Text, nullable=False),
)
_decision = Table(
    "portal_decision",
    _tables,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("provider", Text, nullable=False),
    Column("token", Text, nullable=False),
)


class SqlStandingStore:
    """Keeps how providers stand, and every decision about it."""

    def all(self, *, work: Work) -> dict[ClientId, Standing]:
        """How each provider stands that was ever asked."""
        found = (_standing_of(row._mapping) for row in work.execute(select(_standing)))
        return {one.provider: one for one in found}

    def put(self, standing: Standing, *, work: Work) -> None:
        """Keep how a provider stands."""
        provider = str(standing.provider)
        work.execute(delete(_standing).where(_standing.c.provider == provider))
        rounds = [{"at": to_text(one.at), "answered": one.answered} for one in standing.rounds]
        row = {
            "provider": provider,
            "suspended_by": standing.suspended_by,
            "since": to_text(standing.since) if standing.since else "",
            "rounds": msgspec.json.encode(rounds).decode(),
        }
        work.execute(insert(_standing).values(row))

    def decide(self, number: int, *, provider: ClientId, token: str, work: Work) -> None:
        """Write a sealed decision; its number is taken once."""
        row = {"number": number, "provider": str(provider), "token": token}
        work.execute(insert(_decision).values(row))

    def last(self, *, work: Work) -> tuple[int, str]:
        """Number and token of the last decision; 0 and nothing before the first."""
        newest = select(func.max(_decision.c.number)).scalar_subquery()
        row = work.execute(select(_decision).where(_decision.c.number == newest)).first()
        return (int(row.number), str(row.token)) if row else (0, "")

    def decisions(self, *, work: Work) -> list[str]:
        """All decisions, sealed, oldest first."""
        query = select(_decision.c.token).order_by(_decision.c.number)
        return [str(row.token) for row in work.execute(query)]


def _standing_of(row: Mapping[str, Any]) -> Standing:
    rounds = msgspec.json.decode(row["rounds"], type=list[dict[str, Any]])
    return Standing(
        provider=ClientId.parse(row["provider"]),
        suspended_by=int(row["suspended_by"]),
        since=from_text(row["since"]) if row["since"] else None,
        rounds=tuple(Round(from_text(one["at"]), bool(one["answered"])) for one in rounds),
    )
