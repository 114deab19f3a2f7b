"""Sealed PDF: an invisible PAdES seal of level B-LT, by pyHanko behind this adapter.

Implements EN 319 142-1 §6 (PAdES baseline) as incremental updates only: the letter's
bytes, tags and metadata (PDF/A-3a, PDF/UA-1) stay as they were. The field lies outside the
page, so that it isn't content that a screen reader must be told of (ISO 14289-1 §7.18.1).
Keys are `Signer`, the services are asked in the profile's order: sign, time-stamp, OCSP.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, TypeVar

from asn1crypto import algos, cms, core, ocsp, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper as PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from riik.core import KeyKind, Signer
from riik.signatures.errors import PdfRefused
from riik.trust import TimeStamper

__all__ = ["seal_pdf"]

FIELD = "Seal"
MOST_BYTES = 64 * 1024 * 1024
RESERVED = 16 * 1024

_HASHES = {KeyKind.P256: "sha256", KeyKind.P384: "sha384", KeyKind.RSA2048: "sha256"}


Loaded = TypeVar("Loaded", bound=core.Asn1Value)


def _loaded(kind: type[Loaded], der: bytes) -> Loaded:
    """A value that is written again as it was read.

    asn1crypto takes a header whose last byte is 0x80 for one of indefinite length, though a length
    like any other may end so, and then encodes the value anew, twice at each level below: six
    seconds for a seal of an unlucky length instead of ten milliseconds.
    """

    class AsRead(kind):  # type: ignore[misc, valid-type]
        """Of its kind; nobody changes it."""

        def dump(self, force: bool = False) -> bytes:
            """The bytes it was read from."""
            return der

    value: Loaded = AsRead.load(der, strict=True)
    return value


class _KeptKey(signers.Signer):
    """pyHanko's signer over a key that stays where it is."""

    def __init__(self, signer: Signer, *, certificate: bytes, issuers: Sequence[bytes]) -> None:
        self._signer = signer
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([_loaded(x509.Certificate, each) for each in issuers])
        hash_name = _HASHES[signer.kind]
        family = "rsassa_pkcs1v15" if signer.kind is KeyKind.RSA2048 else "ecdsa"
        name = f"{hash_name}_rsa" if family.startswith("rsa") else f"{hash_name}_ecdsa"
        super().__init__(
            signing_cert=_loaded(x509.Certificate, certificate),
            cert_registry=store,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": name}),
            embed_roots=False,
        )

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        """Sign with the one hash of the key's kind; ``dry_run`` wants the size only."""
        if digest_algorithm != _HASHES[self._signer.kind]:
            raise PdfRefused("the key has another hash", why="key")
        return bytes(512) if dry_run else self._signer.sign(data)

    async def async_sign(self, *arguments: Any, **options: Any) -> cms.ContentInfo:
        """The signature as pyHanko makes it; its deepest part is encoded once."""
        content: cms.ContentInfo = await super().async_sign(*arguments, **options)
        signed = content["content"]
        signers_ = [_loaded(cms.SignerInfo, one.dump()) for one in signed["signer_infos"]]
        signed["signer_infos"] = cms.SignerInfos(signers_)
        return _loaded(cms.ContentInfo, content.dump())


class _Stamper(PdfTimeStamper):
    """pyHanko's time-stamper over our port."""

    def __init__(self, stamper: TimeStamper) -> None:
        super().__init__(include_nonce=False)  # type: ignore[no-untyped-call]
        self._stamper = stamper

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token over this digest."""
        token = await self._stamper.stamp(message_digest, hash_name=md_algorithm)
        return _loaded(cms.ContentInfo, token)


class _Writer(IncrementalPdfFileWriter):
    """Adds to a PDF and leaves its metadata alone: they tell of the letter, not of the seal."""

    def _update_meta(self) -> None:
        return


async def seal_pdf(
    pdf: bytes,
    *,
    signer: Signer,
    certificate: bytes,
    issuers: Sequence[bytes],
    stamper: TimeStamper,
    ask_ocsp: Callable[[], Awaitable[bytes]],
    at: datetime,
    reason: str | None = None,
) -> bytes:
    """Seal a PDF at level B-LT.

    Args:
        pdf: A PDF of at most 64 MiB, not encrypted, not sealed by this key's field yet.
        signer: P-256, P-384 or RSA.
        certificate: The seal's, DER.
        issuers: Its issuers, DER.
        stamper: Where the time-stamp comes from.
        ask_ocsp: Asks about ``certificate``; called after the time-stamp.
        at: The time that the seal claims (``/M``).
        reason: Why it was sealed, shown by readers.

    Raises:
        PdfRefused: For ``too-long``, ``encrypted``, ``key`` or ``pdf``.
        TrustUnavailable: A service didn't answer.
    """
    if len(pdf) > MOST_BYTES:
        raise PdfRefused("the PDF is too large", why="too-long", most=MOST_BYTES)
    if signer.kind not in _HASHES:
        raise PdfRefused("this kind of key seals no PDF", why="key")
    key = _KeptKey(signer, certificate=certificate, issuers=issuers)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=_HASHES[signer.kind],
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        signer_key_usage={"non_repudiation"},
    )
    field = fields.SigFieldSpec(
        FIELD,
        invis_sig_settings=fields.InvisSigSettings(
            set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True
        ),
    )
    pdf_signer = signers.PdfSigner(
        metadata, signer=key, timestamper=_Stamper(stamper), new_field_spec=field
    )
    try:
        sealed, contents = await _sign(pdf, pdf_signer, at=at)
        response = await ask_ocsp()
        return _with_evidence(
            sealed, contents, ocsp_response=response, certificates=[certificate, *issuers]
        )
    except (PdfError, SigningError, ValueError, KeyError, TypeError, IndexError) as error:
        raise PdfRefused(f"not a PDF that can be sealed: {error}", why="pdf") from error


async def _sign(pdf: bytes, pdf_signer: Any, *, at: datetime) -> tuple[bytes, bytes]:
    """Level B-T, by pyHanko's own steps with the time given to them; and ``/Contents``, hex."""
    writer = _Writer(BytesIO(pdf))
    if writer.prev.encrypted:
        raise PdfRefused("the PDF is encrypted", why="encrypted")
    session = pdf_signer.init_signing_session(writer)
    session.system_time = at
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=2 * RESERVED)
    prepared, output = document.digest_tbs_document()
    signed = await document.perform_signature(
        document_digest=prepared.document_digest,
        pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=at),
    )
    await signed.post_signature_processing(output)
    sealed = bytes(output.getvalue())
    # Between its angle brackets: reading it back as a PDF would take longer than sealing.
    return sealed, sealed[prepared.reserved_region_start + 1 : prepared.reserved_region_end - 1]


def _with_evidence(
    sealed: bytes, contents: bytes, *, ocsp_response: bytes, certificates: Sequence[bytes]
) -> bytes:
    """Level B-LT: a document security store after the seal (EN 319 142-1 §5.4.2)."""
    output = BytesIO(sealed)
    writer = _Writer(output)
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        contents.upper(),
        certs=[_loaded(x509.Certificate, each) for each in certificates],
        ocsps=[_loaded(ocsp.OCSPResponse, ocsp_response)],
    )
    writer.write_in_place()  # type: ignore[no-untyped-call]
    return output.getvalue()
