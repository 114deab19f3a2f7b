"""May this client have these fields, for this purpose, by this law? What no row allows: no.

Pure: a definition and what is asked go in, the row that allows it comes out, or a refusal.
Whether the person's statement holds is decided here from what login verified.
"""

from collections.abc import Collection
from dataclasses import dataclass

from riik.core import PersonCode
from riik.registers.errors import AuthorityRefused, PurposeRefused, RightMissing
from riik.registers.model import Ask, Caller, RegisterDefinition, Right, Statement

__all__ = ["Grant", "check_asker", "check_statement", "grant"]


@dataclass(frozen=True, slots=True)
class Grant:
    """The row that allows it, and the fields it allows of those asked.

    Attributes:
        right: The row.
        fields: The fields, in the order of the offer.
    """

    right: Right
    fields: tuple[str, ...]


def grant(definition: RegisterDefinition, ask: Ask) -> Grant:
    """The first right that allows what is asked; a field too many refuses the whole.

    Raises:
        RightMissing: For ``client``, or ``fields``.
        PurposeRefused: For ``missing``, ``purpose`` or ``legal-basis``.
        AuthorityRefused: For ``missing``: a right would allow it with the person's statement.
    """
    if not ask.purpose or not ask.legal_basis:
        raise PurposeRefused("a purpose and a legal basis are needed", why="missing")
    rows = [
        row
        for row in definition.rights
        if row.action is ask.action
        and ask.offer in row.offers
        and row.who.admits(ask.client, ask.roles)
    ]
    if not rows:
        raise RightMissing("no right of this client names this offer", why="client")
    rows = [row for row in rows if row.purpose == ask.purpose]
    if not rows:
        raise PurposeRefused("no right of this client has this purpose", why="purpose")
    rows = [row for row in rows if row.legal_basis == ask.legal_basis]
    if not rows:
        raise PurposeRefused("no right of this client has this legal basis", why="legal-basis")
    rows = [row for row in rows if set(ask.fields or ()) <= row.fields]
    if not rows:
        raise RightMissing("no right of this client has all of these fields", why="fields")
    for row in rows:
        if ask.statement or not row.statement:
            wanted = row.fields if ask.fields is None else set(ask.fields)
            return Grant(row, _ordered(definition, ask.offer, wanted))
    raise AuthorityRefused("the person's own statement is needed", why="missing")


def _ordered(
    definition: RegisterDefinition, offer: str, wanted: Collection[str]
) -> tuple[str, ...]:
    known = definition.reads.get(offer) or definition.changes[offer]
    return tuple(name for name in known.fields if name in wanted)


def check_statement(statement: Statement, *, caller: Caller, subject: PersonCode) -> None:
    """Check that a verified statement is for this caller, about this person, in this case.

    Who is named as acting must be who signed in: receipts repeat it.

    Raises:
        AuthorityRefused: For ``audience``, ``subject``, ``case`` or ``asker``.
    """
    if statement.audience != caller.client.member:
        raise AuthorityRefused("the statement was made for another member", why="audience")
    if statement.about != subject:
        raise AuthorityRefused("the statement is about another person", why="subject")
    if not caller.issue or statement.case != caller.issue:
        raise AuthorityRefused("the statement belongs to another case", why="case")
    if caller.user is not None and statement.person != caller.user:
        raise AuthorityRefused("somebody else signed in", why="asker")


def check_asker(
    statement: Statement, *, caller: Caller, asker: PersonCode, subject: PersonCode
) -> None:
    """Check that a person asks about own looks, or about those of whom they represent.

    No case is needed: the right to know who looked is everybody's own (GDPR art. 15(1)).

    Raises:
        AuthorityRefused: For ``audience``, ``asker`` or ``subject``.
    """
    if statement.audience != caller.client.member:
        raise AuthorityRefused("the statement was made for another member", why="audience")
    if statement.person != asker:
        raise AuthorityRefused("somebody else signed in", why="asker")
    if statement.about != subject:
        raise AuthorityRefused("the statement is about another person", why="subject")
