"""The catalogue that a provider publishes: each service's guide, in every language at once.

Pure. Nobody is asked about, so any portal may keep what it got and show it while the provider
is silent. Amounts are what the folder's rules reckon on the given day, once for the web and
once for the desk; nobody writes an amount twice.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from riik.rules import decide
from riik.services.model import ServiceDefinition

__all__ = ["Names", "guide_view"]

Names = Mapping[str, str]
"""By language."""


def guide_view(
    definition: ServiceDefinition,
    *,
    authority: Names,
    sources: Mapping[str, Names],
    today: date,
) -> dict[str, Any]:
    """One service as any portal shows it; every text is by language.

    Args:
        definition: The service.
        authority: Names of who answers for it.
        sources: Names of the organisations that play each role.
        today: The day for which fees are reckoned.
    """
    guide = definition.guide
    return {
        "id": definition.id,
        "version": definition.version,
        "digest": definition.digest,
        "changed": guide.changed.isoformat(),
        "names": dict(definition.names),
        "summary": _said(definition, guide.summary),
        "note": _said(definition, guide.note),
        "for_whom": _list(definition, guide.for_whom),
        "organisation": dict(authority),
        "contact": dict(guide.contact),
        "level": definition.level,
        "applicant": {
            "represented_by": list(definition.applicant.represented_by),
            "least_age": definition.applicant.least_age,
            "law": definition.applicant.law,
        },
        "channels": list(definition.channels),
        "other_ways": _list(definition, guide.other_ways),
        "fees": [_fee(definition, row.title, row.answers, today) for row in guide.fees],
        "fill": _minutes(definition),
        "fill_minutes": guide.fill_minutes,
        "decide": _said(definition, guide.decide),
        "decide_days": definition.deadline_days,
        "deliver": _said(definition, guide.deliver),
        "known": _known(definition, sources),
        "asked": _list(definition, _questions(definition)),
        "steps": [
            {
                "title": _said(definition, step.title),
                "text": _said(definition, step.text),
                "ahead": step.ahead,
            }
            for step in guide.steps
        ],
        "law": [
            {"id": law.id, "name": _said(definition, law.name), "address": law.address}
            for law in guide.laws
        ],
        "assumed": _list(definition, guide.assumed),
        "events": list(guide.events),
        "words": {language: list(words) for language, words in guide.words.items()},
    }


def _said(definition: ServiceDefinition, text: str) -> dict[str, str]:
    if not text:
        return dict.fromkeys(definition.languages, "")
    return {language: definition.text(text, language) for language in definition.languages}


def _list(definition: ServiceDefinition, texts: Sequence[str]) -> list[dict[str, str]]:
    return [_said(definition, text) for text in texts]


def _minutes(definition: ServiceDefinition) -> dict[str, str]:
    minutes = definition.guide.fill_minutes
    text = "1 minute" if minutes == 1 else "{minutes} minutes"
    said = _said(definition, text)
    return {language: one.format(minutes=minutes) for language, one in said.items()}


def _questions(definition: ServiceDefinition) -> list[str]:
    """What is asked of everybody, in order; conditional pages are left to the form."""
    properties = definition.form["properties"]
    return [
        str(properties[field].get("title", field))
        for page in definition.pages
        if not page.when
        for field in page.fields
    ]


def _known(definition: ServiceDefinition, sources: Mapping[str, Names]) -> list[dict[str, Any]]:
    """A line a need: what is known, and from which register."""
    found = []
    for need in definition.needs:
        labels = [row.label for row in definition.guide.known if row.need == need.id]
        organisation = sources.get(need.provider, {})
        found.append(
            {
                "need": need.id,
                "labels": _list(definition, labels),
                "source": _said(definition, need.source) if need.source else dict(organisation),
                "from": _said(definition, need.from_source)
                if need.from_source
                else dict(organisation),
                "organisation": dict(organisation),
            }
        )
    return found


def _fee(
    definition: ServiceDefinition, title: str, answers: Mapping[str, Any], today: date
) -> dict[str, Any]:
    desk = _amount(definition, answers, today, channel="desk")
    return {
        "title": _said(definition, title),
        "online": _amount(definition, answers, today, channel="web"),
        "desk": desk if "desk" in definition.channels else None,
    }


def _amount(
    definition: ServiceDefinition, answers: Mapping[str, Any], today: date, *, channel: str
) -> dict[str, Any]:
    """What the rules reckon for these answers when nothing else is known."""
    known: dict[str, Any] = {need.id: {"standing": "unavailable"} for need in definition.needs}
    known |= {
        "answers": dict(answers),
        "channel": channel,
        "case": {"id": "guide", "number": f"{today.year}-000000", "today": today.isoformat()},
    }
    amount, law = 0, ""
    if definition.rules is not None and definition.fee_decision:
        value = decide(definition.rules, definition.fee_decision, known).plain
        if isinstance(value, Mapping):
            amount, law = int(value["amount"]), str(value["law"])
    return {"minor": amount, "currency": definition.currency, "law": law}
