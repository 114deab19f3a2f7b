"""Fees by the time at which they were paid, for figures of a period.

Locks: the table of fees while the index is made. Rows: none.
"""

from alembic import op

revision, down_revision = "payments_0003", "payments_0002"


def upgrade() -> None:
    op.create_index("payments_fee_paid", "payments_fee", ["paid_at"])
