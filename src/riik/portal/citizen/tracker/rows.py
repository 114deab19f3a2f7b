"""Who looked, as rows of a page; and what to write to somebody who looked.

Pure: the counter's answer goes in. How many steps a proof has follows from the entry's place and
the size of the tree (RFC 9162 §2.1.3.1).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from riik.core import from_text
from riik.portal.citizen.apply.where import at
from riik.portal.design.formats import Formats
from riik.portal.design.texts import Texts, in_sentence

__all__ = [
    "MOST_DRAWN",
    "counts",
    "find_look",
    "group_rows",
    "letter",
    "log_rows",
    "mailto",
    "parted",
    "sentence",
    "steps",
]

Look = Mapping[str, Any]

STANDINGS: Final = {"proved": "proved", "coming": "waiting", "broken": "broken"}
MOST_DRAWN: Final = 20
"""Looks of one page, which stays light; the counts above them are of all."""


def parted(groups: Iterable[Look]) -> tuple[list[Look], list[Look]]:
    """The looks of others, and those that the person had through this portal, each in groups."""
    theirs: list[Look] = []
    own: list[Look] = []
    for group in groups:
        for found, mine in ((theirs, False), (own, True)):
            looks = [look for look in group["looks"] if (look["who"] == "you") is mine]
            if looks:
                found.append({**group, "looks": looks})
    return theirs, own


def group_rows(
    groups: Iterable[Look], formats: Formats, *, now: datetime, first: int = 0
) -> list[dict[str, Any]]:
    """Organisations and purposes with the looks of one page, from the look ``first`` on."""
    rows: list[dict[str, Any]] = []
    for group in groups:
        drawn = sum(len(row["looks"]) for row in rows)
        looks = group["looks"][first : first + MOST_DRAWN - drawn]
        first = max(first - len(group["looks"]), 0)
        if looks:
            rows.append(
                {
                    "organisation": group["organisation"],
                    "member": group["member"],
                    "purpose": group["purpose"],
                    "cases": [at(one) for one in group["cases"]],
                    "looks": [_look(look, formats, now) for look in looks],
                }
            )
    return rows


def counts(groups: Iterable[Look]) -> dict[str, int]:
    """Of these looks: how many were given, of how many organisations, how many refused, proved."""
    looks = [(group["member"], look) for group in groups for look in group["looks"]]
    given = [member for member, look in looks if look["outcome"] == "answered"]
    standings = [look["proof"]["standing"] for _, look in looks]
    return {
        "all": len(looks),
        "looks": len(given),
        "organisations": len(set(given)),
        "refused": len(looks) - len(given),
        "coming": standings.count("coming"),
        "broken": standings.count("broken"),
    }


def log_rows(logs: Iterable[Look], formats: Formats) -> dict[str, list[dict[str, str]]]:
    """Organisations whose log was changed, and those of which it is not known, by which it is."""
    rows: dict[str, list[dict[str, str]]] = {"changed": [], "silent": [], "unknown": []}
    for log in logs:
        since = formats.moment(from_text(log["since"])) if log["since"] else ""
        rows[log["standing"]].append({"organisation": log["organisation"], "since": since})
    return rows


def find_look(groups: Iterable[Look], *, register: str, entry: str) -> tuple[Look, Look] | None:
    """A group and the look in it that a register calls so."""
    for group in groups:
        for look in group["looks"]:
            if look["register"] == register and look["entry"] == entry:
                return group, look
    return None


def sentence(look: Look) -> str:
    """Who did what: markup whose values are escaped stays markup, all else stays text."""
    said: str = look["sentence"]
    return said


def letter(
    group: Look, look: Look, formats: Formats, texts: Texts, *, name: str, right: str, days: int
) -> str:
    """What to write to an organisation that looked: everything that it needs to find the look.

    Args:
        group: The looks of that organisation.
        look: The one that is asked about.
        formats: How the writer reads days.
        texts: In the language of the letter.
        name: Who writes.
        right: The law by which one may ask.
        days: Within how many days it must be answered.
    """
    return texts(
        "You looked at my data ({what}) at {at}, for this purpose: {purpose}. Law: {law}. Entry"
        " {entry} of {register}. Why did you need it? I may ask this by law ({right}) and wait for"
        " your answer within {days} days.\n\n{name}",
        what=", ".join(map(in_sentence, look["what"])),
        at=formats.at(from_text(look["at"])),
        purpose=group["purpose"],
        law=look["law"] or "–",
        entry=look["entry"],
        register=look["register"],
        right=right,
        days=days,
        name=name,
    )


def steps(position: int, size: int) -> int:
    """How many hashes lead from an entry to the head of a tree."""
    node, last, found = position, size - 1, 0
    while last > 0:
        found += node % 2 == 1 or node != last
        node, last = node // 2, last // 2
    return found


def _look(look: Look, formats: Formats, now: datetime) -> dict[str, Any]:
    moment = from_text(look["at"])
    refused = look["outcome"] == "refused"
    base = f"/looks/{look['register']}/{quote(look['entry'], safe='')}"
    return {
        "at": formats.iso(moment),
        "when": formats.recent(moment, now=now),
        "text": sentence(look),
        "standing": "refused" if refused else STANDINGS.get(look["proof"]["standing"], "none"),
        "source": look["source"],
        "law": look["law"],
        "ask_href": "" if look["who"] == "you" else f"{base}/why",
        "proof": _proof(look["proof"], formats, base),
    }


def _proof(proof: Look, formats: Formats, base: str) -> dict[str, Any] | None:
    if proof["standing"] != "proved":
        return None
    witnesses = proof["witnesses"]
    moments = [from_text(one["at"]) for one in witnesses if one.get("at")]
    return {
        "entry": formats.number(proof["position"] + 1),
        "size": formats.number(proof["size"]),
        "steps": steps(proof["position"], proof["size"]),
        "witnesses": [one["name"] for one in witnesses],
        "at": formats.clock(max(moments)) if moments else "",
        "href": f"{base}/proof",
        "check_href": "/looks/check",
    }


def mailto(address: str, *, subject: str, body: str) -> str:
    """A letter that a mail program opens (RFC 6068 §2); empty without an address."""
    if not address:
        return ""
    written = urlencode({"subject": subject, "body": body.replace("\n", "\r\n")}, quote_via=quote)
    return f"mailto:{quote(address, safe='@.+-_')}?{written}"
