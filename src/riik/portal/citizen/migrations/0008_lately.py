"""How a person's cases stood when their organisations told it last, sealed.

Locks: a new table, none. Rows: one a person and case.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision, down_revision = "portal_0008", "portal_0007"


def upgrade() -> None:
    op.create_table(
        "portal_lately",
        Column("case_id", Text, primary_key=True),
        Column("subject", Text, primary_key=True),  # pseudonym in the vault
        Column("told_at", Text, nullable=False),  # RFC 3339, always Z
        Column("sealed", LargeBinary, nullable=False),  # state, its words, number
    )
