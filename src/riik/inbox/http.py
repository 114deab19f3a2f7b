"""The inbox on the exchange: authorities put notices in, the portal reads them for a person.

POST /            {"id", "case", "kind", "legal_effect", "texts": {"et": {"title", "body"}}}
POST /state       {"ids"}: how far the asking subsystem's own notices have come, and what counts
GET  /            the person's notices, newest first
POST /read        {"sender", "id"}: the person opened it
GET  /choice      how the person is told outside, and what there is to choose from
POST /choice      {"channels", "language", "refused", "quiet"}: the person chose
POST /browser     a PushSubscription: the person's browser is told too
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from riik.core import ClientId, Database, InThread, MemberId, PersonCode, to_text
from riik.exchange import Answer, Endpoint, Incoming, Offer
from riik.inbox.component import Inbox, KeptNotice
from riik.inbox.errors import ChoiceRefused, NoticeRefused
from riik.inbox.model import Notice, Text
from riik.inbox.outside.choice import OPTIONAL, Choice
from riik.inbox.outside.component import Outside
from riik.inbox.outside.effect import Delivered
from riik.inbox.outside.model import LETTER, Sending

__all__ = ["offers"]

MOST_ASKED = 100


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
    kind: str = "case"


class _Asked(msgspec.Struct, forbid_unknown_fields=True):
    ids: list[str]


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
    push_key: str = "",
) -> Sequence[Offer]:
    """What the inbox offers; ``push_key`` is what browsers subscribe with."""
    told = _Telling(inbox, verify, database, push_key)
    acts: dict[tuple[str, str], Callable[[Incoming], object]] = {
        ("GET", "/"): told.mine,
        ("POST", "/"): told.put,
        ("POST", "/read"): told.open,
        ("POST", "/state"): told.states,
        ("GET", "/choice"): told.choice,
        ("POST", "/choice"): told.choose,
        ("POST", "/browser"): told.browser,
    }
    endpoints = tuple(Endpoint(method, path) for method, path in acts)

    async def notices(incoming: Incoming) -> Answer:
        act = acts.get((incoming.method, incoming.path or "/"))
        if act is None:
            raise NoticeRefused("nothing is asked so", why="unknown")
        return _json(await in_thread(act, incoming))

    return [Offer(provider=provider, service="notices", endpoints=endpoints, handler=notices)]


@dataclass(frozen=True, slots=True)
class _Telling:
    """What is asked of how people are told."""

    inbox: Inbox
    verify: VerifySelf
    database: Database
    push_key: str

    def put(self, incoming: Incoming) -> dict[str, str]:
        """Keep a notice of whoever asks."""
        if incoming.subject is None:
            raise NoticeRefused("whom is this notice for?", why="no-person")
        notice: _Put = _decode(incoming.body, _Put)
        with self.database.work() as work:
            sent = self.inbox.notify(
                incoming.subject,
                notice_id=notice.id,
                sender=incoming.client,
                case=notice.case,
                texts={k: Text(title=t.title, body=t.body) for k, t in notice.texts.items()},
                legal_effect=notice.legal_effect,
                kind=notice.kind,
                work=work,
            )
        return {"sent_at": sent}

    def mine(self, incoming: Incoming) -> list[dict[str, Any]]:
        """A person's own notices."""
        person = _self(incoming, self.verify)
        with self.database.read() as work:
            return [self._shown(notice) for notice in self.inbox.of_person(person, work=work)]

    def open(self, incoming: Incoming) -> dict[str, Any]:
        """A person opens one."""
        person, one = _self(incoming, self.verify), _decode(incoming.body, _Read)
        with self.database.work() as work:
            sender = ClientId.parse(one.sender)
            return self._shown(self.inbox.read(person, sender=sender, notice_id=one.id, work=work))

    def _shown(self, notice: Notice) -> dict[str, Any]:
        reached = self.inbox.delivered(notice)
        return {
            "id": notice.id,
            "sender": str(notice.sender),
            "case": notice.case,
            "texts": {lang: {"title": t.title, "body": t.body} for lang, t in notice.texts.items()},
            "legal_effect": notice.legal_effect,
            "sent_at": to_text(notice.sent_at),
            "read_at": to_text(notice.read_at) if notice.read_at else None,
            "delivered_at": to_text(reached.at) if reached else None,
            "delivered_by": reached.how if reached else "",
            "law": dict(reached.rule.says) if reached else {},
            "assumed": reached.rule.assumed if reached else False,
        }

    def states(self, incoming: Incoming) -> list[dict[str, Any]]:
        """How far a sender's own notices have come; those it never sent are left out."""
        client, asked = incoming.client, _decode(incoming.body, _Asked).ids
        if len(asked) > MOST_ASKED:
            raise NoticeRefused("so many at once nobody needs", why="many", most=MOST_ASKED)
        outside = self.inbox.outside
        with self.database.read() as work:
            ways = outside.store.of_sender(client, asked, work=work) if outside else {}
            kept = [self.inbox.store.load(client, one, work=work) for one in asked]
            return [
                state_of(one, self.inbox.delivered_of(one), ways.get(one.id)) for one in kept if one
            ]

    def choice(self, incoming: Incoming) -> dict[str, Any]:
        """What a person chose."""
        person, outside = _self(incoming, self.verify), self._outside()
        with self.database.read() as work:
            return self._told(outside, outside.choice_of(person, work=work))

    def choose(self, incoming: Incoming) -> dict[str, Any]:
        """A person chooses."""
        person, outside = _self(incoming, self.verify), self._outside()
        with self.database.work() as work:
            return self._told(outside, outside.choose(person, incoming.body, work=work))

    def browser(self, incoming: Incoming) -> dict[str, Any]:
        """A person's browser is told too."""
        person, outside = _self(incoming, self.verify), self._outside()
        if not self.push_key:
            raise ChoiceRefused("browsers are not told of anything here", why="channel")
        with self.database.work() as work:
            outside.subscribe(person, incoming.body, work=work)
        return {}

    def _outside(self) -> Outside:
        if self.inbox.outside is None:
            raise ChoiceRefused("nobody is told of anything outside here", why="none")
        return self.inbox.outside

    def _told(self, outside: Outside, choice: Choice) -> dict[str, Any]:
        return {
            "channels": list(choice.channels),
            "language": choice.language,
            "refused": sorted(choice.refused),
            "quiet": list(choice.quiet) if choice.quiet else None,
            "chosen": choice.chosen,
            "offered": [one for one in outside.channels if one != LETTER],
            "optional": list(OPTIONAL),
            "letter_days": outside.paper_days(),
            "push_key": self.push_key,
        }


def state_of(
    kept: KeptNotice, reached: Delivered | None, sending: Sending | None
) -> dict[str, Any]:
    """What a sender is told of one of its notices: nothing of where the person is reached."""
    return {
        "id": kept.id,
        "sent_at": kept.sent_at,
        "opened_at": kept.read_at,
        "delivered_at": to_text(reached.at) if reached else None,
        "delivered_by": reached.how if reached else "",
        "law": dict(reached.rule.says) if reached else {},
        "assumed": reached.rule.assumed if reached else False,
        "state": sending.state.value if sending else "",
        "channel": sending.channel if sending else "",
        "steps": [
            {"channel": s.channel, "outcome": s.outcome, "at": s.at, "why": s.why}
            for s in (sending.steps if sending else ())
        ],
    }


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


def _decode(body: bytes, shape: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise NoticeRefused("the content has not the fields it must have", why="json") from error


def _json(content: object) -> Answer:
    return Answer(
        headers=(("Content-Type", "application/json"),), body=msgspec.json.encode(content)
    )
