"""The outbox of events, and leases for what only one process may do at a time.

Locks: new tables, none. Rows: an event each for as long as its key must be known; a lease
for each periodic job.
"""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)

revision, down_revision = "runtime_0001", None


def upgrade() -> None:
    op.create_table(
        "runtime_outbox",
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),  # idempotency key
        Column("payload", LargeBinary, nullable=False),  # sealed by whoever put it
        Column("created_utc", Text, nullable=False),  # RFC 3339, always Z
        Column("due_utc", Text, nullable=False),  # when it may be taken; a lease's end
        Column("attempts", Integer, nullable=False),
        Column("owner", Text),  # the worker that has the lease
        Column("error", Text),  # code and why of the last failure
        Column("delivered_utc", Text),
        UniqueConstraint("topic", "key"),
    )
    waiting = text("delivered_utc IS NULL")
    # Serves the workers: what is due, oldest first; delivered rows aren't in it.
    op.create_index(
        "runtime_outbox_due",
        "runtime_outbox",
        ["due_utc", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "runtime_lease",
        Column("name", Text, primary_key=True),
        Column("owner", Text),
        Column("until_utc", Text, nullable=False),
        Column("due_utc", Text, nullable=False),  # when a periodic job is next due
    )
