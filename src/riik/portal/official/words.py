"""Words for codes: what happened, what a look was for, why something can't be done.

Pure. Each table maps a code of the desk to an English text of this room, marked for its
catalogues; a code without words is told by its own name or left out.
"""

from collections.abc import Mapping
from typing import Any, Final

from riik.portal.design.texts import Texts, later

__all__ = [
    "EVENTS",
    "PURPOSES",
    "QUEUES",
    "STATES",
    "acting_text",
    "choice_text",
    "decided_text",
    "event_text",
    "paper_text",
    "proposal_text",
    "reached_text",
    "refusal_text",
    "signing_sentences",
]

QUEUES: Final = {
    "mine": later("Mine"),
    "team": later("Team"),
    "overdue": later("Overdue"),
    "asked": later("Waiting for the person"),
    "ended": later("Ended"),
    "all": later("All units"),
}

EVENTS: Final[Mapping[str, str]] = {
    "opened": later("begun"),
    "submitted": later("handed in"),
    "signed": later("signed by the person"),
    "fee-owed": later("fee reckoned"),
    "fee-paid": later("fee paid"),
    "fee-late": later("fee came after the case ended"),
    "fee-taken": later("fee taken at the desk"),
    "proposed": later("the rules proposed"),
    "given-to-official": later("given to officials"),
    "taken": later("taken by an official"),
    "handed-over": later("handed over"),
    "asked": later("the person was asked"),
    "amended": later("the person answered"),
    "question-withdrawn": later("the question was taken back"),
    "verdict-proposed": later("one official proposed"),
    "reviewed": later("decided and signed by an official"),
    "decided": later("letter sealed"),
    "delivered": later("the decision reached the person"),
    "not-reached": later("the person could not be told of the decision: write to them"),
    "withdrawn": later("withdrawn by the person"),
    "refunded": later("fee on its way back"),
    "refund-proposed": later("a refund was proposed"),
    "refund-approved": later("a refund was approved by another official"),
    "refund-declined": later("a refund was declined"),
    "refund-paid": later("the bank paid the refund"),
    "refund-rejected": later("the bank rejected the refund"),
    "message": later("another organisation sent what the case waited for"),
    "time": later("a time limit passed"),
    "handing-over": later("on its way to another organisation"),
    "passed-on": later("another organisation took it"),
    "given-back": later("another organisation did not take it"),
    "came": later("came from another organisation"),
    "lapsed": later("lapsed: its time is over"),
    "silence": later("nobody decided in time: the law did"),
    "escalated": later("a lead got it: its day is near"),
    "appealed": later("the person appealed"),
    "appeal-heard": later("the appeal was handed in"),
    "appeal-decided": later("the appeal was decided"),
    "erased": later("erased: it was kept long enough"),
}
"""What happened in a case, in an official's words."""

REACHED: Final[Mapping[str, tuple[str, str]]] = {
    "opened": ("yes", later("opened")),
    "letter": ("yes", later("handed over on paper")),
    "fiction": ("yes", later("counts as delivered by law")),
}
"""How a decision reached its person: tag and words."""

UNDERWAY: Final[Mapping[str, tuple[str, str]]] = {
    "sent": ("wait", later("told, not opened yet")),
    "letter": ("wait", later("with the post")),
    "refused": ("wait", later("not told: the person does not want it")),
    "unreachable": ("no", later("nobody could be reached")),
}
"""Where it stands while it has not; anything else is still to be told."""

CHANNELS: Final[Mapping[str, str]] = {
    "mail": later("by e-mail"),
    "text": later("by text message"),
    "push": later("by the browser"),
    "letter": later("by letter"),
}

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "draft": ("", later("not handed in yet")),
    "to-sign": ("wait", later("waits for the signature")),
    "to-cosign": ("wait", later("waits for another signature")),
    "to-pay": ("wait", later("waits for the fee")),
    "in-progress": ("now", later("a computer works on it")),
    "with-official": ("now", later("waits for an official")),
    "asked": ("wait", later("waits for the person")),
    "granted": ("yes", later("granted")),
    "refused": ("no", later("refused")),
    "withdrawn": ("", later("withdrawn")),
}
"""Tag and words of a case's state."""

PURPOSES: Final[Mapping[str, str]] = {
    "case-review": later("Work on a case"),
    "person-here": later("The person is here"),
    "person-calls": later("The person is on the phone"),
    "related-case": later("Another case needs it"),
}
"""What a look was for."""

_PAPERS: Final[Mapping[str, str]] = {
    "application": later("The application, signed by the person"),
    "amendment": later("What the person changed, signed"),
    "proposal": later("An official's proposal, signed"),
    "decision-signed": later("The decision, signed by an official"),
    "decision": later("The letter, sealed by the authority"),
}
"""What a paper is, by the beginning of its name; the longest beginning counts."""

_ACTS: Final = later("{actor} acts for {name}")
_ACTING: Final[Mapping[str, str]] = {
    "parent": later("{actor} acts for {name} (parent, by the population register)"),
    "guardian": later("{actor} acts for {name} (guardian, by the population register)"),
}
"""Who acts for another, by what login stated that they are to them."""

_CHOICES: Final = {"grant": later("Grant"), "refuse": later("Refuse")}
_PROPOSALS: Final = {"grant": later("To grant"), "refuse": later("To refuse")}
_DECIDED: Final = {"grant": later("Granted"), "refuse": later("Refused")}

_REFUSALS: Final[Mapping[str, str]] = {
    "unit": later("This case belongs to another unit. Only its officials open it."),
    "own-case": later("This case is about you, or you acted in it. A colleague decides it."),
    "with-another": later("A colleague has this case. They or a head of unit can hand it over."),
    "not-here": later("This case no longer waits: it was decided, or the person was asked."),
    "changed": later("The case was changed since you opened it. Open it again: see what is new."),
    "four-eyes": later("You proposed this decision. Another official must look at it."),
    "signed": later("These decisions are signed already. Nothing was done twice."),
    "no-batch": later("This page is too old to be signed. Open the case again."),
    "role": later("You prepare decisions here; you do not sign them."),
    "not-yours": later("A colleague has this case. Only they or a head of unit hand it over."),
    "no-colleague": later("Nobody of this unit has that code."),
    "not-asked": later("Nothing is asked of the person now."),
    "how-many": later("Choose one to fifty cases."),
    "queue": later("There is no such queue."),
    "outcome": later("Choose: grant or refuse."),
    "grounds": later("Tick what the refusal rests on: the list names the law of each ground."),
    "unseen": later("Open this case as it stands now, then grant: you certify what you saw."),
    "compared": later("Tick what you did yourself: without it nothing is certified."),
    "alone": later("A certified copy is decided by itself, never together with other cases."),
    "another": later("Write the ground in your own words, with the article of the law."),
    "rests": later("No register could say it: write what your decision rests on."),
    "reason": later("The reason is too long for a letter: at most 2000 characters."),
    "signs": later(
        "A letter can’t print every sign of this text, such as pictures. Take them out."
    ),
    "no-ground": later("This service has no such ground. Open the case again."),
    "no-letter": later("This service sends no letter: the person gets a notice alone."),
    "pages": later("Choose what the person is to answer anew."),
    "message": later("Say what the person is to do, in at most 1000 characters."),
    "purpose": later("Say what you look this person up for."),
    "case": later("Name the case that it is needed for."),
    "unknown": later("No case of yours has this number."),
    "no-service": later("Choose an application that this desk fills in."),
    "no-errand": later("What was begun on this screen is over, or a colleague began it."),
    "money-role": later("Money is the work of other officials here. Ask your lead if it is yours."),
    "no-official": later("This desk is for officials of this authority."),
}


def refusal_text(texts: Texts, why: str, facts: Mapping[str, str | int] | None = None) -> str:
    """Why something can't be done, in a sentence that says what to do."""
    if why == "signs" and facts and facts.get("signs"):
        return texts(
            "A letter can’t print these signs: {signs}. Write it without them.",
            signs=facts["signs"],
        )
    return texts(_REFUSALS.get(why, later("This can't be done now.")))


def signing_sentences(texts: Texts) -> list[dict[str, Any]]:
    """Why a signature can't be begun or ended, by the keys of `webeid.html`."""
    kinds = {
        "services.desk-refused": (
            "unit",
            "own-case",
            "role",
            "outcome",
            "grounds",
            "another",
            "unseen",
            "compared",
            "alone",
            "rests",
            "no-ground",
            "no-letter",
            "reason",
            "signs",
            "no-batch",
        ),
        "services.desk-conflict": ("with-another", "not-here", "changed", "four-eyes"),
    }
    return [
        {
            "key": f"{code}.{why}",
            "text": refusal_text(texts, why),
            "signs": why == "signs",
            "again": why == "changed",
        }
        for code, reasons in kinds.items()
        for why in reasons
    ]


def choice_text(texts: Texts, outcome: str) -> str:
    """What an official chose, in the words of who chooses."""
    return _said(texts, _CHOICES, outcome)


def proposal_text(texts: Texts, outcome: str) -> str:
    """What is proposed; empty where nothing is."""
    return _said(texts, _PROPOSALS, outcome)


def decided_text(texts: Texts, outcome: str) -> str:
    """What was decided."""
    return _said(texts, _DECIDED, outcome)


def _said(texts: Texts, words: Mapping[str, str], outcome: str) -> str:
    found = words.get(outcome)
    return texts(found) if found else ""


def acting_text(texts: Texts, role: str, *, signer: str, name: str) -> str:
    """Who acts for whom, and as what, as the case knows it."""
    return texts(_ACTING.get(role, _ACTS), actor=signer, name=name)


def paper_text(texts: Texts, name: str, *, signer: str = "", whom: str = "") -> str:
    """What a paper of a case is; a record for programs is told by its file's name.

    Args:
        texts: Of this room.
        name: The file's.
        signer: Who signed for somebody else; empty where people signed for themselves.
        whom: For whom.
    """
    if name.endswith(".json"):
        return name
    if signer and name.startswith("application"):
        return texts("The application, signed by {signer} for {name}", signer=signer, name=whom)
    known = [start for start in _PAPERS if name.startswith(start)]
    return texts(_PAPERS[max(known, key=len)]) if known else name


def event_text(texts: Texts, event: Mapping[str, Any], *, signer: str = "", whom: str = "") -> str:
    """What happened, in words; empty for what only programs need. A signature names its signer."""
    if signer and event["kind"] == "signed":
        return texts("signed by {signer} for {name}", signer=signer, name=whom)
    text = EVENTS.get(str(event["kind"]))
    if text is None:
        return ""
    if event["kind"] == "proposed" and event["detail"] in _PROPOSALS:
        outcome = proposal_text(texts, event["detail"]).lower()
        return texts("the rules proposed: {outcome}", outcome=outcome)
    return texts(text)


def reached_text(texts: Texts, delivery: Mapping[str, Any]) -> tuple[str, str, str]:
    """How a decision came to its person, or where that stands: tag, words, by which channel."""
    usual = ("wait", later("still to be told"))
    kind, words = REACHED.get(delivery["how"]) or UNDERWAY.get(delivery["state"]) or usual
    channel = CHANNELS.get(delivery["channel"], "")
    return kind, texts(words), texts(channel) if channel else ""
