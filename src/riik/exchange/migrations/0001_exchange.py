"""Messages with their time-stamps, what was handled once, rights, and the centre's register.

Locks: new tables, none. Rows: four a call over both nodes; a batch a minute at most.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text

revision, down_revision = "exchange_0001", None


def upgrade() -> None:
    _messages()
    _handled()
    _rights()
    _centre()


def _messages() -> None:
    op.create_table(
        "exchange_message",
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
        Column("at_ms", BigInteger, nullable=False),  # milliseconds since 1970, UTC
        Column("message_id", Text, nullable=False),  # X-Road-Id
        Column("request_id", Text, nullable=False),  # X-Road-Request-Id
        Column("role", Text, nullable=False),
        Column("direction", Text, nullable=False),
        Column("client", Text, nullable=False),
        Column("service", Text, nullable=False),
        Column("status", Integer, nullable=False),  # HTTP status; 0 for a request
        Column("subject", Text, nullable=False),  # opaque; whose data key seals it
        Column("sealed", LargeBinary, nullable=False),  # header part and body
        Column("signature", LargeBinary, nullable=False),  # deflated XML without what follows
        Column("signer", Text, nullable=False),  # where certificate and OCSP response are kept
        Column("digest", LargeBinary(64), nullable=False),  # SHA-512 of the XML
        Column("batch", BigInteger),  # its time-stamp; none yet when empty
        Column("position", Integer),  # which leaf of the batch
    )
    op.create_index("exchange_message_request", "exchange_message", ["request_id"])
    op.create_index("exchange_message_id", "exchange_message", ["message_id"])
    # Serves the stamping job and the question since when nothing was stamped.
    op.create_index("exchange_message_batch", "exchange_message", ["batch", "at_ms"])
    op.create_table(
        "exchange_batch",
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
        Column("at_ms", BigInteger, nullable=False),
        Column("token", LargeBinary, nullable=False),  # RFC 3161
    )


def _handled() -> None:
    op.create_table(
        "exchange_handled",
        Column("client", Text, primary_key=True),
        Column("message_id", Text, primary_key=True),
        Column("digest", LargeBinary(64), nullable=False),  # what was wished
        Column("request_id", Text, nullable=False),  # leads to the stored answer
        Column("holder", LargeBinary(16), nullable=False),  # who is at it, or was
        Column("claimed_until_ms", BigInteger, nullable=False),
        Column("at_ms", BigInteger, nullable=False),
    )
    op.create_index("exchange_handled_at", "exchange_handled", ["at_ms"])


def _rights() -> None:
    op.create_table(
        "exchange_right",
        Column("id", Text, primary_key=True),  # digest of the columns below but the last
        Column("client", Text, nullable=False),
        Column("service", Text, nullable=False),
        Column("method", Text, nullable=False),
        Column("path", Text, nullable=False),
        Column("purposes", Text, nullable=False),  # JSON list
        Column("legal_bases", Text, nullable=False),  # JSON list
        Column("valid_until", Text),  # RFC 3339, always Z
    )
    op.create_index("exchange_right_service", "exchange_right", ["service"])
    op.create_table(
        "exchange_kept",
        Column("name", Text, primary_key=True),  # configuration, OCSP responses, counters
        Column("content", LargeBinary, nullable=False),
        Column("at_ms", BigInteger, nullable=False),
    )


def _centre() -> None:
    op.create_table(
        "exchange_member",
        Column("id", Text, primary_key=True),  # member or subsystem
        Column("name", Text, nullable=False),
    )
    op.create_table(
        "exchange_server",
        Column("id", Text, primary_key=True),
        Column("address", Text, nullable=False),
        Column("hashes", Text, nullable=False),  # JSON list of hexadecimal SHA-256
        Column("clients", Text, nullable=False),  # JSON list of identifiers
    )
