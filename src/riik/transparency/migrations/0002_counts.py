"""How many looks there were by day, service, organisation and purpose; of nobody in particular.

Locks: new tables, none. Rows: one a look in the first until a job counts it, within a minute; in
the second one a day, service, organisation and purpose.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text

revision, down_revision = "transparency_0002", "transparency_0001"

# SQLite numbers only its INTEGER keys by itself.
NUMBERED = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "transparency_uncounted",
        Column("sequence", NUMBERED, primary_key=True, autoincrement=True),
        Column("day", Text, nullable=False),  # of UTC, 2026-11-30
        Column("service", Text, nullable=False),  # who gave the data
        Column("reader", Text, nullable=False),  # member that asked
        Column("purpose", Text, nullable=False),  # its code; empty for what was refused
    )
    op.create_table(
        "transparency_counted",
        Column("day", Text, primary_key=True),
        Column("service", Text, primary_key=True),
        Column("reader", Text, primary_key=True),
        Column("purpose", Text, primary_key=True),
        Column("looks", BigInteger, nullable=False),
    )
