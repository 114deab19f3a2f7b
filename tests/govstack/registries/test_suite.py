"""GovStack's public suite of Digital Registries against the door, through the example's mediator.

The suite is not ours and not in this repository: RIIK_GOVSTACK_SUITES names a folder with
``digital-registries/test/openAPI``, where ``npm install --ignore-scripts`` was run. Two of its
workers write where it stands, so it is run in a copy.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from riik.govstack.registries.http import registries_routes
from riik.runtime.threads import ThreadPool

sys.path.insert(0, str(Path(__file__).parents[3] / "examples"))
from govstack.mediator import Node, mediator
from govstack.seed import seed

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]

PORT = 3333
RIGHT = 57


@pytest.fixture
def suite(tmp_path):
    folder = Path(os.environ.get("RIIK_GOVSTACK_SUITES", "")) / "digital-registries/test/openAPI"
    if not (folder / "node_modules/.bin/cucumber-js").exists():
        pytest.skip("the suite isn't here: RIIK_GOVSTACK_SUITES names no folder that has it")
    if shutil.which("node") is None:
        pytest.skip("the suite needs node")
    copy = tmp_path / "suite"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("node_modules"))
    (copy / "node_modules").symlink_to(folder / "node_modules")
    return copy


@contextmanager
def served(routes):
    """The door on a loopback port of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), log_level="warning", lifespan="off")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.05)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@contextmanager
def in_between(node, aliases):
    with mediator(node, aliases, port=PORT) as front:
        thread = threading.Thread(target=front.serve_forever)
        thread.start()
        yield
        front.shutdown()
        thread.join()


def scenarios(report):
    """Each scenario with the message of what failed in it, or None."""
    for feature in json.loads(report.read_text()):
        for one in feature["elements"]:
            failed = [
                step["result"].get("error_message", step["result"]["status"])
                for step in one["steps"]
                if step["result"]["status"] != "passed"
            ]
            yield f"{feature['name'][:60]}: {one['name']}", failed[0] if failed else None


def test_the_public_suite_passes(behind, suite):
    _, registries = behind
    with closing(ThreadPool(4)) as pool:
        routes = registries_routes(registries, at="", in_thread=pool)
        with served(routes) as url:
            node = Node(url, "a-token")
            aliases = seed(node, json.loads((suite / "test-data.json").read_text()))
            with in_between(node, aliases):
                subprocess.run(
                    ["node_modules/.bin/cucumber-js", "--format", "json:report.json"],
                    cwd=suite, check=False, capture_output=True, timeout=500,
                )  # fmt: skip
    told = list(scenarios(suite / "report.json"))
    wrong = [f"{name}: {why}" for name, why in told if why is not None]
    print(f"{len(told) - len(wrong)} of {len(told)} scenarios", *wrong, sep="\n")
    assert (len(told), wrong) == (RIGHT, [])
