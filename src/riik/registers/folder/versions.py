"""What a new version of a register would break for records, clients and services; what it changes.

Pure. Compatible is: a new optional field, a wider choice, a longer text, a right more. Whatever
else is refused unless ``versions.toml`` says what becomes of it, with a version of its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from riik.registers.folder.fitting import Fault
from riik.registers.folder.narrowing import narrowed
from riik.registers.model import (
    ChangeOffer,
    Ended,
    ReadOffer,
    RegisterDefinition,
    Right,
    version_key,
)

__all__ = ["breaks", "differences"]


def breaks(old: RegisterDefinition, new: RegisterDefinition) -> Iterator[Fault]:
    """What of the older version nothing of the newer one answers for."""
    pair = _Pair(old, new)
    yield from _order(old, new)
    yield from _strangers(pair)
    yield from _fields(pair)
    yield from _needed(pair)
    yield from _offers(pair)
    yield from _answers(pair)
    yield from _rights(pair)


class _Pair:
    """Two versions of a register, and what the newer one says became of the older."""

    def __init__(self, old: RegisterDefinition, new: RegisterDefinition) -> None:
        self.old, self.new = old, new
        self.steps = new.steps_after(old.version)
        self.renamed = {step.renamed_from: step.field for step in self.steps if step.renamed_from}
        self.gone = {step.field for step in self.steps if step.ended}
        self.defaulted = {step.field for step in self.steps if step.default is not None}
        self.mapped = {step.field: step.values for step in self.steps if step.values}
        first, last = version_key(old.version), version_key(new.version)
        self.ended = [one for one in new.ended if first < version_key(one.to) <= last]
        self.over = {one.offer for one in self.ended if one.who is None and not one.purpose}

    def now(self, fields: Iterable[str]) -> set[str]:
        """What these fields are called now; without those that ended."""
        return {self.renamed.get(name, name) for name in fields if name not in self.gone}

    def remedy(self, said: str, *, table: str = "change") -> str:
        """What to write, and where."""
        raised = self.new.version != self.old.version
        to = self.new.version if raised else "…"
        first = "" if raised else f"raise version above {self.old.version} and "
        return f'{first}say in versions.toml: [[{table}]] to = "{to}", {said}'


def _fault(text: str, remedy: str, file: str, *words: str) -> Fault:
    return Fault("version", text, remedy, file, words)


def _order(old: RegisterDefinition, new: RegisterDefinition) -> Iterator[Fault]:
    if version_key(new.version) < version_key(old.version):
        text = f"version {new.version} comes before {old.version}, which is there already"
        remedy = f"raise version above {old.version}"
        yield _fault(text, remedy, "register.toml", "version")
    if new.subject != old.subject or (new.single and not old.single):
        text = f"subject or records are others than in version {old.version}"
        remedy = "found another register: what a record is about can't change under it"
        yield _fault(text, remedy, "register.toml", "subject")


def _strangers(pair: _Pair) -> Iterator[Fault]:
    """Steps that speak of what there never was."""
    known = {*pair.old.schema.fields, *pair.new.schema.fields}
    known |= {step.field for step in pair.steps if not step.ended}
    for step in pair.steps:
        name = step.renamed_from or step.field
        if name not in known:
            text = f"versions.toml speaks of {name!r}, which version {pair.old.version} lacks"
            yield _fault(text, "name a field of the version before", "versions.toml", name)


def _fields(pair: _Pair) -> Iterator[Fault]:
    after = pair.new.schema.document["properties"]
    for name, schema in pair.old.schema.document["properties"].items():
        now = pair.renamed.get(name, name)
        if now not in after:
            if name not in pair.gone:
                text = f"record.json lost the field {name!r} of version {pair.old.version}"
                said = f'field = "{name}", ended = true; or renamed-from = "{name}" of another'
                yield _fault(text, pair.remedy(said), "record.json", "properties")
        elif now not in pair.defaulted:
            told = list(narrowed(_mapped(schema, pair.mapped.get(now, {})), after[now]))
            if told:
                text = f"{now!r} is narrower than in version {pair.old.version}: {told[0]}"
                said = f'field = "{now}", default = what stands for what no longer fits'
                yield _fault(text, pair.remedy(said), "record.json", now)


def _needed(pair: _Pair) -> Iterator[Fault]:
    before = pair.now(pair.old.schema.document.get("required", ()))
    for name in pair.new.schema.document.get("required", ()):
        if name not in before | pair.defaulted:
            text = f"{name!r} is needed now, and records of version {pair.old.version} may lack it"
            said = f'field = "{name}", default = what they have'
            yield _fault(text, pair.remedy(said), "record.json", "required", name)


def _mapped(schema: Mapping[str, Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The older choices as the newer version calls them."""
    if not values or "enum" not in schema:
        return schema
    return {**schema, "enum": [values.get(one, one) for one in schema["enum"]]}


def _offers(pair: _Pair) -> Iterator[Fault]:
    kept = _all_offers(pair.new)
    for name, offer in _all_offers(pair.old).items():
        if name in pair.over:
            continue
        if name not in kept:
            yield _lost(pair, name, f"the offer {name!r} of version {pair.old.version} is gone")
            continue
        lost = sorted(pair.now(offer.fields) - set(kept[name].fields))
        if lost:
            yield _lost(pair, name, f"{name}: {lost[0]!r} is no longer offered")


def _answers(pair: _Pair) -> Iterator[Fault]:
    """What a client could no longer ask or read as it did."""
    for name, one in pair.old.reads.items():
        other = pair.new.reads.get(name)
        if other is None or name in pair.over:
            continue
        if one.all_records != other.all_records:
            yield _lost(pair, name, f"{name} answers in another shape (records)")
        keys = sorted(pair.now(one.look_up) - set(other.look_up))
        if keys:
            yield _lost(pair, name, f"{name}: records are no longer found by {keys[0]!r}")
    for name, change in pair.old.changes.items():
        again = pair.new.changes.get(name)
        if again is not None and again.kind is not change.kind and name not in pair.over:
            yield _lost(pair, name, f"{name} is another kind of change")


def _lost(pair: _Pair, offer: str, text: str) -> Fault:
    return _fault(text, pair.remedy(f'offer = "{offer}"', table="ended"), "offers.toml", offer)


def _all_offers(definition: RegisterDefinition) -> dict[str, ReadOffer | ChangeOffer]:
    return {**definition.reads, **definition.changes}


def _rights(pair: _Pair) -> Iterator[Fault]:
    known = _all_offers(pair.new)
    for right in pair.old.rights:
        fields, who = pair.now(right.fields), _who(right)
        for offer in right.offers:
            if offer not in known or any(_ends(one, right, offer) for one in pair.ended):
                continue
            if not any(_covers(other, right, offer, fields) for other in pair.new.rights):
                text = f"{who} lost a right to {offer!r} for {right.purpose!r} that it had"
                said = f'offer = "{offer}", client = {{ role = "{who}" }}'
                yield _fault(text, pair.remedy(said, table="ended"), "rights.toml", who)


def _who(right: Right) -> str:
    return right.who.role or right.who.member_class or right.who.client


def _ends(one: Ended, right: Right, offer: str) -> bool:
    whose = one.who is None or all(
        mine in ("", theirs)
        for mine, theirs in (
            (one.who.role, right.who.role),
            (one.who.member_class, right.who.member_class),
            (one.who.subsystem, right.who.subsystem),
            (one.who.client, right.who.client),
        )
    )
    return whose and one.offer == offer and one.purpose in ("", right.purpose)


def _covers(other: Right, right: Right, offer: str, fields: set[str]) -> bool:
    return (
        other.who == right.who
        and other.action is right.action
        and offer in other.offers
        and other.purpose == right.purpose
        and other.legal_basis == right.legal_basis
        and fields <= other.fields
        and (right.statement or not other.statement)
    )


def differences(old: RegisterDefinition, new: RegisterDefinition) -> Iterator[str]:
    """What changed, a sentence each, for whoever reads a register's history."""
    steps = {step.field: step for step in new.steps_after(old.version)}
    for step in steps.values():
        if step.renamed_from:
            yield f"field {step.renamed_from} is called {step.field}"
    renamed = {step.renamed_from for step in steps.values()}
    before, after = old.schema.document["properties"], new.schema.document["properties"]
    for name in after:
        if name in before and before[name] != after[name]:
            told = list(narrowed(before[name], after[name]))
            yield f"field {name} changed: {told[0] if told else 'it takes what it took, or more'}"
        elif name not in before and not (name in steps and steps[name].renamed_from):
            yield f"field {name} is new"
    for name in before:
        if name not in after and name not in renamed:
            yield f"field {name} ended"
    yield from _listed("offer", _all_offers(old), _all_offers(new))
    yield from _listed("right", _by_name(old), _by_name(new))


def _listed(what: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    for name in new:
        if name not in old:
            yield f"{what} {name} is new"
        elif old[name] != new[name]:
            yield f"{what} {name} changed"
    for name in old:
        if name not in new:
            yield f"{what} {name} ended"


def _by_name(definition: RegisterDefinition) -> dict[str, object]:
    """Rights by what people call them: who, what for, by which law."""
    found: dict[str, object] = {}
    for right in definition.rights:
        name = f"of {_who(right)} to {right.action} for {right.purpose} ({right.legal_basis})"
        found[name] = (found.get(name, ()), right)
    return found
