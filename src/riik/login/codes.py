"""Codes that a person compares or a phone computes: Mobile-ID, Smart-ID, device links.

Implements the verification codes of Mobile-ID's and Smart-ID's relying-party interfaces,
and the authCode of Smart-ID's device links (relying-party API 3.1, "Device link flows").
Pure; sessions with such services are not kept here.
"""

from collections.abc import Sequence
from hashlib import sha256
from hmac import digest as hmac

from riik.formats.jose import encode_base64url
from riik.login.errors import TokenRefused

__all__ = ["device_link_auth_code", "mobile_id_code", "smart_id_code"]

_PARTS = 8


def mobile_id_code(digest: bytes) -> str:
    """The first 6 and the last 7 bits of a digest, as four decimal digits: 0000 to 8191.

    Raises:
        TokenRefused: For ``digest``, when there are fewer than 20 bytes.
    """
    if len(digest) < 20:
        raise TokenRefused("this is no digest", why="digest")
    return f"{(digest[0] >> 2) << 7 | digest[-1] & 0x7F:04d}"


def smart_id_code(signed: bytes) -> str:
    """The last two bytes of the SHA-256 of what is signed, modulo 10,000, as four digits."""
    return f"{int.from_bytes(sha256(signed).digest()[-2:], 'big') % 10_000:04d}"


def device_link_auth_code(secret: bytes, *, parts: Sequence[str]) -> str:
    """The authCode of a device link: base64url of HMAC-SHA256 over its parts.

    Args:
        secret: The session's secret, decoded.
        parts: Scheme, protocol, digest or challenge, name of the relying party in base64,
            broker's name in base64, interactions in base64, callback, and the link without
            its authCode; empty where the flow has none.

    Raises:
        TokenRefused: For ``parts``, when there aren't eight or one holds a separator.
    """
    if len(parts) != _PARTS or any("|" in part for part in parts):
        raise TokenRefused("a device link is made of eight parts", why="parts")
    return encode_base64url(hmac(secret, "|".join(parts).encode(), "sha256"))
