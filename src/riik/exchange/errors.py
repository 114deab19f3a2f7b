"""What may go wrong between two members, and the fault code each has on the wire.

RiikError
├── Refused
│   ├── BadRequest            the call itself is malformed (``Client.``)
│   ├── UnknownMember         the global configuration names no such member or subsystem
│   ├── UnknownService        the provider offers no such service or endpoint
│   ├── AccessDenied          no right, another purpose, another legal basis
│   ├── Replayed              this message id came before with other content, or is too old
│   ├── InvalidMessage        bytes between servers that are no message, or too large
│   ├── InvalidSignature      signature, signer or certificate status doesn't hold
│   ├── PeerRefused           the TLS peer isn't the server that the configuration names
│   ├── Inconsistent          the answer belongs to another request
│   ├── ServiceRefused        the service itself answered with an error status
│   ├── EvidenceRefused       a container proves nothing, or something else
│   └── ConfigurationRefused  a global configuration or anchor that can't be believed
└── Unavailable
    ├── NetworkFailed         the other server wasn't reached, or went silent
    ├── OutdatedGlobalConf    the newest configuration we have is over its date
    ├── RevocationUnknown     no fresh OCSP answer for a certificate
    ├── NotTimeStamped        the log was not time-stamped for too long: nothing more is taken
    ├── InProgress            the same message is being handled now
    └── ServiceFailed         the service behind the provider's server failed

On the wire between servers a failure is a SOAP fault (PR-MESSTRANSP §4.4) with the code
``Client.X``, ``Server.ClientProxy.X`` or ``Server.ServerProxy.X`` (PR-REST §4.7).
"""

from typing import ClassVar, TypeAlias

from riik.core import Refused, Unavailable

__all__ = [
    "AccessDenied",
    "BadRequest",
    "ConfigurationRefused",
    "EvidenceRefused",
    "Failure",
    "InProgress",
    "Inconsistent",
    "InvalidMessage",
    "InvalidSignature",
    "NetworkFailed",
    "NotTimeStamped",
    "OutdatedGlobalConf",
    "PeerRefused",
    "Replayed",
    "RevocationUnknown",
    "ServiceFailed",
    "ServiceRefused",
    "UnknownMember",
    "UnknownService",
    "failure_of",
    "fault_code",
]


class ExchangeRefused(Refused):
    """A refusal with a fault code on the wire, and which server noticed it."""

    code = "exchange.refused"
    fault: ClassVar[str] = "ServiceFailed.Refused"
    side: str = "ClientProxy"


class ExchangeUnavailable(Unavailable):
    """A failure with a fault code on the wire, and which server noticed it."""

    code = "exchange.unavailable"
    fault: ClassVar[str] = "ServiceFailed.InternalError"
    side: str = "ClientProxy"


class BadRequest(ExchangeRefused):
    """The call itself is malformed."""

    code = "exchange.bad-request"
    fault = "BadRequest"


class UnknownMember(ExchangeRefused):
    """The global configuration names no such member, subsystem or server."""

    code = "exchange.unknown-member"
    fault = "UnknownMember"


class UnknownService(ExchangeRefused):
    """The provider offers no such service, or no such endpoint of it."""

    code = "exchange.unknown-service"
    fault = "UnknownService"


class AccessDenied(ExchangeRefused):
    """No right of this client admits this call with this purpose and legal basis."""

    code = "exchange.access-denied"
    fault = "AccessDenied"


class Replayed(ExchangeRefused):
    """This message came before with other content, or is too old to be taken."""

    code = "exchange.replayed"
    fault = "ReplayedMessage"


class InvalidMessage(ExchangeRefused):
    """What came between servers is no message, or is larger than allowed."""

    code = "exchange.invalid-message"
    fault = "InvalidMessage"


class InvalidSignature(ExchangeRefused):
    """The signature, its signer or the status of the certificate doesn't hold."""

    code = "exchange.invalid-signature"
    fault = "InvalidSignatureValue"


class PeerRefused(ExchangeRefused):
    """The TLS peer isn't the server that the global configuration names."""

    code = "exchange.peer-refused"
    fault = "SslAuthenticationFailed"


class Inconsistent(ExchangeRefused):
    """The answer is signed, but belongs to another request."""

    code = "exchange.inconsistent-answer"
    fault = "ServiceFailed.InconsistentResponse"


class ServiceRefused(ExchangeRefused):
    """The service itself answered with an error status below 500."""

    code = "exchange.service-refused"
    fault = "ServiceFailed.Refused"


class EvidenceRefused(ExchangeRefused):
    """A container of evidence proves nothing, or something else."""

    code = "exchange.evidence-refused"
    fault = "InvalidEvidence"


class ConfigurationRefused(ExchangeRefused):
    """A global configuration or an anchor that can't be believed."""

    code = "exchange.configuration-refused"
    fault = "InvalidGlobalConf"


class NetworkFailed(ExchangeUnavailable):
    """The other server wasn't reached, or went silent."""

    code = "exchange.network-failed"
    fault = "NetworkError"


class OutdatedGlobalConf(ExchangeUnavailable):
    """The newest global configuration we have is over its date."""

    code = "exchange.outdated-configuration"
    fault = "OutdatedGlobalConf"


class RevocationUnknown(ExchangeUnavailable):
    """There is no fresh OCSP answer for a certificate that is needed."""

    code = "exchange.revocation-unknown"
    fault = "IncorrectValidationInfo"


class NotTimeStamped(ExchangeUnavailable):
    """The message log was not time-stamped for too long: no message is taken."""

    code = "exchange.not-time-stamped"
    fault = "LoggingFailed.TimestamperFailed"


class InProgress(ExchangeUnavailable):
    """The same message is being handled now; ask again."""

    code = "exchange.in-progress"
    fault = "ServiceFailed.InProgress"


class ServiceFailed(ExchangeUnavailable):
    """The service behind the provider's server failed or is not there now."""

    code = "exchange.service-failed"
    fault = "ServiceFailed.InternalError"


Failure: TypeAlias = ExchangeRefused | ExchangeUnavailable

_FAILURES: tuple[type[ExchangeRefused | ExchangeUnavailable], ...] = (
    BadRequest, UnknownMember, UnknownService, AccessDenied, Replayed, InvalidMessage,
    InvalidSignature, PeerRefused, Inconsistent, EvidenceRefused, ConfigurationRefused,
    NetworkFailed, OutdatedGlobalConf, RevocationUnknown, NotTimeStamped, InProgress,
    ServiceRefused, ServiceFailed,
)  # fmt: skip


def fault_code(error: Failure, *, side: str | None = None) -> str:
    """The code on the wire (PR-REST §4.7), in the CamelCase of the released documents.

    Args:
        error: What went wrong.
        side: ``ServerProxy`` at the provider's server; else the error knows who noticed it.
    """
    if isinstance(error, BadRequest):
        return f"Client.{error.fault}"
    return f"Server.{side or error.side}.{error.fault}"


def failure_of(code: str, *, message: str, why: str) -> Failure:
    """Make an error of the fault another server answered with.

    Args:
        code: ``Server.ServerProxy.AccessDenied``, or lower snake case as newer servers write it.
        message: Their sentence, for our own log only.
        why: Their reason within the code; ``fault`` when they gave none.
    """
    folded = code.replace("_", "").lower()
    named = next((kind for kind in _FAILURES if folded.endswith("." + kind.fault.lower())), None)
    unnamed = BadRequest if folded.startswith("client.") else ServiceFailed
    failure = (named or unnamed)(message, why=why)
    failure.side = "ServerProxy"
    return failure
