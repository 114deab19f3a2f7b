"""The services of a provider as the exchange offers them: parse, one verb, answer.

Subsystem `services`, service `cases`. The person stands in ``Riik-Subject``, login's statement
in ``Riik-Authority``, the case in ``X-Road-Issue`` and in the path:

    GET  /                     the person's cases here; ``X-Road-Issue`` names the errand
    POST /<case>               start: {"service", "language", "channel"}
    GET  /<case>               status; ``?language=vi`` tells it in another language,
                                 ``?find=crop&words=pot`` looks into a list as well
    POST /<case>/<step>        answers/<page>, submission, signature, payment, withdrawal,
                                 decline (of who was asked to sign as well)
    GET  /<case>/documents/<name>; before the signature also the file that will be signed

Service `catalogue` tells of no person: ``GET /`` answers every service's guide. Service `measures`
neither: ``GET /?days=30`` answers figures of many cases; ``GET /what-if?service=`` with
``&fee=2300&becomes=2500`` or ``&deadline=10`` what that would have made of the last year's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from riik.core import ClientId
from riik.exchange import Answer, Endpoint, Incoming, Offer
from riik.services.component import Services
from riik.services.errors import AuthorityMissing, ServiceRefused
from riik.services.outcome import Visit

__all__ = ["offers"]

MOST_BODY, MOST_FILE = 200_000, 7_000_000
_DAYS = re.compile(r"[1-9][0-9]{0,3}\Z")
_FIGURE = re.compile(r"(?:0|[1-9][0-9]{0,11})\Z")
_CASE = re.compile(r"[a-z0-9-]{16,64}\Z")
_LANGUAGE = re.compile(r"[a-z]{2}\Z")


def offers(services: Services, *, provider: ClientId) -> Sequence[Offer]:
    """The offers of one provider's services."""

    async def cases(incoming: Incoming) -> Answer:
        parts = [part for part in incoming.path.split("/") if part]
        if not parts:
            visit = _visit(incoming, incoming.issue or "")
            return _json(await services.of_person(visit, language=_language(incoming)))
        visit = _visit(incoming, parts[0])
        if incoming.method == "GET":
            return await _read(services, visit, parts[1:], incoming)
        content = _content(incoming)
        if len(parts) == 1:
            visit = _spoken(visit, content)
            return _json(await services.start(str(content.get("service", "")), visit))
        return _json(await services.step("/".join(parts[1:]), content, visit))

    async def catalogue(incoming: Incoming) -> Answer:
        return _json({"services": services.catalogue()})

    async def measures(incoming: Incoming) -> Answer:
        if incoming.path.strip("/") == "what-if":
            service, asked = _tried(incoming)
            return _json(await services.in_thread(services.what_if, service, **asked))
        days = dict(parse_qsl(incoming.query)).get("days", "30")
        if not _DAYS.match(days):
            raise ServiceRefused("a period has 30, 90 or 365 days", why="days")
        return _json(await services.in_thread(services.measures, days=int(days)))

    return [
        Offer(
            provider=provider,
            service="measures",
            endpoints=(Endpoint("GET", "/"), Endpoint("GET", "/what-if")),
            handler=measures,
            requires_purpose=False,
            open_to_all=True,
        ),
        Offer(
            provider=provider,
            service="cases",
            endpoints=(
                Endpoint("GET", "/"),
                Endpoint("POST", "/*"),
                Endpoint("GET", "/*"),
                Endpoint("POST", "/*/**"),
                Endpoint("GET", "/*/documents/*"),
            ),
            handler=cases,
        ),
        Offer(
            provider=provider,
            service="catalogue",
            endpoints=(Endpoint("GET", "/"),),
            handler=catalogue,
            requires_purpose=False,
            open_to_all=True,
        ),
    ]


def _tried(incoming: Incoming) -> tuple[str, dict[str, Any]]:
    """Which figure of which service is tried."""
    asked = dict(parse_qsl(incoming.query))
    if not set(asked) <= {"service", "fee", "becomes", "deadline"}:
        raise ServiceRefused("this question has no such parameter", why="parameter")
    figures = {name: text for name, text in asked.items() if name != "service"}
    if any(not _FIGURE.match(text) for text in figures.values()):
        raise ServiceRefused("a figure is a whole number", why="figure")
    numbers = {name: int(text) for name, text in figures.items()}
    if ("fee" in numbers) is not ("becomes" in numbers):
        raise ServiceRefused("an amount has one that it becomes", why="pair")
    fee = (numbers["fee"], numbers["becomes"]) if "fee" in numbers else None
    return asked.get("service", ""), {"fee": fee, "deadline": numbers.get("deadline")}


async def _read(services: Services, visit: Visit, rest: list[str], incoming: Incoming) -> Answer:
    language = _language(incoming)
    if not rest:
        return _json(await services.status(visit, language=language, find=_find(incoming)))
    content, media_type = await services.document(rest[-1], visit, language=language)
    return Answer(status=200, headers=(("Content-Type", media_type),), body=content)


def _visit(incoming: Incoming, case: str) -> Visit:
    if incoming.subject is None or not incoming.authority:
        raise AuthorityMissing("a person and login's statement are needed", why="no-statement")
    if not _CASE.match(case) or incoming.issue != case:
        raise ServiceRefused("the case of the path and of the message differ", why="case")
    return Visit(
        person=incoming.subject,
        actor=incoming.user or incoming.subject,
        case=case,
        authority=incoming.authority,
        carrier=incoming.client.member,
    )


def _language(incoming: Incoming) -> str:
    language = dict(parse_qsl(incoming.query)).get("language", "")
    if language and not _LANGUAGE.match(language):
        raise ServiceRefused("no such language", why="language")
    return language


def _find(incoming: Incoming) -> tuple[str, str] | None:
    """A question that a list answers, and the words to look for in it."""
    asked = dict(parse_qsl(incoming.query))
    return (asked["find"], asked.get("words", "")) if "find" in asked else None


def _spoken(visit: Visit, content: Mapping[str, Any]) -> Visit:
    language, channel = str(content.get("language", "et")), str(content.get("channel", "web"))
    if not _LANGUAGE.match(language) or channel not in ("web", "desk", "api"):
        raise ServiceRefused("no such language or channel", why="language")
    return replace(visit, language=language, channel=channel)


def _content(incoming: Incoming) -> dict[str, Any]:
    # A step may bring a file, as base64; what is no file is refused by its size all the same.
    return _decoded(incoming.body, most=MOST_FILE if incoming.path.endswith("/file") else MOST_BODY)


def _decoded(body: bytes, *, most: int = MOST_BODY) -> dict[str, Any]:
    if len(body) > most:
        raise ServiceRefused("the step's input is too large", why="size", most=most)
    try:
        content = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, RecursionError) as error:
        raise ServiceRefused("the step's input is not JSON", why="json") from error
    if not isinstance(content, dict):
        raise ServiceRefused("the step's input is not an object", why="json")
    return content


def _json(content: object) -> Answer:
    return Answer(
        status=200,
        headers=(("Content-Type", "application/json"),),
        body=msgspec.json.encode(content),
    )
