"""Who is told over the exchange that records change, and the events, numbered in each register.

Locks: new tables, none. Rows: one a subscription, one a register that has any; one event a change
of such a register, without a value.
"""

from alembic import op
from sqlalchemy import Column, Integer, Text

revision, down_revision = "registers_0007", "registers_0006"


def upgrade() -> None:
    op.create_table(
        "registers_feed",
        Column("register", Text, primary_key=True),
        Column("last", Integer, nullable=False),  # the number of the newest event
    )
    op.create_table(
        "registers_event",
        Column("register", Text, primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),  # without a gap
        Column("record", Text, nullable=False),
        Column("position", Integer, nullable=False),
        Column("subject", Text, nullable=False),  # opaque, of this node; leaves it never
        Column("kind", Text, nullable=False),
        Column("fields", Text, nullable=False),  # JSON; names, no value
        Column("valid_from", Text, nullable=False),  # a day
        Column("at", Text, nullable=False),  # RFC 3339, always Z
    )
    op.create_table(
        "registers_subscription",
        Column("id", Text, primary_key=True),
        Column("register", Text, nullable=False),
        Column("client", Text, nullable=False),
        Column("offer", Text, nullable=False),
        Column("purpose", Text, nullable=False),
        Column("legal_basis", Text, nullable=False),
        Column("service", Text, nullable=False),  # of the client; empty: it asks by itself
        Column("cursor", Integer, nullable=False),  # the last event that it took
        Column("state", Text, nullable=False),  # active, revoked, halted, ended
    )
