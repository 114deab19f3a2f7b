"""What the provider keeps: requests that wait, codes, who was told, generations of keys.

A request and a code are kept under the hash of their secrets. What of them ends with a session
or by the clock, `riik.login.store` ends.
"""

from datetime import datetime

import msgspec
from sqlalchemy import (
    BindParameter,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

from riik.core import Work, from_text, to_text
from riik.login.oidc.model import AuthorizationRequest, KeptAuthorization, KeptRequest

__all__ = ["SqlProviderStore"]

_tables = MetaData()
_REQUESTS = Table(
    "login_request",
    _tables,
    Column("key", LargeBinary, primary_key=True),
    Column("browser", LargeBinary, nullable=False),
    Column("source", LargeBinary),
    Column("asked", LargeBinary, nullable=False),
    Column("hinted", Text, nullable=False),
    Column("began_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)
_CODES = Table(
    "login_authorization",
    _tables,
    Column("key", LargeBinary, primary_key=True),
    Column("session", LargeBinary, nullable=False),
    Column("asked", LargeBinary, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("used", Text, nullable=False),
)
_KEYS = Table(
    "login_key",
    _tables,
    Column("generation", Integer, primary_key=True),
    Column("made_at", Text, nullable=False),
)

_KEY: BindParameter[bytes] = bindparam("its_key", type_=LargeBinary)
_PUT_REQUEST, _PUT_AUTHORIZATION = insert(_REQUESTS), insert(_CODES)
_COUNT_WAITING = select(func.count()).where(
    _REQUESTS.c.source == bindparam("its_source"), _REQUESTS.c.expires_at > bindparam("now")
)
_MAKE_ROOM = delete(_REQUESTS).where(
    _REQUESTS.c.key.in_(
        select(_REQUESTS.c.key)
        .where(_REQUESTS.c.browser == bindparam("its_browser", type_=LargeBinary))
        .order_by(_REQUESTS.c.began_at.desc())
        .limit(1_000)
        .offset(bindparam("kept", type_=Integer))
    )
)
_REQUEST = select(_REQUESTS).where(_REQUESTS.c.key == _KEY)
_END_REQUEST = (
    update(_REQUESTS).where(_REQUESTS.c.key == _KEY).values(expires_at=bindparam("until"))
)
_TAKE = update(_CODES).where(_CODES.c.key == _KEY, _CODES.c.used == "no").values(used="yes")
_AUTHORIZATION = select(_CODES).where(_CODES.c.key == _KEY)
_GENERATIONS = select(_KEYS).order_by(_KEYS.c.generation)
# The same words on both engines; SQLAlchemy would need a construct of each dialect.
_GIVE = text(
    "INSERT INTO login_given (session, client, at) VALUES (:session, :client, :at)"
    " ON CONFLICT (session, client) DO UPDATE SET at = excluded.at"
)


class SqlProviderStore:
    """Keeps what the provider needs in SQL."""

    def put_request(self, kept: KeptRequest, *, work: Work) -> None:
        """Write a request that waits for a person."""
        work.execute(
            _PUT_REQUEST,
            {
                "key": kept.key,
                "browser": kept.browser,
                "source": kept.source,
                "asked": msgspec.json.encode(kept.asked),
                "hinted": kept.hinted,
                "began_at": to_text(kept.began_at),
                "expires_at": to_text(kept.expires_at),
            },
        )

    def request(self, key: bytes, *, work: Work) -> KeptRequest | None:
        """A request that waits, or None."""
        row = work.execute(_REQUEST, {"its_key": key}).mappings().first()
        if row is None:
            return None
        return KeptRequest(
            key=row["key"],
            browser=row["browser"],
            source=row["source"] or b"",
            asked=_asked(row["asked"]),
            hinted=row["hinted"],
            began_at=from_text(row["began_at"]),
            expires_at=from_text(row["expires_at"]),
        )

    def waiting(self, source: bytes, *, at: datetime, work: Work) -> int:
        """How many requests of a source wait."""
        asked = {"its_source": source, "now": to_text(at)}
        return int(work.execute(_COUNT_WAITING, asked).scalar_one())

    def make_room(self, browser: bytes, *, most: int, work: Work) -> None:
        """Forget the oldest requests of a browser, so that one more is at most so many."""
        work.execute(_MAKE_ROOM, {"its_browser": browser, "kept": most - 1})

    def end_request(self, key: bytes, *, at: datetime, work: Work) -> None:
        """Let a request wait no longer than until then."""
        work.execute(_END_REQUEST, {"its_key": key, "until": to_text(at)})

    def put_authorization(self, kept: KeptAuthorization, *, work: Work) -> None:
        """Write a code that nobody used yet."""
        work.execute(
            _PUT_AUTHORIZATION,
            {
                "key": kept.key,
                "session": kept.session,
                "asked": msgspec.json.encode(kept.asked),
                "expires_at": to_text(kept.expires_at),
                "used": "no",
            },
        )

    def take_authorization(self, key: bytes, *, work: Work) -> KeptAuthorization | None:
        """Use a code up; None when there is none, or it was used, also by another process."""
        if work.execute(_TAKE, {"its_key": key}).rowcount != 1:
            return None
        return self.authorization(key, work=work)

    def authorization(self, key: bytes, *, work: Work) -> KeptAuthorization | None:
        """A code, used or not, or None."""
        row = work.execute(_AUTHORIZATION, {"its_key": key}).mappings().first()
        if row is None:
            return None
        return KeptAuthorization(
            key=row["key"],
            session=row["session"],
            asked=_asked(row["asked"]),
            expires_at=from_text(row["expires_at"]),
        )

    def give(self, session: bytes, client: str, *, at: datetime, work: Work) -> None:
        """Write down that a site was told of a session."""
        work.execute(_GIVE, {"session": session, "client": client, "at": to_text(at)})

    def key_generations(self, *, work: Work) -> list[tuple[int, datetime]]:
        """Generations of keys, oldest first, with the moment each was made."""
        rows = work.execute(_GENERATIONS).mappings()
        return [(row["generation"], from_text(row["made_at"])) for row in rows]

    def put_key_generation(self, generation: int, *, at: datetime, work: Work) -> None:
        """Write down that there is a new key."""
        work.execute(insert(_KEYS), {"generation": generation, "made_at": to_text(at)})


def _asked(content: bytes) -> AuthorizationRequest:
    return msgspec.json.decode(content, type=AuthorizationRequest)
