"""GovStack's Digital Registries over HTTP: the paths and codes of its definitions 1.3.0.

Its public test suite spells some paths otherwise (``update-entries`` for ``updateEntries``): both
are answered. Every call has ``Information-Mediator-Client`` and ``Authorization``.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from riik.core import InThread, Refused
from riik.govstack.clients import Client, DoorRefused, admit
from riik.govstack.registries.component import Asker, Registries, Usage
from riik.registers import (
    AuthorityRefused,
    PurposeRefused,
    RightMissing,
    UnknownSubject,
)

__all__ = ["registries_routes"]

MOST_BODY: Final = 100_000
STATUS: Final = {"token": 401, "permission": 403, "not-found": 404, "no-record": 404}
PLAIN: Final = frozenset({"search", "filter", "ordering", "page", "pageSize"})

Act = Callable[[Asker, Request, dict[str, Any]], Any]
Serve = Callable[[Client, Request, dict[str, Any]], Any]
READ_VALUE: Final = ("readValue", "read-value")
UPDATE_ENTRIES: Final = ("updateEntries", "update-entries")
UPDATE_OR_CREATE: Final = ("updateOrCreate", "update-or-create")


class Made(NamedTuple):
    """The answer to many creations at once, which has a code of its own."""

    entries: list[dict[str, Any]]


class Struck(NamedTuple):
    """The answer to a delete, which has no content."""

    there: bool


def registries_routes(registries: Registries, *, at: str, in_thread: InThread) -> list[BaseRoute]:
    """All paths of the building block, below one of the node's."""

    def door(serve: Serve) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            try:
                client = _client(registries, request)
                body = _object(await _body(request))
                told = await in_thread(serve, client, request, body)
            except Refused as refused:
                return _refused(refused)
            return _answer(told)

        return answer

    def of_register(act: Act) -> Serve:
        def serve(client: Client, request: Request, body: dict[str, Any]) -> Any:
            path = request.path_params
            asker = registries.asker(client, path["register"], path.get("version", ""))
            return act(asker, request, body)

        return serve

    def add(method: str, path: str, serve: Serve) -> None:
        routes.append(Route(f"{at}{path}", door(serve), methods=[method]))

    routes: list[BaseRoute] = []
    for path in ("/data/mypersonalDataUsage", "/data/MyPersonalDataUsage/1.0"):
        add("GET", path, _usage(registries))
    for method, path, act in (*_questions(registries), *_changes(registries)):
        add(method, f"/data/{{register}}{path}", of_register(act))
    for method, path, serve in _databases(registries):
        add(method, path, serve)
    return routes


def _questions(registries: Registries) -> list[tuple[str, str, Act]]:
    def exists(asker: Asker, _: Request, body: dict[str, Any]) -> Any:
        # The suite leaves `query` and `content` out.
        wanted = _content(body, "query") if "query" in body else body
        there = registries.exists(asker, wanted)
        message = "Object found from database" if there else "Object not found in database"
        return {"answer": {"status": there, "message": message}}

    def read(asker: Asker, _: Request, body: dict[str, Any]) -> Any:
        return {"content": registries.read(asker, _content(body, "query"))}

    def value(asker: Asker, request: Request, _: dict[str, Any]) -> Any:
        path = request.path_params
        field, _dot, kind = path["field"].rpartition(".")
        if kind != "json":
            raise DoorRefused("values are answered as json", why="details")
        found = registries.value(asker, path["key"], field)
        return found if isinstance(found, str) else {"value": found}

    def listed(asker: Asker, request: Request, _: dict[str, Any]) -> Any:
        return _page(registries, asker, request)

    return [
        ("GET", "/{version}", listed),
        ("POST", "/{version}/exists", exists),
        ("POST", "/{version}/read", read),
        *(("GET", f"/{{version}}/{{key}}/{one}/{{field}}", value) for one in READ_VALUE),
    ]


def _changes(registries: Registries) -> list[tuple[str, str, Act]]:
    def create(asker: Asker, _: Request, body: dict[str, Any]) -> Any:
        return {"content": registries.create(asker, _content(body, "write"))}

    def create_entries(asker: Asker, _: Request, body: dict[str, Any]) -> Any:
        given = body.get("write")
        if not isinstance(given, list) or not 0 < len(given) <= 100:
            raise DoorRefused("write is a list of at most 100", why="details")
        contents = [_object(_object(one).get("content")) for one in given]
        return Made([registries.entry(asker, one) for one in contents])

    def update(asker: Asker, _: Request, body: dict[str, Any]) -> Any:
        registries.update(asker, *_pair(body))
        return {}

    def entries(asker: Asker, _: Request, body: dict[str, Any]) -> Any:
        registries.update_entries(asker, *_pair(body))
        return {}

    def either(asker: Asker, _: Request, body: dict[str, Any]) -> Any:
        return {"content": registries.update_or_create(asker, *_pair(body))}

    def delete(asker: Asker, request: Request, _: dict[str, Any]) -> Any:
        return Struck(registries.delete(asker, request.path_params["key"]))

    return [
        ("POST", "/createEntries", create_entries),
        ("POST", "/{version}/create", create),
        ("PUT", "/{version}/update", update),
        *(("PUT", f"/{{version}}/{one}", entries) for one in UPDATE_ENTRIES),
        *(("POST", f"/{{version}}/{one}", either) for one in UPDATE_OR_CREATE),
        ("DELETE", "/{version}/{key}/delete", delete),
    ]


def _databases(registries: Registries) -> list[tuple[str, str, Serve]]:
    def listed(client: Client, _: Request, __: dict[str, Any]) -> Any:
        found = registries.databases(client)
        return {"id": 1, "name": "Registers", "code": "registers", "databases": found, "order": 1}

    def one(client: Client, request: Request, _: dict[str, Any]) -> Any:
        return registries.described(client, request.path_params["number"])

    def modify(client: Client, _: Request, body: dict[str, Any]) -> Any:
        return registries.propose(client, body)

    def delete(client: Client, request: Request, _: dict[str, Any]) -> Any:
        registries.withdraw(client, request.path_params["number"])
        return "Success"

    return [
        ("GET", "/databases", listed),
        ("POST", "/database/modify", modify),
        ("GET", "/database/{number:int}", one),
        ("DELETE", "/database/{number:int}", delete),
    ]


def _usage(registries: Registries) -> Serve:
    def serve(client: Client, request: Request, _: dict[str, Any]) -> Any:
        given = {name.lower(): value for name, value in request.query_params.items()}
        person, register = given.get("userid", ""), given.get("databaseid", "")
        if not any(one.register == register for one in client.rights):
            raise DoorRefused("databaseId is a register's id", why="details")
        asker = registries.asker(client, register, "")
        return [_shown(one) for one in registries.usage(asker, person)]

    return serve


def _shown(one: Usage) -> dict[str, Any]:
    return {
        "id": one.id,
        "readerId": one.reader,
        "readerInstitutionId": one.institution,
        "readerApplicationName": one.application,
        "searchDateTime": one.at,
        "refrences": [{"ReferenceId": one.case}] if one.case else [],
    }


def _page(registries: Registries, asker: Asker, request: Request) -> dict[str, Any]:
    """``filter`` names a field and ``search`` its value; so does each ``query.<fieldName>``."""
    given = request.query_params
    wanted: dict[str, Any] = {
        name.removeprefix("query."): value
        for name, value in given.items()
        if name.startswith("query.")
    }
    if unknown := [one for one in given if one not in PLAIN and not one.startswith("query.")]:
        raise DoorRefused(f"no such parameter: {unknown[0][:40]!r}", why="details")
    if bool(given.get("search")) != bool(given.get("filter")):
        raise DoorRefused("search needs a field in filter, and filter a search", why="details")
    if given.get("search"):
        wanted[given["filter"]] = given["search"]
    page, size = (_number(given.get(name), default) for name, default in _SIZES)
    found = registries.find(asker, wanted, page=page, size=size)
    records = list(found.records)
    if given.get("ordering"):
        by = given.get("filter") or asker.right.key
        backwards = given["ordering"].startswith("desc")
        records.sort(key=lambda values: str(values.get(by, "")), reverse=backwards)
    told: dict[str, Any] = {"count": found.total, "results": records}
    if page * size < found.total:
        told["next"] = str(request.url.include_query_params(page=page + 1))
    if page > 1:
        told["previous"] = str(request.url.include_query_params(page=page - 1))
    return told


_SIZES: Final = (("page", 1), ("pageSize", 100))


def _number(text: str | None, default: int) -> int:
    if not text:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        raise DoorRefused("this is no whole number", why="details")
    return int(text)


def _client(registries: Registries, request: Request) -> Client:
    header = request.headers.get("information-mediator-client", "")
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    return admit(registries.clients, header=header, token=token)


async def _body(request: Request) -> Any:
    body = await request.body()
    if len(body) > MOST_BODY:
        raise DoorRefused("the body is too long", why="details")
    try:
        return msgspec.json.decode(body) if body else {}
    except msgspec.DecodeError as error:
        raise DoorRefused("the body is no JSON", why="details") from error


def _pair(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return _content(body, "query"), _content(body, "write")


def _content(body: dict[str, Any], part: str) -> dict[str, Any]:
    return _object(_object(body.get(part)).get("content"))


def _object(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise DoorRefused("query and write are objects with a content", why="details")
    return given


def _refused(refused: Refused) -> Response:
    """A register's refusal says why, not what it holds."""
    if isinstance(refused, RightMissing | PurposeRefused | AuthorityRefused):
        status = 403
    elif isinstance(refused, UnknownSubject):
        status = 404
    else:
        status = STATUS.get(refused.why, 400) if isinstance(refused, DoorRefused) else 400
    return _json({"code": refused.code, "why": refused.why, "detail": str(refused)}, status=status)


def _answer(told: Any) -> Response:
    if isinstance(told, Made):
        return _json({"receive": told.entries}, status=201)
    if isinstance(told, Struck):
        # The definition has 204 alone; whether there was a record at all stands in a header.
        return Response(status_code=204, headers={"Riik-Struck": str(int(told.there))})
    return _json(told)


def _json(value: Any, *, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store"}
    body = msgspec.json.encode(value)
    return Response(body, status, headers, media_type="application/json")
