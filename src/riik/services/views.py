"""A case as any channel shows it: where it stands, what is asked next, what is known."""

from collections.abc import Sequence
from typing import Any

from riik.cases import Event
from riik.core import to_text
from riik.payments import Fee
from riik.services.forms import questions, wanted_pages
from riik.services.letters import facts
from riik.services.model import Page, ServiceDefinition
from riik.services.process import Kind, waiting
from riik.services.running import Running

__all__ = ["next_page", "view"]


def view(
    running: Running, *, timeline: Sequence[Event], documents: Sequence[str], fee: Fee | None
) -> dict[str, Any]:
    """The status of a case as plain values, in the person's language."""
    definition, language = running.definition, running.dossier.language
    return {
        "case": running.case.id,
        "number": running.case.number,
        "service": definition.id,
        "title": definition.names.get(language, definition.id),
        "state": running.case.state.value,
        "due": to_text(running.case.due_at) if running.case.due_at else None,
        "next": _next(running),
        "facts": facts(running),
        "answers": dict(running.dossier.answers),
        "fee": _fee(running, fee),
        "timeline": [
            {"at": to_text(e.at), "kind": e.kind, "actor": e.actor, "detail": e.detail}
            for e in timeline
        ],
        "documents": list(documents),
        "grounds": _grounds(running),
    }


def next_page(running: Running) -> Page | None:
    """The first wanted page without all its answers; None when all are answered."""
    form, answers = running.definition.form, running.dossier.answers
    required = set(form.get("required", ()))
    for page in wanted_pages(running.definition.pages, known=running.known()):
        needed = set(page.fields) if page.when else required & set(page.fields)
        if not needed <= set(answers):
            return page
    return None


def _next(running: Running) -> dict[str, Any]:
    tasks = waiting(running.definition.process, running.state)
    for task in tasks:
        if task.kind is Kind.SERVICE:
            return {"step": "working"}
    for task in tasks:
        if task.does == "answer":
            page = next_page(running)
            if page is not None:
                return {"step": f"answers/{page.id}", "questions": _questions(running, page)}
            return {"step": "submission"}
        return {"step": {"sign": "submission", "pay": "payment"}.get(task.does, task.does)}
    return {"step": "none"}


def _questions(running: Running, page: Page) -> list[dict[str, Any]]:
    definition, language = running.definition, running.dossier.language
    return [
        _translated(question, definition, language) for question in questions(definition.form, page)
    ]


def _translated(
    question: dict[str, Any], definition: ServiceDefinition, language: str
) -> dict[str, Any]:
    text = definition.text
    return {
        **question,
        "title": text(question["title"], language),
        "hint": text(question["hint"], language) if question["hint"] else "",
        "choices": [
            {"value": choice["value"], "title": text(choice["title"], language)}
            for choice in question["choices"]
        ],
    }


def _fee(running: Running, fee: Fee | None) -> dict[str, Any] | None:
    if fee is not None:
        return {
            "amount": fee.amount.minor,
            "currency": fee.amount.currency,
            "reference": fee.reference,
            "law": fee.law,
            "paid": to_text(fee.paid_at) if fee.paid_at else None,
        }
    quoted = running.fee(running.known())
    if quoted["amount"] == 0:
        return None
    return {**quoted, "currency": running.definition.currency, "reference": "", "paid": None}


def _grounds(running: Running) -> list[dict[str, str]]:
    proposal, definition = running.dossier.proposal, running.definition
    return [
        {"code": ground, "text": definition.text(ground, running.dossier.language)}
        for ground in (proposal.grounds if proposal else ())
    ]
