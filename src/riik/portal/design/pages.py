"""Templates: the frames that all pages share, with a room's own templates inside them.

Pure but for reading the packages' own files, once. Everything is escaped (Jinja2's autoescape),
and a name that is missing is an error. One environment a language, so that macros know ``_``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from types import ModuleType
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

from riik.documents import weave
from riik.portal.design.formats import Formats
from riik.portal.design.shell import Finder, Link, Shell, Tab
from riik.portal.design.texts import LANGUAGES, Texts, read_texts

__all__ = [
    "ASSETS",
    "Finder",
    "Link",
    "Pages",
    "Shell",
    "Tab",
    "asset_address",
    "environment",
]

ASSETS: Final = {
    "riik.css": "text/css; charset=utf-8",
    "belt.svg": "image/svg+xml",
    "cloth.svg": "image/svg+xml",
    "mark.svg": "image/svg+xml",
    "back.js": "text/javascript; charset=utf-8",
    "desk.js": "text/javascript; charset=utf-8",
    "live.js": "text/javascript; charset=utf-8",
    "webeid.js": "text/javascript; charset=utf-8",
}
"""The files that pages link, with their media types."""

_HEX: Final = re.compile(r"[0-9a-fA-F]{64}\Z")


@dataclass(frozen=True, slots=True)
class Pages:
    """A room's pages in every language.

    Attributes:
        room: The package whose folders ``templates`` and ``locale`` are the room's.
        texts: By language, of the design and the room.
    """

    room: ModuleType
    texts: Mapping[str, Texts] = field(init=False)
    _environments: Mapping[str, Environment] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        texts = {code: read_texts(self.room, language=code) for code in LANGUAGES}
        made = {code: environment(self.room, texts[code]) for code in LANGUAGES}
        object.__setattr__(self, "texts", texts)
        object.__setattr__(self, "_environments", made)

    def render(self, template: str, shell: Shell, /, **values: Any) -> str:
        """A page of the room in the shell's language.

        Args:
            template: Its name in the room's folder, or in the design's.
            shell: The frame's values; ``shell`` in the template.
            values: The page's own; ``errors`` are shown as a summary by the frame.
        """
        formats = Formats(shell.profile, shell.language, shell.zone)
        page = self._environments[shell.language].get_template(template)
        return page.render(shell=shell, fmt=formats, **values)

    def macros(self, template: str, language: str) -> TemplateModule:
        """The macros of one of the room's templates; they know no page's values, no shell."""
        return self._environments[language].get_template(template).module


def environment(room: ModuleType, texts: Texts) -> Environment:
    """A template environment for one room of the portal in one language."""
    made = _Environment(
        loader=ChoiceLoader([PackageLoader(room.__name__), PackageLoader(__package__)]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update({
        "_": texts,
        "asset": {name: asset_address(name) for name in ASSETS}.__getitem__,
        "csrf_field": _csrf_field,
        "weave": _weave,
    })  # fmt: skip
    made.filters["error_for"] = _error_for
    return made


class _Environment(Environment):
    """Rows of a page are dictionaries: ``row.label`` is looked for among their keys first.

    Jinja2 looks for an attribute before it, which costs an exception or two each time, and would
    find a method for a key such as ``values``.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is not dict or (attribute not in obj and hasattr(dict, attribute)):
            return super().getattr(obj, attribute)
        return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)


def asset_address(name: str) -> str:
    """Where a page finds a file of the design: another content has another address."""
    content = files(__package__).joinpath(name).read_bytes()
    return f"/design/{name}?v={sha256(content).hexdigest()[:12]}"


@pass_context
def _csrf_field(context: Context) -> Markup:
    """The hidden field that binds a form to the session; nothing without a session."""
    token = context["shell"].csrf
    field = Markup('<input type="hidden" name="csrf" value="{}">')
    return field.format(token) if token else Markup()


def _weave(digest: bytes | str, units: int = 34) -> Markup:
    """The band of a digest, bytes or 64 letters of hex; another text stands for its SHA-256."""
    drawn = _drawn(_digest(digest), units)
    # The drawing is made of numbers and colours only; nothing of a text is in it.
    attributes = 'class="weave" preserveAspectRatio="xMinYMid slice" aria-hidden="true"'
    return Markup(drawn.replace("<svg ", f'<svg {attributes} focusable="false" ', 1))  # noqa: S704


@lru_cache(maxsize=256)
def _drawn(digest: bytes, units: int) -> str:
    return weave(digest, units=units, ground=False)


def _digest(digest: bytes | str) -> bytes:
    if isinstance(digest, bytes):
        return digest
    if _HEX.match(digest):
        return bytes.fromhex(digest)
    return sha256(digest.encode()).digest()


def _error_for(errors: Iterable[Mapping[str, str]], name: str) -> str:
    """The sentence of the first error of a field, for the field's own ``error``."""
    return next((error["text"] for error in errors if error["field"] == name), "")
