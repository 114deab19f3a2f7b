"""Does an offer fit together: what begins it, whom it is made to, what is then said? Pure."""

from collections.abc import Iterator, Mapping

from riik.services.errors import FolderRefused
from riik.services.folder.finding import Finding
from riik.services.folder.places import line_of
from riik.services.model import ServiceDefinition
from riik.services.offering.model import OCCASION, OfferRule

__all__ = ["check_offer", "offer_findings"]

_Told = tuple[str, str, tuple[str, ...]]


def check_offer(definition: ServiceDefinition) -> None:
    """Refuse an offer that could not be made.

    Raises:
        FolderRefused: For ``offer``.
    """
    for text, _, _ in _wrong(definition):
        raise FolderRefused(text, why="offer")


def offer_findings(definition: ServiceDefinition, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """What is wrong with ``[offer]``, each with its line and what to do."""
    for text, remedy, words in _wrong(definition):
        name = "needs.toml" if words[0] == "of" else "service.toml"
        line = line_of(files.get(name, b""), *words)
        yield Finding(why="offer", file=name, line=line, text=text, remedy=remedy)


def _wrong(definition: ServiceDefinition) -> Iterator[_Told]:
    if definition.offer is None:
        if any(need.of == OCCASION for need in definition.needs):
            text = "a need is of whom it begins with and there is no [offer]"
            yield text, "add [offer] with register, need and to", ("of", OCCASION)
        return
    yield from _unfit(definition, definition.offer)


def _unfit(definition: ServiceDefinition, rule: OfferRule) -> Iterator[_Told]:
    need = next((one for one in definition.needs if one.id == rule.need), None)
    if need is None or need.of != OCCASION or rule.to not in need.fields:
        text = f"offer: no need of the occasion asks {rule.need}.{rule.to}"
        yield text, "name a need with of = 'occasion' and one of its fields", ("offer", "need")
    elif need.provider != rule.register:
        text = f"offer: who tells is {rule.register!r}, who is asked {need.provider!r}"
        yield text, "ask the register that told", ("offer", "register")
    if rule.kind not in ("open", "change"):
        yield "offer.kind is open or change", "say what happened", ("offer", "kind")
    if rule.question and rule.question not in definition.form["properties"]:
        text = f"offer.question: the form has no {rule.question!r}"
        yield text, "name a question of form.json", ("offer", "question")
    if "offered" not in definition.notices:
        yield "an offer without [notices.offered]", "say what is offered", ("offer",)
    if "offer" not in definition.process.operations:
        remedy = "let a serviceTask 'offer' follow 'collect'"
        yield "[offer] wants a step 'offer' in the process", remedy, ("offer",)
