"""How long does a page of the portal take, and how many can one process make?

``python -m bench.bench_portal [PAGES]`` prints one JSON object. A small country runs in this
process; Mari is signed in and has a renewed licence. The portal's own application is called as its
server calls it, without sockets: first pages that need nobody else (session, guides, who is signed
in), then pages that ask other members over the exchange, all of whom share this one core. Beside
them stands an empty page of Starlette, called in the same way in the same minutes.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import uvloop
from sqlalchemy import event
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from yarl import URL

from riik.demo.browser import Browser
from riik.demo.running import Demonstration, open_demonstration
from riik.demo.storytelling import read_story, tell_story

APART = 12_000
WARM = 10
ASKING = 12
OWN = {"a_service": "/services/driving-licence", "home": "/", "help": "/help"}
"""Pages of the portal alone; home asks others too, when somebody is signed in."""

OTHERS = {"home_of_mari": "/", "own_data": "/me", "my_cases": "/cases", "who_looked": "/looks"}
App = Callable[..., Awaitable[None]]


async def page(app: App, path: str, cookie: str) -> tuple[int, int]:
    """One page as the server asks for it; answers status and size."""
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
    told = {"status": 0, "size": 0}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        told["status"] = message.get("status", told["status"])
        told["size"] += len(message.get("body", b""))

    await app(scope, receive, send)
    return told["status"], told["size"]


async def timed(app: App, path: str, cookie: str, count: int) -> dict[str, Any]:
    """A page again and again, one after another."""
    for _ in range(WARM):
        status, size = await page(app, path, cookie)
    if status != 200:
        raise RuntimeError(f"{path} answered {status}")
    seconds, cpu = [], time.process_time()
    for _ in range(count):
        start = time.perf_counter()
        await page(app, path, cookie)
        seconds.append(time.perf_counter() - start)
    used = (time.process_time() - cpu) / count
    return {
        "median_ms": round(median(seconds) * 1000, 2),
        "p95_ms": round(quantiles(seconds, n=20)[-1] * 1000, 2),
        "cpu_ms": round(used * 1000, 3),
        "pages_per_second": round(count / sum(seconds)),
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


async def ten_organisations(app: App, cookie: str) -> float:
    """Milliseconds until ten organisations have told a person's cases: two here, five times."""
    took = []
    for _ in range(ASKING):
        start = time.perf_counter()
        await asyncio.gather(*(page(app, "/cases", cookie) for _ in range(5)))
        took.append(time.perf_counter() - start)
    return round(median(took) * 1000, 1)


async def measured(country: Demonstration, cookie: str, count: int) -> dict[str, Any]:
    """All figures of a running country."""
    app = country.nodes["portal"].server._uvicorn.config.loaded_app
    limit = await timed(empty(), "/", "", count * 4)
    alone = {
        name: await timed(app, path, cookie if name == "a_service" else "", count)
        | {"statements": await statements(app, path, cookie if name == "a_service" else "")}
        for name, path in OWN.items()
    }
    asking = {name: await timed(app, path, cookie, ASKING) for name, path in OTHERS.items()}
    return {
        "empty_starlette_page": limit,
        "pages_of_the_portal_alone": alone,
        "ratio_a_service_to_empty": round(
            alone["a_service"]["pages_per_cpu_second"] / limit["pages_per_cpu_second"], 4
        ),
        "pages_that_ask_others": asking,
        "my_cases_of_ten_organisations_ms": await ten_organisations(app, cookie),
        "registers_asked_by_own_data": len(country.nodes["portal"].parts.portal.registers),
    }


async def run(count: int) -> dict[str, Any]:
    """Found a country, let Mari renew a licence, measure."""
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
            async with Browser(country.holder("mari"), country.folder / "cards") as browser:
                portal = country.places["portal"].origin
                await browser.enter(portal)
                kept = browser._http.cookie_jar.filter_cookies(URL(portal))
                cookie = "; ".join(f"{one.key}={one.value}" for one in kept.values())
            return await measured(country, cookie, count)
        finally:
            await country.close()


def main(count: int) -> None:
    figures = uvloop.run(run(count))
    print(json.dumps(figures | {"load_at_end": round(os.getloadavg()[0], 1)}, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
