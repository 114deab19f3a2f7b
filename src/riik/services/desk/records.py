"""What an official signs: one list of salted digests for many cases, one record for each.

The list names the authority, the official and how many cases are granted and refused; of each
case it holds nothing but the digest of its record. The record, with its salt, stays in its own
case: whoever holds it can show that it is in the signed list, and learns nothing of the others.

    list["decisions"] contains sha256(canonical(record))

Pure. Canonical JSON is RFC 8785; signing the list is `signatures`.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from hmac import compare_digest
from typing import Any

import msgspec

from riik.formats import canonical_json
from riik.services.desk.errors import DeskRefused
from riik.services.desk.model import Act, Official, Unit, Verdict
from riik.services.letters import enclosed_in
from riik.services.model import Standing
from riik.services.running import Running

__all__ = ["decision_list", "decision_record", "digest_of", "verify_record"]

RECORD, LIST = "riik/decision/1", "riik/decision-list/1"


def decision_record(
    running: Running,
    verdict: Verdict,
    *,
    act: Act,
    official: Official,
    name: str,
    unit: Unit,
    papers: Mapping[str, str],
    at: str,
    salt: bytes,
) -> dict[str, Any]:
    """Everything an official's decision of one case says and rests on.

    Args:
        running: The case as the official saw it.
        verdict: What they decide.
        act: Whether this decides, proposes or confirms a colleague's proposal.
        official: Who.
        name: Their name as letters say it.
        unit: Their unit.
        papers: SHA-256 of each signed paper of the case, hex, by its name.
        at: RFC 3339.
        salt: 16 bytes or more that nobody can guess: without them the digest tells nothing.
    """
    definition, dossier = running.definition, running.dossier
    proposal, earlier = dossier.proposal, dossier.colleague
    return {
        "type": RECORD,
        "case": {"id": running.case.id, "number": running.case.number},
        "service": {
            "id": definition.id,
            "version": definition.version,
            "digest": definition.digest,
        },
        "act": act.value,
        "outcome": verdict.outcome,
        "grounds": list(verdict.grounds),
        "reason": verdict.reason,
        "rules": {
            "outcome": proposal.outcome if proposal else "official",
            "grounds": list(proposal.grounds) if proposal else [],
        },
        "rests_on": {
            "papers": dict(papers),
            "messages": sorted(
                fact.message_id
                for fact in dossier.facts.values()
                if fact.standing is not Standing.UNAVAILABLE
            ),
            **_compared(running, verdict),
        },
        "confirms": earlier.digest if act is Act.CONFIRM and earlier else "",
        "official": {"code": official.person, "name": name, "unit": dict(unit.names)},
        "at": at,
        "salt": urlsafe_b64encode(salt).decode().rstrip("="),
    }


def _compared(running: Running, verdict: Verdict) -> dict[str, Any]:
    """The files that a granted copy certifies: ``enclosed``, absent where there are none."""
    files = enclosed_in(running) if verdict.outcome == "grant" else []
    told = [{"name": one["name"], "sha256": one["sha256"]} for one in files]
    return {"enclosed": told} if told else {}


def digest_of(record: Mapping[str, Any]) -> str:
    """SHA-256 of the record's canonical JSON, hex."""
    return sha256(canonical_json.encode(dict(record))).hexdigest()


def decision_list(
    records: Sequence[Mapping[str, Any]],
    *,
    authority: Mapping[str, Any],
    official: str,
    unit: Unit,
    at: str,
) -> dict[str, Any]:
    """The one paper that is signed for all of them.

    Digests are sorted: their order tells nothing of the cases.
    """
    outcomes = [record["outcome"] for record in records]
    return {
        "type": LIST,
        "authority": dict(authority),
        "official": {"name": official, "unit": dict(unit.names)},
        "at": at,
        "grant": outcomes.count("grant"),
        "refuse": outcomes.count("refuse"),
        "decisions": sorted(digest_of(record) for record in records),
    }


def verify_record(record: bytes, signed: Iterable[bytes]) -> dict[str, Any]:
    """Check that a decision record is in one of the signed lists, and answer it.

    Args:
        record: The record's canonical JSON, as it lies in its case.
        signed: Lists out of containers whose signatures were validated.

    Raises:
        DeskRefused: For ``record`` (none, or not canonical) or ``list`` (in no list).
    """
    try:
        read = canonical_json.decode(record, canonical=True)
        lists = [msgspec.json.decode(one, type=dict[str, Any]) for one in signed]
    except (canonical_json.JsonRefused, msgspec.DecodeError) as error:
        raise DeskRefused("this is no decision record", why="record") from error
    if not isinstance(read, dict) or read.get("type") != RECORD:
        raise DeskRefused("this is no decision record", why="record")
    found = sha256(record).hexdigest()
    digests = [
        str(digest)
        for one in lists
        if one.get("type") == LIST
        for digest in one.get("decisions", ())
    ]
    if not any(compare_digest(found, digest) for digest in digests):
        raise DeskRefused("no signed list holds this decision", why="list")
    return read
