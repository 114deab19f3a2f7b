"""When a case's process waits for a time next, so that the clock finds it.

Locks: the table of running cases while the column and its index are made. Rows: none; few cases
wait for a time, and the index holds those alone.
"""

import sqlalchemy
from alembic import op
from sqlalchemy import Column, Text

revision, down_revision = "services_0003", "services_0002"


def upgrade() -> None:
    op.add_column("services_running", Column("due_at", Text))  # RFC 3339, always Z
    waits = sqlalchemy.text("due_at IS NOT NULL")
    op.create_index(
        "services_running_due",
        "services_running",
        ["due_at"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
