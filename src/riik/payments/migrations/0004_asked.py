"""When a creditor asked to be paid, so that a clerk finds the orders of a day.

Locks: the table of orders while the column and its index are made. Rows: none; orders from
before have no time and are in no day.
"""

from alembic import op
from sqlalchemy import Column, Text

revision, down_revision = "payments_0004", "payments_0003"


def upgrade() -> None:
    op.add_column("payments_order", Column("asked_at", Text))  # RFC 3339, always Z
    op.create_index("payments_order_asked", "payments_order", ["asked_at"])
