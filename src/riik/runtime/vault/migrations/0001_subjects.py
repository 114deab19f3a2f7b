"""One row a person: the opaque subject, the keyed index of the code, the wrapped data key.

Locks: a new table, none. Rows: one per person this node has met.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision, down_revision = "vault_0001", None


def upgrade() -> None:
    op.create_table(
        "vault_subject",
        Column("subject", Text, primary_key=True),  # opaque, random
        Column("code_index", LargeBinary, unique=True),  # HMAC of the code; NULL: forgotten
        Column("wrapped_key", LargeBinary),  # RFC 3394; NULL: forgotten
    )
