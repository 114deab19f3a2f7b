"""Cases on their way through a service's process.

Locks: a new table, none. Rows: one a case.
"""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, Text

revision, down_revision = "services_0001", None


def upgrade() -> None:
    op.create_table(
        "services_running",
        Column("case_id", Text, primary_key=True),
        Column("service", Text, nullable=False),
        Column("digest", Text, nullable=False),  # of the folder the case began with
        Column("state", LargeBinary, nullable=False),  # JSON, nothing personal
        Column("sealed", LargeBinary, nullable=False),  # dossier, under the person's data key
        Column("version", Integer, nullable=False),
    )
