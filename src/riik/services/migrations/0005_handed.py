"""Cases on their way to another organisation, until it has taken them.

Locks: a new table, none. Rows: one a case that is handed over and not taken yet.
"""

from alembic import op
from sqlalchemy import Column, Text

revision, down_revision = "services_0005", "services_0004"


def upgrade() -> None:
    op.create_table(
        "services_handed",
        Column("case_id", Text, primary_key=True),
        Column("partner", Text, nullable=False),  # as the node's configuration calls it
        Column("at", Text, nullable=False),  # RFC 3339, always Z
    )
    # Serves the alarm: which one waits longest.
    op.create_index("services_handed_at", "services_handed", ["at"])
