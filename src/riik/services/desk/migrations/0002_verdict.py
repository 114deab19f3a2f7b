"""Verdicts that an official put aside, to be signed together.

Locks: a new table, none. Rows: one a case between the official's choice and their signature.
"""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, Text

revision, down_revision = "desk_0002", "desk_0001"


def upgrade() -> None:
    op.create_table(
        "desk_verdict",
        Column("official", Text, primary_key=True),  # opaque, of this node
        Column("case_id", Text, primary_key=True),
        Column("version", Integer, nullable=False),  # of the case, when it was seen
        Column("outcome", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),  # under the data key of the case's person
    )
