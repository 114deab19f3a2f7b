"""What the Web eID application makes of a card: its answer to ``authenticate`` (format 1.0)."""

from base64 import b64encode
from hashlib import sha384

from riik.node import EstEidCard

__all__ = ["authentication_token"]


def authentication_token(card: EstEidCard, *, origin: str, nonce: str, pin: str) -> dict[str, str]:
    """Sign ``H(origin) || H(nonce)`` with the authentication key.

    Args:
        card: In its reader.
        origin: The site that asks, as the browser writes it.
        nonce: Its challenge, base64.
        pin: PIN1.

    Raises:
        CardRefused: For ``pin-shape``, ``pin-wrong`` or ``pin-blocked``.
    """
    signed = sha384(origin.encode()).digest() + sha384(nonce.encode()).digest()
    value = card.authenticate(sha384(signed).digest(), pin=pin)
    return {
        "format": "web-eid:1.0",
        "unverifiedCertificate": b64encode(card.authentication_certificate()).decode(),
        "algorithm": "ES384",
        "signature": b64encode(value).decode(),
        "appVersion": "riik-demonstration",
    }
