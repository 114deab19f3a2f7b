"""The thread of a case: what happened, what is now, what lies ahead, in the person's words.

Pure. What happened comes from the case's events; that registers were asked, from its facts;
what lies ahead, from the process and the guide. An event without words for people is left out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from riik.cases import Event, State
from riik.core import from_text, to_text
from riik.services.offering.model import OFFER
from riik.services.running import Running, local_day
from riik.services.shown.rows import Speaker

__all__ = ["is_offer", "knots", "waits_for_day"]

_DONE: Mapping[tuple[str, str], str] = {
    ("opened", ""): "You began the application",
    ("opened", "desk"): "You began the application at a desk, with an official",
    ("opened", "offer"): "We looked into it without being asked",
    ("offered", ""): "We offer it to you: one yes is enough",
    ("signed", ""): "You signed the application",
    ("invited", ""): "Others were asked to sign",
    ("cosigned", ""): "One more person signed",
    ("declined", ""): "Somebody did not want to sign",
    ("unsigned", ""): "Not everybody signed in time",
    ("fee-paid", ""): "The fee is paid",
    ("received", ""): "Your application was received: the receipt says when the answer comes",
    ("reviewed", ""): "An official decided",
    ("asked", ""): "An official asked you for more",
    ("amended", ""): "You added what was asked for",
    ("question-withdrawn", ""): "The official needs nothing more from you",
    ("verdict-proposed", ""): "One official proposed a decision, another confirms it",
    ("handed-over", ""): "Another official has it now",
    ("fee-late", ""): "The fee came after the case had ended: an official sees to it",
    ("refunded", ""): "The fee is on its way back to you",
    ("refund-approved", ""): "The fee is on its way back to you",
    ("refund-paid", ""): "The fee was paid back to you",
    ("refund-rejected", ""): "The bank could not pay the fee back: an official sees to it",
    ("withdrawn", ""): "You withdrew the application",
    ("message", ""): "What the case waited for has come",
    ("opened", "handed-over"): "Your application came here from another organisation",
    ("handing-over", ""): "It goes to the organisation that decides such cases",
    ("given-back", ""): "It stays here after all",
    ("passed-on", ""): "Another organisation has it now",
    ("lapsed", ""): "The application lapsed: its time is over",
    ("silence", "grant"): "Nobody decided in time: by law the answer is yes",
    ("silence", "refuse"): "Nobody decided in time: by law the answer is no",
    ("appealed", ""): "You began an appeal",
    ("appeal-decided", "granted"): "The appeal was decided: yes",
    ("appeal-decided", "refused"): "The appeal was decided: no",
    ("erased", ""): "What the case held was erased, as the law says",
    ("decided", "granted"): "The decision is yes",
    ("decided", "refused"): "The decision is no",
}
"""What happened, by kind and detail of the event; the detail may be left out."""

_NOW: Mapping[State, tuple[str, str]] = {
    State.DRAFT: ("You answer the questions", "opened"),
    State.TO_SIGN: ("You sign the application", "submitted"),
    State.TO_COSIGN: ("Others sign it", "invited"),
    State.TO_PAY: ("You pay the fee", "fee-owed"),
    State.IN_PROGRESS: ("A computer works on it", ""),
    State.WITH_OFFICIAL: ("An official looks at it", "given-to-official"),
    State.ASKED: ("You answer what the official asks", "asked"),
}
"""What is going on, and since which event."""

_STEPS: tuple[tuple[State, str, str], ...] = (
    (State.TO_SIGN, "sign", "You sign the application"),
    (State.TO_COSIGN, "cosign", "Others sign it"),
    (State.TO_PAY, "pay", "You pay the fee"),
)
"""What the person still has to do: before which state, if the process has the task."""

_YOURS = (State.DRAFT, State.TO_SIGN, State.TO_COSIGN, State.TO_PAY, State.ASKED)
_ORDER = (*_YOURS[:4], State.IN_PROGRESS, State.WITH_OFFICIAL, State.ASKED)

Knot = dict[str, Any]


def knots(speaker: Speaker, events: Sequence[Event], *, fee: bool) -> list[Knot]:
    """The thread in order: done, now, ahead.

    Args:
        speaker: The case.
        events: What happened, in order.
        fee: Whether a fee is owed, or will be.
    """
    state = speaker.running.case.state
    # Registers are asked as soon as the case is open, before anything else happens in it.
    told = _done(speaker, events)
    done = [*told[:1], *_asked(speaker), *told[1:]]
    if state.ended:
        return done + (_delivery(speaker) if state is State.GRANTED else [])
    return [*done, _now(speaker, events), *_ahead(speaker, fee=fee)]


def _done(speaker: Speaker, events: Sequence[Event]) -> list[Knot]:
    signed = any(event.kind == "signed" for event in events)
    told = []
    for event in events:
        text = _DONE.get((event.kind, event.detail)) or _DONE.get((event.kind, ""))
        if event.kind == "submitted" and not signed and speaker.running.task("sign") is None:
            text = "You handed in the application"
        if text:
            told.append(
                _knot(
                    "done",
                    event.kind,
                    speaker.say(text),
                    at=to_text(event.at),
                    actor=event.actor,
                )
            )
    return told


def _asked(speaker: Speaker) -> list[Knot]:
    """That registers were asked: each answer is a look, and each look is on record."""
    facts = speaker.running.dossier.facts.values()
    if not facts:
        return []
    count = len(facts)
    text = "One look at your data, on record" if count == 1 else "{count} looks, all on record"
    return [
        _knot(
            "done",
            "registers-asked",
            speaker.say("The registers were asked"),
            detail=speaker.say(text).format(count=count),
            at=to_text(min(fact.at for fact in facts)),
            actor="computer",
        )
    ]


def is_offer(speaker: Speaker) -> bool:
    """The person was offered it, and has not said yes yet."""
    running = speaker.running
    return running.dossier.channel == OFFER and running.case.state is State.DRAFT


def waits_for_day(running: Running) -> bool:
    """Nobody works on it: its process waits for a time, such as the day of a marriage."""
    still = running.case.state is State.IN_PROGRESS and not running.busy
    return still and bool(running.state.due)


def _now(speaker: Speaker, events: Sequence[Event]) -> Knot:
    title, since = _NOW[speaker.running.case.state]
    if is_offer(speaker):
        title, since = "You say yes", "offered"
    began = next((event.at for event in reversed(events) if event.kind == since), None)
    running = speaker.running
    if waits_for_day(running):
        day = local_day(from_text(running.state.due), speaker.zone).isoformat()
        return _knot("now", "waits", speaker.say("It waits for the day that was set"), day=day)
    person = speaker.running.case.state in _YOURS
    actor = "person" if person else "computer"
    if speaker.running.case.state is State.WITH_OFFICIAL:
        actor = "official"
    at = to_text(began) if began else None
    return _knot("now", "now", speaker.say(title), at=at, actor=actor)


def _ahead(speaker: Speaker, *, fee: bool) -> list[Knot]:
    running, say = speaker.running, speaker.say
    place = _ORDER.index(running.case.state)
    tasks = running.definition.process.user_tasks
    wanted = {"pay": fee, "cosign": running.joint()["wanted"]}
    found = [
        _knot("ahead", f"to-{task}", say(text), actor="person")
        for state, task, text in _STEPS
        if place < _ORDER.index(state) and task in tasks and wanted.get(task, True)
    ]
    due = running.case.due_at
    detail = say(running.definition.guide.decide)
    decision = _knot("ahead", "decision", say("The decision"), detail=detail, actor="authority")
    return [*found, {**decision, "day": _day(speaker, due)}, *_delivery(speaker)]


def _delivery(speaker: Speaker) -> list[Knot]:
    """What comes after the decision, as the guide has it."""
    return [
        _knot("ahead", "delivery", speaker.say(step.title), detail=speaker.say(step.text))
        for step in speaker.running.definition.guide.steps
        if step.ahead
    ]


def _day(speaker: Speaker, moment: datetime | None) -> str | None:
    return local_day(moment, speaker.zone).isoformat() if moment else None


def _knot(
    state: str,
    kind: str,
    title: str,
    *,
    detail: str = "",
    at: str | None = None,
    day: str | None = None,
    actor: str = "",
) -> Knot:
    return {
        "state": state,
        "kind": kind,
        "title": title,
        "detail": detail,
        "at": at,
        "day": day,
        "actor": actor,
    }
