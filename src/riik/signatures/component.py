"""The component: signatures and seals of one node, with the services it asks.

The verbs join the pure modules with the ports: clock, threads, time-stamps, OCSP and what
is trusted. Every signature is made in the profile's order (sign, time-stamp, ask OCSP)
and its evidence verified before it is given out: what Riik signs must pass elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import new as new_hash
from importlib import import_module

from riik.core import Clock, InThread, Signer
from riik.signatures.container import Container, open_container
from riik.signatures.errors import SigningRefused
from riik.signatures.model import DataFile, Policy, Prepared, Report
from riik.signatures.signing import finish, prepare, prepare_more, stamped
from riik.signatures.validation import validate
from riik.signatures.xmlseal import sign_raw
from riik.trust import (
    Path,
    RevocationSource,
    TimeStamp,
    TimeStamper,
    TrustAnchor,
    validate_path,
    verify_ocsp,
    verify_timestamp,
)

__all__ = ["OrganisationSeal", "Signatures"]

FRESH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationSeal:
    """An organisation's e-seal: its key and the key's certificate, DER."""

    signer: Signer
    certificate: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """One node's signatures. It holds no keys: people sign elsewhere, seals are handed in.

    Attributes:
        stamper: The time-stamp authority that new signatures use.
        revocation: Where signers' certificates are asked about.
        anchors: What is trusted now, from trusted lists.
        intermediates: Issuers between signers and anchors, DER.
        policy: What a signature must be to pass here.
    """

    clock: Clock
    in_thread: InThread
    stamper: TimeStamper
    revocation: RevocationSource
    anchors: Callable[[], Sequence[TrustAnchor]]
    intermediates: tuple[bytes, ...] = ()
    policy: Policy = Policy.QUALIFIED

    def open(self, container: bytes) -> Container:
        """Open an ASiC to see its files; nothing is validated.

        Raises:
            ContainerRefused: It can't be opened safely.
        """
        return open_container(container)

    def sign(self, files: Sequence[DataFile], *, certificate: bytes) -> Prepared:
        """Begin a person's signature: what their card must sign.

        Raises:
            ContainerRefused: The files don't make a container.
            PathRefused: The certificate isn't trusted here, or no longer.
            SigningRefused: The key is of a kind that makes no signatures.
        """
        self._path(certificate)
        return prepare(files, certificate=certificate, at=self.clock.now())

    def sign_more(self, container: bytes, *, certificate: bytes) -> Prepared:
        """Begin one more signature in a container that has some."""
        self._path(certificate)
        return prepare_more(container, certificate=certificate, at=self.clock.now())

    async def complete(self, prepared: Prepared, signature_value: bytes) -> bytes:
        """End a signature: the container at level LT.

        Args:
            prepared: From `sign`.
            signature_value: What the card answered: r and s one after the other, or RSA's.

        Raises:
            SigningRefused: The value, the time-stamp or the OCSP response doesn't fit.
            NotGood: The certificate is suspended, revoked or unknown.
            TrustUnavailable: A service doesn't answer; the same value may be tried again.
        """
        covered = await self.in_thread(stamped, prepared, signature_value)
        path = await self.in_thread(self._path, prepared.certificate)
        token = await self.stamper.stamp(new_hash("sha256", covered).digest(), hash_name="sha256")
        stamp = await self.in_thread(self._believe, token, covered)
        response = await self._ask(path, after=stamp)
        return await self.in_thread(
            finish,
            prepared,
            signature_value,
            timestamp=token,
            ocsp=[response],
            certificates=[each.der for each in path.certificates[1:]],
        )

    async def seal(self, files: Sequence[DataFile], *, seal: OrganisationSeal) -> bytes:
        """Seal files for an organisation: an ASiC-E at level LT. Raises as `complete` does."""
        prepared = await self.in_thread(self.sign, files, certificate=seal.certificate)
        value = await self.in_thread(sign_raw, seal.signer, prepared.to_sign)
        return await self.complete(prepared, value)

    def load_pdf_seal(self) -> None:
        """Load what `seal_pdf` needs, half a second's work, before somebody waits for it."""
        import_module("riik.signatures.pades.sealing")

    async def seal_pdf(
        self, pdf: bytes, *, seal: OrganisationSeal, reason: str | None = None
    ) -> bytes:
        """Seal a PDF for an organisation: PAdES B-LT, invisible, nothing else changed.

        Raises:
            PdfRefused: It can't be sealed.
            NotGood: The seal's certificate is not good.
            TrustUnavailable: A service doesn't answer.
        """
        # Large, and for those alone who seal PDFs: see `load_pdf_seal`.
        from riik.signatures.pades.sealing import seal_pdf

        path = await self.in_thread(self._path, seal.certificate)
        return await seal_pdf(
            pdf,
            signer=seal.signer,
            certificate=seal.certificate,
            issuers=[each.der for each in path.certificates[1:]],
            stamper=self.stamper,
            ask_ocsp=lambda: self._ask(path),
            at=self.clock.now(),
            reason=reason,
        )

    def validate(self, document: bytes) -> Report:
        """Validate all signatures of a document now, by this node's anchors and policy.

        Raises:
            ContainerRefused: It is an ASiC that can't be opened safely.
        """
        return validate(document, anchors=self.anchors(), at=self.clock.now(), policy=self.policy)

    def _path(self, certificate: bytes) -> Path:
        path = validate_path(
            certificate,
            intermediates=self.intermediates,
            anchors=self.anchors(),
            at=self.clock.now(),
        )
        if len(path.certificates) < 2:
            raise SigningRefused("the signer's issuer is unknown", why="certificate-issuer")
        return path

    def _believe(self, token: bytes, covered: bytes) -> TimeStamp:
        return verify_timestamp(
            token,
            imprint=new_hash("sha256", covered).digest(),
            anchors=self.anchors(),
            intermediates=self.intermediates,
        )

    async def _ask(self, path: Path, *, after: TimeStamp | None = None) -> bytes:
        """A fresh response that says good; not older than the time-stamp."""
        signer, issuer = path.certificates[:2]
        response = await self.revocation.ocsp(signer.der, issuer.der)
        found = verify_ocsp(
            response,
            certificate=signer.der,
            issuer=issuer.der,
            anchors=self.anchors(),
            at=self.clock.now(),
            max_age=FRESH,
        )
        found.require_good()
        if after is not None and found.produced_at < after.time.replace(microsecond=0):
            raise SigningRefused("the OCSP response precedes the time-stamp", why="ocsp")
        return response
