"""Notices to persons.

Locks: a new table, none. Rows: about ten a person a year.
"""

from alembic import op
from sqlalchemy import Boolean, Column, LargeBinary, Text

revision, down_revision = "inbox_0001", None


def upgrade() -> None:
    op.create_table(
        "inbox_notice",
        Column("sender", Text, primary_key=True),  # subsystem of the exchange
        Column("id", Text, primary_key=True),  # the sender's
        Column("subject", Text, nullable=False),  # opaque, of this node
        Column("case_id", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),  # texts, under the person's data key
        Column("legal_effect", Boolean, nullable=False),
        Column("sent_at", Text, nullable=False),  # RFC 3339, always Z
        Column("read_at", Text),
    )
    op.create_index("inbox_notice_of_subject", "inbox_notice", ["subject", "sent_at"])
