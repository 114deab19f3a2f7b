"""A form of 10, 100 and 700 questions: how long a step and a page take, and how that grows.

``python -m bench.bench_forms`` prints one JSON object. Each form asks one question a page, every
third under a condition on the first; a person answers all of them in order. A step is the whole of
what a browser posts: the portal's page, the provider's step, one durable unit of work (SQLite,
WAL, ``synchronous=FULL``), the case told again. A page is what it gets. No network, no exchange.
The limit of the step at 700 is twice the step at 10 of the same run (``ratio`` at most 2); a first
form of 10 warms up, and small forms are filled in again until as many steps are counted.
"""

import asyncio
import json
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette

import riik.services
from riik.node.preview.house import Place, Previewed
from riik.node.preview.http import preview_routes
from riik.profiles import country_profile
from riik.runtime.clock import SystemClock
from riik.runtime.entropy import SystemEntropy
from riik.runtime.threads import ThreadPool
from riik.services import begin_folder

SIZES, LEAST = (10, 100, 700), 300
ORIGIN = "http://localhost:8100"


def folder_of(count: int) -> dict[str, bytes]:
    """A service with so many questions."""
    clock = SystemClock()
    files = begin_folder("long-form", languages=["en"], today=clock.now().date())
    names = [f"q{number}" for number in range(count)]
    question = {"title": "A question?", "description": "Say something.", "type": "string"}
    form = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {name: {**question, "maxLength": 100} for name in names},
        "required": names,
        "x-pages": [
            {"id": name, "fields": [name]}
            | ({"when": 'answers.q0 != ""'} if number and number % 3 == 0 else {})
            for number, name in enumerate(names)
        ],
    }
    kept = {name: source for name, source in files.items() if not name.startswith("cases/")}
    return {**kept, "form.json": json.dumps(form).encode()}


class Browser:
    """Sends what a browser would, without a network."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    async def send(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> Any:
        """Status, headers and text of an answer."""
        body = urlencode(fields or {}).encode()
        headers = [
            (b"host", b"localhost:8100"),
            (b"origin", ORIGIN.encode()),
            (b"sec-fetch-site", b"same-origin"),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"cookie", b"riik-lang=en"),
        ]
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
            "scheme": "http",
            "server": ("localhost", 8100),
            "state": {},
        }
        parts: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def take(message: Any) -> None:
            parts.append(message)

        await self.app(scope, receive, take)  # type: ignore[arg-type]  # as servers call it
        told = {key.decode(): value.decode() for key, value in parts[0]["headers"]}
        content = b"".join(part.get("body", b"") for part in parts[1:])
        return parts[0]["status"], told, content.decode()


async def fill(count: int, kept: Path) -> dict[str, float]:
    """Answer a form of so many questions, each step and page timed, in milliseconds."""
    standard = Path(riik.services.__file__).with_name("standard.bpmn").read_bytes()
    profile = country_profile("ee")
    place = Place(
        folder=kept,
        standard=standard,
        clock=SystemClock(),
        entropy=SystemEntropy(),
        in_thread=ThreadPool(name="bench"),
        zone=profile.dates["zone"],
    )
    here = Previewed(place=place, origin=ORIGIN)
    here.read(folder_of(count))
    assert not here.refused, here.refused
    routes = preview_routes(here, look=lambda: ("", []), profile=profile, origin=ORIGIN)
    browser = Browser(Starlette(routes=routes))
    _, _, page = await browser.send("GET", "/services/long-form/start")
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found, page[:500]
    _, told, _ = await browser.send("POST", "/services/long-form/start", {"once": found[1]})
    await here.rest()
    case = "/".join(told["location"].split("/")[:3])
    steps, pages = [], []
    for number in [*range(count), *(at % count for at in range(max(0, LEAST - count)))]:
        address = f"{case}/answers/q{number}"
        began = time.perf_counter()
        status, _, _ = await browser.send("GET", address)
        pages.append(time.perf_counter() - began)
        assert status == 200
        began = time.perf_counter()
        status, told, _ = await browser.send("POST", address, {"csrf": "", f"q{number}": "yes"})
        steps.append(time.perf_counter() - began)
        assert status == 303, status
    here.close()
    return {
        "step_p50_ms": round(median(steps) * 1000, 2),
        "step_p95_ms": round(quantiles(steps, n=20)[-1] * 1000, 2),
        "page_p50_ms": round(median(pages) * 1000, 2),
        "page_p95_ms": round(quantiles(pages, n=20)[-1] * 1000, 2),
    }


async def measure() -> dict[str, Any]:
    """All sizes, and how many times the smallest the largest takes."""
    result: dict[str, Any] = {}
    for count in (SIZES[0], *SIZES):
        with tempfile.TemporaryDirectory() as kept:
            result[str(count)] = await fill(count, Path(kept))
    small, large = result[str(SIZES[0])], result[str(SIZES[-1])]
    result["ratio"] = {
        name: round(large[name] / small[name], 2)
        for name in ("step_p50_ms", "step_p95_ms", "page_p50_ms", "page_p95_ms")
    }
    result["limit"] = 2.0
    return result


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure()), indent=2))
