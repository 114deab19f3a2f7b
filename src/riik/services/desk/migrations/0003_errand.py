"""Help that officials began: which case, until when, and who took it up.

Locks: a new table, none. Rows: one for each time that somebody is helped, for an hour.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision, down_revision = "desk_0003", "desk_0002"


def upgrade() -> None:
    op.create_table(
        "desk_errand",
        Column("key", LargeBinary, primary_key=True),  # digest of the browser's secret
        Column("official", Text, nullable=False),  # opaque, of this node
        Column("visitor", Text),  # opaque, of this node; none until somebody showed their card
        Column("case_id", Text, nullable=False),
        Column("service", Text, nullable=False),
        Column("until", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),  # under the official's data key
    )
    op.create_index("desk_errand_visitor", "desk_errand", ["visitor"])
