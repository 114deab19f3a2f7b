"""How often each provider and register was asked by the minute, and answered; counts a day.

Locks: a new table, none. Rows: one a day and subsystem that is asked.
"""

from alembic import op
from sqlalchemy import Column, Integer, Text

revision, down_revision = "portal_0005", "portal_0004"


def upgrade() -> None:
    op.create_table(
        "portal_answered",
        Column("day", Text, primary_key=True),  # of UTC, 2026-11-30
        Column("provider", Text, primary_key=True),  # subsystem of the exchange
        Column("asked", Integer, nullable=False),
        Column("answered", Integer, nullable=False),
    )
