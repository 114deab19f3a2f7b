"""Records of registers: their signed changes, their versions in two times, blind indexes.

Locks: new tables, none. Rows: about one record a person and register, three changes and
five versions a record, two index rows; laid out for ten million records.
"""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, Text

revision, down_revision = "registers_0001", None


def upgrade() -> None:
    op.create_table(
        "registers_record",
        Column("record", Text, primary_key=True),  # 16 random bytes, hex
        Column("register", Text, nullable=False),
        Column("subject", Text, nullable=False),  # opaque, of this node
        Column("head_position", Integer, nullable=False),
        Column("head_digest", Text, nullable=False),  # SHA-256, hex
        Column("head_at", Text, nullable=False),  # RFC 3339, always Z
    )
    # Serves every read and change: one person's records in one register.
    op.create_index("registers_record_of_subject", "registers_record", ["subject", "register"])
    op.create_table(
        "registers_change",
        Column("record", Text, primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),
        Column("register", Text, nullable=False),
        Column("wish", Text),  # caller and message id; the same wish is done once
        Column("digest", Text, nullable=False),  # SHA-256 of the canonical change, hex
        Column("signature", LargeBinary, nullable=False),
        Column("sealed", LargeBinary, nullable=False),  # canonical change, the person's key
    )
    # Serves repeated messages: the first answer is given again.
    op.create_index(
        "registers_change_of_wish", "registers_change", ["register", "wish"], unique=True
    )
    op.create_table(
        "registers_version",
        Column("record", Text, primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),  # its change
        Column("part", Integer, primary_key=True, autoincrement=False),
        Column("alive", Integer, nullable=False),  # 0 after the record was closed
        Column("valid_from", Text, nullable=False),  # a day
        Column("valid_to", Text, nullable=False),  # the day after; 9999-12-31 is never
        Column("known_from", Text, nullable=False),  # RFC 3339, always Z
        Column("known_to", Text, nullable=False),  # "9" is never
        Column("plain", Text, nullable=False),  # canonical JSON of fields not personal
        Column("sealed", LargeBinary, nullable=False),  # canonical JSON of the others
    )
    # Serves reading: what is known now (known_to = "9") or was known at a moment.
    op.create_index("registers_version_known", "registers_version", ["record", "known_to"])
    op.create_table(
        "registers_index",
        Column("register", Text, primary_key=True),
        Column("field", Text, primary_key=True),
        Column("blind", LargeBinary, primary_key=True),  # 32 bytes under the node's key
        Column("record", Text, primary_key=True),
    )
    # Serves changes: which values of a record are indexed already.
    op.create_index("registers_index_of_record", "registers_index", ["record"])
