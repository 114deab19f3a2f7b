"""The demonstration as a command runs it: start, walk one licence through, show, serve."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from riik.demo.acts import Backstage
from riik.demo.browser import Browser
from riik.demo.checks import check_command, tracker_command, validate_command
from riik.demo.front import FrontSite, Stage
from riik.demo.front.opening import open_browser
from riik.demo.journey import Step
from riik.demo.keeping import check_room
from riik.demo.loop import until_stopped
from riik.demo.neighbours import neighbours_apply
from riik.demo.running import Demonstration, open_demonstration
from riik.demo.showing import Shown, show_journey
from riik.demo.storytelling import Told, read_story, tell_story
from riik.node import CountryPages
from riik.profiles import country_profile
from riik.runtime.clock import SystemClock
from riik.runtime.files import Disk
from riik.runtime.logs import open_log

__all__ = ["Options", "run_demonstration"]

FRONT_PORT = 7099

STATUSES: Final = {200: "answered", 404: "knows of nothing (404)"}
"""How an exchange ended, by the status of HTTP; a register that has no record answers 404."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command was asked.

    Attributes:
        country: ``ee`` or ``vn``.
        state: Where the country's state is.
        out: Where the journey's files go.
        once: End after the journey.
        processes: Each node in a process of its own.
        fresh: Forget the state and begin anew.
        as_json: One JSON object at the end, and no other result.
        residents: How many people live there; the country's own number when None.
        opens_browser: Show the front page to whoever sits here.
    """

    country: str
    state: Path
    out: Path
    once: bool
    processes: bool
    fresh: bool
    as_json: bool
    residents: int | None = None
    opens_browser: bool = False


async def run_demonstration(
    options: Options, *, tell: Callable[[str], None], show: Callable[[str], None]
) -> bool:
    """Run it; answers whether the journey ended as it should.

    Args:
        options: What was asked.
        tell: A line of progress.
        show: A line of the result.

    Raises:
        FolderRefused: For ``state`` or ``out``, before anything is founded.
    """
    check_room(options.state.parent, of="state")
    check_room(options.out, of="out")
    clock = SystemClock().monotonic
    began = clock()
    stage = Stage(profile=options.country)

    def told_all(line: str) -> None:
        stage.tell(line)
        tell(line)

    told_all(f"Starting the demonstration country {options.country} …")
    site = _site(options, stage)
    try:
        port = await site.start(FRONT_PORT)
        if options.opens_browser:
            open_browser(site.origin)
        running = await _open(options, port, tell=told_all)
        try:
            site.let_in(running)
            stage.again = partial(_again, options, site, port)
            ready = clock() - began
            tell(f"Ready after {ready:.1f} s: {len(running.country.members)} organisations.")
            told, shown, seconds = await _walk(running, options, clock=clock, tell=tell)
            if options.as_json:
                done = _told(told, shown, ready=ready, seconds=seconds)
                show(json.dumps(done, ensure_ascii=False))
            else:
                serving = None if options.once else site.origin
                _print(running, told, shown, seconds, address=serving, show=show)
            if not options.once:
                show("\nServing until Ctrl-C.")
                await _serve(running, tell=tell)
        finally:
            if stage.running is not None:
                await stage.running.close()
    finally:
        await site.stop()
    return told.as_expected


async def _serve(running: Demonstration, *, tell: Callable[[str], None]) -> None:
    """Serve until somebody stops it; meanwhile neighbours apply."""
    neighbours = asyncio.create_task(neighbours_apply(running, tell=tell))
    try:
        await until_stopped()
    finally:
        tell("Stopping …")
        neighbours.cancel()
        await asyncio.gather(neighbours, return_exceptions=True)


async def _open(
    options: Options, port: int, *, tell: Callable[[str], None], fresh: bool = False
) -> Demonstration:
    return await open_demonstration(
        options.country,
        options.state,
        processes=options.processes,
        fresh=options.fresh or fresh,
        residents=options.residents,
        front=port,
        tell=tell,
    )


async def _walk(
    running: Demonstration,
    options: Options,
    *,
    clock: Callable[[], float],
    tell: Callable[[str], None],
) -> tuple[Told, Shown, float]:
    """One renewal, then its files."""
    service, story = read_story("driving-licence", "renewed")

    def step(one: Step) -> None:
        detail = f": {one.detail}" if one.detail else ""
        tell(f"{one.seconds * 1000:7.0f} ms  {one.title}{detail}")

    began = clock()
    told = await tell_story(running, service, story, clock=clock, tell=step)
    seconds = clock() - began
    tell(f"The journey took {seconds:.1f} s. Collecting evidence and receipts …")
    async with Browser(running.holder(story.person), running.folder / "cards") as browser:
        await browser.enter(running.places["portal"].origin)
        shown = await show_journey(running, told.result, browser, options.out, clock=clock)
    return told, shown, seconds


async def _again(options: Options, site: FrontSite, port: int) -> None:
    """Found the country anew on the same places, and renew one licence in it."""
    stage = site.stage
    before, stage.running = stage.running, None
    try:
        if before is not None:
            await before.close()
        stage.tell("Deleting what there was …")
        running = await _open(options, port, tell=stage.tell, fresh=True)
    except BaseException as error:
        stage.tell(f"It did not work: {error}. Start the command again.")
        raise
    site.let_in(running)
    await _walk(running, options, clock=SystemClock().monotonic, tell=lambda line: None)
    await neighbours_apply(running, tell=stage.tell)


def _site(options: Options, stage: Stage) -> FrontSite:
    profile = country_profile(options.country)
    folder = Disk().folder(options.state.parent)
    log = open_log(folder / "front.log", clock=SystemClock(), node="front")
    status = CountryPages(profile=profile, folder=options.out, at="/status")
    backstage = Backstage(stage=stage, out=options.out, clock=SystemClock(), log=log)
    return FrontSite(profile=profile, stage=stage, status=status, backstage=backstage, log=log)


def _told(told: Told, shown: Shown, *, ready: float, seconds: float) -> dict[str, object]:
    return {
        "outcome": told.result.outcome,
        "as_expected": told.as_expected,
        "ready_seconds": round(ready, 3),
        "journey_seconds": round(seconds, 3),
        "calls": shown.calls,
        "looks": shown.looks,
        "evidence": shown.evidence,
        "files": str(shown.folder),
    }


def _print(
    running: Demonstration,
    told: Told,
    shown: Shown,
    seconds: float,
    *,
    address: str | None,
    show: Callable[[str], None],
) -> None:
    names = {str(member.id): member.names["en"] for member in running.country.members.values()}
    show(f"\nThe case is {told.result.outcome}, in {seconds:.1f} s. Who asked whom:")
    looks = {str(look["message_id"]): look for look in shown.looks}
    for call in shown.calls:
        asker = names[str(call["client"]).rpartition("/")[0]]
        service = "/".join(str(call["service"]).split("/")[-2:])
        provider = names["/".join(str(call["service"]).split("/")[:3])]
        said = STATUSES.get(call["status"], f"status {call['status']}")
        show(f"  {call['milliseconds']:5} ms  {asker} → {provider}: {service}, {said}")
        if look := looks.get(str(call["message"])):
            show(f"            for {look['purpose']}, by {look['legal_basis']}; {look['receipt']}")
    show(f"\n{shown.evidence} evidence containers and all papers are in {shown.folder}/")
    show(f"Check them: {check_command(shown.folder)}")
    show(f"            {validate_command(shown.folder)}")
    for look in shown.looks[:1]:
        show(f"            {tracker_command(shown.folder, look['receipt'])}")
    if address:
        show(f"\nThe front page: {address}")
        for role, member in running.country.members.items():
            show(f"  {running.places[role].origin}  {member.names['en']}")
        show(f"The card reader, with everyone's demonstration card: {running.card}")
    show("\nPeople with cards (invented; the PINs protect nothing):")
    for holder in running.holders:
        office = f", official at {', '.join(holder.official)}" if holder.official else ""
        show(
            f"  {holder.id:8} {holder.name:22} {holder.code}  "
            f"PIN1 {holder.pin1}  PIN2 {holder.pin2}{office}"
        )
