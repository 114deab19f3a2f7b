"""Look without a case: a bank asks, a register refuses, the person reads of it."""

import asyncio
from typing import Any

from riik.core import Refused, RiikError, ServiceId
from riik.demo.acts.client import CITIZEN, at_home, kept_looks, server_of, verdict
from riik.demo.acts.model import Line, Outcome
from riik.demo.running import Demonstration
from riik.exchange import Call
from riik.portal.design.texts import later

__all__ = ["look"]

PURPOSE = "curiosity"
WAITS, PAUSE = 20, 0.25
SAID = {
    PURPOSE: Line(later("curiosity")),
    "client": Line(later("the bank has no right to this question")),
    "purpose": Line(later("the bank has no right for this purpose")),
    "legal-basis": Line(later("no law gives the bank this right")),
}
"""Codes of this look in words; another code is shown as it is, for it should not come."""


async def look(running: Demonstration) -> Outcome:
    """Ask as the bank; then look as the person whose address was wanted."""
    country, person = running.country, running.holder(CITIZEN)
    call = Call(
        client=country.client("bank", "payments"),
        service=ServiceId(country.client("interior", "population"), "person"),
        query="fields=residence",
        purpose=PURPOSE,
        legal_basis="none",
        subject=person.code,
    )
    said: Line | str
    async with server_of(running, "bank") as exchange:
        try:
            answer = (await exchange.call(call)).accepted()
        except RiikError as error:
            known = SAID.get(error.why) if isinstance(error, Refused) else None
            said, given = known or verdict(error), False
        else:
            said, given = f"HTTP {answer.status}", True
    attempt = await _attempt(running)
    return _outcome(running, said=said, given=given, attempt=attempt)


async def _attempt(running: Demonstration) -> dict[str, Any] | None:
    """The newest refused attempt that the person finds in their own list."""
    async with at_home(running, CITIZEN) as browser:
        await browser.enter(running.places["portal"].origin)
        for _ in range(WAITS):
            found = await kept_looks(running, browser, "population")
            looks: list[dict[str, Any]] = [one["access"] for one in found]
            refused = [one for one in looks if one.get("purpose") == PURPOSE]
            if refused:
                return max(refused, key=lambda one: str(one["at"]))
            await asyncio.sleep(PAUSE)
    return None


def _outcome(
    running: Demonstration, *, said: Line | str, given: bool, attempt: dict[str, Any] | None
) -> Outcome:
    members, person = running.country.members, running.holder(CITIZEN).name
    names = {"bank": members["bank"].names, "register": members["interior"].names}
    state = [
        Line(
            later("The register refused: {said}. The bank learned nothing."),
            "yes",
            {"said": said},
        )
        if not given
        else Line(later("The register answered. That must not happen."), "no")
    ]
    if attempt is not None:
        state.append(
            Line(
                later(
                    "The attempt stands in {person}’s own list: {bank}, purpose “{purpose}”, "
                    "refused for “{refused}”."
                ),
                "yes",
                {
                    **names,
                    "person": person,
                    "purpose": _in_words(attempt["purpose"]),
                    "refused": _in_words(attempt.get("refused", "–")),
                },
            )
        )
    else:
        state.append(
            Line(later("The attempt is not in {person}’s list."), "no", {"person": person})
        )
    return Outcome(
        did=[
            Line(
                later("{bank} asked {register} where {person} lives, for “{purpose}”."),
                values={**names, "person": person, "purpose": SAID[PURPOSE]},
            )
        ],
        state=state,
        see=[
            Line(
                later("Be {person} and open “Who looked”: the attempt is there, with its proof."),
                values={"person": person},
                href=f"{running.places['portal'].origin}/looks",
            ),
            Line(later("The question stands, refused, among the last messages."), href="/status"),
        ],
        held=not given and attempt is not None,
    )


def _in_words(code: object) -> Line | str:
    """A code of the log in words, if it is one of those that this look may leave there."""
    return SAID.get(str(code), str(code))
