"""The versions of each register that this node ran, and under which each record was written.

Locks: the table of versions, while it gains a column with a constant; one new table. Rows: one a
version of a register.
"""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, Text

revision, down_revision = "registers_0005", "registers_0004"


def upgrade() -> None:
    # The register's version; empty for what was written before this was kept.
    op.add_column("registers_version", Column("edition", Text, nullable=False, server_default=""))
    op.create_table(
        "registers_folder",
        Column("register", Text, primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
        Column("version", Text, nullable=False),
        Column("digest", Text, nullable=False),  # SHA-256 of the files, hex
        Column("began_at", Text, nullable=False),  # RFC 3339, always Z
        Column("files", LargeBinary, nullable=False),  # JSON; public, nothing personal
    )
