"""Cases, their timelines and their documents.

Locks: new tables, none. Rows: one case a matter, about ten events and four documents each.
"""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, Text

revision, down_revision = "cases_0001", None


def upgrade() -> None:
    op.create_table(
        "cases_case",
        Column("id", Text, primary_key=True),
        Column("number", Text, nullable=False, unique=True),
        Column("service", Text, nullable=False),
        Column("subject", Text, nullable=False),  # opaque, of this node
        Column("state", Text, nullable=False),
        Column("opened_at", Text, nullable=False),  # RFC 3339, always Z
        Column("due_at", Text),
        Column("assigned_to", Text),  # an official's opaque subject
    )
    # Serves "my cases".
    op.create_index("cases_case_of_subject", "cases_case", ["subject", "opened_at"])
    # Serves the officials' queue, the most urgent first.
    op.create_index("cases_case_in_state", "cases_case", ["state", "due_at"])
    op.create_table(
        "cases_event",
        Column("case_id", Text, primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),
        Column("at", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("actor", Text, nullable=False),
        Column("detail", Text, nullable=False),
    )
    op.create_table(
        "cases_document",
        Column("case_id", Text, primary_key=True),
        Column("name", Text, primary_key=True),
        Column("media_type", Text, nullable=False),
        Column("content", LargeBinary, nullable=False),  # sealed under the person's data key
    )
