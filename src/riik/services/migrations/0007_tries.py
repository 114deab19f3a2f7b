"""Wrong case numbers that were tried for papers, until they are forgotten.

Locks: a new table, none. Rows: a few a paper that somebody guesses at, for a day.
"""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, PrimaryKeyConstraint, Text

revision, down_revision = "services_0007", "services_0006"


def upgrade() -> None:
    op.create_table(
        "services_issued_tries",
        Column("key", LargeBinary, nullable=False),  # of the paper
        Column("source", Text, nullable=False),  # who asked, as the portal masks them; "" for all
        Column("used", Integer, nullable=False),
        Column("at", Text, nullable=False),  # RFC 3339, always Z
        PrimaryKeyConstraint("key", "source"),
    )
