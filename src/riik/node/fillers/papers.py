"""Papers of a case: the application that a person signs, the letter that an authority seals.

Fills the ports `Pens` and `Papers` of services with signatures and documents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from riik.cases import Document
from riik.core import ClientId, Clock, InThread, PersonCode, Refused, SubjectId, Work
from riik.documents import Attachment, Check, Documents, LetterRefused
from riik.formats import canonical_json
from riik.identity import semantics_identifier
from riik.profiles import in_small_letters
from riik.services import Prepared
from riik.services.issued.component import Issued
from riik.signatures import DataFile, Indication, OrganisationSeal, Signatures
from riik.signatures import Prepared as Begun
from riik.transparency import Transparency
from riik.trust import read_certificate

__all__ = ["ApplicationPens", "PaperLooks", "SealedLetters", "SignerRefused"]

_HASHES = {"sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}


class SignerRefused(Refused):
    """A signature that is not this person's, or that does not hold."""

    code = "node.signer-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationPens:
    """Papers of a case as ASiC-E containers with a person's own signature.

    Attributes:
        signatures: The node's signatures.
        in_thread: Where they are computed.
    """

    signatures: Signatures
    in_thread: InThread

    async def begin(
        self,
        content: Mapping[str, Any],
        certificate: bytes,
        /,
        *,
        person: PersonCode,
        language: str,
        name: str = "application.json",
    ) -> Prepared:
        """Lay a paper out as one file of a container and answer what the card must sign.

        Raises:
            SignerRefused: The certificate is another person's (``person``).
            PathRefused: It is not trusted here.
        """
        if _person_of(certificate) != person:
            raise SignerRefused("another person's certificate", why="person")
        plain = canonical_json.encode(dict(content))
        file = DataFile(name=name, content=plain, media_type="application/json")
        begun = await self.in_thread(self.signatures.sign, [file], certificate=certificate)
        signer = read_certificate(certificate).subject
        return Prepared(
            to_sign=begun.to_sign,
            digest=begun.digest,
            hash=_HASHES[begun.hash_name],
            opaque=msgspec.msgpack.encode(begun),
            given_names=in_small_letters(signer.given_name or ""),
            family_name=in_small_letters(signer.surname or ""),
        )

    async def begin_more(
        self, container: bytes, certificate: bytes, /, *, person: PersonCode
    ) -> Prepared:
        """Answer what the card must sign for one more signature over the same files.

        Raises:
            SignerRefused: The certificate is another person's (``person``).
            PathRefused: It is not trusted here.
        """
        if _person_of(certificate) != person:
            raise SignerRefused("another person's certificate", why="person")
        begun = await self.in_thread(self.signatures.sign_more, container, certificate=certificate)
        return Prepared(
            to_sign=begun.to_sign,
            digest=begun.digest,
            hash=_HASHES[begun.hash_name],
            opaque=msgspec.msgpack.encode(begun),
        )

    def paper(self, container: bytes, /) -> bytes:
        """The one file of a container, as it was signed."""
        [file] = self.signatures.open(container).files
        return file.content

    async def finish(self, opaque: bytes, value: bytes, /) -> bytes:
        """The signed container (ASiC-E LT), validated before it is answered.

        Raises:
            SignerRefused: The signature does not pass (``signature``).
            TrustUnavailable: Time-stamp or OCSP can't be had now; the value may be sent again.
        """
        begun = msgspec.msgpack.decode(opaque, type=Begun)
        container = await self.signatures.complete(begun, value)
        report = await self.in_thread(self.signatures.validate, container)
        passed = [one.judgement.indication is Indication.TOTAL_PASSED for one in report.signatures]
        if not passed or not all(passed):
            raise SignerRefused("the signature does not pass", why="signature")
        return container


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedLetters:
    """Letters as PDF/UA and PDF/A with the organisation's seal.

    Attributes:
        signatures: The node's signatures.
        documents: The node's press.
        seal: The organisation's key and certificate.
        clock: The time.
        in_thread: Where they are printed.
        zone: The country's time zone.
        issued: Where papers with a code are remembered; None prints none on them.
    """

    signatures: Signatures
    documents: Documents
    seal: OrganisationSeal
    clock: Clock
    in_thread: InThread
    zone: str
    issued: Issued | None = None

    async def letter(
        self,
        template: str,
        content: Mapping[str, Any],
        /,
        *,
        language: str,
        enclosed: Sequence[Document] = (),
    ) -> bytes:
        """A letter as a sealed PDF, with the same content as data inside, and files.

        Raises:
            LetterRefused: The template or its data are at fault.
            TrustUnavailable: Time-stamp or OCSP can't be had now.
        """
        plain = canonical_json.encode(dict(content))
        attachment = Attachment(
            name="decision.json",
            media_type="application/json",
            content=plain,
            description=str(content["title"]),
        )
        inside = [attachment, *(_inside(one, content) for one in enclosed)]
        issued = self.issued
        if issued is None:
            pdf = await self._printed(template, content, language, inside=inside)
            return await self.signatures.seal_pdf(pdf, seal=self.seal)
        begun = await self.in_thread(issued.begin, content, sha256(plain).digest())
        pdf = await self._printed(template, content, language, inside=inside, check=begun.check)
        sealed = await self.signatures.seal_pdf(pdf, seal=self.seal)
        await self.in_thread(issued.keep, begun, sealed)
        return sealed

    async def draft(self, template: str, content: Mapping[str, Any], /, *, language: str) -> bytes:
        """The letter as it would go out, with a word across each page and without a seal.

        Raises:
            LetterRefused: The template or its data are at fault.
        """
        return await self._print(template, {**content, "draft": True}, language)

    async def _printed(
        self,
        template: str,
        content: Mapping[str, Any],
        language: str,
        *,
        inside: Sequence[Attachment],
        check: Check | None = None,
    ) -> bytes:
        """Print a letter; a picture that no PDF/A page may show is inside it all the same."""
        printed = partial(self._print, template, language=language, attachments=inside, check=check)
        try:
            return await printed(content)
        except LetterRefused:
            if len(inside) == 1:
                raise
            return await printed({**content, "unprinted": True})

    async def _print(
        self,
        template: str,
        content: Mapping[str, Any],
        language: str,
        *,
        attachments: Sequence[Attachment] = (),
        check: Check | None = None,
    ) -> bytes:
        return await self.in_thread(
            self.documents.render,
            template,
            content,
            language=language,
            title=str(content["title"]),
            author=str(content["organisation"]["name"]),
            at=self.clock.now().astimezone(ZoneInfo(self.zone)),
            attachments=attachments,
            check=check,
        )


@dataclass(frozen=True, slots=True)
class PaperLooks:
    """Writes down that somebody with a paper saw whose it is (services' port)."""

    transparency: Transparency
    issuer: ClientId

    def __call__(
        self,
        subject: SubjectId,
        *,
        reader: ClientId,
        purpose: str,
        legal_basis: str,
        case: str,
        work: Work,
    ) -> object:
        return self.transparency.record_access(
            subject,
            reader=reader,
            purpose=purpose,
            legal_basis=legal_basis,
            service=f"{self.issuer}/papers",
            case=case,
            work=work,
        )


def _inside(file: Document, content: Mapping[str, Any]) -> Attachment:
    """A file that the letter certifies: the source from which it was made (ISO 19005-3 §6.8)."""
    return Attachment(
        name=file.name,
        media_type=file.media_type,
        content=file.content,
        description=str(content["title"]),
        relationship="source",
    )


def _person_of(certificate: bytes) -> PersonCode:
    """The person a certificate names (ETSI EN 319 412-1 §5.1.3)."""
    return semantics_identifier(read_certificate(certificate).subject.serial_number or "").person()
