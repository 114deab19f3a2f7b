"""Which vault a node's database was written with.

Locks: a new table, none. Rows: one at most. The mark is empty where a node of an earlier release
has worked already: its next start takes the vault that is there.
"""

from alembic import op
from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary, text

revision, down_revision = "runtime_0002", "runtime_0001"


def upgrade() -> None:
    op.create_table(
        "runtime_vault",
        Column("one", Integer, primary_key=True, autoincrement=False),
        Column("mark", LargeBinary, nullable=False),  # HMAC of the vault's id, or empty
        CheckConstraint("one = 1"),
    )
    if op.get_bind().execute(text("SELECT 1 FROM runtime_lease LIMIT 1")).first():
        op.get_bind().execute(
            text("INSERT INTO runtime_vault (one, mark) VALUES (1, :mark)"), {"mark": b""}
        )
