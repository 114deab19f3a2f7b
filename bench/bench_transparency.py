"""How fast do looks become a tree head that a witness cosigned, and a proof?

``python -m bench.bench_transparency [ENTRIES]`` prints one JSON object. Entries are written
durably in units of 100 while the sequencer runs beside, five times a second, with a witness
that has a database of its own. Beside it stands what the disk allows: the same bytes
appended to a file, with one fdatasync for each unit.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from tests.transparency.house import build, in_thread

from riik.core import ClientId, PersonCode
from riik.transparency import Proof, TrustPolicy

UNIT = 100
PROOFS = 300
PAUSE = 0.2


def raw(folder: Path, entries: int) -> float:
    """Entries a second when nothing but appending and fdatasync is done."""
    unit = bytes(34 * UNIT)
    start = time.perf_counter()
    descriptor = os.open(folder / "raw", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for _ in range(entries // UNIT):
        os.write(descriptor, unit)
        os.fdatasync(descriptor)
    os.close(descriptor)
    return entries / (time.perf_counter() - start)


def write(house, entries: int) -> list[str]:
    """Write entries in units of work, each durable before the next."""
    ids: list[str] = []
    transparency = house.transparency
    for number in range(entries // UNIT):
        with house.database.work() as work:
            contents = (number.to_bytes(16) + n.to_bytes(16) for n in range(UNIT))
            ids += [transparency.append(content, work=work) for content in contents]
    return ids


def look(house, count: int) -> float:
    """Looks a second, each in a unit of work of its own as a register writes them."""
    transparency = house.transparency
    subjects = house.vault.subjects_of(PersonCode(f"EE{n}") for n in range(50))
    start = time.perf_counter()
    for number in range(count):
        with house.database.work() as work:
            transparency.record_access(
                subjects[number % 50],
                reader=ClientId.parse("EE-DEMO/COM/10000001/clinic"),
                purpose="Treatment",
                legal_basis="Health Act § 4",
                service="EE-DEMO/GOV/70000001/population/person",
                fields=["name", "birth_date", "address"],
                work=work,
            )
    return count / (time.perf_counter() - start)


async def published(house, entries: int) -> tuple[float, list[float], list[str]]:
    """Seconds until a cosigned head has all entries, each round's seconds, the ids."""
    sequencer = type(house.sequencer)(log=house.log, witnesses=[house.near], in_thread=in_thread)
    start = time.perf_counter()
    writer = asyncio.create_task(asyncio.to_thread(write, house, entries))
    rounds, size = [], 0
    while size < entries:
        begin = time.perf_counter()
        done = await sequencer.run()
        if done.published:
            rounds.append(time.perf_counter() - begin)
        size = done.size or size
        await asyncio.sleep(PAUSE)
    return time.perf_counter() - start, rounds, await writer


def proofs(house, ids: list[str]) -> tuple[list[float], list[float]]:
    """Milliseconds to make and to check an inclusion proof."""
    policy = TrustPolicy(log=house.log.key, witnesses=[house.near.key], threshold=1)
    transparency = house.transparency
    made, checked = [], []
    for number in range(0, len(ids), max(1, len(ids) // PROOFS)):
        start = time.perf_counter()
        file = transparency.prove(ids[number])
        middle = time.perf_counter()
        content = (number // UNIT).to_bytes(16) + (number % UNIT).to_bytes(16)
        Proof.parse(file).verify(content, policy=policy)
        made.append((middle - start) * 1000)
        checked.append((time.perf_counter() - middle) * 1000)
    return made, checked


def main(entries: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        house = build(folder)
        limit = raw(folder, entries)
        seconds, rounds, ids = asyncio.run(published(house, entries))
        made, checked = proofs(house, ids)
        looks = look(house, 1000)
        house.database.close()
    rate = entries / seconds
    figures = {
        "entries": entries,
        "cosigned_per_second": round(rate),
        "raw_per_second": round(limit),
        "ratio": round(rate / limit, 3),
        "round_seconds_median": round(median(rounds), 3),
        "round_seconds_most": round(max(rounds), 3),
        "proof_ms_median": round(median(made), 2),
        "proof_ms_p99": round(quantiles(made, n=100)[98], 2),
        "check_ms_median": round(median(checked), 2),
        "looks_per_second_one_a_unit": round(looks),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
