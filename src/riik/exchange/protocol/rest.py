"""X-Road's REST messages: identifiers as text, the header part's exact bytes, its hash.

Implements PR-REST r1 §4 and what two servers exchange of it: the *header part* is what is
hashed, signed and logged, so it is built once and never rebuilt from a parsed form. Pure.
The multipart around it is in `messages`, the signature in `signature`.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha512
from http import HTTPStatus
from json import dumps
from urllib.parse import quote, unquote_to_bytes
from xml.sax.saxutils import escape

from riik.core import ClientId, MemberId, PersonCode, ServerId, ServiceId, person_code
from riik.exchange.errors import BadRequest, Failure, InvalidMessage, fault_code
from riik.exchange.model import Answer, Call, Headers, header

__all__ = [
    "RestRequest",
    "RestResponse",
    "content_digest",
    "error_answer",
    "normalise_path",
    "parse_request",
    "passed_on",
    "read_client",
    "read_request",
    "read_response",
    "read_target",
    "request_hash",
    "write_identifier",
    "write_request",
    "write_response",
]

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})

# Headers that concern one connection only, dropped both ways (PR-REST §4.3).
HOP_BY_HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "host",
        "user-agent",
        "server",
        "content-length",
        "expect",
    ]
)

# Headers that the exchange itself writes: nobody else's are taken.
OWN = frozenset(
    [
        "x-road-client",
        "x-road-service",
        "x-road-id",
        "x-road-request-id",
        "x-road-request-hash",
        "x-road-userid",
        "x-road-issue",
        "x-road-security-server",
        "riik-purpose",
        "riik-legal-basis",
        "riik-subject",
        "riik-authority",
    ]
)

_PREFIX = "/r1/"
_SEGMENT = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})+\Z")
_PATH = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*\Z")
_QUERY = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?\[\]|{}^`]|%[0-9A-Fa-f]{2})*\Z")
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_IDENTIFIER_SAFE = "'()+,-.="
_PLAIN = re.compile(r"[A-Za-z0-9'()+,\-.=_~]+\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


# --- identifiers (PR-REST §4.2, §4.8) ---------------------------------------------------------


def write_identifier(identifier: MemberId | ClientId | ServiceId | ServerId) -> str:
    """The text form for headers and paths: each part percent-encoded, joined by ``/``."""
    return "/".join(
        part if _PLAIN.match(part) else quote(part, safe=_IDENTIFIER_SAFE)
        for part in _parts(identifier)
    )


def _parts(identifier: MemberId | ClientId | ServiceId | ServerId) -> tuple[str, ...]:
    match identifier:
        case MemberId():
            return identifier.instance, identifier.member_class, identifier.code
        case ClientId():
            return (*_parts(identifier.member), identifier.subsystem)
        case ServiceId():
            return (*_parts(identifier.provider), identifier.service)
        case ServerId():
            return (*_parts(identifier.owner), identifier.server)


def _read_parts(text: str, *, fewest: int, most: int, what: str) -> list[str]:
    """Split a text form and decode each part by itself: ``%2F`` is content, not a border.

    Raises:
        BadRequest: For ``part-count``, ``part-shape`` or ``escape``.
    """
    parts = text.split("/")
    if not fewest <= len(parts) <= most:
        raise BadRequest(f"{what} has {len(parts)} parts", why="part-count", what=what)
    if not all(_SEGMENT.match(part) for part in parts):
        raise BadRequest(f"a part of {what} is malformed", why="part-shape", what=what)
    return [_decoded(part, what) for part in parts]


def _decoded(part: str, what: str) -> str:
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"{what} holds no UTF-8", why="escape", what=what) from error
    if not text.isprintable():
        raise BadRequest(f"{what} holds control characters", why="escape", what=what)
    return text


def read_client(text: str) -> ClientId | MemberId:
    """Read ``X-Road-Client``: a subsystem, or a member alone (PR-REST §4.3)."""
    instance, member_class, code, *subsystem = _read_parts(
        text, fewest=3, most=4, what="X-Road-Client"
    )
    member = MemberId(instance, member_class, code)
    return ClientId(member, subsystem[0]) if subsystem else member


def read_server(text: str) -> ServerId:
    """Read ``X-Road-Security-Server``: exactly four parts."""
    instance, member_class, code, server = _read_parts(
        text, fewest=4, most=4, what="X-Road-Security-Server"
    )
    return ServerId(MemberId(instance, member_class, code), server)


def normalise_path(path: str) -> str:
    """Decode a path, then resolve its dots: what rights are matched with (PR-REST §6).

    Escaped dots count as dots, so ``/a/%2e%2e/b`` is ``/b`` and no way around a right for
    ``/a/**``; dots above the root stay and match nothing. An escaped ``/`` stays escaped:
    it is content of a segment.
    """
    if not path:
        return ""
    kept: list[str] = []
    segments = [_decoded_segment(segment) for segment in path.split("/")[1:]]
    for segment in segments:
        if segment == ".." and kept and kept[-1] != "..":
            kept.pop()
        elif segment not in ("", "."):
            kept.append(segment)
    folder = "/" if kept and segments[-1] in ("", ".", "..") and kept[-1] != ".." else ""
    return "/" + "/".join(kept) + folder


def _decoded_segment(segment: str) -> str:
    if "%" not in segment:
        return segment
    decoded = unquote_to_bytes(segment.replace("%2f", "%252F").replace("%2F", "%252F"))
    return decoded.decode("utf-8", errors="replace")


# --- the request ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RestRequest:
    """A request's header part, read.

    Attributes:
        method: One of `METHODS`.
        service: The service asked.
        path: What follows the service code, as it came.
        query: The query as it came, without ``?``.
        headers: All headers, in order.
        client: Who asks: a subsystem, or a member alone.
        message_id: ``X-Road-Id``; empty when the caller left it out.
        request_id: ``X-Road-Request-Id``; empty before the consumer's server gave one.
        server: The security server the caller pinned.
        represented: Member class (or none) and code of ``X-Road-Represented-Party``.
    """

    method: str
    service: ServiceId
    path: str
    query: str
    headers: Headers
    client: ClientId | MemberId
    message_id: str
    request_id: str
    server: ServerId | None = None
    represented: tuple[str | None, str] | None = None

    @property
    def subject(self) -> PersonCode | None:
        """``Riik-Subject``: whose data it is about."""
        text = header(self.headers, "riik-subject")
        return person_code(text) if text else None


def read_target(method: str, target: str) -> tuple[ServiceId, str, str]:
    """Read method and request target into service, path and query (PR-REST §4.1).

    Raises:
        BadRequest: For ``method``, ``version``, ``path``, ``query``, or an identifier's reasons.
    """
    if method not in METHODS:
        raise BadRequest("no such method", why="method")
    if not target.startswith(_PREFIX):
        raise BadRequest("the path begins with /r1/", why="version")
    whole, _, query = target.partition("?")
    parts = whole[len(_PREFIX) :].split("/", 5)
    if len(parts) < 5:
        raise BadRequest("the path names no service", why="part-count", what="service")
    instance, member_class, code, subsystem, service = _read_parts(
        "/".join(parts[:5]), fewest=5, most=5, what="service"
    )
    path = "/" + parts[5] if len(parts) == 6 else ""
    if not _PATH.match(path):
        raise BadRequest("the path is malformed", why="path")
    if not _QUERY.match(query):
        raise BadRequest("the query is malformed", why="query")
    provider = ClientId(MemberId(instance, member_class, code), subsystem)
    return ServiceId(provider, service), path, query


def parse_request(method: str, target: str, headers: Headers) -> RestRequest:
    """Read a request as an information system sends it, or as it stands in a header part.

    Raises:
        BadRequest: For what is malformed or missing.
    """
    service, path, query = read_target(method, target)
    known: dict[str, str] = {name.lower(): value for name, value in headers}
    if "x-road-client" not in known:
        raise BadRequest("X-Road-Client is missing", why="client")
    pinned = known.get("x-road-security-server")
    return RestRequest(
        method=method,
        service=service,
        path=path,
        query=query,
        headers=headers,
        client=read_client(known["x-road-client"]),
        message_id=known.get("x-road-id", ""),
        request_id=known.get("x-road-request-id", ""),
        server=read_server(pinned) if pinned is not None else None,
        represented=_represented(known.get("x-road-represented-party")),
    )


def _represented(text: str | None) -> tuple[str | None, str] | None:
    if text is None:
        return None
    *member_class, code = _read_parts(text, fewest=1, most=2, what="X-Road-Represented-Party")
    return (member_class[0] if member_class else None), code


def write_request(call: Call, *, message_id: str, request_id: str) -> bytes:
    """The header part of a request: method, target, headers (PR-REST §4.3).

    Raises:
        BadRequest: For ``method``, ``path``, ``query``, ``header`` or ``message-id``.
    """
    if call.method not in METHODS:
        raise BadRequest("no such method", why="method")
    if (call.path and not call.path.startswith("/")) or not _PATH.match(call.path):
        raise BadRequest("the path is malformed", why="path")
    if not _QUERY.match(call.query):
        raise BadRequest("the query is malformed", why="query")
    if not 0 < len(message_id) <= 128:
        raise BadRequest("an X-Road-Id has 1 to 128 characters", why="message-id")
    own = (
        ("X-Road-UserId", call.user),
        ("X-Road-Issue", call.issue),
        ("X-Road-Security-Server", write_identifier(call.server) if call.server else None),
        ("Riik-Purpose", call.purpose),
        ("Riik-Legal-Basis", call.legal_basis),
        ("Riik-Subject", call.subject),
        ("Riik-Authority", call.authority),
        ("x-road-request-id", request_id),
        ("x-road-id", message_id),
    )
    target = f"{_PREFIX}{write_identifier(call.service)}{call.path}"
    return _lines(
        call.method,
        f"{target}?{call.query}" if call.query else target,
        [
            ("X-Road-Client", write_identifier(call.client)),
            *passed_on(call.headers),
            *((name, value) for name, value in own if value),
        ],
    )


def read_request(header_part: bytes) -> RestRequest:
    """Read a request's header part, as another server signed it.

    Raises:
        InvalidMessage: For ``header-part`` or ``request-id``.
        BadRequest: For what a caller would be told likewise.
    """
    method, target, headers = _read_lines(header_part)
    request = parse_request(method, target, headers)
    if not _UUID.match(request.request_id) or not 0 < len(request.message_id) <= 128:
        raise InvalidMessage("a request needs its two identifiers", why="request-id")
    return request


# --- the response -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RestResponse:
    """A response's header part, read."""

    status: int
    reason: str
    headers: Headers


def write_response(answer: Answer, *, request: RestRequest, hashed: str) -> bytes:
    """The header part of a response; its five own headers come last, in order (PR-REST §4.3).

    Args:
        answer: What the service answered.
        request: The request it answers.
        hashed: That request's hash, from `request_hash`.
    """
    if not 100 <= answer.status <= 599:
        raise InvalidMessage(f"{answer.status} is no HTTP status", why="status")
    return _lines(
        str(answer.status),
        answer.reason or _phrase(answer.status),
        [
            *passed_on(answer.headers),
            ("x-road-id", request.message_id),
            ("x-road-client", write_identifier(request.client)),
            ("x-road-service", write_identifier(request.service)),
            ("x-road-request-id", request.request_id),
            ("x-road-request-hash", hashed),
        ],
    )


def read_response(header_part: bytes) -> RestResponse:
    """Read a response's header part.

    Raises:
        InvalidMessage: For ``header-part`` or ``status``.
    """
    status, reason, headers = _read_lines(header_part)
    if not re.fullmatch(r"[1-5][0-9]{2}", status):
        raise InvalidMessage("a response begins with its status", why="status")
    return RestResponse(status=int(status), reason=reason, headers=headers)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def request_hash(header_part: bytes, body: bytes) -> str:
    """``x-road-request-hash``: base64 of SHA-512 over both parts' digests (PR-REST §4.3).

    Without a body (or with an empty one) it is the digest of the header part alone.
    """
    head = sha512(header_part).digest()
    whole = sha512(head + sha512(body).digest()).digest() if body else head
    return b64encode(whole).decode("ascii")


def content_digest(header_part: bytes, body: bytes) -> bytes:
    """What makes two requests the same wish: all but the identifier that each sending gets."""
    lines = header_part.split(b"\r\n")
    same = [line for line in lines if not line.lower().startswith(b"x-road-request-id:")]
    return sha512(sha512(b"\r\n".join(same)).digest() + sha512(body).digest()).digest()


# --- errors of the exchange itself (PR-REST §4.7) ---------------------------------------------


def error_answer(error: Failure, *, accept: str, trace: str) -> Answer:
    """What an information system is told: 400 for its own faults, 500 for all others.

    Args:
        error: What went wrong.
        accept: The request's ``Accept``; XML when it holds text/xml, application/xml or text/*.
        trace: A UUID that stands in the log as well.
    """
    code = fault_code(error)
    if any(kind in accept for kind in ("text/xml", "application/xml", "text/*")):
        content_type = "text/xml;charset=utf-8"
        body = (
            f"<error><type>{escape(code)}</type><message>{escape(str(error))}</message>"
            f"<detail>{escape(trace)}</detail></error>"
        )
    else:
        content_type = "application/json;charset=utf-8"
        body = dumps({"type": code, "message": str(error), "detail": trace})
    return Answer(
        status=400 if code.startswith("Client.") else 500,
        headers=(("Content-Type", content_type), ("X-Road-Error", code)),
        body=body.encode(),
    )


# --- lines ------------------------------------------------------------------------------------


def passed_on(headers: Headers) -> list[tuple[str, str]]:
    """The headers that travel: none of one connection, none that the exchange writes."""
    return [
        (name, value)
        for name, value in headers
        if (folded := name.lower()) not in HOP_BY_HOP and folded not in OWN
    ]


def _lines(first: str, second: str, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [first, second]
    for name, value in headers:
        if not _NAME.match(name):
            raise BadRequest("a header can't be written", why="header")
        lines.append(f"{name}:{value}")
    if _CONTROL.search("".join(lines)):
        raise BadRequest("a line can't hold control characters", why="header")
    return ("\r\n".join(lines) + "\r\n").encode()


def _read_lines(header_part: bytes) -> tuple[str, str, Headers]:
    try:
        lines = header_part.decode("utf-8").split("\r\n")
    except UnicodeDecodeError as error:
        raise InvalidMessage("the header part holds no UTF-8", why="header-part") from error
    if len(lines) < 3 or lines.pop() != "":
        raise InvalidMessage("the header part has too few lines", why="header-part")
    if _CONTROL.search("".join(lines)):
        raise InvalidMessage("the header part holds control characters", why="header-part")
    headers = []
    for line in lines[2:]:
        name, colon, value = line.partition(":")
        if not colon or not _NAME.match(name):
            raise InvalidMessage("a line of the header part is no header", why="header-part")
        headers.append((name, value))
    return lines[0], lines[1], tuple(headers)
