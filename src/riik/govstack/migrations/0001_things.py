"""What GovStack's Scheduler keeps.

Locks: a new table, none. Rows: one a thing of a caller's.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision, down_revision = "govstack_0001", None


def upgrade() -> None:
    op.create_table(
        "govstack_thing",
        Column("kind", Text, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("about", Text, nullable=False),  # the event or resource that it hangs on, or empty
        Column("subject", Text, nullable=False),  # opaque: each thing has a key of its own
        Column("sealed", LargeBinary, nullable=False),  # its details
    )
    op.create_index("govstack_thing_about", "govstack_thing", ["kind", "about"])
