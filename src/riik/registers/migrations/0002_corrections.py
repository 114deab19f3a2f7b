"""What people say against their records, until the owner of the register decides.

Locks: a new table, none. Rows: one a request.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision, down_revision = "registers_0002", "registers_0001"


def upgrade() -> None:
    op.create_table(
        "registers_correction",
        Column("key", Text, primary_key=True),  # register/year-number
        Column("subject", Text, nullable=False),  # opaque, of this node
        Column("sealed", LargeBinary, nullable=False),  # what they say, under their data key
        Column("at", Text, nullable=False),  # RFC 3339, always Z
        Column("message_id", Text, nullable=False, unique=True),
        Column("closed_at", Text),  # null: nobody decided yet
    )
    # Serves the owner's list: what waits, the oldest first.
    op.create_index("registers_correction_waiting", "registers_correction", ["closed_at", "at"])
