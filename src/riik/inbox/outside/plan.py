"""What happens next with a notice that somebody is to be told of? Pure.

The channels of a person are tried in their order: one that refuses for good, or for too long, makes
room for the next. What has legal effect and was not opened for some days comes on paper.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from riik.core import to_text
from riik.inbox.outside.choice import SECURITY, Choice
from riik.inbox.outside.hours import held_until
from riik.inbox.outside.model import LETTER, Contact, Fate, Gone, Sending, State, Step
from riik.profiles import Delivery

__all__ = ["MOST_ATTEMPTS", "PAUSES", "Next", "Rules", "Told", "after", "decide"]

PAUSES: Final = tuple(timedelta(minutes=m) for m in (1, 5, 20, 60, 240))
MOST_ATTEMPTS: Final = len(PAUSES) + 1
"""So often a channel is tried, in some five hours; then the next one is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What of a notice counts here.

    Attributes:
        kind: As `choice.kind_of` says.
        sent_at: When it was put into the inbox.
        opened: The person opened it.
    """

    kind: str
    legal_effect: bool
    sent_at: datetime
    opened: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What is written down, and what is sent.

    Attributes:
        send: The channel to send by now; empty for none.
        due: When it is looked at again; None for never.
    """

    sending: Sending
    send: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is the same for everybody: the country's law, its clock, what this house can do."""

    delivery: Delivery
    zone: ZoneInfo
    open: frozenset[str]

    def paper_due(self, told: Told) -> datetime | None:
        """When an unopened notice comes on paper; None for never."""
        letter = self.delivery.letter
        if not told.legal_effect or letter is None or LETTER not in self.open:
            return None
        return told.sent_at + timedelta(days=letter.days)


def decide(
    sending: Sending,
    told: Told,
    choice: Choice,
    contact: Contact,
    *,
    rules: Rules,
    now: datetime,
) -> Next:
    """What is to be done with a notice that is due."""
    if told.opened:
        return Next(sending=replace(sending, state=State.OPENED))
    paper = rules.paper_due(told)
    if paper is not None and now >= paper and LETTER not in sending.failed:
        if not contact.reached_by(LETTER):
            return Next(sending=replace(sending, state=State.UNREACHABLE, channel=""))
        return Next(sending=replace(sending, channel=LETTER), send=LETTER)
    if sending.state is not State.WAITING:
        return Next(sending=sending, due=_later(paper, now))
    return _hint(sending, told, choice, contact, rules=rules, now=now)


def _hint(
    sending: Sending,
    told: Told,
    choice: Choice,
    contact: Contact,
    *,
    rules: Rules,
    now: datetime,
) -> Next:
    """A hint that something waits in the inbox: by which channel, and when."""
    if told.kind in choice.refused:
        return Next(sending=replace(sending, state=State.REFUSED))
    channel = _next_channel(sending, choice, contact, rules.open)
    if not channel:
        nobody = replace(sending, state=State.UNREACHABLE, channel="")
        return Next(sending=nobody, due=_later(rules.paper_due(told), now))
    quiet = None if told.kind == SECURITY else choice.quiet
    until = held_until(now, quiet, zone=rules.zone)
    if until > now:
        return Next(sending=replace(sending, since=to_text(until)), due=until)
    attempts = sending.attempts if channel == sending.channel else 0
    return Next(sending=replace(sending, channel=channel, attempts=attempts), send=channel)


def after(sending: Sending, gone: Gone, told: Told, *, rules: Rules, now: datetime) -> Next:
    """What follows from a message's fate."""
    attempts = sending.attempts + 1
    if gone.fate is Fate.LATER and attempts < MOST_ATTEMPTS:
        due = now + PAUSES[attempts - 1]
        return Next(sending=replace(sending, attempts=attempts), due=due)
    outcome = {Fate.SENT: "sent", Fate.BOUNCED: "bounced"}.get(gone.fate, "gave-up")
    step = Step(channel=sending.channel, outcome=outcome, at=to_text(now), why=gone.why)
    done = replace(sending, attempts=0, steps=(*sending.steps, step))
    if gone.fate is not Fate.SENT:
        return Next(sending=replace(done, state=State.WAITING, since=to_text(now)), due=now)
    if sending.channel == LETTER:
        return Next(sending=replace(done, state=State.LETTER))
    return Next(sending=replace(done, state=State.SENT), due=_later(rules.paper_due(told), now))


def _next_channel(sending: Sending, choice: Choice, contact: Contact, can: Collection[str]) -> str:
    for channel in choice.channels:
        if channel in can and channel not in sending.failed and contact.reached_by(channel):
            return channel
    return ""


def _later(paper: datetime | None, now: datetime) -> datetime | None:
    """The day of the letter while it is ahead; a letter that failed is not tried for ever."""
    return paper if paper is not None and paper > now else None
