"""The folders with which cases began, so that each case ends by its own version.

Locks: a new table, none. Rows: one a version of a service.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision, down_revision = "services_0002", "services_0001"


def upgrade() -> None:
    op.create_table(
        "services_folder",
        Column("digest", Text, primary_key=True),
        Column("service", Text, nullable=False),
        Column("files", LargeBinary, nullable=False),  # JSON; public, nothing personal
    )
