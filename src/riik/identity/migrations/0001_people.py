"""People, organisations, documents, keys and what was done with them.

Locks: new tables, none. Rows: one person, about two documents with two keys each in ten
years, a handful of events a document.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision, down_revision = "identity_0001", None


def upgrade() -> None:
    op.create_table(
        "identity_person",
        Column("subject", Text, primary_key=True),  # opaque, of this node
        Column("sealed", LargeBinary, nullable=False),  # facts, under the person's data key
        Column("residence", Text, nullable=False),
    )
    op.create_table(
        "identity_organisation",
        Column("registry_code", Text, primary_key=True),
        Column("member", Text, nullable=False),  # identifier on the exchange
        Column("name", Text, nullable=False),
    )
    op.create_table(
        "identity_document",
        Column("key", LargeBinary, primary_key=True),  # blind index of the number
        Column("subject", Text, nullable=False),
        Column("number", LargeBinary, nullable=False),  # sealed
        Column("kind", Text, nullable=False),
        Column("valid_from", Text, nullable=False),  # ISO 8601 day
        Column("valid_until", Text, nullable=False),
        Column("status", Text, nullable=False),
    )
    # Serves a person's documents, the newest first.
    op.create_index("identity_document_of_subject", "identity_document", ["subject", "valid_from"])
    op.create_table(
        "identity_key",
        Column("key", LargeBinary, primary_key=True),  # blind index of the fingerprint
        Column("document", LargeBinary, nullable=False),
        Column("subject", Text, nullable=False),
        Column("purpose", Text, nullable=False),
        Column("certificate", LargeBinary, nullable=False),  # sealed
    )
    op.create_index("identity_key_of_document", "identity_key", ["document"])
    op.create_table(
        "identity_event",
        Column("document", LargeBinary, nullable=False),
        Column("at", Text, nullable=False),  # RFC 3339, always Z
        Column("action", Text, nullable=False),
        Column("reason", Text),
        Column("actor", Text, nullable=False),  # opaque subject of holder or officer
        Column("channel", Text, nullable=False),
    )
    op.create_index("identity_event_of_document", "identity_event", ["document", "at"])
