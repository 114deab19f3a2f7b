"""When a fee is paid: ``[fee]`` of ``service.toml``, and whether the process does so.

Pure. ``before`` the authority looks at it, ``in`` the procedure (once it is to be granted, before
it is decided), ``after`` the decision, or at the ``desk``, where an official takes it. The standard
process follows by itself; an own one has to, and is looked at here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from riik.formats.toml import Shape
from riik.services.errors import FolderRefused
from riik.services.process import Process

__all__ = ["WHEN", "FeeSection", "Paying", "paying_faults", "paying_of"]

WHEN = ("before", "in", "after", "desk")
STANDARD = "standard"
_JUDGED, _DECIDED = frozenset({"propose", "review"}), frozenset({"decide"})


class FeeSection(Shape):
    """``[fee]`` as it is written."""

    when: str = "before"
    at_desk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paying:
    """When a fee is paid.

    Attributes:
        when: One of `WHEN`.
        at_desk: The same for cases that begin at the desk of an official.
    """

    when: str = "before"
    at_desk: str = "before"

    def of(self, channel: str) -> str:
        """When a case of this channel pays."""
        return self.at_desk if channel == "desk" else self.when


def paying_of(section: FeeSection | None, *, fee: str, channels: tuple[str, ...]) -> Paying:
    """What the section says.

    Raises:
        FolderRefused: For ``fee``: a time that is none, or a section that speaks of nothing.
    """
    if section is None:
        return Paying()
    known = ", ".join(map(repr, WHEN))
    for key, value in (("when", section.when), ("at-desk", section.at_desk or section.when)):
        if value not in WHEN:
            raise FolderRefused(f"'fee': [fee] {key} is one of {known}", why="fee")
    if not fee:
        raise FolderRefused("'fee': [fee] and no [decisions] fee: nothing is to pay", why="fee")
    if section.at_desk and "desk" not in channels:
        raise FolderRefused("'fee': [fee] at-desk, and 'desk' is no channel", why="fee")
    return Paying(when=section.when, at_desk=section.at_desk or section.when)


def paying_faults(paying: Paying, process: Process, *, silence: str) -> Iterator[tuple[str, str]]:
    """What the process does otherwise than ``[fee]`` says: what is wrong, and what to do."""
    wanted = {paying.when, paying.at_desk}
    if "in" in wanted and silence:
        yield (
            "a fee in the procedure, and silence decides: it would before anybody paid",
            "let it be paid before or after, or leave [deadline] silence out",
        )
    if process.id == STANDARD or wanted == {"desk"}:
        return
    owed = [node.id for node in process.nodes.values() if node.does == "owe-fee"]
    judged, decided = _behind(process, _JUDGED), _behind(process, _DECIDED)
    found = {_place(node, judged, decided) for node in owed}
    for one in sorted(wanted - {"desk"} - found):
        yield (
            f"the fee is to be paid {_SAID[one]}, and no step of the process asks for it there",
            f"put owe-fee and pay {_SAID[one]}, or change [fee]",
        )
    yield from _path_faults(process, owed, found & wanted)
    for one in sorted(found - wanted) if "desk" not in wanted else ():
        yield (
            f"the process asks for the fee {_SAID[one]}, and [fee] does not say so",
            f'say [fee] when = "{one}", or move owe-fee and pay',
        )


def _path_faults(process: Process, owed: list[str], found: set[str]) -> Iterator[tuple[str, str]]:
    """Ways to a decision on which nobody is asked for the fee, or nobody waits for it."""
    pays = frozenset(node.id for node in process.nodes.values() if node.does == "pay")
    decides = {node.id for node in process.nodes.values() if node.does == "decide"}
    inside = any("/" in node for node in (*owed, *pays))
    first = found & {"before", "in"}
    asks = frozenset(owed) | _asking(process, frozenset(owed))
    if first and not inside and _reached(process, [process.begins.id], asks) & decides:
        yield (
            "a way leads to decide on which nobody asks for the fee",
            "lead every way through owe-fee, or through a gateway that asks fee.amount > 0",
        )
    waits = bool(_reached(process, owed, pays) & decides) if first else False
    if not inside and (waits or not _reached(process, owed) & pays):
        yield (
            "owe-fee is not followed by pay: nobody would wait for the fee",
            "put a userTask with riik:task='pay' after owe-fee",
        )


def _asking(process: Process, owed: frozenset[str]) -> frozenset[str]:
    """Gateways that lead to owe-fee by whether there is a fee, or what is proposed."""
    return frozenset(
        node
        for node, flows in process.flows.items()
        if any("fee." in flow.condition or "proposal." in flow.condition for flow in flows)
        and (_reached(process, [node]) & owed)
    )


def _reached(
    process: Process, begins: list[str], without: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Every node behind these on ways that pass none of ``without``."""
    todo, seen = list(begins), set[str]()
    while todo:
        for flow in process.flows.get(todo.pop(), ()):
            if flow.target not in seen | without:
                seen.add(flow.target)
                todo.append(flow.target)
    return frozenset(seen)


_SAID = {
    "before": "before anything is judged",
    "in": "between propose and decide",
    "after": "after decide",
}


def _place(node: str, judged: frozenset[str], decided: frozenset[str]) -> str:
    return "after" if node in decided else "in" if node in judged else "before"


def _behind(process: Process, does: frozenset[str]) -> frozenset[str]:
    """Every node that a case can reach once it was at one of these."""
    return _reached(process, [node.id for node in process.nodes.values() if node.does in does])
