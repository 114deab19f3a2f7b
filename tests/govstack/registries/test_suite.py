"""GovStack's public suites against the doors, through the example's mediator.

The suites are not ours and not in this repository: RIIK_GOVSTACK_SUITES names a folder with
``digital-registries/test/openAPI`` and ``registration/test/openAPI``, where ``npm install
--ignore-scripts`` was run. Their workers write where they stand, so each is run in a copy.
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

from riik.govstack.registration import Catalogue, Offered
from riik.govstack.registration.http import registration_routes
from riik.govstack.registries.http import registries_routes
from riik.runtime.threads import ThreadPool

sys.path.insert(0, str(Path(__file__).parents[3] / "examples"))
from govstack.mediator import Aliases, Node, mediator
from govstack.seed import seed

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]

PORT = 3333
RIGHT = 57
REGISTRATION = (49, 12)


@pytest.fixture(params=["digital-registries"])
def suite(tmp_path, request):
    folder = Path(os.environ.get("RIIK_GOVSTACK_SUITES", "")) / request.param / "test/openAPI"
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


def ran(suite):
    """Run the suite: how many scenarios it has, and what failed."""
    subprocess.run(
        ["node_modules/.bin/cucumber-js", "--format", "json:report.json"],
        cwd=suite, check=False, capture_output=True, timeout=500,
    )  # fmt: skip
    told = list(scenarios(suite / "report.json"))
    wrong = [f"{name}: {why}" for name, why in told if why is not None]
    print(f"{len(told) - len(wrong)} of {len(told)} scenarios", *wrong, sep="\n")
    return len(told), wrong


def test_the_suite_of_digital_registries_passes(behind, suite):
    _, registries = behind
    with closing(ThreadPool(4)) as pool:
        routes = registries_routes(registries, at="", in_thread=pool)
        with served(routes) as url:
            node = Node(url, "a-token")
            aliases = seed(node, json.loads((suite / "test-data.json").read_text()))
            with in_between(node, aliases):
                assert ran(suite) == (RIGHT, [])


@pytest.mark.parametrize("suite", ["registration"], indirect=True)
def test_of_the_suite_of_registration_what_tells_services_passes(suite):
    wanted = json.loads((suite / "test-data.json").read_text())["services"]
    offered = [
        Offered(id=one["id"], version=one["version"], name=one["name"], form={"type": "object"})
        for one in wanted
    ]
    catalogue = Catalogue(member="EE-DEMO/GOV/70001053", offered=lambda: offered)
    ids = {one["description"]: one["id"] for one in catalogue.services()}
    routes = registration_routes(catalogue, at="")
    with served(routes) as url, in_between(Node(url, "none"), Aliases(services=ids)):
        scenarios, wrong = ran(suite)
    assert (scenarios, scenarios - len(wrong)) == REGISTRATION
