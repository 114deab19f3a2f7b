"""Sessions and cases of the portal.

Locks: new tables, none. Rows: one session a sign-in, one case a matter.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision, down_revision = "portal_0001", None


def upgrade() -> None:
    op.create_table(
        "portal_guest",
        Column("key", LargeBinary(32), primary_key=True),  # digest of the cookie
        Column("subject", Text, nullable=False),  # opaque, of this node
        Column("sealed", LargeBinary, nullable=False),  # the visitor, under their data key
        Column("ends_at", Text, nullable=False),  # RFC 3339, always Z
    )
    op.create_table(
        "portal_case",
        Column("id", Text, primary_key=True),
        Column("subject", Text, nullable=False),
        Column("provider", Text, nullable=False),  # subsystem of the exchange
        Column("service", Text, nullable=False),
        Column("opened_at", Text, nullable=False),
        Column("person", LargeBinary, nullable=False),  # whose matter, sealed
        Column("waiting", LargeBinary, nullable=False),  # a sealed call, or empty
    )
    op.create_index("portal_case_of_subject", "portal_case", ["subject", "opened_at"])
