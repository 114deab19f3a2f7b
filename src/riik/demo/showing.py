"""What a journey leaves on disk: papers, evidence, receipts, and what to check them with.

Everything here could be had by the person, or by the operators of the nodes concerned; each
organisation's message log is read as its own operator may, one node after the other.
"""

import asyncio
import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import wrap
from typing import Any

from riik.core import RiikError
from riik.demo.browser import Browser
from riik.demo.checks import write_checks
from riik.demo.journey import JourneyResult
from riik.demo.running import Demonstration
from riik.exchange import Direction, Exchange, Role
from riik.node import open_reader, publish_list, read_config
from riik.runtime.files import Disk

__all__ = ["Shown", "show_journey"]

PATIENCE = 12.0
PAUSE = 0.25


@dataclass(slots=True, kw_only=True)
class Shown:
    """What was written.

    Attributes:
        folder: Where.
        calls: Each exchange of the case: who asked whom, how long it took.
        looks: Each look at the person's data, with its receipt's file.
        evidence: How many containers.
    """

    folder: Path
    calls: list[dict[str, Any]] = field(default_factory=list)
    looks: list[dict[str, Any]] = field(default_factory=list)
    evidence: int = 0


async def show_journey(
    running: Demonstration,
    result: JourneyResult,
    browser: Browser,
    folder: Path,
    *,
    clock: Callable[[], float],
) -> Shown:
    """Write all of it; waits until logs are time-stamped and heads are cosigned.

    Args:
        running: The country.
        result: The journey.
        browser: Of the person, still signed in.
        folder: Where to write; what an earlier journey left is replaced.
        clock: A stopwatch, seconds.
    """
    shown = Shown(folder=folder)
    disk = Disk()
    await asyncio.to_thread(_empty, folder)
    for name, content in result.files.items():
        disk.write(folder / name, content, mode=0o644)
    await _keep_trust(running, folder)
    await _keep_own_data(running, browser, folder)
    shown.looks = await _keep_looks(running, browser, result, folder, clock=clock)
    await _keep_evidence(running, result, shown, clock=clock)
    await asyncio.to_thread(write_checks, folder)
    summary = {
        "case": result.status,
        "steps": [
            {"title": step.title, "detail": step.detail, "seconds": round(step.seconds, 4)}
            for step in result.steps
        ],
        "calls": shown.calls,
        "looks": shown.looks,
    }
    text = json.dumps(summary, ensure_ascii=False, indent=1)
    disk.write(folder / "journey.json", text.encode(), mode=0o644)
    return shown


def _empty(folder: Path) -> None:
    """Make the folder, without what an earlier journey left; other files are nobody's here."""
    for name in ("evidence", "receipts", "check"):
        for path in sorted((folder / name).glob("*")):
            Disk().delete(path)
        (folder / name).mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*"):
        if path.is_file():
            Disk().delete(path)


async def _keep_trust(running: Demonstration, folder: Path) -> None:
    """The trusted list with its signer, the authorities, and the keys of logs and witness."""
    disk = Disk()
    authority = running.folder / "authority"
    document = await asyncio.to_thread(publish_list, read_config(authority / "node.toml"))
    disk.write(folder / "trusted-list.xml", document, mode=0o644)
    signer = (authority / "certificates" / "list.der").read_bytes()
    disk.write(folder / "trusted-list-signer.pem", _pem(signer), mode=0o644)
    for name in ("root", "issuing", "ocsp", "tsa"):
        content = (authority / "certificates" / f"{name}.der").read_bytes()
        disk.write(folder / f"{name}.der", content, mode=0o644)
    keys = {}
    for role in running.country.keepers:
        config = read_config(running.folder / role / "node.toml")
        keys["witness"] = config.file.log.witness_key if config.file.log else ""
    watched = read_config(running.folder / "witness" / "node.toml").file.witness
    logs = dict(watched.logs) if watched else {}
    text = "".join(f"{key}\n" for key in logs.values())
    disk.write(folder / "log-keys.txt", text.encode(), mode=0o644)
    disk.write(folder / "witness-keys.txt", f"{keys['witness']}\n".encode(), mode=0o644)


def _pem(certificate: bytes) -> bytes:
    """A certificate as other programs like it (RFC 7468 §5)."""
    body = "\n".join(wrap(b64encode(certificate).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode()


async def _keep_own_data(running: Demonstration, browser: Browser, folder: Path) -> None:
    """The licence as the register holds it now, read by its own person."""
    portal = running.places["portal"].origin
    for position, register in enumerate(await browser.get(f"{portal}/v1/registers")):
        name = register["client"].rpartition("/")[2]
        if name != "driving-rights":
            continue
        try:
            record = await browser.get(f"{portal}/v1/registers/{position}/own")
        except RiikError:
            return
        text = json.dumps(record, ensure_ascii=False, indent=1)
        Disk().write(folder / "licence.json", text.encode(), mode=0o644)


async def _keep_looks(
    running: Demonstration,
    browser: Browser,
    result: JourneyResult,
    folder: Path,
    *,
    clock: Callable[[], float],
) -> list[dict[str, Any]]:
    """Every look of this case, each with the receipt that its person can check anywhere."""
    portal, case = running.places["portal"].origin, result.status.get("case")
    looks: dict[str, dict[str, Any]] = {}
    numbers: Counter[str] = Counter()
    began = clock()
    for position, _ in enumerate(await browser.get(f"{portal}/v1/registers")):
        while True:
            found = await _proofs(browser, f"{portal}/v1/looks/{position}/proofs", case)
            complete = all(proof["disclosure"] for proof in found)
            if complete or clock() - began > PATIENCE:
                break
            await asyncio.sleep(PAUSE)
        # Registers of one organisation share a log, and each tells all of it: once is enough.
        for proof in (one for one in found if one["entry"] not in looks):
            name = proof["access"]["service"].split("/")[-2]
            file = f"receipts/{name}-{numbers[name]}.tlog-proof"
            numbers[name] += 1
            if proof["disclosure"]:
                content = b64decode(proof["disclosure"])
                Disk().write(folder / file, content, mode=0o644)
            looks[proof["entry"]] = {"register": name, "receipt": file, **proof["access"]}
    return list(looks.values())


async def _proofs(browser: Browser, url: str, case: str | None) -> list[dict[str, Any]]:
    try:
        page = await browser.get(url)
    except RiikError:
        # The register knows nothing of this person: nobody looked at anything there.
        return []
    return [proof for proof in page["proofs"] if proof["access"].get("case") == case]


async def _keep_evidence(
    running: Demonstration, result: JourneyResult, shown: Shown, *, clock: Callable[[], float]
) -> None:
    """Both sides' signed, time-stamped messages of the case, as ASiC-E containers."""
    case = str(result.status.get("case"))
    began = clock()
    for role in running.country.members:
        config = read_config(running.folder / role / "node.toml")
        while True:
            kept = await asyncio.to_thread(_export, config, role, case, shown)
            if kept or clock() - began > PATIENCE:
                break
            await asyncio.sleep(PAUSE)
    shown.calls.sort(key=lambda call: str(call["at"]))


def _export(config: Any, role: str, case: str, shown: Shown) -> bool:
    """One node's records of the case; False while one of them waits for its time-stamp."""
    with open_reader(config) as exchange:
        records = [one for one in exchange.records(limit=400) if one.message_id.startswith(case)]
        if not all(record.time_stamped for record in records):
            return False
        for record in records:
            name = f"{record.message_id}-{record.direction}-{role}-{record.role}.asice"
            container = exchange.evidence(
                record.message_id, direction=record.direction, role=record.role
            )
            Disk().write(shown.folder / "evidence" / name, container, mode=0o644)
            shown.evidence += 1
        shown.calls += _calls(exchange, records)
    return True


def _calls(exchange: Exchange, records: Sequence[Any]) -> list[dict[str, Any]]:
    """Requests and answers of one consumer, joined: how long each took."""
    asked = {
        one.request_id: one
        for one in records
        if one.role is Role.CONSUMER and one.direction is Direction.REQUEST
    }
    return [
        {
            "at": asked[one.request_id].at.isoformat(),
            "client": str(one.client),
            "service": str(one.service),
            "message": one.message_id,
            "status": one.status,
            "milliseconds": round((one.at - asked[one.request_id].at).total_seconds() * 1000),
        }
        for one in records
        if one.role is Role.CONSUMER
        and one.direction is Direction.RESPONSE
        and one.request_id in asked
    ]
