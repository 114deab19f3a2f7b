"""Signatures: who signed this, when, and does it hold?"""

from riik.signatures.component import OrganisationSeal, Signatures
from riik.signatures.container import Container, open_container
from riik.signatures.errors import (
    ContainerRefused,
    FormatRefused,
    PdfRefused,
    SealRefused,
    SignaturesRefused,
    SigningRefused,
)
from riik.signatures.model import (
    DataFile,
    Indication,
    Judgement,
    Policy,
    Prepared,
    Report,
    SignatureReport,
    SubIndication,
)
from riik.signatures.report import simple_report
from riik.signatures.signing import finish, prepare, prepare_more, stamped
from riik.signatures.validation import validate
from riik.signatures.xmlseal import XmlSeal, verify_xml

__all__ = [
    "Container",
    "ContainerRefused",
    "DataFile",
    "FormatRefused",
    "Indication",
    "Judgement",
    "OrganisationSeal",
    "PdfRefused",
    "Policy",
    "Prepared",
    "Report",
    "SealRefused",
    "SignatureReport",
    "Signatures",
    "SignaturesRefused",
    "SigningRefused",
    "SubIndication",
    "XmlSeal",
    "finish",
    "open_container",
    "prepare",
    "prepare_more",
    "simple_report",
    "stamped",
    "validate",
    "verify_xml",
]
