"""A case may be known to several people: both parents of a child, who helped and who was helped.

Locks: the table of cases, while its rows are copied. Rows: as many as before.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision, down_revision = "portal_0004", "portal_0003"

COLUMNS = "id, subject, provider, service, opened_at, person, waiting"


def upgrade() -> None:
    op.drop_index("portal_case_of_subject", "portal_case")
    op.rename_table("portal_case", "portal_case_before")
    op.create_table(
        "portal_case",
        Column("id", Text, primary_key=True),
        Column("subject", Text, primary_key=True),  # who knows it here, opaque
        Column("provider", Text, nullable=False),  # subsystem of the exchange
        Column("service", Text, nullable=False),
        Column("opened_at", Text, nullable=False),
        Column("person", LargeBinary, nullable=False),  # whose matter, sealed
        Column("waiting", LargeBinary, nullable=False),  # a sealed call, or empty
    )
    op.create_index("portal_case_of_subject", "portal_case", ["subject", "opened_at"])
    # Only names of our own stand in this statement.
    op.execute(f"INSERT INTO portal_case ({COLUMNS}) SELECT {COLUMNS} FROM portal_case_before")  # noqa: S608
    op.drop_table("portal_case_before")
