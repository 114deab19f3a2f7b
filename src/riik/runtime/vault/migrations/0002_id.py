"""The vault's own id, by which a node's database knows it again.

Locks: a new table, none. Rows: one, written when the vault is first opened.
"""

from alembic import op
from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary

revision, down_revision = "vault_0002", "vault_0001"


def upgrade() -> None:
    op.create_table(
        "vault_id",
        Column("one", Integer, primary_key=True, autoincrement=False),
        Column("id", LargeBinary, nullable=False),  # 16 bytes, random
        CheckConstraint("one = 1"),
    )
