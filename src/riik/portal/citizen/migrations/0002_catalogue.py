"""What providers tell of their services, as the portal last heard it. Nobody's data.

Locks: a new table, none. Rows: one a provider.
"""

from alembic import op
from sqlalchemy import Boolean, Column, LargeBinary, Text

revision, down_revision = "portal_0002", "portal_0001"


def upgrade() -> None:
    op.create_table(
        "portal_catalogue",
        Column("provider", Text, primary_key=True),  # subsystem of the exchange
        Column("content", LargeBinary, nullable=False),  # JSON as it came
        Column("as_of", Text),  # RFC 3339, always Z; null: it never answered
        Column("silent", Boolean, nullable=False),  # the last time it was asked
    )
