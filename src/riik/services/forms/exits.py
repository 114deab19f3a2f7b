"""Exit pages: an answer with which the application can't go on, said before anybody pays. Pure.

The page says why, and what to do instead; the person may change the answer that led to it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from riik.services.errors import FolderRefused
from riik.services.model import Exit, Instead

__all__ = ["exit_of", "exit_texts"]

_KEYS = {"title", "body", "instead"}
_WAYS = {"text", "address", "service"}


def exit_of(declared: Any, *, page: str) -> Exit:
    """The exit page that a form declares.

    Raises:
        FolderRefused: For ``pages``: an unknown key, no title or body, or a way to nowhere.
    """
    if not isinstance(declared, Mapping) or set(declared) - _KEYS:
        raise FolderRefused(f"{page!r}: an exit has title, body, instead", why="pages")
    title, body = declared.get("title"), declared.get("body", [])
    if not isinstance(title, str) or not title or not _texts(body):
        raise FolderRefused(f"{page!r}: an exit has a title and a body of texts", why="pages")
    ways = declared.get("instead", [])
    if not isinstance(ways, list):
        raise FolderRefused(f"{page!r}: instead is a list", why="pages")
    return Exit(
        title=title, body=tuple(body), instead=tuple(_instead(way, page=page) for way in ways)
    )


def exit_texts(page: Exit) -> Iterator[str]:
    """Every text that people read on it."""
    yield page.title
    yield from page.body
    yield from (way.text for way in page.instead)


def _instead(way: Any, *, page: str) -> Instead:
    if not isinstance(way, Mapping) or set(way) - _WAYS or not way.get("text"):
        raise FolderRefused(f"{page!r}: instead has text, and address or service", why="pages")
    address, service = str(way.get("address", "")), str(way.get("service", ""))
    if address and not address.startswith("https://"):
        raise FolderRefused(f"{page!r}: {address!r} is no https address", why="pages")
    return Instead(text=str(way["text"]), address=address, service=service)


def _texts(body: Any) -> bool:
    return isinstance(body, list) and bool(body) and all(isinstance(one, str) for one in body)
