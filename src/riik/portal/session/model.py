"""Who visits, and what is kept of a visit: sessions, sign-ins under way, forms that wait."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from riik.core import PersonCode, SubjectId
from riik.login import Level

__all__ = [
    "Guest",
    "KeptForm",
    "Once",
    "Pending",
    "RelyingClient",
    "SessionRules",
    "Visitor",
    "hash_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A signed-in person, as the national login told of them.

    Attributes:
        person: Country and code.
        handle: Login's access token: what it wants to hear when it is asked for a statement.
        given_names: As the identity document has them.
        surname: Likewise.
        birth_date: A day as ``1990-01-31``, or a year alone; empty when login knows neither.
        level: How sure login is (``acr``).
        method: How the person signed in (``amr``).
        sid: Login's name for its session, which all sites share; empty when it gave none.
        began_at: When the person signed in at login, UTC: earlier than here, if they were
            signed in elsewhere before.
    """

    person: PersonCode
    handle: str
    given_names: str
    surname: str
    birth_date: str
    level: Level
    method: str
    sid: str
    began_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingClient:
    """What a site is at the national login.

    Attributes:
        issuer: Login's origin, as its tokens name it.
        id: ``client_id``.
        secret: ``client_secret``.
        back: ``redirect_uri``, as it was registered.
        home: ``post_logout_redirect_uri``, likewise.
    """

    issuer: str
    id: str
    secret: str
    back: str
    home: str

    def __repr__(self) -> str:
        return f"<RelyingClient {self.id} at {self.issuer}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRules:
    """How long things last.

    Attributes:
        idle_seconds: A session without use ends after that.
        longest_seconds: A session ends after that in any case.
        pending_seconds: How long a person may take to sign in.
        form_seconds: How long the answers of a form are kept for who has to sign in again.
        level: The least sureness that this site takes.
    """

    idle_seconds: int = 1_800
    longest_seconds: int = 43_200
    pending_seconds: int = 1_800
    form_seconds: int = 43_200
    level: Level = Level.SUBSTANTIAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A session as the store has it: under the digest of its secret, the person sealed.

    Attributes:
        key: Digest of the cookie.
        subject: Whose.
        sealed: The visitor, under the person's data key.
        hint: The ID token, likewise: login wants it back when the person leaves.
        sid: Digest of login's session, by which login ends it.
        idle_at: Without use it ends then, UTC.
        ends_at: It ends then in any case, UTC.
        over: Why it is over; empty while it lives. A session that is over stays for a while,
            so that the answers of its open pages can be kept for their person.
    """

    key: bytes
    subject: SubjectId
    sealed: bytes
    hint: bytes
    sid: bytes
    idle_at: datetime
    ends_at: datetime
    over: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A sign-in under way. Its nonce and verifier follow from the browser's secret: none is kept.

    Attributes:
        state: Digest of ``state``.
        browser: Digest of the secret in the browser's cookie.
        to: Where the person wanted to go, a local path.
        fresh: They were asked to show their card again.
        until: From then on it is too late, UTC.
    """

    state: bytes
    browser: bytes
    to: str
    fresh: bool
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForm:
    """The answers of a form that came when nobody was signed in any more.

    Attributes:
        path: Where the form was sent.
        body: As it was sent.
    """

    path: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """One sending of a form.

    Attributes:
        key: Names this sending: the same for a double click, a reload and a repetition. Give it
            on to whoever must not do the thing twice.
        location: Where the first sending led; empty while it is this one.
        at: When it was first received, UTC.
    """

    key: str
    location: str
    at: datetime

    @property
    def done(self) -> bool:
        """Was it done before?"""
        return bool(self.location)


def hash_of(secret: str) -> bytes:
    """Secrets are kept as SHA-256 only: who reads the table can't become anybody."""
    return sha256(secret.encode()).digest()
