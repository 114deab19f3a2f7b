"""Papers that were issued with a code, so that whoever holds one learns how it stands.

Locks: a new table, none. Rows: one or two a case.
"""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, Text

revision, down_revision = "services_0006", "services_0005"


def upgrade() -> None:
    op.create_table(
        "services_issued",
        Column("key", LargeBinary, primary_key=True),  # SHA-256 of the token on the paper
        Column("kind", Text, nullable=False),
        Column("number", Text, nullable=False),  # of the case, as it is printed
        Column("digest", LargeBinary, nullable=False),  # SHA-256 of the sealed file
        Column("at", Text, nullable=False),  # RFC 3339, always Z
        Column("looks", Integer, nullable=False),
        Column("tries", Integer, nullable=False),  # wrong case numbers, since the last right one
    )
