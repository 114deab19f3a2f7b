"""What a printed paper says of itself: a signed statement in a QR code, and a code to type.

The statement is a compact JWS (RFC 7515 §3.1) of six short claims, under the seal of who issued
the paper: whoever has that seal's certificate believes it without asking anybody. It stands in the
fragment of an address (RFC 3986 §3.5), which browsers send to no server: the address alone leads
to the page that says how the paper stands now. A token is 128 bits in Crockford's base 32, which
people can read out: no letter is taken for a figure. Pure.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from riik.core import Signer
from riik.documents.errors import PaperRefused
from riik.formats import canonical_json, jose
from riik.formats.qr import qr_modules

__all__ = [
    "Check",
    "PaperStatement",
    "check_svg",
    "code_of",
    "read_code",
    "read_statement",
    "token_of",
    "write_statement",
]

TOKEN_BYTES: Final = 16
ALGORITHMS: Final = frozenset({"ES256", "ES384", "RS256"})
MOST_STATEMENT: Final = 1_000
_TYPE: Final = "paper"
_FIGURES: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD: Final = str.maketrans("OIL", "011")
_TOKEN: Final = re.compile(f"[{_FIGURES}]{{26}}\\Z")
_ISSUER: Final = re.compile(r"[A-Za-z0-9]{1,32}\Z")
_GROUP: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperStatement:
    """What the issuer signed of a paper.

    Attributes:
        issuer: The organisation, as the exchange calls it: ``EE/GOV/70001490``.
        token: The paper's own, from `token_of`.
        kind: ``decision`` or ``receipt``.
        day: When it was issued.
        digest: SHA-256 of the data inside the file, 32 bytes.
    """

    issuer: str
    token: str
    kind: str
    day: date
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """How a paper is checked, as it is printed on it.

    Attributes:
        place: The page where the code is typed, as people read it: ``portal.ee/check``.
        address: What the QR code says.
        code: What is typed.
    """

    place: str
    address: str
    code: str


def token_of(chance: bytes) -> str:
    """A token of 16 unpredictable bytes."""
    if len(chance) != TOKEN_BYTES:
        raise PaperRefused("a token is made of 16 bytes", why="token")
    number = int.from_bytes(chance, "big")
    return "".join(_FIGURES[number >> shift & 31] for shift in range(125, -1, -5))


def code_of(issuer: str, token: str) -> str:
    """What is printed to be typed: the issuer's code, then the token in five groups."""
    groups = [token[at : at + _GROUP] for at in range(0, 20, _GROUP)]
    return "-".join([issuer, *groups, token[20:]])


def read_code(text: str) -> tuple[str, str]:
    """The issuer's code and the token of what somebody typed, or of an address that was scanned.

    Raises:
        PaperRefused: For ``code``.
    """
    bare = text.strip().partition("#")[0].rstrip("/").rpartition("/")[2]
    issuer, _, rest = bare.partition("-")
    token = re.sub(r"[\s-]", "", rest).upper().translate(_MISREAD)
    if len(text) > 2_000 or not _ISSUER.match(issuer) or not _TOKEN.match(token):
        raise PaperRefused("no paper has such a code", why="code")
    return issuer, token


def write_statement(statement: PaperStatement, *, signer: Signer) -> str:
    """Sign what a paper says of itself."""
    claims = {
        "d": statement.token,
        "h": jose.encode_base64url(statement.digest),
        "i": statement.issuer,
        "k": statement.kind,
        "t": statement.day.isoformat(),
    }
    return jose.sign(canonical_json.encode(claims), signer=signer, header={"typ": _TYPE})


def read_statement(text: str, *, key: bytes) -> PaperStatement:
    """What a QR code says, believed by the issuer's key and nothing else.

    Args:
        text: The whole address, or the statement alone.
        key: The issuer's public key, SubjectPublicKeyInfo, DER.

    Raises:
        PaperRefused: For ``code`` (the address leads to another paper), ``type`` or ``claims``.
        JwsRefused: The signature doesn't hold, or it is no JWS.
    """
    address, _, fragment = text.strip().rpartition("#")
    jws = jose.verify(fragment, key=key, algorithms=ALGORITHMS, limit=MOST_STATEMENT)
    if jws.header.get("typ") != _TYPE:
        raise PaperRefused("this was signed to say something else", why="type")
    statement = _claimed(jose.claims(jws))
    if address and read_code(address)[1] != statement.token:
        raise PaperRefused("the address leads to another paper", why="code")
    return statement


def check_svg(address: str) -> str:
    """The code as a picture for the press, one path, with the margin that readers need."""
    # Signed text is as good as random: no mask is much better, and looking for one takes 11 ms.
    rows = qr_modules(address, mask=2)
    size = len(rows) + 8
    runs = (
        f"M{found.start() + 4} {y}h{len(found[0])}v1h-{len(found[0])}z"
        for y, row in enumerate(rows, start=4)
        for found in re.finditer("1+", row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        f'<path fill="#000" d="{"".join(runs)}"/></svg>'
    )


def _claimed(claims: dict[str, object]) -> PaperStatement:
    if set(claims) != {"d", "h", "i", "k", "t"} or not all(
        isinstance(one, str) for one in claims.values()
    ):
        raise PaperRefused("a paper says five things of itself", why="claims")
    told = {name: str(one) for name, one in claims.items()}
    try:
        day = date.fromisoformat(told["t"])
    except ValueError as error:
        raise PaperRefused("this is no day", why="claims") from error
    digest = jose.decode_base64url(told["h"])
    if len(digest) != 32 or not _TOKEN.match(told["d"]):
        raise PaperRefused("a digest has 32 bytes, a token 26 signs", why="claims")
    return PaperStatement(issuer=told["i"], token=told["d"], kind=told["k"], day=day, digest=digest)
