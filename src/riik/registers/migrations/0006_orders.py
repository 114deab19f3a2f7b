"""Changes that officials of a register sign with their card, some for a second one to agree.

Locks: a new table, none. Rows: one a change by hand; those that were laid out and never signed go
after a day.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision, down_revision = "registers_0006", "registers_0005"


def upgrade() -> None:
    op.create_table(
        "registers_order",
        Column("id", Text, primary_key=True),  # the page's ticket
        Column("register", Text, nullable=False),
        Column("record", Text, nullable=False),
        Column("subject", Text, nullable=False),  # whose record
        Column("official", Text, nullable=False),  # subject of who signs, or signed
        Column("state", Text, nullable=False),  # laid, proposed, made, refused
        Column("at", Text, nullable=False),  # RFC 3339, always Z
        Column("paper", LargeBinary, nullable=False),  # what is signed, the person's key
        Column("begun", LargeBinary, nullable=False),  # a signature under way, its official's key
        Column("second", Text, nullable=False),  # subject of the other official; empty: nobody
        Column("container", LargeBinary, nullable=False),  # ASiC-E, the person's key; empty: none
    )
    # Serves the officials' page: what waits for somebody else's agreement.
    op.create_index("registers_order_waiting", "registers_order", ["state", "at"])
