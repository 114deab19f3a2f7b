"""What every handler does first and last: whose page asks, a parameter, a JSON body, an answer."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from riik.core import Refused
from riik.runtime.web.problems import InputRefused

__all__ = ["body_of", "check_own_page", "json_answer", "json_body", "whole_number"]

T = TypeVar("T")


def check_own_page(request: Request, *, origin: str, refusal: type[Refused]) -> None:
    """Refuse what changes something and doesn't come from a page of our own (CSRF).

    Every browser sends ``Origin`` with a POST or DELETE (Fetch Standard), so a request without
    one is from no page; ``Sec-Fetch-Site`` knows of redirects as well (Fetch Metadata).

    Args:
        request: What came.
        origin: Our own, such as ``https://pank.ee``.
        refusal: The component's error.

    Raises:
        Refused: The component's, for ``origin`` or ``site``.
    """
    if request.headers.get("origin") != origin:
        raise refusal("this page is not ours", why="origin")
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise refusal("another site sent this", why="site")


async def body_of(
    request: Request,
    *,
    media_type: str = "application/json",
    most: int,
    refusal: type[Refused],
) -> bytes:
    """Read a body of one media type and of limited size.

    Args:
        request: What came.
        media_type: The only one that is taken.
        most: Bytes.
        refusal: The component's error.

    Raises:
        Refused: The component's, for ``media-type`` or ``size``.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != media_type:
        raise refusal(f"the content is {media_type} here", why="media-type")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise refusal("the content is too long", why="size", most=most)
    return bytes(body)


def whole_number(
    parameters: Mapping[str, str], name: str, *, default: int, least: int = 0, most: int
) -> int:
    """A parameter that is a whole number between ``least`` and ``most``.

    Raises:
        InputRefused: For ``number`` or ``range``.
    """
    text = parameters.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InputRefused(f"{name} isn't a whole number", why="number", name=name)
    if not least <= int(text) <= most:
        raise InputRefused(
            f"{name} is out of range", why="range", name=name, least=least, most=most
        )
    return int(text)


async def json_body(request: Request, *, of: type[T]) -> T:
    """Read a JSON body into a value of this type (msgspec's rules).

    Raises:
        InputRefused: For ``json``, when it isn't JSON, or ``shape``, with the place.
    """
    body = await request.body()
    try:
        return msgspec.json.decode(body, type=of)
    except msgspec.ValidationError as error:
        # The message names the place and the types; `at` keeps the place alone.
        place = str(error).partition(" - at `")[2].rstrip("`") or "$"
        raise InputRefused("the body has another shape", why="shape", at=place) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputRefused("the body isn't JSON", why="json") from error


def json_answer(value: object, *, status: int = 200) -> Response:
    """Answer a value as JSON (msgspec's rules)."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")
