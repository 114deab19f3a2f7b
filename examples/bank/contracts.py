"""A contract that is signed with the ID-card: ASiC-E at level LT, validated before it is kept.

The card signs in the browser; everything else is ``riik.signatures``: it lays out what is signed,
asks for a time-stamp and the certificate's state, and judges the result by the country's trusted
list. What is kept is an ordinary file that opens anywhere.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from secrets import randbits
from tempfile import NamedTemporaryFile

from bank.settings import Settings
from bank.web import Refused, Silent, Web
from bank.words import LANGUAGES, Words
from riik.signatures import (
    DataFile,
    Prepared,
    Report,
    Signatures,
    open_container,
    validate,
    verify_xml,
)
from riik.trust import (
    TrustAnchor,
    TrustUnavailable,
    make_ocsp_request,
    make_timestamp_request,
    read_certificate,
    read_timestamp_response,
    read_trusted_list,
)

__all__ = [
    "Contracts",
    "customer_of",
    "digest_of",
    "id_of",
    "shown_terms",
    "terms",
    "text_of",
]

HOUR = 3_600


class Clock:
    """The machine's clock, as `Signatures` wants it."""

    def now(self) -> datetime:
        """Now, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """A stopwatch."""
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class TrustServices:
    """Time-stamps and the state of certificates, over HTTP; `Signatures` judges the answers."""

    web: Web
    tsa: str
    responder: str

    async def stamp(self, imprint: bytes, /, *, hash_name: str = "sha256") -> bytes:
        """A time-stamp over a digest (RFC 3161 §3.4)."""
        asked = make_timestamp_request(imprint, hash_name=hash_name, nonce=randbits(120))
        return read_timestamp_response(await self._post(self.tsa, asked, "timestamp-query"))

    async def ocsp(
        self, certificate: bytes, issuer: bytes, /, *, nonce: bytes | None = None
    ) -> bytes:
        """What its issuer says of a certificate now (RFC 6960 §A.1)."""
        asked = make_ocsp_request(certificate, issuer=issuer, nonce=nonce)
        return await self._post(self.responder, asked, "ocsp-request")

    async def _post(self, url: str, body: bytes, kind: str) -> bytes:
        headers = {"Content-Type": f"application/{kind}"}
        try:
            return await self.web.bytes("POST", url, data=body, headers=headers)
        except (Refused, Silent) as error:
            raise TrustUnavailable("the service did not answer", why="status") from error


@dataclass(slots=True, kw_only=True)
class Contracts:
    """The bank's contracts with its customers, a file each."""

    web: Web
    settings: Settings
    _anchors: Sequence[TrustAnchor] = ()
    _anchors_at: float = field(default=-float("inf"))

    async def prepare(self, text: str, *, certificate: bytes, person: str) -> Prepared:
        """What the customer's card must sign; it must be the customer's own card."""
        if _person_of(certificate) != person:
            raise Refused("another-person", 403)
        file = DataFile("savings-agreement.txt", text.encode(), "text/plain")
        signatures = await self._signatures()
        return await asyncio.to_thread(signatures.sign, [file], certificate=certificate)

    async def complete(self, prepared: Prepared, value: bytes, *, person: str) -> None:
        """Add the evidence, validate the whole as a stranger would, and only then keep it.

        Raises:
            Refused: It does not hold (``not-valid``), or the customer has a signed contract
                already, from another browser perhaps (``signed``): nothing takes its place.
        """
        if self.signed(person) is not None:
            raise Refused("signed", 409)
        signatures = await self._signatures()
        container = await signatures.complete(prepared, value)
        report = await asyncio.to_thread(signatures.validate, container)
        if not report.valid:
            raise Refused("not-valid", 409)
        await asyncio.to_thread(_keep, self._path(person), container)

    def signed(self, person: str) -> bytes | None:
        """The customer's signed contract, if there is one."""
        path = self._path(person)
        return path.read_bytes() if path.is_file() else None

    def filed(self) -> dict[str, tuple[str, bytes]]:
        """All signed contracts, each with what its customer is called here.

        By an id that only who holds the file can compute.
        """
        folder = self.settings.folder / "contracts"
        found = ((path.stem, path.read_bytes()) for path in sorted(folder.glob("*.asice")))
        return {id_of(container): (customer, container) for customer, container in found}

    async def judge(self, container: bytes) -> Report:
        """Validate a container now, by the trusted list of now."""
        anchors = await self._trusted()
        return await asyncio.to_thread(validate, container, anchors=anchors, at=Clock().now())

    async def _signatures(self) -> Signatures:
        anchors = await self._trusted()
        services = TrustServices(self.web, self.settings.tsa, self.settings.ocsp)
        return Signatures(
            clock=Clock(),
            in_thread=asyncio.to_thread,
            stamper=services,
            revocation=services,
            anchors=lambda: anchors,
        )

    async def _trusted(self) -> Sequence[TrustAnchor]:
        """The services of the country's list, if it is sealed by whom we were told."""
        if time.monotonic() - self._anchors_at > HOUR:
            document = await self.web.bytes("GET", self.settings.trusted_list)
            found = await asyncio.to_thread(
                read_trusted_list,
                document,
                signers=[self.settings.list_signer],
                verify_xml=verify_xml,
                at=Clock().now(),
            )
            self._anchors, self._anchors_at = found.anchors, time.monotonic()
        return self._anchors

    def _path(self, person: str) -> Path:
        return self.settings.folder / "contracts" / f"{customer_of(person)}.asice"


def customer_of(person: str) -> str:
    """What a customer is called here: personal codes have no place in the names of files."""
    return sha256(person.encode()).hexdigest()


def _keep(path: Path, container: bytes) -> None:
    """Keep a file whole or not at all, and never in the place of another."""
    path.parent.mkdir(exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=".part") as part:
        part.write(container)
        part.flush()
        os.fsync(part.fileno())
        try:
            os.link(part.name, path)
        except FileExistsError as error:
            raise Refused("signed", 409) from error


def id_of(container: bytes) -> str:
    """What a signed contract is called where its customer's code has no place."""
    return sha256(container).hexdigest()[:32]


def text_of(container: bytes) -> str:
    """What was signed, out of the container."""
    return "\n".join(file.content.decode() for file in open_container(container).files)


def _person_of(certificate: bytes) -> str:
    """Country and code of a certificate's holder (EN 319 412-1 §5.1.3: ``PNOEE-…``)."""
    kind, _, code = (read_certificate(certificate).subject.serial_number or "").partition("-")
    return f"{kind[-2:]}{code}"


def shown_terms(settings: Settings, shown: str, *, name: str, sub: str) -> str:
    """The text that the customer has before them, whatever language other pages have meanwhile.

    Raises:
        Refused: For ``changed``: it is none of the texts that this bank shows now.
    """
    for language in LANGUAGES:
        text = terms(settings, Words(language, settings.zone), name=name, sub=sub)
        if compare_digest(digest_of(text), shown):
            return text
    raise Refused("changed", 409)


def digest_of(text: str) -> str:
    """SHA-256 of a text, as pages name it."""
    return sha256(text.encode()).hexdigest()


def terms(settings: Settings, words: Words, *, name: str, sub: str) -> str:
    """The contract as a text, in the customer's language: what the page shows is what is signed."""
    bank = words.name(settings.names)
    paragraphs = [
        words("Savings agreement"),
        words("Between {bank} and {customer} ({code}).", bank=bank, customer=name, code=sub),
        words("1. The customer opens a savings account. It costs nothing to open or to keep."),
        words("2. The bank pays 2 % interest a year, on the last day of each month."),
        words("3. The customer may take the money out on any day, without notice or fee."),
        words("4. Either side may end this agreement with one month's notice."),
        words("5. This is a demonstration: the agreement binds nobody."),
    ]
    return "\n\n".join(paragraphs) + "\n"
