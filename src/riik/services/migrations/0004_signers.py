"""Who was asked to sign a joint application, by person and by the day until which it waits.

Locks: a new table, none. Rows: one a further signer of a case.
"""

from alembic import op
from sqlalchemy import Column, Text

revision, down_revision = "services_0004", "services_0003"


def upgrade() -> None:
    op.create_table(
        "services_signer",
        Column("case_id", Text, primary_key=True),
        Column("subject", Text, primary_key=True),  # opaque, of this node
        Column("until", Text, nullable=False),  # RFC 3339, always Z; empty: waits no longer
    )
    op.create_index("services_signer_of_subject", "services_signer", ["subject"])
    # Serves the job that ends what was not signed in time.
    op.create_index("services_signer_until", "services_signer", ["until"])
