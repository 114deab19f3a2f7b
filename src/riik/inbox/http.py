"""The inbox on the exchange: authorities put notices in, the portal reads them for a person.

POST /            {"id", "case", "legal_effect", "texts": {"et": {"title", "body"}}}
GET  /            the person's notices, newest first
POST /read        {"sender", "id"}: the person opened it
"""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from riik.core import ClientId, Database, InThread, MemberId, PersonCode, to_text
from riik.exchange import Answer, Endpoint, Incoming, Offer
from riik.inbox.component import Inbox
from riik.inbox.errors import NoticeRefused
from riik.inbox.model import Notice, Text

__all__ = ["offers"]


class VerifySelf(Protocol):
    """Login's verifier: raises unless the person themselves asked for this."""

    def __call__(
        self, token: str, *, carrier: MemberId, person: PersonCode, case: str, level: str
    ) -> object: ...


class _Text(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    body: str


class _Put(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    case: str
    texts: dict[str, _Text]
    legal_effect: bool = False


class _Read(msgspec.Struct, forbid_unknown_fields=True):
    sender: str
    id: str


def offers(
    inbox: Inbox,
    *,
    provider: ClientId,
    verify: VerifySelf,
    database: Database,
    in_thread: InThread,
) -> Sequence[Offer]:
    """What the inbox offers."""

    def put(client: ClientId, person: PersonCode, notice: _Put) -> str:
        texts = {lang: Text(title=t.title, body=t.body) for lang, t in notice.texts.items()}
        with database.work() as work:
            return inbox.notify(
                person,
                notice_id=notice.id,
                sender=client,
                case=notice.case,
                texts=texts,
                legal_effect=notice.legal_effect,
                work=work,
            )

    def mine(incoming: Incoming) -> list[dict[str, Any]]:
        person = _self(incoming, verify)
        with database.read() as work:
            return [_shown(notice) for notice in inbox.of_person(person, work=work)]

    def open_one(incoming: Incoming) -> dict[str, Any]:
        person, one = _self(incoming, verify), _decode(incoming.body, _Read)
        with database.work() as work:
            sender = ClientId.parse(one.sender)
            return _shown(inbox.read(person, sender=sender, notice_id=one.id, work=work))

    async def notices(incoming: Incoming) -> Answer:
        if incoming.method == "GET":
            return _json(await in_thread(mine, incoming))
        if incoming.path == "/read":
            return _json(await in_thread(open_one, incoming))
        if incoming.subject is None:
            raise NoticeRefused("whom is this notice for?", why="no-person")
        notice = _decode(incoming.body, _Put)
        sent = await in_thread(put, incoming.client, incoming.subject, notice)
        return _json({"sent_at": sent})

    endpoints = (Endpoint("GET", "/"), Endpoint("POST", "/"), Endpoint("POST", "/read"))
    return [Offer(provider=provider, service="notices", endpoints=endpoints, handler=notices)]


def _self(incoming: Incoming, verify: VerifySelf) -> PersonCode:
    if incoming.subject is None or not incoming.authority:
        raise NoticeRefused("a person and login's statement are needed", why="no-statement")
    case = incoming.issue or ""
    verify(
        incoming.authority,
        carrier=incoming.client.member,
        person=incoming.subject,
        case=case,
        level="substantial",
    )
    return incoming.subject


def _shown(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "sender": str(notice.sender),
        "case": notice.case,
        "texts": {lang: {"title": t.title, "body": t.body} for lang, t in notice.texts.items()},
        "legal_effect": notice.legal_effect,
        "sent_at": to_text(notice.sent_at),
        "read_at": to_text(notice.read_at) if notice.read_at else None,
    }


def _decode(body: bytes, shape: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise NoticeRefused("the content has not the fields it must have", why="json") from error


def _json(content: object) -> Answer:
    return Answer(
        headers=(("Content-Type", "application/json"),), body=msgspec.json.encode(content)
    )
