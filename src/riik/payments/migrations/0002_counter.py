"""Proofs of sign-in that were used, and visits at the bank's counter.

Locks: new tables, none. Rows: one a sign-in, swept when over.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision, down_revision = "payments_0002", "payments_0001"


def upgrade() -> None:
    op.create_table(
        "payments_used",
        Column("token", Text, primary_key=True),  # jti of an ID token (RFC 7519 §4.1.7)
        Column("until", Text, nullable=False),  # RFC 3339, always Z
    )
    op.create_table(
        "payments_visit",
        Column("key", LargeBinary, primary_key=True),  # SHA-256 of the visit's secret
        Column("account", Text, nullable=False),  # IBAN
        Column("ends_at", Text, nullable=False),
        Column("latest_end", Text, nullable=False),
    )
