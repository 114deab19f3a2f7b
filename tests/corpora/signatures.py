"""The corpus `signatures`: containers, PDFs, CMS and XML with expected verdicts.

Trust is what the corpus gives: all its lists together, one list where a case names it,
and none for cases that their source judged without anchors. Judged at a fixed time.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from lxml import etree
from tests.corpora import Outcome, attempt, lines, material

from riik.signatures import Indication, Policy, Report, validate
from riik.signatures.xmlseal import verify_xml
from riik.trust import TrustAnchor, read_trusted_list

Case = dict[str, Any]

AT = datetime(2026, 7, 1, tzinfo=UTC)
LISTS = ["EE_T", "EE_live", "EE_2016", "LV_live", "LT_live"]
SUPPORTED = ("ASiC-E",)
UNTRUSTED = "NO_CERTIFICATE_CHAIN_FOUND"


def run(folder: Path, shared: Path) -> Iterable[Outcome]:
    """Judge every case of the manifest."""
    find = partial(material, folder=folder, shared=shared)
    every = tuple(
        anchor
        for name in LISTS
        for anchor in read_list(find(f"trust/lists/{name}.xml").read_bytes())
    )
    for case in lines(folder / "manifest.jsonl"):
        yield judge(case, find, every)


def judge(case: Case, find: Any, every: tuple[TrustAnchor, ...]) -> Outcome:
    """One case: its verdict against those that count as right."""
    document = find(case["file"]).read_bytes()
    anchors = chosen(case, find, every)
    expected = "|".join(case["accept"])
    policy = Policy.ADES if "[POLICY_3]" in case["basis"] else Policy.QUALIFIED
    got = verdict(document, anchors, policy)
    word = got.split(":", maxsplit=1)[0]
    unsafe = word == "valid" and "valid" not in case["accept"]
    if not case["format"].startswith(SUPPORTED) and not unsafe:
        return Outcome.left(case["id"], expected=expected, why=f"format {case['format']}")
    right = word in case["accept"]
    return Outcome(id=case["id"], expected=expected, got=got, right=right, unsafe=unsafe)


def chosen(case: Case, find: Any, every: tuple[TrustAnchor, ...]) -> tuple[TrustAnchor, ...]:
    """What is trusted in this case."""
    if "trust_list" in case:
        return read_list(find(case["trust_list"]).read_bytes())
    without = case.get("crypto") == "intact" and case.get("sub_indication") == UNTRUSTED
    return () if without else every


def read_list(document: bytes) -> tuple[TrustAnchor, ...]:
    """A list of the corpus, whose seal must be of the certificate that is in it."""
    return read_trusted_list(
        document, signers=list(sealers(document)), verify_xml=verify_xml
    ).anchors


def sealers(document: bytes) -> Iterator[bytes]:
    """The corpus pins its lists by their hash: the sealer is taken from the seal itself."""
    from base64 import b64decode

    path = "{http://www.w3.org/2000/09/xmldsig#}Signature//{*}KeyInfo//{*}X509Certificate"
    for element in etree.fromstring(document).iterfind(path):
        yield b64decode(element.text)


def verdict(document: bytes, anchors: tuple[TrustAnchor, ...], policy: Policy) -> str:
    """The container's verdict in the corpus's words, the worst of its signatures, and why."""
    found: list[Report] = []
    said = attempt(lambda: found.append(validate(document, anchors=anchors, at=AT, policy=policy)))
    if not found:
        return said.replace("reject", "rejected", 1)
    [report] = found
    judgements = [each.judgement for each in report.signatures]
    indications = {each.indication for each in judgements}
    why = "; ".join(f"{each.sub_indication} {each.message}" for each in judgements)
    if report.valid:
        return "valid"
    if not indications:
        return "unsigned"
    return f"{'invalid' if Indication.TOTAL_FAILED in indications else 'indeterminate'}: {why}"
