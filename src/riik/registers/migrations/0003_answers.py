"""What the owner of a register answered to somebody who said that a record is wrong.

Locks: the table of requests while the column and the index are made. Rows: none.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary

revision, down_revision = "registers_0003", "registers_0002"


def upgrade() -> None:
    op.add_column("registers_correction", Column("answer", LargeBinary))  # sealed; null: none yet
    # Serves the person's own list.
    op.create_index("registers_correction_of_subject", "registers_correction", ["subject", "at"])
