"""What a page asks of the card, as the window hands it on: Web eID 1.0's requests.

Pure: a form's fields go in, a question comes out. The origin in it is what the browser said in
``event.origin``, never what the page said of itself.
"""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final, NoReturn

from riik.core import Refused

__all__ = ["ALGORITHMS", "Asked", "AskedRefused", "Asker", "read_asked"]

AUTHENTICATE: Final = "web-eid:authenticate"
CERTIFICATE: Final = "web-eid:get-signing-certificate"
SIGN: Final = "web-eid:sign"

HASH, HASH_BYTES = "SHA-384", 48
LEAST_NONCE, MOST_NONCE, MOST_CERTIFICATE = 44, 128, 10_000

ALGORITHMS: Final = ({"cryptoAlgorithm": "ECC", "hashFunction": HASH, "paddingScheme": "NONE"},)
"""With what the card's key on P-384 signs."""


class AskedRefused(Refused):
    """A page asked the card for something that no card does."""

    code = "demo.asked-refused"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class Asker:
    """A site of the country: who may ask the card.

    Attributes:
        origin: As browsers write it.
        names: Of its organisation, by language.
    """

    origin: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of a page.

    Attributes:
        origin: Where the page is, as the browser said.
        action: One of Web eID's, such as ``web-eid:sign``.
        nonce: The challenge of ``authenticate``, base64.
        certificate: For ``sign``: whose signature is wanted, DER.
        digest: For ``sign``: what the card signs.
    """

    origin: str
    action: str
    nonce: str = ""
    certificate: bytes = b""
    digest: bytes = b""

    @property
    def signs(self) -> bool:
        """PIN2 is wanted, or the certificate behind it."""
        return self.action != AUTHENTICATE


def read_asked(form: Mapping[str, str]) -> Asked:
    """Read a request from the window's fields.

    Raises:
        AskedRefused: For ``action``, ``nonce``, ``certificate``, ``hash`` or ``digest``.
    """
    action, origin = form.get("action", ""), form.get("origin", "")
    if action not in (AUTHENTICATE, CERTIFICATE, SIGN):
        _refuse("no card does that", why="action")
    asked = Asked(origin=origin, action=action)
    if action == AUTHENTICATE:
        nonce = form.get("challengeNonce", "")
        if not LEAST_NONCE <= len(nonce) <= MOST_NONCE:
            _refuse("a challenge has 44 to 128 characters", why="nonce")
        return replace(asked, nonce=nonce)
    if action == SIGN:
        certificate, digest = _what_to_sign(form)
        return replace(asked, certificate=certificate, digest=digest)
    return asked


def _what_to_sign(form: Mapping[str, str]) -> tuple[bytes, bytes]:
    if form.get("hashFunction") != HASH:
        _refuse(f"the card signs {HASH} only", why="hash")
    digest = _bytes(form.get("hash", ""), why="digest")
    if len(digest) != HASH_BYTES:
        _refuse(f"a digest by {HASH} has {HASH_BYTES} bytes", why="digest")
    return _bytes(form.get("certificate", ""), why="certificate"), digest


def _bytes(text: str, *, why: str) -> bytes:
    try:
        return b64decode(text[:MOST_CERTIFICATE], validate=True)
    except ValueError as error:
        raise AskedRefused("this is no base64", why=why) from error


def _refuse(message: str, *, why: str) -> NoReturn:
    raise AskedRefused(message, why=why)
