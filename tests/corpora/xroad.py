"""X-Road's own test material: messages, hash chains, containers, configurations.

What Riik doesn't speak (SOAP, WSDL, message log archives) is skipped with that reason. A
container is judged at the time inside it, against the configuration that the manifest names.
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from lxml import etree
from tests.corpora import Outcome, attempt, lines, material

from riik.core import Refused
from riik.exchange.centre import open_directory, read_anchor
from riik.exchange.globalconf import read_identifier, read_shared, write_shared
from riik.exchange.protocol.container import read_container, verify_evidence
from riik.exchange.protocol.hashchain import verify_chain
from riik.exchange.protocol.rest import normalise_path, parse_request, request_hash

Case = dict[str, Any]

GOOD = ("valid", "parses")
NOT_SPOKEN = {
    "soap-message": "SOAP is not spoken",
    "soap-exchange-case": "SOAP is not spoken",
    "soap-parse-case": "SOAP is not spoken",
    "soap-metaservice-request": "SOAP is not spoken",
    "wsdl": "SOAP is not spoken",
    "openapi": "descriptions are handed on, not judged, by the exchange",
    "protocol-document-example": "fragments for readers",
    "messagelog-archive": "archives of containers are not read",
    "messagelog-archive-name": "archives of containers are not read",
    "rfc3161-response": "judged by trust",
    "hashchain-part": "judged by its cases",
    "signed-directory-part": "judged with its directory",
    "globalconf-part": "optional parts are not read",
}


def run(folder: Path, shared: Path) -> Iterable[Outcome]:
    """Judge every line of the manifest."""

    def find(name: str) -> Path:
        return material(name, folder=folder, shared=shared)

    for number, case in enumerate(lines(find("manifest.jsonl")), start=1):
        kind = case["kind"]
        name = f"{kind}/{case.get('name') or case.get('file') or case.get('input') or number}"
        judge = JUDGES.get(kind)
        expected = str(case["expect"])
        if judge is None:
            why = NOT_SPOKEN.get(kind, "an unknown kind")
            yield Outcome.left(name, expected=expected, why=why)
        else:
            yield from judge(name, case, find)


Find = Callable[[str], Path]


def _verdict(name: str, case: Case, action: Callable[[], Any]) -> Outcome:
    expected = "accept" if str(case["expect"]).startswith(GOOD) else "reject"
    return Outcome.judged(name, expected=expected, got=attempt(action))


def _equals(name: str, expected: str, action: Callable[[], str]) -> Outcome:
    try:
        got = action()
    except Refused as refused:
        got = f"reject: {refused.why}"
    return Outcome(id=name, expected=expected, got=got, right=got == expected)


def rest_request(name: str, case: Case, _find: Find) -> Iterator[Outcome]:
    """Does a request parse, and into what?"""

    def parse() -> None:
        read = parse_request(case["method"], case["url"], tuple(case["headers"].items()))
        provider = read.service.provider
        found = {
            "service": [
                provider.member.instance, provider.member.member_class, provider.member.code,
                provider.subsystem, read.service.service,
            ],
            "path": read.path,
            "query": read.query,
            "id": read.message_id,
            "represented": list(read.represented or ()),
        }  # fmt: skip
        for key, wanted in (case["parsed"] or {}).items():
            if key in found and found[key] != wanted:
                raise ValueError(key)

    yield _verdict(name, case, parse)


def path_normalise(name: str, case: Case, _find: Find) -> Iterator[Outcome]:
    """What is a path when rights are matched?"""
    yield _equals(name, case["expect"], lambda: normalise_path(case["input"]))


def hash_of_request(name: str, case: Case, _find: Find) -> Iterator[Outcome]:
    """What is a request's hash?"""
    head, body = case["header_part"].encode(), (case["body"] or "").encode()
    yield _equals(name, case["expect"], lambda: request_hash(head, body))


def hash_chain(name: str, case: Case, find: Find) -> Iterator[Outcome]:
    """Do the inputs lead to the result?"""
    documents = {place: find(file).read_bytes() for place, file in case["documents"].items()}
    result = find(case["result"]).read_bytes()
    # Upstream's resolver answers the one chain whatever it is called.
    chain = etree.fromstring(result).get("URI", "").partition("#")[0]
    documents.setdefault(chain, documents.get("/sig-hashchain.xml", b""))
    inputs = {place: _digest(stated, find) for place, stated in case["inputs"].items()}
    yield _verdict(name, case, lambda: verify_chain(result, documents=documents, inputs=inputs))


def _digest(stated: str | None, find: Find) -> bytes | None:
    if stated is None:
        return None
    if stated.startswith("hex "):
        return bytes.fromhex(stated.split()[1])
    return sha256(find(stated.split()[-1]).read_bytes()).digest()


def container(name: str, case: Case, find: Find) -> Iterator[Outcome]:
    """Is a container evidence under the configuration of its time?"""
    trust = find("globalconf/globalconf_good2_v3/DEV/shared-params.xml").read_bytes()
    content = find(case["file"]).read_bytes()
    yield _verdict(name, case, lambda: verify_evidence(content, conf=read_shared(trust)))


def structure(name: str, case: Case, find: Find) -> Iterator[Outcome]:
    """Has a container what a container needs?"""
    yield _verdict(name, case, lambda: read_container(find(case["file"]).read_bytes()))


def identifier(name: str, case: Case, find: Find) -> Iterator[Outcome]:
    """Is an identifier element whole?"""
    yield _verdict(name, case, lambda: read_identifier(find(case["file"]).read_bytes()))


def anchor(name: str, case: Case, find: Find) -> Iterator[Outcome]:
    """Can an anchor be read?"""
    yield _verdict(name, case, lambda: read_anchor(find(case["file"]).read_bytes()))


def configuration(name: str, case: Case, find: Find) -> Iterator[Outcome]:
    """Are shared parameters read whole, and written so that they read the same?"""
    if not case["file"].endswith("shared-params.xml") or case["expect"] != "valid":
        why = "only shared parameters of whole configurations are judged"
        yield Outcome.left(name, expected=str(case["expect"]), why=why)
        return

    def both_ways() -> None:
        conf = read_shared(find(case["file"]).read_bytes())
        again = read_shared(write_shared(conf))
        if (again.members, set(again.servers)) != (conf.members, set(conf.servers)):
            raise ValueError("written otherwise")

    yield _verdict(name, case, both_ways)


def directory(name: str, case: Case, find: Find) -> Iterator[Outcome]:
    """Is a signed directory signed, and are its parts what it says?"""
    file = find(case["file"])
    if case["expect"] == "unstated":
        yield Outcome.left(name, expected="unstated", why="no verdict is stated")
        return
    source = find("globalconf/signed-directory/configuration-anchor1.xml").read_bytes()
    outcome = _verdict(
        name, case, lambda: _open(file.read_bytes(), read_anchor(source).certificates)
    )
    if case["expect"] == "valid" and outcome.got == "reject: directory-signature":
        why = "the certificate that it names is nowhere in the corpus"
        outcome = Outcome.left(name, expected="valid", why=why)
    yield outcome


def published(name: str, case: Case, find: Find) -> Iterator[Outcome]:
    """Does what a central server published verify with the certificates it publishes?"""
    file = find(case["file"])
    if not file.name.endswith("conf"):
        yield Outcome.left(name, expected="part", why="judged with its directory")
        return
    certificates = [
        each
        for part in file.parent.glob("*/shared-params.xml")
        for each in _signers(part.read_bytes())
    ]

    def whole() -> None:
        opened = _open(file.read_bytes(), certificates)
        for _, _, place, _, _ in opened.parts:
            opened.check(place, (file.parent.parent / place.lstrip("/")).read_bytes())

    yield Outcome.judged(name, expected="accept", got=attempt(whole))


def _signers(shared: bytes) -> list[bytes]:
    tags = ("internalVerificationCert", "externalVerificationCert")
    return [b64decode(each.text or "") for each in etree.fromstring(shared).iter(*tags)]


def _open(content: bytes, certificates: Iterable[bytes]) -> Any:
    blank = b"\r\n\r\n" if b"\r\n" in content else b"\n\n"
    head, _, body = content.partition(blank)
    content_type = head.decode().partition(":")[2].strip()
    return open_directory(content_type, body, certificates=list(certificates))


JUDGES: dict[str, Callable[[str, Case, Find], Iterator[Outcome]]] = {
    "rest-request-case": rest_request,
    "path-normalise-case": path_normalise,
    "request-hash-case": hash_of_request,
    "hashchain-case": hash_chain,
    "asic-container": container,
    "asic-structure": structure,
    "identifier-xml": identifier,
    "configuration-anchor": anchor,
    "globalconf": configuration,
    "signed-directory": directory,
    "published-globalconf": published,
}
