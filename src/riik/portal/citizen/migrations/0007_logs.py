"""The last tree head of each register's log that this portal believed.

Locks: a new table, none. Rows: one a log; sizes and digests, nothing of any person.
"""

from alembic import op
from sqlalchemy import BigInteger, CheckConstraint, Column, LargeBinary, Text

revision, down_revision = "portal_0007", "portal_0006"


def upgrade() -> None:
    op.create_table(
        "portal_log",
        Column("origin", Text, primary_key=True),  # the log's name, its key's too
        Column("size", BigInteger, nullable=False),  # entries
        Column("root", LargeBinary, nullable=False),  # 32 bytes, RFC 9162 §2.1.1
        Column("seen_at", Text, nullable=False),  # RFC 3339, always Z
        CheckConstraint("size >= 0"),
    )
