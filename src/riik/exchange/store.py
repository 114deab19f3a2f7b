"""Tables of the exchange: messages, batches, what was handled, rights, the centre's register.

What a message says is sealed under the key of the person it is about before it comes here;
the columns in clear hold identifiers of organisations and messages only.
"""

from collections.abc import Sequence
from hashlib import sha256
from json import dumps, loads

from sqlalchemy import (
    BigInteger,
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
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or

from riik.core import ClientId, MemberId, ServerId, ServiceId, Work, from_text, to_text
from riik.exchange.globalconf import Server
from riik.exchange.model import (
    Batch,
    Claim,
    Direction,
    Endpoint,
    Kept,
    Record,
    Right,
    Role,
    Stored,
    moment_of,
)

__all__ = ["SqlCentreStore", "SqlExchangeStore"]

_tables = MetaData()
_Id = BigInteger().with_variant(Integer, "sqlite")

_message = Table(
    "exchange_message",
    _tables,
    Column("id", _Id, primary_key=True),
    Column("at_ms", BigInteger),
    Column("message_id", Text),
    Column("request_id", Text),
    Column("role", Text),
    Column("direction", Text),
    Column("client", Text),
    Column("service", Text),
    Column("status", Integer),
    Column("subject", Text),
    Column("sealed", LargeBinary),
    Column("signature", LargeBinary),
    Column("signer", Text),
    Column("digest", LargeBinary(64)),
    Column("batch", BigInteger),
    Column("position", Integer),
)
_batch = Table(
    "exchange_batch",
    _tables,
    Column("id", _Id, primary_key=True),
    Column("at_ms", BigInteger),
    Column("token", LargeBinary),
)
_handled = Table(
    "exchange_handled",
    _tables,
    Column("client", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("digest", LargeBinary(64)),
    Column("request_id", Text),
    Column("holder", LargeBinary(16)),
    Column("claimed_until_ms", BigInteger),
    Column("at_ms", BigInteger),
)
_right = Table(
    "exchange_right",
    _tables,
    Column("id", Text, primary_key=True),
    Column("client", Text),
    Column("service", Text),
    Column("method", Text),
    Column("path", Text),
    Column("purposes", Text),
    Column("legal_bases", Text),
    Column("valid_until", Text),
)
_kept = Table(
    "exchange_kept",
    _tables,
    Column("name", Text, primary_key=True),
    Column("content", LargeBinary),
    Column("at_ms", BigInteger),
)
_member = Table(
    "exchange_member", _tables, Column("id", Text, primary_key=True), Column("name", Text)
)
_server = Table(
    "exchange_server",
    _tables,
    Column("id", Text, primary_key=True),
    Column("address", Text),
    Column("hashes", Text),
    Column("clients", Text),
)

_RIGHTS = "rights"

_insert_message = insert(_message)
# PostgreSQL's own form of INSERT; SQLite's compiler writes the same words.
_insert_handled = insert_or(_handled).on_conflict_do_nothing()
_oldest = select(func.min(_message.c.at_ms)).where(_message.c.batch.is_(None))
_version = select(_kept.c.at_ms).where(_kept.c.name == _RIGHTS)


def _stored(row: object) -> Stored:
    values = dict(row._mapping)  # type: ignore[attr-defined]
    for name in ("id", "batch", "position"):
        values.pop(name)
    values["role"], values["direction"] = Role(values["role"]), Direction(values["direction"])
    return Stored(**values)


class _Keeper:
    """What is kept under a name between two starts."""

    def keep(self, kept: Kept, *, work: Work) -> None:
        """Write something down under its name, in place of what was there."""
        new = {"content": kept.content, "at_ms": kept.at_ms}
        statement = insert_or(_kept).values(name=kept.name, **new)
        work.execute(statement.on_conflict_do_update(index_elements=["name"], set_=new))

    def kept(self, name: str, *, work: Work) -> Kept | None:
        """What was written down under a name."""
        row = work.execute(select(_kept).where(_kept.c.name == name)).first()
        return Kept(**row._mapping) if row is not None else None


class SqlExchangeStore(_Keeper):
    """A node's messages, rights and what it must remember between two starts."""

    # messages

    def add_messages(self, messages: Sequence[Stored], *, work: Work) -> None:
        """Write messages in one statement."""
        work.execute(_insert_message, [message.columns() for message in messages])

    def claim(self, claims: Sequence[Claim], *, work: Work) -> list[Claim]:
        """Claim messages to be handled once; answers who holds each claim.

        A claim that was new is its own holder.
        """
        keys = [(claim.client, claim.message_id) for claim in claims]
        found = {
            (row.client, row.message_id): Claim(**row._mapping)
            for row in work.execute(
                select(_handled).where(tuple_(_handled.c.client, _handled.c.message_id).in_(keys))
            )
        }
        fresh: dict[tuple[str, str], Claim] = {}
        for key, claim in zip(keys, claims, strict=True):
            if key not in found and key not in fresh:
                fresh[key] = claim
        if fresh:
            work.execute(_insert_handled, [claim.columns() for claim in fresh.values()])
        return [found[key] if key in found else fresh[key] for key in keys]

    def take_over(self, held: Claim, new: Claim, *, work: Work) -> bool:
        """Move a claim that ran out to another request; False when someone was faster."""
        done = work.execute(
            update(_handled)
            .where(
                _handled.c.client == held.client,
                _handled.c.message_id == held.message_id,
                _handled.c.claimed_until_ms == held.claimed_until_ms,
                _handled.c.holder == held.holder,
            )
            .values(
                request_id=new.request_id,
                holder=new.holder,
                claimed_until_ms=new.claimed_until_ms,
            )
        )
        return bool(done.rowcount == 1)

    def forget_claims(self, *, before_ms: int, work: Work) -> None:
        """Delete what was handled before a time: its message ids may come anew."""
        work.execute(delete(_handled).where(_handled.c.at_ms < before_ms))

    def find(
        self,
        request_id: str,
        *,
        client: str,
        message_id: str,
        role: Role,
        direction: Direction,
        work: Work,
    ) -> tuple[Stored, int | None, int | None] | None:
        """One message with its batch and position there, the newest if there are several."""
        row = work.execute(
            select(_message)
            .where(
                _message.c.request_id == request_id,
                _message.c.client == client,
                _message.c.message_id == message_id,
                _message.c.role == role.value,
                _message.c.direction == direction.value,
            )
            .order_by(_message.c.id.desc())
            .limit(1)
        ).first()
        return (_stored(row), row.batch, row.position) if row is not None else None

    def records(self, *, message_id: str | None, limit: int, work: Work) -> list[Record]:
        """Newest records first, all or those of one message id."""
        query = select(_message).order_by(_message.c.id.desc()).limit(limit)
        if message_id is not None:
            query = query.where(_message.c.message_id == message_id)
        return [
            Record(
                at=moment_of(row.at_ms),
                message_id=row.message_id,
                request_id=row.request_id,
                role=Role(row.role),
                direction=Direction(row.direction),
                client=ClientId.parse(row.client),
                service=ServiceId.parse(row.service),
                status=row.status,
                digest=row.digest,
                time_stamped=row.batch is not None,
            )
            for row in work.execute(query)
        ]

    def count(self, *, work: Work) -> int:
        """How many messages are in the log."""
        return int(work.execute(select(func.count()).select_from(_message)).scalar_one())

    # time-stamps

    def oldest_unstamped(self, *, work: Work) -> int | None:
        """When the oldest message without time-stamp was written, milliseconds."""
        found = work.execute(_oldest).scalar()
        return None if found is None else int(found)

    def unstamped(self, *, limit: int, work: Work) -> list[tuple[int, bytes]]:
        """Number and digest of the oldest messages without time-stamp."""
        rows = work.execute(
            select(_message.c.id, _message.c.digest)
            .where(_message.c.batch.is_(None))
            .order_by(_message.c.at_ms, _message.c.id)
            .limit(limit)
        )
        return [(row.id, row.digest) for row in rows]

    def add_batch(self, numbers: Sequence[int], *, token: bytes, at_ms: int, work: Work) -> None:
        """Bind messages, in this order, to one time-stamp."""
        made = work.execute(insert(_batch).values(token=token, at_ms=at_ms))
        batch = made.inserted_primary_key[0]
        work.execute(
            update(_message)
            .where(_message.c.id == bindparam("number"))
            .values(batch=batch, position=bindparam("place")),
            [{"number": number, "place": place} for place, number in enumerate(numbers)],
        )

    def batch(self, number: int, *, work: Work) -> Batch:
        """A time-stamp and the digests it covers, in order."""
        token = work.execute(select(_batch.c.token).where(_batch.c.id == number)).scalar_one()
        rows = work.execute(
            select(_message.c.digest)
            .where(_message.c.batch == number)
            .order_by(_message.c.position)
        )
        return Batch(token=token, leaves=tuple(row.digest for row in rows))

    # rights

    def rights_version(self, *, work: Work) -> int:
        """Changes whenever a right does."""
        return int(work.execute(_version).scalar() or 0)

    def rights(self, *, work: Work) -> list[Right]:
        """All rights."""
        return [
            Right(
                client=ClientId.parse(row.client),
                service=ServiceId.parse(row.service),
                endpoint=Endpoint(row.method, row.path),
                purposes=frozenset(loads(row.purposes)),
                legal_bases=frozenset(loads(row.legal_bases)),
                valid_until=from_text(row.valid_until) if row.valid_until else None,
            )
            for row in work.execute(select(_right).order_by(_right.c.id))
        ]

    def add_right(self, right: Right, *, work: Work) -> None:
        """Write a right; the same one with another end takes its place."""
        columns = _right_columns(right)
        work.execute(delete(_right).where(_right.c.id == columns["id"]))
        work.execute(insert(_right).values(**columns))
        self._count_change(work)

    def drop_right(self, right: Right, *, work: Work) -> bool:
        """Delete a right; False when there was none."""
        gone = work.execute(delete(_right).where(_right.c.id == _right_columns(right)["id"]))
        self._count_change(work)
        return bool(gone.rowcount)

    def _count_change(self, work: Work) -> None:
        changed = work.execute(
            update(_kept).where(_kept.c.name == _RIGHTS).values(at_ms=_kept.c.at_ms + 1)
        )
        if not changed.rowcount:
            work.execute(insert(_kept).values(name=_RIGHTS, content=b"", at_ms=1))


def _right_columns(right: Right) -> dict[str, str | None]:
    columns = {
        "client": str(right.client),
        "service": str(right.service),
        "method": right.endpoint.method,
        "path": right.endpoint.path,
        "purposes": dumps(sorted(right.purposes)),
        "legal_bases": dumps(sorted(right.legal_bases)),
    }
    number = sha256("\0".join(columns.values()).encode()).hexdigest()
    until = to_text(right.valid_until) if right.valid_until else None
    return {"id": number, **columns, "valid_until": until}


class SqlCentreStore(_Keeper):
    """The centre's register of members, subsystems and servers."""

    def add_member(self, member: MemberId | ClientId, *, name: str, work: Work) -> None:
        """Write a member or subsystem; a second time changes its name."""
        work.execute(delete(_member).where(_member.c.id == str(member)))
        work.execute(insert(_member).values(id=str(member), name=name))

    def members(self, *, work: Work) -> dict[MemberId | ClientId, str]:
        """All members and subsystems with their names."""
        rows = work.execute(select(_member).order_by(_member.c.id))
        return {_member_or_client(row.id): row.name for row in rows}

    def put_server(self, server: Server, *, work: Work) -> None:
        """Write a server in place of what was known of it."""
        work.execute(delete(_server).where(_server.c.id == str(server.id)))
        work.execute(
            insert(_server).values(
                id=str(server.id),
                address=server.address,
                hashes=dumps(sorted(each.hex() for each in server.certificate_hashes)),
                clients=dumps(sorted(str(each) for each in server.clients)),
            )
        )

    def drop_member(self, member: MemberId | ClientId, *, work: Work) -> None:
        """Forget a member or subsystem."""
        work.execute(delete(_member).where(_member.c.id == str(member)))

    def drop_server(self, server: Server, *, work: Work) -> None:
        """Forget a server."""
        work.execute(delete(_server).where(_server.c.id == str(server.id)))

    def servers(self, *, work: Work) -> list[Server]:
        """All servers."""
        return [
            Server(
                id=ServerId.parse(row.id),
                address=row.address,
                certificate_hashes=frozenset(bytes.fromhex(each) for each in loads(row.hashes)),
                clients=frozenset(_member_or_client(each) for each in loads(row.clients)),
            )
            for row in work.execute(select(_server).order_by(_server.c.id))
        ]


def _member_or_client(text: str) -> MemberId | ClientId:
    return ClientId.parse(text) if text.count("/") == 3 else MemberId.parse(text)
