"""Notices kept and told of by e-mail, beside bare SMTP to the same server.

``python -m bench.bench_inbox`` prints one JSON object: 2,000 notices of as many people are put into
an inbox by sixteen at once (SQLite, WAL, ``synchronous=FULL``, texts sealed), then one courier
writes all messages and tells everybody over SMTP. The limit is ``smtplib`` with messages that are
ready made, to the same server on this machine, in the same run, in turn.
``RIIK_BENCH_NOTICES`` sets another number.
"""

import asyncio
import json
import os
import smtplib
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from aiosmtpd.controller import Controller

import riik.inbox
from riik.core import ClientId, PersonCode, person_code
from riik.inbox import Inbox, Text
from riik.inbox.outside.component import Outside
from riik.inbox.outside.jobs import Courier
from riik.inbox.outside.mail.client import MailChannel
from riik.inbox.outside.model import Contact
from riik.inbox.outside.plan import Rules
from riik.inbox.outside.store import SqlOutsideStore
from riik.inbox.outside.wording import house_words
from riik.inbox.store import SqlInboxStore
from riik.profiles import country_profile
from riik.runtime.database import open_database
from riik.runtime.entropy import SystemEntropy
from riik.runtime.mail import Line, Mail, Relay, written
from riik.runtime.metrics import Metrics
from riik.runtime.migrate import migrate
from riik.runtime.threads import ThreadPool
from riik.runtime.vault import MIGRATIONS as VAULT_TABLES
from riik.runtime.vault import SqlVault
from riik.testing.ports import StandingClock

MANY = int(os.environ.get("RIIK_BENCH_NOTICES", "2000"))
ROUNDS = 3
SENDER = ClientId.parse("EE-DEMO/GOV/70001053/services")
TEXTS = {"et": Text(title="Otsus", body="Sinu taotlus on läbi vaadatud. " * 10)}
# Noon by the country's clock: nobody is left in peace.
NOON = datetime(2026, 11, 23, 10, tzinfo=UTC)


class Sink:
    """A mail server that takes everything and keeps nothing."""

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, _envelope: Any
    ) -> str:
        """Take a message."""
        return "250 ok"


@contextmanager
def mail_server() -> Iterator[Relay]:
    """A real SMTP server on this machine, in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield Relay(host="127.0.0.1", port=port, sender="t@portal.example.ee", line=Line.PLAIN)
    finally:
        controller.stop()


async def everybody(_person: PersonCode, /, *, notice: str, letter: bool) -> Contact:
    """A register that answers at once: what it takes is measured elsewhere."""
    return Contact(email=f"{notice}@example.ee", language="et")


def people(count: int) -> list[PersonCode]:
    """Codes; whether their check digits are right is nobody's affair here."""
    return [person_code(f"EE4{number:010}") for number in range(count)]


def bare(relay: Relay) -> float:
    """Seconds of `smtplib` for as many messages, made before."""
    body = house_words()["et"].mail.body.notice
    ready = [
        Mail(
            id=f"n{number}",
            to=f"n{number}@example.ee",
            subject="Transpordiamet kirjutas sulle",
            text=body,
            at=NOON,
            language="et",
        )
        for number in range(MANY)
    ]
    made = [(mail.to, written(mail, sender=relay.sender)) for mail in ready]
    began = time.perf_counter()
    with smtplib.SMTP(relay.host, relay.port, local_hostname="portal.example.ee") as smtp:
        for to, content in made:
            smtp.sendmail(relay.sender, [to], content)
    return time.perf_counter() - began


async def ours(
    inbox: Inbox, courier: Courier, threads: ThreadPool, codes: Sequence[PersonCode], run: int
) -> tuple[float, float]:
    """Seconds to keep the notices, and to tell all of them."""

    def put(number: int, code: PersonCode) -> None:
        with courier.database.work() as work:
            inbox.notify(
                code,
                notice_id=f"{run}-{number}",
                sender=SENDER,
                case="",
                texts=TEXTS,
                legal_effect=False,
                work=work,
            )

    began = time.perf_counter()
    await asyncio.gather(*(threads(put, number, code) for number, code in enumerate(codes)))
    kept = time.perf_counter() - began
    began = time.perf_counter()
    await courier.round()
    count, _ = courier.waiting()
    if count:
        raise SystemExit(f"{count} notices were not told of")
    return kept, time.perf_counter() - began


async def measure(folder: Path, relay: Relay) -> dict[str, Any]:
    """The figures of all rounds."""
    database = open_database(f"sqlite:///{folder}/node.db", name="node")
    migrate(database, {"inbox": Path(str(riik.inbox.__file__)).parent / "migrations"})
    keys = open_database(f"sqlite:///{folder}/vault.db", name="vault")
    migrate(keys, {"vault": VAULT_TABLES})
    clock, entropy = StandingClock(moment=NOON), SystemEntropy()
    vault = SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy)
    delivery, words = country_profile("ee").delivery, house_words()
    outside = Outside(
        store=SqlOutsideStore(), vault=vault, clock=clock, delivery=delivery, channels=("mail",)
    )
    inbox = Inbox(
        store=SqlInboxStore(), vault=vault, clock=clock, delivery=delivery, outside=outside
    )
    threads, pool = ThreadPool(16, name="node"), ThreadPool(2, name="mail")
    link = "https://portal.example.ee/inbox"
    mail = MailChannel(
        relay=relay, in_thread=pool, clock=clock, words=words, link=link, settings=link
    )
    courier = Courier(
        inbox=inbox,
        outside=outside,
        channels={"mail": mail},
        contacts=everybody,
        rules=Rules(delivery=delivery, zone=ZoneInfo("Europe/Tallinn"), open=frozenset({"mail"})),
        organisations={str(SENDER.member): {"et": "Transpordiamet"}},
        language="et",
        spoken=frozenset(words),
        database=database,
        in_thread=threads,
        clock=clock,
        figures=Metrics(),
    )
    codes = people(MANY)
    vault.subjects_of(codes)
    limits, kept, told = [], [], []
    for run in range(ROUNDS):
        limits.append(await asyncio.to_thread(bare, relay))
        one, other = await ours(inbox, courier, threads, codes, run)
        kept.append(one)
        told.append(other)
    for closer in (threads, pool, database, keys):
        closer.close()
    return {
        "notices": MANY,
        "bare_smtp_a_second": round(MANY / median(limits)),
        "told_a_second": round(MANY / median(told)),
        "told_to_bare": round(median(limits) / median(told), 2),
        "kept_a_second": round(MANY / median(kept)),
        "kept_and_told_to_bare": round(median(limits) / (median(kept) + median(told)), 2),
    }


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder, mail_server() as relay:
        print(json.dumps(asyncio.run(measure(Path(folder), relay))))


if __name__ == "__main__":
    main()
