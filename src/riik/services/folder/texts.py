"""A folder's texts: gettext catalogues read without writing or running anything.

A text has two readers: the person, whom it addresses, and the official, who reads of them. The
official's wording stands under ``msgctxt "official"``; where there is none, officials read what the
person reads. Plural forms have no use in a folder. The house has words of its own for what is alike
in every service ("The registers were asked"); a folder may say the same better.
"""

import io
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files as package_files
from typing import Final

from babel.messages.pofile import PoFileError, read_po

from riik.services.errors import FolderRefused

__all__ = ["OFFICIAL", "house_texts", "read_texts"]

HOUSE = "riik.services"

OFFICIAL: Final = "official"
"""The context of texts as officials read them."""


def read_texts(
    files: Mapping[str, bytes], *, context: str | None = None
) -> dict[str, dict[str, str]]:
    """Texts by language from ``locale/<language>.po``.

    Args:
        files: The folder's files by their path in it.
        context: `OFFICIAL` for what officials read instead; None for what people read.

    Raises:
        FolderRefused: For ``locale``: a catalogue that can't be read, or a context that nobody
            reads.
    """
    texts: dict[str, dict[str, str]] = {}
    for name, source in files.items():
        if not (name.startswith("locale/") and name.endswith(".po")):
            continue
        language = name.removeprefix("locale/").removesuffix(".po")
        try:
            contexts, written = _parsed(source)
        except (PoFileError, UnicodeDecodeError, ValueError) as error:
            raise FolderRefused(f"{name} is no gettext catalogue", why="locale") from error
        if contexts - {None, OFFICIAL}:
            raise FolderRefused(f"{name} has a context that nobody reads", why="locale")
        texts[language] = {id_: text for of, id_, text in written if of == context}
    return texts


@lru_cache(maxsize=256)
def _parsed(source: bytes) -> tuple[frozenset[str | None], tuple[tuple[str | None, str, str], ...]]:
    """A catalogue's contexts, and its texts: context, id, text.

    Each is read for people and for officials, the house's own with every folder.
    """
    catalogue = read_po(io.BytesIO(source), abort_invalid=True)
    written = tuple(
        (message.context, message.id, message.string)
        for message in catalogue
        if isinstance(message.id, str) and message.id and isinstance(message.string, str)
    )
    return frozenset(message.context for message in catalogue), written


def house_texts(*, context: str | None = None) -> dict[str, dict[str, str]]:
    """The platform's own texts by language, from ``services/locale``; English is the text."""
    folder = package_files(HOUSE).joinpath("locale")
    found = {f"locale/{one.name}": one.read_bytes() for one in folder.iterdir()}
    return read_texts(found, context=context)
