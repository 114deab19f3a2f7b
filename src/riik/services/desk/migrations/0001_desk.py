"""Signatures under many decisions, and officials' own logs of looks.

Locks: new tables, none. Rows: a batch a signature until the official's next day, its cases until
it is signed; a look each time an official opens a case.
"""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, Text

revision, down_revision = "desk_0001", None


def upgrade() -> None:
    op.create_table(
        "desk_batch",
        Column("id", Text, primary_key=True),
        Column("official", Text, nullable=False),  # opaque, of this node
        Column("begun_at", Text, nullable=False),  # RFC 3339, always Z
        Column("sealed", LargeBinary, nullable=False),  # under the official's data key
        Column("outcome", LargeBinary),  # JSON, nothing personal; NULL until it ended
    )
    # Serves forgetting an official's old batches.
    op.create_index("desk_batch_of_official", "desk_batch", ["official", "begun_at"])
    op.create_table(
        "desk_batch_case",
        Column("batch_id", Text, primary_key=True),
        Column("case_id", Text, primary_key=True),
        Column("version", Integer, nullable=False),  # of the case, when it was laid out
        Column("sealed", LargeBinary, nullable=False),  # under the data key of the case's person
    )
    op.create_table(
        "desk_look",
        Column("id", Text, primary_key=True),
        Column("official", Text, nullable=False),
        Column("at", Text, nullable=False),
        Column("purpose", Text, nullable=False),
        Column("case_id", Text, nullable=False),
        Column("number", Text, nullable=False),
    )
    # Serves "my own looks", the newest first.
    op.create_index("desk_look_of_official", "desk_look", ["official", "at", "id"])
