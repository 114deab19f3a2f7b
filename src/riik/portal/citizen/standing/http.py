"""Who offers services here, how each stands, and every decision about it: anyone may read them.

GET /providers                  the providers and the decisions, newest first
GET /providers/decisions.jws    all decisions as they were sealed, one a line, oldest first
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from riik.core import ClientId, from_text
from riik.formats.jose import claims, read
from riik.portal.citizen.catalogue import Provider
from riik.portal.citizen.guides import named
from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.pages import HOME
from riik.portal.citizen.standing.component import ALGORITHMS, Standings

__all__ = ["routes"]

MOST_SHOWN: Final = 50


def routes(hall: Hall, *, providers: Sequence[Provider], standings: Standings) -> list[Route]:
    """The routes of the page of providers."""
    shown = _Shown(hall, providers, standings)
    return [
        Route("/providers", hall.page(shown.page), methods=["GET"]),
        Route("/providers/decisions.jws", shown.download, methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class _Shown:
    """The handlers."""

    hall: Hall
    providers: Sequence[Provider]
    standings: Standings

    async def page(self, request: Request) -> Response:
        """GET /providers: who offers services, and how each stands."""
        hall, language = self.hall, self.hall.language(request)
        known = await hall.counter.catalogue.services(language)
        standing = await self.standings.all()
        rows = []
        for one in self.providers:
            stands = standing.get(one.client)
            offered = [g for g in known["services"] if g["provider"] == str(one.client)]
            rows.append(
                {
                    "name": named(one.names, language),
                    "state": one.client.member.member_class == "GOV",
                    "services": offered,
                    "since": stands.since if stands else None,
                    "number": stands.suspended_by if stands else 0,
                }
            )
        tokens = (await self.standings.decisions())[-MOST_SHOWN:]
        decisions = [self._told(token, language) for token in reversed(tokens)]
        return await hall.show(
            request, "providers.html", tab=HOME, providers=rows, decisions=decisions
        )

    async def download(self, request: Request) -> Response:
        """GET /providers/decisions.jws: for whoever checks them."""
        lines = await self.standings.decisions()
        return PlainTextResponse("".join(f"{line}\n" for line in lines))

    def _told(self, token: str, language: str) -> dict[str, Any]:
        """A decision of our own as the page shows it; its seal is for others to check."""
        content = claims(read(token, algorithms=ALGORITHMS))
        client = ClientId.parse(content["provider"])
        names = next((one.names for one in self.providers if one.client == client), {})
        return {
            "number": content["number"],
            "name": named(names, language) or content["provider"],
            "suspends": content["decision"] == "suspended",
            "at": from_text(content["at"]),
            "rounds": [
                {"at": from_text(one["at"]), "answered": one["answered"]}
                for one in content["rounds"]
            ],
        }
