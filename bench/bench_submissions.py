"""How many people hand in an application a second: asked, prefilled, signed, checked, durable?

``python -m bench.bench_submissions`` prints one JSON object. One provider renews driving licences:
the case is begun; five registers, kept by the same process with their rights, statements and a
durable look for each answer, say what is known; four pages are answered; the application is laid
out, signed with a P-384 key and time-stamped, its OCSP answer taken, its container validated; the
case stands durably at its fee. What follows without the person is done by the node's own worker.
Two processes share two cores, as two workers of a node do, each with a database of its own.

Beside it, in the same processes: the least that such a submission can cost, its signatures made and
verified bare.
"""

import asyncio
import json
import tempfile
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import parse_qs

import msgspec
import uvloop
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from tests.registers.house import House as Keeper
from tests.registers.house import asks
from tests.services.conftest import house as provider
from tests.services.house import ANSWERS, PORTAL, TRANSPORT, House
from tests.signatures.house import component

from riik.core import PersonCode, Refused, RiikError, Unavailable
from riik.demo.population.residents import residents
from riik.exchange import Answer, Call
from riik.node.fillers.papers import ApplicationPens
from riik.registers import Look, NewRecord
from riik.runtime.database import open_database
from riik.runtime.entropy import SystemEntropy
from riik.runtime.jobs import Jobs
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.migrate import migrate
from riik.runtime.outbox import MIGRATIONS, Bell, SqlOutbox
from riik.runtime.threads import ThreadPool, collect_seldom
from riik.services import RUN, Services, Visit
from riik.services.terms.beginnings import Beginnings
from riik.signatures.references import to_raw
from riik.testing.pki import AT, Credential, Pki, make_pki
from riik.testing.ports import StandingClock

PEOPLE, AT_ONCE, SECONDS, PROCESSES = 120, 8, 8.0, 2
REGISTERS = (
    *("population", "identity-documents", "medical-certificates"),
    *("driving-rights", "driving-training"),
)


class Walking(StandingClock):
    """The day stands, for certificates hold on it; the stopwatch runs."""

    def monotonic(self) -> float:
        return time.perf_counter()


class LocalRegisters:
    """The registers of the same node: rights, statement and a durable look for every answer."""

    def __init__(self, keeper: Keeper, in_thread: ThreadPool) -> None:
        self.keeper, self.in_thread = keeper, in_thread

    async def call(self, call: Call) -> Answer:
        return await self.in_thread(self._read, call)

    def _read(self, call: Call) -> Answer:
        caller = asks(
            TRANSPORT, about=call.subject, case=call.issue, purpose=call.purpose,
            legal_basis=call.legal_basis, message_id=call.message_id,
        )  # fmt: skip
        fields = tuple(parse_qs(call.query)["fields"][0].split(","))
        look = Look(
            register=call.service.provider.subsystem,
            offer=call.service.service,
            caller=caller,
            subject=call.subject,
            fields=fields,
        )
        try:
            reading = self.keeper.registers.read(look)
        except Unavailable:
            raise
        except RiikError:
            return Answer(status=404, body=b"{}")
        if not reading.records:
            return Answer(status=404, body=b"{}")
        return Answer(body=msgspec.json.encode(reading.records[0]))


class Pens(ApplicationPens):
    """Real signatures; no letter is printed before a fee is paid."""

    async def letter(self, template: str, content: Any, /, *, language: str) -> bytes:
        raise AssertionError("nothing is decided here")


@contextmanager
def opened(folder: Path, pki: Pki) -> Iterator[tuple[Services, Jobs, list[PersonCode]]]:
    """A provider and the registers that it asks, each with a database in the folder."""
    clock, in_thread, bell = Walking(AT), ThreadPool(16), Bell()
    keeper = Keeper(folder, names=REGISTERS, clock=clock)
    people = _fill(keeper)
    database = open_database(f"sqlite:///{folder}/services.db", name="services")
    migrate(database, {"runtime": MIGRATIONS})
    pens = Pens(signatures=component(pki), in_thread=in_thread)
    vaults = folder / "vaults"
    vaults.mkdir()
    world = LocalRegisters(keeper, in_thread)
    wired = provider._get_wrapped_function()
    made = wired(database, vaults, clock, SystemEntropy(), in_thread, pens, world)
    house: House = next(made)
    files = replace(house.services.files, outbox=SqlOutbox(clock=clock, bell=bell))
    # Nobody hands in so many a day but a bench.
    services = replace(
        house.services, files=files, beginnings=Beginnings(unfinished=10**9, a_day=10**9)
    )
    jobs = Jobs(
        database=database,
        clock=clock,
        entropy=SystemEntropy(),
        in_thread=in_thread,
        bell=bell,
        log=open_log(folder / "log", clock=clock),
        metrics=Metrics(),
    )
    jobs.on(RUN, lambda delivery: services.run(delivery.payload.decode()))
    yield services, jobs, people
    next(made, None)
    in_thread.close()
    database.close()
    keeper.closed()


def _fill(keeper: Keeper) -> list[PersonCode]:
    people = residents("ee", seed="bench", count=PEOPLE, today=AT.date())
    for register in REGISTERS:
        new = [
            NewRecord(subject=one.code, values=entry.values, valid_from=entry.valid_from)
            for one in people
            for entry in one.records.get(register, ())
        ]
        keeper.registers.open_many(register, new, ground="law")
    return [one.code for one in people]


class Applicant:
    """One person with a card, who hands in one application after another."""

    def __init__(self, services: Services, person: PersonCode, card: Credential) -> None:
        self.services, self.person, self.card = services, person, card
        self.times: dict[str, list[float]] = {"start": [], "answers": [], "sign": [], "whole": []}

    async def hand_in(self, case: str) -> bool:
        """One submission; says whether the case stands at its fee afterwards."""
        visit = Visit(
            person=self.person, actor=self.person, case=case, authority=self.person, carrier=PORTAL
        )
        begun = time.perf_counter()
        await self.services.start("driving-licence", visit)
        asked = time.perf_counter()
        for page, content in ANSWERS.items():
            await self.services.step(f"answers/{page}", content, visit)
        answered = time.perf_counter()
        certificate = b64encode(self.card.certificate).decode()
        laid = await self.services.step("submission", {"certificate": certificate}, visit)
        signed = await self.services.step("signature", {"value": self._sign(laid)}, visit)
        done = time.perf_counter()
        parts = {"start": asked - begun, "answers": answered - asked, "sign": done - answered}
        for name, seconds in (parts | {"whole": done - begun}).items():
            self.times[name].append(seconds)
        return bool(signed["state"] == "to-pay")

    def _sign(self, laid: dict[str, Any]) -> str:
        """What the card does: a P-384 signature over what was laid out."""
        to_sign = b64decode(laid["signature"]["to_sign"])
        key = self.card.key
        return b64encode(to_raw(key.sign(to_sign), public_key=key.public_key)).decode()


async def _measured(folder: Path) -> dict[str, Any]:
    pki = make_pki()
    with opened(folder, pki) as (services, jobs, people):
        jobs.start()
        numbers = count()
        applicants = []
        for person in people:
            one = Applicant(services, person, pki.person(person).signature)
            try:
                fits = await one.hand_in(f"case-of-the-bench-{next(numbers):08d}")
            except Refused:
                continue  # who lives abroad or has no licence is asked something else
            if fits:
                one.times = {name: [] for name in one.times}
                applicants.append(one)
            if len(applicants) == AT_ONCE:
                break
        begun, cpu = time.perf_counter(), time.process_time()

        async def go_on(one: Applicant) -> int:
            done = 0
            while time.perf_counter() - begun < SECONDS:
                await one.hand_in(f"case-of-the-bench-{next(numbers):08d}")
                done += 1
            return done

        done = sum(await asyncio.gather(*map(go_on, applicants)))
        seconds, spent = time.perf_counter() - begun, time.process_time() - cpu
        await jobs.stop()
    times = {
        part: [taken for one in applicants for taken in one.times[part]]
        for part in ("start", "answers", "sign", "whole")
    }
    return {"done": done, "seconds": seconds, "cpu": spent, "times": times}


def measured(folder: Path) -> dict[str, Any]:
    """One process: its submissions, and how long each part took."""
    collect_seldom()
    return uvloop.run(_measured(folder))


def bare() -> float:
    """The cryptography of one submission alone, a second: signatures made, and verified once."""
    key = ec.generate_private_key(ec.SECP384R1())
    ours = ec.generate_private_key(ec.SECP256R1())
    public, known, message = key.public_key(), ours.public_key(), bytes(600)
    signed, other = key.sign(message, ec.ECDSA(SHA384())), ours.sign(message, ec.ECDSA(SHA256()))
    begun, done = time.perf_counter(), 0
    while time.perf_counter() - begun < 1.5:
        # The card's, the time-stamp and the OCSP answer: made, and verified once.
        key.sign(message, ec.ECDSA(SHA384()))
        public.verify(signed, message, ec.ECDSA(SHA384()))
        for _ in range(2):
            ours.sign(message, ec.ECDSA(SHA256()))
            known.verify(other, message, ec.ECDSA(SHA256()))
        done += 1
    return done / (time.perf_counter() - begun)


def main() -> None:
    """Measure in as many processes as there are cores, and print one JSON object."""
    with tempfile.TemporaryDirectory(prefix="riik-bench-") as name:
        folders = [Path(name) / str(number) for number in range(PROCESSES)]
        for folder in folders:
            folder.mkdir()
        with ProcessPoolExecutor(PROCESSES) as pool:
            found = list(pool.map(measured, folders))
            limit = sum(pool.map(_bare, range(PROCESSES)))
    rate = sum(one["done"] / one["seconds"] for one in found)
    parts = {
        part: _told([taken for one in found for taken in one["times"][part]])
        for part in ("start", "answers", "sign", "whole")
    }
    figures = {
        "processes": PROCESSES,
        "at_once": AT_ONCE * PROCESSES,
        "submissions_per_second": round(rate, 1),
        "cpu_ms_a_submission": round(
            1000 * sum(one["cpu"] for one in found) / sum(one["done"] for one in found), 1
        ),
        "milliseconds": parts,
        "bare_cryptography_per_second": round(limit),
        "ratio": round(rate / limit, 3),
    }
    print(json.dumps({"bench": "submissions", "figures": figures}, indent=1))


def _bare(_number: int) -> float:
    return bare()


def _told(taken: list[float]) -> dict[str, float]:
    return {
        "median": round(1000 * median(taken), 1),
        "p95": round(1000 * quantiles(taken, n=20)[-1], 1),
    }


if __name__ == "__main__":
    main()
