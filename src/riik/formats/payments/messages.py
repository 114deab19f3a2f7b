"""What ISO 20022 messages have in common: elements in order, amounts, moments, clear refusals.

A message is read tag by tag and everything that money hangs on is checked: what is missing, what
is there twice, what is longer than its type (ISO 20022 ``Max35Text`` and others), what is no
amount. What we do not use is passed over, as a bank may say more than we ask. Pure.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from lxml import etree

from riik.core import Money, MoneyRefused, Refused
from riik.formats.xml import XmlRefused, parse

__all__ = [
    "Iso20022Refused",
    "Part",
    "add",
    "amount",
    "message",
    "opened",
    "refuse",
    "written",
]

URN = "urn:iso:std:iso:20022:tech:xsd:"
_NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,17})?\Z", re.ASCII)


class Iso20022Refused(Refused):
    """Bytes that are not the message they should be, or one whose money does not add up."""

    code = "formats.iso20022-refused"


def refuse(what: str, *, where: str, why: str, remedy: str = "") -> NoReturn:
    """Refuse a message: what is wrong, where, and what to do."""
    advice = remedy or "ask who sent it for a corrected file"
    raise Iso20022Refused(f"{where}: {what}. Remedy: {advice}.", why=why, where=where)


class Part:
    """An element of a message, with the path that leads to it."""

    __slots__ = ("element", "path", "space")

    def __init__(self, element: etree._Element, path: str, space: str) -> None:
        self.element, self.path, self.space = element, path, space

    def all(self, tag: str) -> "Iterator[Part]":
        """Each child of this name, numbered from 1 in its path."""
        for number, child in enumerate(self.element.findall(f"{self.space}{tag}"), 1):
            yield Part(child, f"{self.path}/{tag}[{number}]", self.space)

    def find(self, *tags: str) -> "Part | None":
        """The one element down this path, or None.

        Raises:
            Iso20022Refused: For ``twice``.
        """
        element, path = self.element, self.path
        for tag in tags:
            name, path = self.space + tag, f"{path}/{tag}"
            found = [child for child in element if child.tag == name]
            if not found:
                return None
            if len(found) > 1:
                refuse("this stands here twice", where=path, why="twice")
            element = found[0]
        return Part(element, path, self.space)

    def need(self, *tags: str) -> "Part":
        """The one element down this path.

        Raises:
            Iso20022Refused: For ``missing`` or ``twice``.
        """
        found = self.find(*tags)
        if found is None:
            refuse("this is missing", where="/".join((self.path, *tags)), why="missing")
        return found

    def text(self, *tags: str, most: int = 35) -> str:
        """The text down this path; it must be there.

        Raises:
            Iso20022Refused: For ``missing``, ``twice``, ``empty``, ``long`` or ``content``.
        """
        return self.need(*tags)._said(most)

    def maybe(self, *tags: str, most: int = 35) -> str:
        """The text down this path, or nothing."""
        found = self.find(*tags)
        return "" if found is None else found._said(most)

    def _said(self, most: int) -> str:
        if len(self.element):
            refuse("an element where text should be", where=self.path, why="content")
        said = (self.element.text or "").strip()
        if not said or len(said) > most:
            why = "long" if said else "empty"
            refuse(f"a text of 1 to {most} characters stands here", where=self.path, why=why)
        return said

    def money(self, *tags: str) -> Money:
        """The amount down this path (``ActiveOrHistoricCurrencyAndAmount``).

        Raises:
            Iso20022Refused: For ``missing``, ``twice``, ``amount`` or ``currency``.
        """
        part = self.need(*tags)
        return part.number(part.element.get("Ccy", ""))

    def number(self, currency: str) -> Money:
        """This element's number as an amount in a currency that stands elsewhere."""
        said = self._said(24)
        if not _NUMBER.match(said):
            refuse("an amount is figures with a point, no sign", where=self.path, why="amount")
        try:
            return Money.of(Decimal(said), currency)
        except (MoneyRefused, InvalidOperation) as error:
            why = error.why if isinstance(error, MoneyRefused) else "amount"
            refuse(str(error) or "this is no amount", where=self.path, why=why)

    def count(self, *tags: str) -> int | None:
        """A number of things (``Max15NumericText``), or None where it does not stand."""
        said = self.maybe(*tags, most=15)
        if said and not (said.isascii() and said.isdecimal()):
            refuse("a whole number stands here", where="/".join((self.path, *tags)), why="number")
        return int(said) if said else None

    def moment(self, *tags: str) -> datetime:
        """A moment (``ISODateTime``); one without its zone is taken as UTC.

        Raises:
            Iso20022Refused: For ``missing``, ``twice`` or ``time``.
        """
        said = self.text(*tags)
        try:
            found = datetime.fromisoformat(said)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            refuse("a moment stands here", where="/".join((self.path, *tags)), why="time")

    def day(self, *tags: str) -> date | None:
        """A day (``DateAndDateTime2Choice``), or None where none stands."""
        part = self.find(*tags)
        if part is None:
            return None
        if part.find("Dt") is None:
            return part.moment("DtTm").date()
        try:
            return date.fromisoformat(part.text("Dt"))
        except ValueError:
            refuse("a day stands here", where=f"{part.path}/Dt", why="time")


def opened(content: bytes, *, name: str, root: str, most: int) -> Part:
    """The message inside a document of exactly this definition.

    Args:
        content: The file.
        name: Of the definition and its version, such as ``camt.054.001.08``.
        root: Of the message, the one child of ``Document``.
        most: Largest size in bytes.

    Raises:
        Iso20022Refused: For ``xml`` (with the reason of the XML in the text) or ``definition``.
    """
    try:
        document = parse(content, most=most)
    except XmlRefused as error:
        raise Iso20022Refused(f"no {name} can be read: {error}", why="xml", where="file") from error
    space = f"{{{URN}{name}}}"
    message = document.find(f"{space}{root}")
    if document.tag != f"{space}Document" or message is None or len(document) != 1:
        refuse(
            f"this is no {name}",
            where="Document",
            why="definition",
            remedy=f"send the file as {name}, in namespace {URN}{name}",
        )
    return Part(message, root, space)


def message(name: str, root: str) -> tuple[etree._Element, etree._Element]:
    """A new document of a definition, and the message within."""
    space = f"{URN}{name}"
    document = etree.Element(f"{{{space}}}Document", nsmap={None: space})  # type: ignore[dict-item]
    return document, etree.SubElement(document, f"{{{space}}}{root}")


def add(parent: etree._Element, *tags: str, text: str = "") -> etree._Element:
    """Put elements one into the other, the text into the last; answers the last."""
    space = parent.tag[: parent.tag.index("}") + 1]
    for tag in tags:
        parent = etree.SubElement(parent, f"{space}{tag}")
    if text:
        try:
            parent.text = text
        except ValueError as error:
            what = "a sign that XML cannot hold"
            raise Iso20022Refused(what, why="text", where=tags[-1]) from error
    return parent


def amount(parent: etree._Element, *tags: str, money: Money) -> etree._Element:
    """Put an amount with its currency."""
    element = add(parent, *tags, text=money.decimal())
    element.set("Ccy", money.currency)
    return element


def written(document: etree._Element) -> bytes:
    """The bytes of a document."""
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")
