"""Runs of imports: what each read and wrote, how far it came, and which records it opened.

Locks: new tables, none. Rows: one a run, and one for every thousand records of it.
"""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, Text

revision, down_revision = "registers_0004", "registers_0003"


def upgrade() -> None:
    op.create_table(
        "registers_import",
        Column("run", Text, primary_key=True),  # 8 random bytes, hex
        Column("register", Text, nullable=False),
        Column("source", Text, nullable=False),  # SHA-256 of the file, hex; or of a query
        Column("mapping", Text, nullable=False),  # SHA-256 of the mapping, hex
        Column("ground", Text, nullable=False),  # the law that opened records name
        Column("state", Text, nullable=False),  # running, done, undoing, undone
        Column("began_at", Text, nullable=False),  # RFC 3339, always Z
        Column("position", Integer, nullable=False),  # rows of the source that are dealt with
        Column("rejected_bytes", Integer, nullable=False),  # of the file of rejected rows
        Column("counts", LargeBinary, nullable=False),  # JSON; numbers, no cell of the table
    )
    # Serves the question whether a run of this source was cut off.
    op.create_index("registers_import_of_source", "registers_import", ["register", "source"])
    op.create_table(
        "registers_import_batch",
        Column("run", Text, primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("records", LargeBinary, nullable=False),  # 16 bytes id, 4 bytes position each
        Column("undone", Integer, nullable=False),
    )
