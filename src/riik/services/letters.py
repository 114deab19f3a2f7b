"""What a decision letter and an application say: plain values for the templates.

The templates (Typst) hold the words and the look; this module only chooses and names values,
so nothing of a case can reach a template but as data.
"""

from collections.abc import Mapping
from typing import Any

from riik.core import to_text
from riik.services.model import Standing
from riik.services.running import Running

__all__ = ["application", "decision_letter"]


def decision_letter(running: Running, *, authority: Mapping[str, str]) -> dict[str, Any]:
    """The values of a decision letter.

    Args:
        running: The case, with its proposal or decision.
        authority: The organisation's name by language.
    """
    definition, dossier = running.definition, running.dossier
    language, proposal = dossier.language, dossier.proposal
    outcome = proposal.outcome if proposal else "refuse"
    return {
        "organisation": authority.get(language, authority.get("en", "")),
        "service": definition.names.get(language, definition.id),
        "case": running.case.number,
        "date": running.today.isoformat(),
        "outcome": outcome,
        "decided_by": proposal.by if proposal else "computer",
        "person": _person(running),
        "facts": facts(running),
        "answers": answers(running),
        "grounds": [definition.text(g, language) for g in (proposal.grounds if proposal else ())],
        "law": list(definition.law),
        "rules": [dict(row) for row in (proposal.explanation if proposal else ())],
    }


def application(running: Running) -> dict[str, Any]:
    """What the person signs: their answers, what registers said, and what they ask for."""
    definition, dossier = running.definition, running.dossier
    return {
        "service": {
            "id": definition.id,
            "version": definition.version,
            "digest": definition.digest,
        },
        "title": definition.names.get(dossier.language, definition.id),
        "case": {"id": running.case.id, "number": running.case.number},
        "date": running.today.isoformat(),
        "person": {"code": dossier.person, "acting": dossier.actor, **_person(running)},
        "answers": answers(running),
        "facts": facts(running),
        "fee": {**running.fee(running.known()), "currency": definition.currency},
    }


def answers(running: Running) -> list[dict[str, Any]]:
    """Question and answer as the person read them, in the order of the pages."""
    definition, dossier = running.definition, running.dossier
    rows = []
    for page in definition.pages:
        for field in page.fields:
            if field not in dossier.answers:
                continue
            schema = definition.form["properties"][field]
            value = dossier.answers[field]
            titles = {choice["const"]: choice["title"] for choice in schema.get("oneOf", ())}
            rows.append(
                {
                    "field": field,
                    "question": definition.text(schema.get("title", field), dossier.language),
                    "value": value,
                    "answer": definition.text(str(titles.get(value, value)), dossier.language),
                }
            )
    return rows


def facts(running: Running) -> list[dict[str, Any]]:
    """What each register said, with its source, time and the exchange that proves it."""
    return [
        {
            "need": fact.need,
            "source": str(fact.source),
            "standing": fact.standing.value,
            "at": to_text(fact.at),
            "message": fact.message_id,
            "values": {k: v for k, v in fact.values.items() if not _is_image(v)},
        }
        for fact in running.dossier.facts.values()
    ]


def _is_image(value: object) -> bool:
    """Pictures are shown, not printed as text."""
    return isinstance(value, str) and value.lstrip().startswith("<svg")


def _person(running: Running) -> dict[str, str]:
    """The name as the population register has it; empty when it was silent."""
    for fact in running.dossier.facts.values():
        if fact.standing is Standing.KNOWN and "family_name" in fact.values:
            return {
                "given_names": str(fact.values.get("given_names") or ""),
                "family_name": str(fact.values.get("family_name") or ""),
            }
    return {"given_names": "", "family_name": ""}
