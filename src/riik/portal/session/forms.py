"""Forms as browsers send them, and paths that lead nowhere else.

Implements ``application/x-www-form-urlencoded`` (WHATWG URL §5.1), strictly: UTF-8, few fields,
no NUL. Files come another way. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode

from riik.portal.session.errors import FormRefused

__all__ = ["MOST_BYTES", "Form", "local_path", "read_form"]

MOST_BYTES: Final = 65_536
MOST_FIELDS: Final = 200
MOST_PATH: Final = 2_000
MEDIA_TYPE: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Form:
    """The answers of one form.

    Attributes:
        fields: Values by name, in the order of the form.
    """

    fields: Mapping[str, tuple[str, ...]]

    def text(self, name: str, default: str = "") -> str:
        """The one value of a field, without blanks around it; lines end as in Unix."""
        values = self.fields.get(name, ())
        return _tidy(values[-1]) if values else default

    def texts(self, name: str) -> tuple[str, ...]:
        """All values of a field, such as several ticks."""
        return tuple(_tidy(value) for value in self.fields.get(name, ()))

    def ticked(self, name: str) -> bool:
        """Was this box ticked?"""
        return any(self.texts(name))

    def without(self, names: Iterable[str]) -> "Form":
        """The same without some fields, such as those that guard it."""
        left = set(names)
        return Form({name: values for name, values in self.fields.items() if name not in left})

    def encoded(self) -> bytes:
        """As a browser sends it."""
        return urlencode(self.fields, doseq=True).encode()


def read_form(body: bytes, *, media_type: str) -> Form:
    """Read what a browser sent.

    Args:
        body: The whole of it.
        media_type: The header ``Content-Type``.

    Raises:
        FormRefused: For ``media-type``, ``size``, ``fields`` or ``encoding``.
    """
    if media_type.partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise FormRefused("this is not sent as a form", why="media-type")
    if len(body) > MOST_BYTES:
        raise FormRefused("the form is too large", why="size", most=MOST_BYTES)
    if body.count(b"&") >= MOST_FIELDS:
        raise FormRefused("the form has too many fields", why="fields", most=MOST_FIELDS)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise FormRefused("the form is not UTF-8", why="encoding") from error
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise FormRefused("the form has characters that no text has", why="encoding")
        found[name] = (*found.get(name, ()), value)
    return Form(found)


def local_path(text: str, *, instead: str = "/") -> str:
    """A path of this site, or ``instead``: no address leads a person away (CWE-601).

    Browsers take two slashes, a slash and a backslash, and paths with tabs for other sites; and two
    slashes are left where ``/.`` is taken out of ``/.//`` (WHATWG URL, path state).
    """
    plain = text.isascii() and text.isprintable() and len(text) <= MOST_PATH
    if not plain or " " in text or "\\" in text:
        return instead
    path = text.partition("?")[0].partition("#")[0]
    dotted = any(unquote(part) in (".", "..") for part in path.split("/"))
    at_home = path.startswith("/") and not path.startswith("//")
    return text if at_home and not dotted else instead


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
