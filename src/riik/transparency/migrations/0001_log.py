"""The log, its tiles and tree heads; the record of looks; what a witness has cosigned.

Locks: new tables, none. Rows: one entry and one access record a look, about 40 a person a
year; a tile and a bundle for each 256 entries; one tree head a published batch.
"""

from alembic import op
from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Integer, LargeBinary, Text

revision = "transparency_0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite numbers only its INTEGER keys by itself.
NUMBERED = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "transparency_entry",
        Column("sequence", NUMBERED, primary_key=True, autoincrement=True),
        Column("entry", Text, nullable=False, unique=True),  # random, 32 hex digits
        Column("content", LargeBinary),  # until it stands in a bundle
        Column("position", BigInteger, unique=True),  # in the log, from 0; given later
        CheckConstraint("(content IS NULL) = (position IS NOT NULL)"),
    )
    # Serves the sequencer: what has no position yet, in the order of writing.
    op.create_index("transparency_entry_waiting", "transparency_entry", ["position", "sequence"])
    op.create_table(
        "transparency_access",
        Column("entry", Text, primary_key=True),
        Column("subject", Text, nullable=False),  # opaque, never a personal code
        Column("at_utc", Text, nullable=False),  # RFC 3339, always Z
        Column("sealed", LargeBinary, nullable=False),  # record and its key, by the vault
    )
    # Serves `who_looked`: one person's looks, newest first.
    op.create_index(
        "transparency_access_of_subject", "transparency_access", ["subject", "at_utc", "entry"]
    )
    op.create_table(
        "transparency_tile",
        Column("level", Integer, primary_key=True, autoincrement=False),  # -1: entry bundles
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("content", LargeBinary, nullable=False),
        CheckConstraint("level BETWEEN -1 AND 63"),
        CheckConstraint("number >= 0"),
    )
    op.create_table(
        "transparency_head",
        Column("one", Integer, primary_key=True, autoincrement=False),
        Column("size", BigInteger, nullable=False),
        Column("nodes", LargeBinary, nullable=False),  # complete subtrees, 32 bytes each
        CheckConstraint("one = 1"),
    )
    op.create_table(
        "transparency_checkpoint",
        Column("size", BigInteger, primary_key=True, autoincrement=False),
        Column("note", LargeBinary, nullable=False),  # C2SP signed note
        Column("published", Boolean, nullable=False),  # enough witnesses cosigned
        CheckConstraint("size > 0"),
    )
    op.create_table(
        "transparency_witnessed",
        Column("origin", Text, primary_key=True),
        Column("size", BigInteger, nullable=False),
        Column("note", LargeBinary, nullable=False),  # the latest that was cosigned
    )
    op.create_table(
        "transparency_fork",
        Column("origin", Text, primary_key=True),
        Column("size", BigInteger, primary_key=True, autoincrement=False),
        Column("note", LargeBinary, nullable=False),  # signed by the log, and inconsistent
        Column("latest", LargeBinary, nullable=False),  # what it contradicts
    )
