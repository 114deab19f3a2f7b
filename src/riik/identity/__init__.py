"""Identity: who is who, and which key is whose?"""

from typing import TYPE_CHECKING

from riik.core import on_demand

if TYPE_CHECKING:
    from riik.identity.codes import (
        CodeFacts,
        SemanticsIdentifier,
        Sex,
        check_document_number,
        estonian,
        semantics_identifier,
        vietnamese,
    )
    from riik.identity.component import AccessRecords, CertificateAuthority, Identity
    from riik.identity.enrolment import Enrolment
    from riik.identity.errors import (
        CardRefused,
        CardSilent,
        CodeRefused,
        DocumentRefused,
        PersonRefused,
        PersonUnknown,
    )
    from riik.identity.model import (
        Actor,
        CardOrder,
        CertificatePair,
        CertificateRequest,
        Channel,
        Document,
        DocumentKind,
        Event,
        KeyPurpose,
        Known,
        Organisation,
        Person,
        Reason,
        Residence,
        Status,
    )
    from riik.identity.people import most_years
else:
    __getattr__ = on_demand(
        __name__,
        {
            "codes": (
                "CodeFacts SemanticsIdentifier Sex check_document_number "
                "estonian semantics_identifier vietnamese"
            ),
            "component": "AccessRecords CertificateAuthority Identity",
            "enrolment": "Enrolment",
            "errors": (
                "CardRefused CardSilent CodeRefused DocumentRefused PersonRefused PersonUnknown"
            ),
            "model": (
                "Actor CardOrder CertificatePair CertificateRequest Channel "
                "Document DocumentKind Event KeyPurpose Known Organisation "
                "Person Reason Residence Status"
            ),
            "people": "most_years",
        },
    )

__all__ = [
    "AccessRecords",
    "Actor",
    "CardOrder",
    "CardRefused",
    "CardSilent",
    "CertificateAuthority",
    "CertificatePair",
    "CertificateRequest",
    "Channel",
    "CodeFacts",
    "CodeRefused",
    "Document",
    "DocumentKind",
    "DocumentRefused",
    "Enrolment",
    "Event",
    "Identity",
    "KeyPurpose",
    "Known",
    "Organisation",
    "Person",
    "PersonRefused",
    "PersonUnknown",
    "Reason",
    "Residence",
    "SemanticsIdentifier",
    "Sex",
    "Status",
    "check_document_number",
    "estonian",
    "most_years",
    "semantics_identifier",
    "vietnamese",
]
