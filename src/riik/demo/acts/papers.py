"""See what holds later: a signed application as of another day, by the same validation."""

import asyncio
from datetime import datetime
from pathlib import Path

from riik.core import Clock, Refused
from riik.demo.acts.client import TRAVELLER, at_home
from riik.demo.acts.model import ActRefused, Line, Outcome
from riik.demo.checks import validate_command
from riik.demo.running import Demonstration
from riik.node import read_config
from riik.portal.design.texts import later
from riik.runtime.files import Disk
from riik.signatures import Policy, Report, validate, verify_xml
from riik.trust import TrustAnchor, read_certificate, read_trusted_list

__all__ = ["hold_later"]

YEARS = (0, 1, 6, 40)
APPLICATION = "application.asice"


async def hold_later(running: Demonstration, out: Path, *, clock: Clock) -> Outcome:
    """Validate the application of the last journey now and in years.

    Raises:
        ActRefused: For ``no-application``: no journey has left one.
    """
    content = await asyncio.to_thread(Disk().read, out / APPLICATION)
    source = await asyncio.to_thread(Disk().read, out / "trusted-list.xml")
    if content is None or source is None:
        raise ActRefused("no application has been signed yet", why="no-application")
    signer = read_config(running.folder / "authority" / "node.toml").content(
        "certificates/list.der"
    )
    now = clock.now()
    anchors = read_trusted_list(source, signers=[signer], verify_xml=verify_xml, at=now).anchors
    async with at_home(running, TRAVELLER) as browser:
        card_ends = read_certificate(browser.card.signature_certificate()).not_after
    leap_day = (now.month, now.day) == (2, 29)
    days = [now.replace(year=now.year + y, day=28 if y and leap_day else now.day) for y in YEARS]
    state, held, last = [], [], days[-1]
    for at in days:
        report = await asyncio.to_thread(_judge, content, anchors, at)
        held.append(report is not None and report.valid)
        state.append(_line(report, at=at))
    person = running.holder(TRAVELLER).name
    state.append(_card(card_ends, now, person))
    state.append(
        Line(
            later(
                "All this holds as long as nobody breaks today’s algorithms. An archive "
                "stamps such files again before that; this country does not yet."
            ),
            "wait",
        )
    )
    return Outcome(
        did=[
            Line(
                later(
                    "The application that {person} signed was validated as of {count} days, "
                    "each time from its bytes alone."
                ),
                values={"person": person, "count": len(YEARS)},
            )
        ],
        state=state,
        see=[
            Line(
                later("Download the application and open it in a program that is not ours."),
                href=f"/files/{APPLICATION}",
            ),
            Line(
                later("On the command line, in the folder where the country runs:"),
                code=validate_command(out, at=f"{last:%Y-%m-%d}T00:00:00Z"),
            ),
        ],
        held=held[0],
    )


def _judge(content: bytes, anchors: tuple[TrustAnchor, ...], at: datetime) -> Report | None:
    try:
        return validate(content, anchors=anchors, at=at, policy=Policy.QUALIFIED)
    except Refused:
        return None


def _line(report: Report | None, *, at: datetime) -> Line:
    if report is None or not report.signatures:
        return Line(later("{day}: nothing is signed there."), "no", {"day": at.date()})
    one = report.signatures[0]
    judgement = one.judgement
    values = {
        "day": at.date(),
        "level": one.format,
        "verdict": str(judgement.indication),
        "why": str(judgement.sub_indication or ""),
    }
    if not report.valid:
        return Line(later("{day}: does not pass, {verdict} {why}."), "no", values)
    proved = one.best_time
    return Line(
        later(
            "{day}: valid. Signed before {proved}, which a time-stamp proves; at that "
            "time the card’s certificate was good."
        ),
        "yes",
        values | {"proved": proved or at},
    )


def _card(ends: datetime, now: datetime, person: str) -> Line:
    values = {"person": person, "ends": ends.date()}
    return Line(
        later(
            "The certificate of {person}’s card runs out on {ends}: nothing new can be "
            "signed with it then. What was signed before stays signed."
        ),
        "wait" if ends > now else "no",
        values,
    )
