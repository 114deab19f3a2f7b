"""What signatures refuse.

SignaturesRefused
├── ContainerRefused   the container can't be opened safely, or not made from these files
├── FormatRefused      a signature in it is not one of the profile's shape
├── SigningRefused     no signature comes of this: key, value, time-stamp or OCSP don't fit
├── SealRefused        an XML document's enveloped signature doesn't hold
└── PdfRefused         the PDF can't be sealed, or not be read safely
"""

from riik.core import Refused

__all__ = [
    "ContainerRefused",
    "FormatRefused",
    "PdfRefused",
    "SealRefused",
    "SignaturesRefused",
    "SigningRefused",
]


class SignaturesRefused(Refused):
    """A document, container or signature is at fault."""

    code = "signatures.refused"


class ContainerRefused(SignaturesRefused):
    """The container can't be opened safely, or not made from these files."""

    code = "signatures.container-refused"


class FormatRefused(SignaturesRefused):
    """A signature isn't of the shape that its profile wants (FORMAT_FAILURE)."""

    code = "signatures.format-refused"


class SigningRefused(SignaturesRefused):
    """No signature comes of this: the key, the value, the time-stamp or OCSP don't fit."""

    code = "signatures.signing-refused"


class SealRefused(SignaturesRefused):
    """The enveloped signature of an XML document doesn't hold."""

    code = "signatures.seal-refused"


class PdfRefused(SignaturesRefused):
    """The bytes are no PDF that can be sealed, or read safely."""

    code = "signatures.pdf-refused"
