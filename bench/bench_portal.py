"""How long does a page of the portal take, and how many can one process make?

``python -m bench.bench_portal [PAGES]`` prints one JSON object. A small country runs in this
process; Mari is signed in and has a renewed licence. The portal's own application is called as its
server calls it, without sockets: first pages that need nobody else (session, guides, who is signed
in), then pages that ask other members over the exchange, all of whom share this one core. Beside
them stands an empty page of Starlette, called in the same way in the same minutes. Last, eight
more organisations join, and Mari looks at her cases at ten.

CPU is counted for the whole process: with the threads of the portal's database, and with what all
the nodes do while nobody asks (``idle_share_of_a_core``). Pages are asked in ten slices, and the
median slice tells: now and then a node stamps its messages or proves its looks meanwhile.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any, cast

import uvloop
from bench.schools import found_schools, service_of
from sqlalchemy import event
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from riik.demo.browser import Browser
from riik.demo.running import Demonstration, open_demonstration
from riik.demo.storytelling import read_story, tell_story
from riik.node import Node, build, join, read_config

APART = 12_000
WARM = 10
ASKING = 30
SLICES = 10
IDLE_SECONDS = 3.0
ORGANISATIONS, SCHOOLS = 10, 8
LIMITS = {
    "target_pages_per_cpu_second": 600,
    "target_p95_ms": 50,
    "target_ms_with_three_registers": 300,
    "target_ms_with_ten_organisations": 300,
}
OWN = {"a_service": "/services/driving-licence", "home": "/", "help": "/help"}
"""Pages of the portal alone; home asks others too, when somebody is signed in."""

OTHERS = {"home_of_mari": "/", "own_data": "/me", "my_cases": "/cases", "who_looked": "/looks"}
App = Callable[..., Awaitable[None]]


async def page(app: App, path: str, cookie: str) -> tuple[int, bytes]:
    """One page as the server asks for it; answers status and content."""
    headers = [(b"host", b"localhost"), (b"accept", b"text/html"), (b"accept-language", b"en")]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [*headers, (b"cookie", cookie.encode())],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
    }
    status, body = 0, b""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")

    await app(scope, receive, send)
    return status, body


async def content(app: App, path: str, cookie: str) -> bytes:
    """What stands at an address.

    Raises:
        RuntimeError: It is no page.
    """
    status, body = await page(app, path, cookie)
    if status != 200:
        raise RuntimeError(f"{path} answered {status}")
    return body


async def timed(app: App, path: str, cookie: str, count: int) -> dict[str, Any]:
    """A page again and again, one after another; CPU is that of the median slice."""
    for _ in range(WARM):
        size = len(await content(app, path, cookie))
    seconds, slices = [], []
    for _ in range(SLICES):
        cpu = time.process_time()
        for _ in range(count // SLICES):
            start = time.perf_counter()
            await page(app, path, cookie)
            seconds.append(time.perf_counter() - start)
        slices.append((time.process_time() - cpu) / (count // SLICES))
    used = median(slices)
    return {
        "pages": len(seconds),
        "median_ms": round(median(seconds) * 1000, 2),
        "p95_ms": round(quantiles(seconds, n=20)[-1] * 1000, 2),
        "cpu_ms": round(used * 1000, 3),
        "pages_per_second": round(len(seconds) / sum(seconds)),
        "pages_per_cpu_second": round(1 / used),
        "bytes": size,
    }


def empty() -> App:
    """A page without anything."""

    async def show(request: Request) -> HTMLResponse:
        return HTMLResponse("<!doctype html><title>x</title>")

    return Starlette(routes=[Route("/", show)])


async def statements(app: App, path: str, cookie: str) -> int:
    """How many SQL statements one page takes, of whoever answers for it."""
    counted = []

    def count(*_: object) -> None:
        counted.append(1)

    event.listen(Engine, "before_cursor_execute", count)
    await page(app, path, cookie)
    event.remove(Engine, "before_cursor_execute", count)
    return len(counted)


async def idle() -> float:
    """Share of a core that the nodes use while nobody asks anything."""
    start, cpu = time.perf_counter(), time.process_time()
    await asyncio.sleep(IDLE_SECONDS)
    return (time.process_time() - cpu) / (time.perf_counter() - start)


async def measured(country: Demonstration, cookie: str, count: int) -> dict[str, Any]:
    """The figures of the country as it is."""
    app = _app(country.nodes["portal"])
    resting = await idle()
    limit = await timed(empty(), "/", "", count * 4)
    alone = {
        name: await timed(app, path, cookie if name == "a_service" else "", count)
        | {"statements": await statements(app, path, cookie if name == "a_service" else "")}
        for name, path in OWN.items()
    }
    asking = {name: await timed(app, path, cookie, ASKING) for name, path in OTHERS.items()}
    return {
        "nodes_in_this_process": len(country.nodes),
        "idle_share_of_a_core": round(resting, 4),
        "empty_starlette_page": limit,
        "pages_of_the_portal_alone": alone,
        "ratio_a_service_to_empty": round(
            alone["a_service"]["pages_per_cpu_second"] / limit["pages_per_cpu_second"], 4
        ),
        "pages_that_ask_others": asking,
        "registers_asked_by_own_data": len(country.nodes["portal"].parts.portal.registers),
        "looks_proved_by_who_looked": await proved(app, cookie),
    }


async def proved(app: App, cookie: str) -> int:
    """How many looks the page about looks proves."""
    return int(json.loads(await content(app, "/v1/mine/looks", cookie))["proved"])


async def ten_organisations(country: Demonstration) -> dict[str, Any]:
    """The person's cases at ten organisations, each with a node, a database and a case of its own.

    The country's ministry and school are two; eight schools join for this. All nodes share this
    process, so one core does the work of ten machines.
    """
    folder = country.folder
    members = await asyncio.to_thread(found_schools, folder, SCHOOLS)
    roles = [*country.country.members, *(member.role for member in members)]
    nodes = {role: build(read_config(folder / role / "node.toml")) for role in roles}
    try:
        await asyncio.to_thread(join, members, nodes["authority"].parts.centre)
        for node in nodes.values():
            await node.open_door()
        for node in nodes.values():
            await node.open_exchange()
            node.start_work()
        services = ["driving-course", *(service_of(member.role) for member in members)]
        cookie = await signed_in(country, begin=services)
        app = _app(nodes["portal"])
        told = json.loads(await content(app, "/v1/mine/cases", cookie))
        asked = {case["provider"] for case in told["cases"]}
        if len(asked) != ORGANISATIONS or told["silent"]:
            raise RuntimeError(f"{len(asked)} organisations told, {told['silent']} did not")
        figures = await timed(app, "/cases", cookie, ASKING)
        return {
            "organisations": len(asked),
            "cases": len(told["cases"]),
            "nodes": len(nodes),
            **figures,
        }
    finally:
        for node in nodes.values():
            await node.stop()


async def signed_in(country: Demonstration, *, begin: Sequence[str] = ()) -> str:
    """Mari signs in at the portal and begins cases there; the cookies of her browser."""
    async with Browser(country.holder("mari"), country.folder / "cards") as browser:
        portal = country.places["portal"].origin
        await browser.enter(portal)
        for service in begin:
            await browser.post(f"{portal}/v1/cases", {"service": service, "language": "et"})
        return "; ".join(f"{name}={value}" for name, value in browser.cookies(portal).items())


def _app(node: Node) -> App:
    return cast("App", node.server._uvicorn.config.loaded_app)


async def run(count: int) -> dict[str, Any]:
    """Found a country, let Mari renew a licence, measure; then with more organisations."""
    with tempfile.TemporaryDirectory() as name:
        country = await open_demonstration(
            "ee",
            Path(name) / "state",
            residents=50,
            shift=APART,
            tell=lambda line: print(line, file=sys.stderr),
        )
        try:
            service, story = read_story("driving-licence", "renewed")
            await tell_story(country, service, story, clock=time.monotonic, tell=lambda _: None)
            figures = await measured(country, await signed_in(country), count)
        finally:
            await country.close()
        return figures | {"my_cases_of_ten_organisations": await ten_organisations(country)}


def main(count: int) -> None:
    figures = uvloop.run(run(count))
    print(json.dumps(LIMITS | figures | {"load_at_end": round(os.getloadavg()[0], 1)}, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
