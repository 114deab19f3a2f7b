"""What two servers send each other: one multipart body each way, or a fault.

Implements PR-MESSTRANSP §4 for REST messages. Request parts in order: OCSP responses of the
consumer's TLS certificate, header part, body if any, signature; a response is the same
without OCSP. A failure is a SOAP 1.1 fault, for REST messages too. Signatures of several
messages at once (with their hash chain parts) are not taken. Pure.
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from riik.core import Refused
from riik.exchange.errors import Failure, InvalidMessage, ServiceFailed, failure_of, fault_code
from riik.formats import xml
from riik.formats.multipart import Limits, MultipartRefused, Part, boundary_of, read, write

__all__ = [
    "FAULT_TYPE",
    "Message",
    "read_fault",
    "read_message",
    "read_statuses",
    "write_fault",
    "write_message",
    "write_statuses",
]

FAULT_TYPE = "text/xml"

_OCSP = "application/ocsp-response"
_REQUEST = "application/x-road-rest-request"
_RESPONSE = "application/x-road-rest-response"
_BODY = "application/x-road-rest-body"
_SIGNATURE = "signature/bdoc-1.0/ts"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_OVERHEAD = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One signed REST message between servers, as bytes.

    Attributes:
        header_part: Request or response lines, as signed.
        body: The REST body.
        signature: The signature document.
        statuses: OCSP responses of the sending server's TLS certificate, DER.
    """

    header_part: bytes
    body: bytes
    signature: bytes
    statuses: tuple[bytes, ...] = ()


def write_message(message: Message, *, boundary: str, response: bool = False) -> tuple[str, bytes]:
    """The content type and the body that carry a message.

    Args:
        message: What to carry.
        boundary: Unpredictable text, so that no content can hold it.
        response: Whether it is a response.
    """
    parts = [Part((("Content-Type", _OCSP),), each) for each in message.statuses]
    head = _RESPONSE if response else _REQUEST
    parts.append(Part((("Content-Type", head),), message.header_part))
    if message.body:
        parts.append(Part((("Content-Type", _BODY),), message.body))
    parts.append(Part((("Content-Type", _SIGNATURE),), message.signature))
    return f"multipart/mixed; boundary={boundary}", write(parts, boundary=boundary)


def read_message(content_type: str, content: bytes, *, most_bytes: int) -> Message:
    """Read a message; its signature isn't looked at.

    Args:
        content_type: As the HTTP header states it.
        content: The HTTP body.
        most_bytes: Largest REST body taken.

    Raises:
        InvalidMessage: For ``multipart``, ``parts`` or ``size``.
    """
    limits = Limits(most_bytes=most_bytes + _OVERHEAD)
    try:
        parts = read(content, boundary=boundary_of(content_type), limits=limits)
    except MultipartRefused as error:
        why = "size" if error.why == "size" else "multipart"
        raise InvalidMessage(f"no message: {error}", why=why) from error
    statuses = [part.body for part in parts if part.content_type == _OCSP]
    rest = parts[len(statuses) :]
    kinds = [part.content_type for part in rest]
    if kinds[:1] not in ([_REQUEST], [_RESPONSE]) or kinds[1:] not in (
        [_SIGNATURE],
        [_BODY, _SIGNATURE],
    ):
        raise InvalidMessage("the parts make no message", why="parts")
    body = rest[1].body if len(rest) == 3 else b""
    if len(body) > most_bytes:
        raise InvalidMessage("the body is larger than allowed", why="size", most=most_bytes)
    return Message(
        header_part=rest[0].body, body=body, signature=rest[-1].body, statuses=tuple(statuses)
    )


def write_statuses(responses: list[bytes], *, boundary: str) -> tuple[str, bytes]:
    """What the status port answers: OCSP responses, DER (PR-MESSTRANSP §5)."""
    parts = [Part((("Content-Type", _OCSP),), each) for each in responses]
    return f"multipart/related; boundary={boundary}", write(parts, boundary=boundary)


def read_statuses(content_type: str, content: bytes) -> list[bytes]:
    """Read the status port's answer.

    Raises:
        InvalidMessage: For ``multipart``.
    """
    try:
        parts = read(content, boundary=boundary_of(content_type), limits=Limits())
    except MultipartRefused as error:
        raise InvalidMessage(f"no OCSP responses: {error}", why="multipart") from error
    return [part.body for part in parts if part.content_type == _OCSP]


def write_fault(error: Failure, *, trace: str) -> bytes:
    """A SOAP fault for what went wrong at the provider's server (PR-MESSTRANSP §4.4).

    The reason stands beside the trace, in an element that other software passes over.

    Args:
        error: What went wrong; its message goes to the other server, so it holds no secret.
        trace: A UUID that stands in this server's log as well.
    """
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{_SOAP}"><SOAP-ENV:Body><SOAP-ENV:Fault>'
        f"<faultcode>{fault_code(error, side='ServerProxy')}</faultcode>"
        f"<faultstring>{escape(str(error))}</faultstring>"
        '<detail><xroad:faultDetail xmlns:xroad="http://x-road.eu/xsd/xroad.xsd">'
        f"{escape(trace)}</xroad:faultDetail>"
        f'<riik:why xmlns:riik="urn:riik:exchange">{escape(error.why)}</riik:why></detail>'
        "</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
    ).encode()


def read_fault(content: bytes) -> Failure:
    """The error that another server's fault stands for; never raises for bad bytes."""
    try:
        root = xml.parse(content)
    except Refused:
        return ServiceFailed("the other server answered with neither message nor fault", why="form")
    fault = root.find(f".//{{{_SOAP}}}Fault")
    if fault is None:
        return ServiceFailed("the other server answered with something else", why="form")
    return failure_of(
        (fault.findtext("faultcode") or "").strip(),
        message=(fault.findtext("faultstring") or "").strip(),
        why=_why(fault),
    )


def _why(fault: etree._Element) -> str:
    return (fault.findtext(".//{urn:riik:exchange}why") or "fault").strip()
