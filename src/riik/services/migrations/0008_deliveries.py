"""Decisions on their way to people, until they count as delivered.

Locks: a new table, none. Rows: one a decision whose notice has legal effect; nothing personal.
"""

from alembic import op
from sqlalchemy import Column, Text

revision, down_revision = "services_0008", "services_0007"


def upgrade() -> None:
    op.create_table(
        "services_delivery",
        Column("case_id", Text, primary_key=True),
        Column("notice", Text, nullable=False),
        Column("sent_at", Text, nullable=False),  # RFC 3339, always Z
        Column("delivered_at", Text),
        Column("how", Text, nullable=False),  # opened, letter or fiction
        Column("state", Text, nullable=False),
        Column("channel", Text, nullable=False),
        Column("due", Text),  # when the inbox is asked; none: never again
    )
    # Serves the job that asks: the longest due first.
    op.create_index("services_delivery_due", "services_delivery", ["due"])
