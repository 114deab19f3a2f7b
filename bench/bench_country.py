"""How long does a country take to start, what does it hold, how many licences does it renew?

``python -m bench.bench_country [--journeys 24] [--residents 1000]`` prints one JSON object.
Every figure comes from a process of its own: founding a country of ten nodes, finding it
again with 2, 5 and 10 of its nodes, then whole journeys from the card to the sealed decision,
one after another and eight at once, in one process and with a process for each node.

The limit beside it, in the same run: the signatures made and verified in one journey are
counted, and their bare cost measured; two cores can do no more journeys than that.
"""

import argparse
import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import uvloop
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256

from riik.core import RiikError
from riik.demo.country import read_country
from riik.demo.running import Demonstration, open_demonstration
from riik.demo.storytelling import read_story, tell_story
from riik.node import build, read_config

NODES = (2, 5, 10)
FIRST = ("authority", "trust")
AT_ONCE = 8
# Other ports than the demonstration's: a country may run beside its bench.
APART = 9_000
SIGN_AND_VERIFY = ("sign", "verify")


def started(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """The whole country, founded or found again; how long until it is ready."""
    return asyncio.run(_started(folder, options))


async def _started(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    watch = Watch()
    async with _country(folder, options, processes=options.processes) as running:
        return watch.told() | {"megabytes": round(_megabytes(_pids(running)))}


def found_again(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Some of the country's nodes, in one process; the authority and its trust centre first."""
    return asyncio.run(_found_again(folder, options.nodes))


async def _found_again(folder: Path, count: int) -> dict[str, Any]:
    roles = [*FIRST, *(role for role in read_country("ee").members if role not in FIRST)]
    watch = Watch()
    nodes = [build(read_config(folder / role / "node.toml")) for role in roles[:count]]
    for node in nodes:
        await node.open_door()
    for node in nodes:
        await node.open_exchange()
        node.start_work()
    told = watch.told() | {"megabytes": round(_megabytes([os.getpid()]))}
    for node in nodes:
        await node.stop()
    return {"nodes": count, **told}


def journeys(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Renewals a second, so many browsers at once."""
    return uvloop.run(_journeys(folder, options))


async def _journeys(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    async with _country(folder, options, processes=options.processes) as running:
        await _renew(running)
        pids, places = _pids(running), asyncio.Semaphore(options.at_once)
        before, began, seconds = _cpu(pids), time.perf_counter(), []
        outcomes: Counter[str] = Counter()

        async def one() -> None:
            async with places:
                start = time.perf_counter()
                outcomes[await _renew(running)] += 1
                seconds.append(time.perf_counter() - start)

        await asyncio.gather(*(one() for _ in range(options.journeys)))
        elapsed, used = time.perf_counter() - began, _cpu(pids) - before
        return {
            "at_once": options.at_once,
            "outcomes": dict(outcomes),
            "a_second": round(outcomes["granted"] / elapsed, 2),
            "cpu_ms_a_journey": round(used / options.journeys * 1000),
            "median_s": round(median(seconds), 2),
            "megabytes": round(_megabytes(pids)),
        }


def cryptography(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Signatures made and verified in one journey, and what they cost bare, on one core."""
    counted: Counter[tuple[str, str]] = Counter()
    counting = threading.Event()

    def watch(_frame: object, event: str, called: Any) -> None:
        if event == "c_call" and called.__name__ in SIGN_AND_VERIFY and counting.is_set():
            kind = _kind(called.__self__)
            if kind is not None:
                counted[kind, called.__name__] += 1

    async def count() -> None:
        async with _country(folder, options, processes=False) as running:
            await _renew(running)
            counting.set()
            await _renew(running)
            counting.clear()

    threading.setprofile(watch)
    sys.setprofile(watch)
    asyncio.run(count())
    sys.setprofile(None)
    costs = {kind: _costs(kind) for kind, _ in counted}
    total = sum(number * costs[kind][verb] for (kind, verb), number in counted.items())
    return {
        "in_one_journey": {f"{k} {verb}": number for (k, verb), number in sorted(counted.items())},
        "cpu_ms_a_journey": round(total * 1000, 2),
        "most_journeys_a_second": round((os.cpu_count() or 1) / total),
    }


def _kind(key: object) -> str | None:
    if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
        return key.curve.name
    known = ed25519.Ed25519PrivateKey | ed25519.Ed25519PublicKey
    return "ed25519" if isinstance(key, known) else None


def _costs(kind: str) -> dict[str, float]:
    """CPU seconds of one signature and of its verification."""
    message = bytes(1000)
    if kind == "ed25519":
        key = ed25519.Ed25519PrivateKey.generate()
        value, public = key.sign(message), key.public_key()
        return {
            "sign": _cost(lambda: key.sign(message)),
            "verify": _cost(lambda: public.verify(value, message)),
        }
    curves = {curve.name: curve for curve in (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1())}
    own, scheme = ec.generate_private_key(curves[kind]), ec.ECDSA(SHA256())
    value, shown = own.sign(message, scheme), own.public_key()
    return {
        "sign": _cost(lambda: own.sign(message, scheme)),
        "verify": _cost(lambda: shown.verify(value, message, scheme)),
    }


def _cost(action: Callable[[], object]) -> float:
    start = time.process_time()
    for _ in range(300):
        action()
    return (time.process_time() - start) / 300


class Watch:
    """Wall and CPU seconds from now on, and what importing took before."""

    def __init__(self) -> None:
        self.imported = time.process_time()
        self.began = time.perf_counter()

    def told(self) -> dict[str, float]:
        return {
            "import_cpu_s": round(self.imported, 2),
            "cpu_s": round(time.process_time() - self.imported, 2),
            "seconds": round(time.perf_counter() - self.began, 2),
        }


@asynccontextmanager
async def _country(
    folder: Path, options: argparse.Namespace, *, processes: bool
) -> AsyncIterator[Demonstration]:
    """The country while it runs; a bench that fails leaves no node behind."""
    running = await open_demonstration(
        "ee",
        folder,
        processes=processes,
        residents=options.residents,
        shift=APART,
        tell=lambda line: print(line, file=sys.stderr),
    )
    try:
        yield running
    finally:
        await running.close()


async def _renew(running: Demonstration) -> str:
    """One renewal from the card on; where its case stood when the person left."""
    service, story = read_story("driving-licence", "renewed")
    try:
        told = await tell_story(
            running, service, story, clock=time.monotonic, tell=lambda step: None
        )
    except RiikError as error:
        return f"{error.code} {error.why}"
    return told.result.outcome


def _pids(running: Demonstration) -> list[int]:
    return [os.getpid(), *(process.pid for process in running.processes.values())]


def _cpu(pids: list[int]) -> float:
    """CPU seconds of these processes so far; of this one alone where there is no /proc."""
    if not Path("/proc/self/stat").exists():
        return time.process_time()
    ticks = os.sysconf("SC_CLK_TCK")
    rows = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(row[11]) + int(row[12]) for row in rows) / ticks


def _megabytes(pids: list[int]) -> float:
    """Memory of these processes and their children (the presses); shared pages in parts."""
    if not Path("/proc/self/smaps_rollup").exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    counted = {str(pid) for pid in pids}
    for pid in pids:
        counted |= set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in counted]
    shares = [line for text in rollups for line in text.splitlines() if line.startswith("Pss:")]
    return sum(int(line.split()[1]) for line in shares) / 1024


CHILDREN = {
    "started": started,
    "found_again": found_again,
    "journeys": journeys,
    "cryptography": cryptography,
}


def measure(name: str, folder: Path, options: argparse.Namespace, **asked: int) -> dict[str, Any]:
    """One figure from a fresh process; journeys on a copy, for nobody pays out of one salary."""
    if name == "journeys":
        copy = folder.with_name(f"{folder.name}-{len(list(folder.parent.iterdir()))}")
        folder = shutil.copytree(folder, copy)
    command = [sys.executable, "-m", "bench.bench_country", "--child", name]
    command += ["--folder", str(folder), "--residents", str(options.residents)]
    command += ["--journeys", str(options.journeys)]
    for key, value in asked.items():
        command += [f"--{key.replace('_', '-')}", str(value)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def main(options: argparse.Namespace) -> None:
    """All figures, and the ratio of journeys to their limit."""
    with tempfile.TemporaryDirectory(prefix="riik-bench-") as name:
        folder = Path(name) / "ee"
        figures: dict[str, Any] = {
            "residents": options.residents,
            "founded": measure("started", folder, options),
            "found_again": [
                measure("found_again", folder, options, nodes=count) for count in NODES
            ],
            "found_again_processes": measure("started", folder, options, processes=1),
            "limit": measure("cryptography", folder, options),
            "journeys": [
                measure("journeys", folder, options, at_once=count) for count in (1, AT_ONCE)
            ],
            "journeys_processes": [
                measure("journeys", folder, options, at_once=count, processes=1)
                for count in (1, AT_ONCE)
            ],
        }
    limit = figures["limit"]["most_journeys_a_second"]
    for each in (*figures["journeys"], *figures["journeys_processes"]):
        each["share_of_limit"] = round(each["a_second"] / limit, 4)
    print(json.dumps(figures, indent=1))


def asked_for() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--journeys", type=int, default=24)
    asked.add_argument("--residents", type=int, default=1000)
    asked.add_argument("--child", choices=CHILDREN)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--nodes", type=int, default=10)
    asked.add_argument("--at-once", type=int, default=1)
    asked.add_argument("--processes", type=int, default=0)
    return asked.parse_args()


if __name__ == "__main__":
    options = asked_for()
    if options.child:
        print(json.dumps(CHILDREN[options.child](options.folder, options)))
    else:
        main(options)
