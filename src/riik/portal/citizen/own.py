"""What each register holds of a person, in words, and "This is wrong".

A person may see everything that is held of them (GDPR art. 15) and have it set right
(art. 16). The register's owner decides; the portal carries the person's word, with login's
statement that it is theirs, and tells them the number under which it is kept.
"""

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from riik.core import ClientId, Refused, ServiceId, Unavailable, is_blank
from riik.exchange import Answer
from riik.portal.citizen.errands import Errands
from riik.portal.citizen.errors import (
    AnswerUnreadable,
    CorrectionRefused,
    CorrectionsTooMany,
    CorrectionUnsure,
    PortalRefused,
    StatementMissing,
)
from riik.portal.citizen.guides import named
from riik.portal.citizen.model import Register
from riik.portal.citizen.words import RegisterWords, Words
from riik.portal.design.texts import Texts
from riik.portal.session import SignedOut, Visitor

__all__ = ["LONGEST", "OwnData", "record_rows"]

LONGEST, LONGEST_ONCE = 2_000, 100
"""As much as a register takes of each part; more is refused here, and nothing is ever cut."""

TO_MEND = frozenset({"field", "empty", "long", "body"})
MOST_RECORDS = 50
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
_CODE = re.compile(r"[A-Z]{2}[0-9]{9,12}\Z")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
PEOPLE = frozenset({"code", "parents", "children", "wards", "guardians", "spouse"})
"""Fields of the population register that name people by their codes."""


class _Answered(msgspec.Struct, frozen=True):
    number: str
    field: str
    says: str
    should_be: str
    at: str
    due: str
    answered_at: str | None
    verdict: str
    reason: str
    official: str
    appeal: dict[str, str]


class _Received(msgspec.Struct, frozen=True):
    number: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z-]{1,32}$")]
    days: Annotated[int, msgspec.Meta(ge=1, le=999)]


class _Said(msgspec.Struct, frozen=True):
    corrections: list[_Answered]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """A person's own data at every register that this portal knows."""

    errands: Errands
    registers: Sequence[Register]
    words: RegisterWords
    texts: Mapping[str, Texts]

    async def all(
        self, visitor: Visitor, language: str, *, only: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """What every register holds, all asked at once; silent ones say so.

        Args:
            visitor: Whose data it is.
            language: In which language.
            only: Subsystems of the registers to ask; all when empty. Each one asked is a look.
        """
        words = await self.words.all()
        return list(
            await asyncio.gather(
                *(
                    self._of(visitor, one, words.get(one.client, Words()), language)
                    for one in self.registers
                    if not only or one.client.subsystem in only
                )
            )
        )

    async def correct(
        self,
        visitor: Visitor,
        *,
        register: ClientId,
        field: str,
        says: str,
        should_be: str,
        why: str = "",
        language: str = "et",
        once: str = "",
    ) -> dict[str, Any]:
        """Ask a register's owner to set something right.

        Args:
            visitor: Whose data it is.
            register: Its subsystem, as a fact's ``register`` names it.
            field: What is wrong, one of a fact's ``fields``.
            says: What the register says, as the person saw it.
            should_be: What is right.
            why: How one can know.
            language: In which language to answer the person.
            once: Names this wish: sent again, it is kept once.

        Raises:
            PortalRefused: For ``no-register``.
            CorrectionRefused: For ``field``, ``empty`` or ``long``; facts have ``field``, ``most``.
            CorrectionsTooMany: The register takes no more today (``often``).
            CorrectionUnsure: No answer came, so nobody knows whether it arrived.
        """
        known = next((one for one in self.registers if one.client == register), None)
        if known is None:
            raise PortalRefused("there is no such register", why="no-register")
        _check(field=field, says=says, should_be=should_be, why=why, once=once)
        content = {
            "field": field,
            "says": says,
            "should_be": should_be,
            "why": why,
            "language": language,
            "once": once,
        }
        told = await self._sent(visitor, ServiceId(register, "corrections"), content)
        return {
            "number": told.number,
            "days": told.days,
            "organisation": named(known.organisation, language),
        }

    async def _sent(
        self, visitor: Visitor, service: ServiceId, content: Mapping[str, Any]
    ) -> _Received:
        try:
            answer = await self.errands.ask(visitor, service, purpose="correction", content=content)
            if answer.status < 500:
                return _received(answer)
            answer.accepted()
        except (SignedOut, StatementMissing):
            raise
        except (Unavailable, AnswerUnreadable) as error:
            raise CorrectionUnsure("nobody knows whether it arrived", why=error.why) from error
        raise CorrectionUnsure("nobody knows whether it arrived", why="status")

    async def corrections(self, visitor: Visitor, language: str) -> dict[str, Any]:
        """What the visitor said against records, and what their owners answered; newest first."""
        words = await self.words.all()
        found = await asyncio.gather(
            *(self._said(visitor, one, words[one.client], language) for one in self.registers)
        )
        rows = [row for _, said in found for row in said or ()]
        return {
            "rows": sorted(rows, key=lambda row: str(row["at"]), reverse=True),
            "silent": [name for name, said in found if said is None],
        }

    async def _said(
        self, visitor: Visitor, register: Register, words: Words, language: str
    ) -> tuple[str, list[dict[str, Any]] | None]:
        name = named(words.names, language) or register.client.subsystem
        try:
            answer = await self.errands.ask(
                visitor, ServiceId(register.client, "corrections"), purpose="correction"
            )
            if answer.status == 404:
                return name, []
            told = msgspec.json.decode(answer.accepted().body, type=_Said).corrections
        except (SignedOut, StatementMissing):
            raise
        except (Unavailable, Refused, msgspec.DecodeError, RecursionError):
            return name, None
        return name, [
            {
                **msgspec.to_builtins(one),
                "register": name,
                "organisation": named(register.organisation, language),
                "label": words.field(one.field, language),
                "appeal": named(one.appeal, language),
            }
            for one in told[:MOST_RECORDS]
        ]

    async def _of(
        self, visitor: Visitor, register: Register, words: Words, language: str
    ) -> dict[str, Any]:
        name = named(words.names, language) or register.client.subsystem
        shown = {
            "register": str(register.client),
            "name": name,
            "organisation": named(register.organisation, language),
            "law": words.law(register.own_basis, language),
            "silent": False,
            "rows": [],
        }
        try:
            answer = await self.errands.ask(
                visitor,
                ServiceId(register.client, register.own_offer),
                legal_basis=register.own_basis,
            )
            if answer.status == 404:
                return shown
            held = _decoded(answer.accepted().body)
        except (SignedOut, StatementMissing):
            raise
        except (Unavailable, Refused):
            return {**shown, "silent": True}
        records = held["records"] if isinstance(held.get("records"), list) else [held]
        return {
            **shown,
            "rows": [
                {**row, "record": number, "register": str(register.client), "from": name}
                for number, record in enumerate(records[:MOST_RECORDS])
                if isinstance(record, Mapping)
                for row in record_rows(record, words, self.texts[language])
            ],
        }


def _check(*, field: str, once: str, **parts: str) -> None:
    """What a register would refuse is refused here, with the field that does not fit."""
    if not _FIELD.match(field):
        raise CorrectionRefused("there is no such field", why="field", field="field")
    if is_blank(parts["should_be"]):
        raise CorrectionRefused("what is right has to be said", why="empty", field="should_be")
    if len(once) > LONGEST_ONCE:
        raise CorrectionRefused("this is too long", why="long", field="once", most=LONGEST_ONCE)
    for name, text in parts.items():
        if len(text) > LONGEST:
            raise CorrectionRefused("this is too long", why="long", field=name, most=LONGEST)


def _received(answer: Answer) -> _Received:
    """The number that the register gave, or in the portal's words why it gave none."""
    if answer.status == 429:
        raise CorrectionsTooMany("the register takes no more today", why="often")
    try:
        body = answer.accepted().body
    except Refused as refused:
        if refused.why in TO_MEND:
            raise CorrectionRefused("the register refused this", why=refused.why) from refused
        raise
    try:
        return msgspec.json.decode(body, type=_Received)
    except (msgspec.DecodeError, RecursionError) as error:
        raise AnswerUnreadable("this is no number of a correction", why="shape") from error


def record_rows(record: Mapping[str, Any], words: Words, texts: Texts) -> list[dict[str, Any]]:
    """A record as rows: what a field is called, its value in words, its kind."""
    rows: list[dict[str, Any]] = []
    for field, value in record.items():
        shown: Any
        currency = words.currency(field, record)
        if currency and isinstance(value, int) and not isinstance(value, bool):
            shown, kind = {"minor": value, "currency": currency}, "money"
        else:
            shown, kind = _shown(field, value, words, texts)
        if shown:
            label = words.field(field, texts.language)
            rows.append({"fields": [field], "label": label, "value": shown, "kind": kind})
    return rows


def _shown(field: str, value: Any, words: Words, texts: Texts) -> tuple[str, str]:
    """A value as text and what kind it is; inside of it, only what says something."""
    if isinstance(value, Mapping):
        # An address says itself in ``text`` and a relative by name; of others every part is said.
        itself = value.get("text") or value.get("name")
        parts = [itself] if itself else list(value.values())
        return _joined(field, parts, words, texts, between=", ")
    if isinstance(value, list):
        return _joined(field, value, words, texts, between="; ")
    if isinstance(value, bool):
        return (texts("yes") if value else texts("no")), "text"
    return _plain("" if value is None else str(value), field, words, texts)


def _plain(text: str, field: str, words: Words, texts: Texts) -> tuple[str, str]:
    if field in PEOPLE and _CODE.match(text):
        # Among themselves people say the number, not whose country's it is.
        return text[2:], "text"
    if text.startswith("data:image/"):
        return text, "image"
    if _DAY.match(text):
        return text, "day"
    return (words.value(field, text, texts.language) if text else ""), "text"


def _joined(
    field: str, parts: Sequence[Any], words: Words, texts: Texts, *, between: str
) -> tuple[str, str]:
    """Several values in one line; ``days`` is a text in which days stand."""
    said = [_shown(field, part, words, texts) for part in parts]
    kind = "days" if any(one in ("day", "days") for _, one in said) else "text"
    return between.join(text for text, _ in said if text), kind


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise AnswerUnreadable("this answer is no object", why="shape") from error
