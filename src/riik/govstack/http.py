"""GovStack's Scheduler over HTTP: the paths, parameters and codes of its OpenAPI definition 1.0.

    POST   /<resource>/new            qry.details → the id, as a text
    PUT    /<resource>/modifications  <resource>_id, qry.details
    DELETE /<resource>                <resource>_id
    GET    /<resource>/list_details   qry.<resource>_filter, qry.<resource>_details_required
    GET    /resource/availability     qry.free_resource_filter

Every call has ``requestor_id`` and ``request_token``. ``qry`` is an exploded form object: its
properties are parameters of their own, each JSON; ``qry`` whole as JSON is taken as well, and so
is a JSON body. Lists are lists in a list, as the definition has them. Codes: 400, 403 and 404, as
there.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from riik.core import Database, InThread, Work
from riik.govstack.clients import Client
from riik.govstack.scheduler import Scheduler
from riik.govstack.scheduler_model import RESOURCES, Resource, SchedulerRefused

__all__ = ["scheduler_routes"]

STATUS: Final = {"permission": 403, "not-found": 404}
MOST_BODY: Final = 100_000

Handler = Callable[[Request], Awaitable[Response]]
Act = Callable[[Client, Request, dict[str, Any], Work], Any]


def scheduler_routes(
    scheduler: Scheduler, *, at: str, database: Database, in_thread: InThread
) -> list[BaseRoute]:
    """All paths of the building block, below one of the node's."""

    def door(act: Act) -> Handler:
        def run(client: Client, request: Request, query: dict[str, Any]) -> Any:
            with database.work() as work:
                return act(client, request, query, work)

        async def answer(request: Request) -> Response:
            try:
                client = _admit(scheduler, request)
                query = await _query(request)
                told = await in_thread(run, client, request, query)
            except SchedulerRefused as refused:
                body = {"code": refused.code, "why": refused.why, "message": str(refused)}
                return _json(body, status=STATUS.get(refused.why, 400))
            return _json(told)

        return answer

    routes: list[BaseRoute] = []
    for resource in RESOURCES.values():
        base, acts = f"{at}/{resource.name}", _acts(scheduler, resource)
        routes += [
            Route(f"{base}/{path}" if path else base, door(act), methods=[method])
            for method, path, act in acts
        ]

    def availability(client: Client, _: Request, query: dict[str, Any], work: Work) -> Any:
        wanted = query.get("free_resource_filter", query)
        return [scheduler.availability(wanted, client=client, work=work)]

    routes.append(Route(f"{at}/resource/availability", door(availability), methods=["GET"]))
    return routes


def _acts(scheduler: Scheduler, resource: Resource) -> list[tuple[str, str, Act]]:
    name = resource.name

    def create(_: Client, __: Request, query: dict[str, Any], work: Work) -> Any:
        details = query.get(resource.created, query.get("details"))
        ids = scheduler.create(name, details, work=work)
        return ",".join(f"{resource.key}:{one}" for one in ids)

    def modify(_: Client, request: Request, query: dict[str, Any], work: Work) -> Any:
        details = query.get("details", query.get(resource.created))
        scheduler.modify(name, _id(request, resource), details, work=work)
        return "success"

    def remove(_: Client, request: Request, __: dict[str, Any], work: Work) -> Any:
        scheduler.delete(name, _id(request, resource), work=work)
        return "success"

    def listed(client: Client, _: Request, query: dict[str, Any], work: Work) -> Any:
        required = query.get(f"{name}_details_required")
        wanted = query.get(f"{name}_filter")
        return [scheduler.find(name, wanted, required, client=client, work=work)]

    return [
        ("POST", "new", create),
        ("PUT", "modifications", modify),
        ("DELETE", "", remove),
        ("GET", "list_details", listed),
    ]


def _admit(scheduler: Scheduler, request: Request) -> Client:
    given = [request.query_params.get(name) for name in ("requestor_id", "request_token")]
    if not all(given):
        raise SchedulerRefused("requestor_id and request_token are needed", why="parameters")
    return scheduler.admit(str(given[0]), str(given[1]))


def _id(request: Request, resource: Resource) -> str:
    found = request.query_params.get(resource.key, "")
    if not found:
        raise SchedulerRefused(f"{resource.key} is needed", why="parameters")
    return found


async def _query(request: Request) -> dict[str, Any]:
    """``qry`` in each of the ways in which clients write an object into an address, or a body."""
    given = request.query_params
    query: dict[str, Any] = {}
    for name, text in given.items():
        if text[:1] in "{[" and name not in ("requestor_id", "request_token"):
            value = _decoded(text.encode())
            query |= value if name == "qry" and isinstance(value, dict) else {name: value}
    body = await request.body() if not query else b""
    if len(body) > MOST_BODY:
        raise SchedulerRefused("the body is too long", why="parameters")
    value = _decoded(body) if body else {}
    if not isinstance(value, dict):
        raise SchedulerRefused("qry is an object", why="parameters")
    value = value.get("qry", value)
    return query | (value if isinstance(value, dict) else {})


def _decoded(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise SchedulerRefused("qry is no JSON", why="parameters") from error


def _json(value: Any, *, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store"}
    body = msgspec.json.encode(value)
    return Response(body, status, headers, media_type="application/json")
