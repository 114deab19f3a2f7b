"""What came on the authority's account, what it gives back, and the bank's transfers by file.

Locks: new tables, none. Rows: one a movement, one a refund, one a transfer.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text

revision, down_revision = "payments_0005", "payments_0004"


def upgrade() -> None:
    op.create_table(
        "payments_receipt",
        Column("id", Text, primary_key=True),  # the bank's
        Column("currency", Text, nullable=False),  # ISO 4217
        Column("minor", BigInteger, nullable=False),
        Column("came", Integer, nullable=False),  # 1 came, 0 went
        Column("day", Text, nullable=False),
        Column("reference", Text, nullable=False),
        Column("other", Text, nullable=False),  # account on the other side
        Column("standing", Text, nullable=False),
        Column("surplus", BigInteger, nullable=False),
        Column("case_id", Text, nullable=False),
        Column("resolved_at", Text),
        Column("resolved_by", Text, nullable=False),  # opaque subject, or refund
        Column("resolution", Text, nullable=False),
    )
    op.create_index("payments_receipt_reference", "payments_receipt", ["reference"])
    op.create_index("payments_receipt_case", "payments_receipt", ["case_id"])
    op.create_index("payments_receipt_waits", "payments_receipt", ["resolved_at", "standing"])
    op.create_table(
        "payments_refund",
        Column("id", Text, primary_key=True),  # EndToEndId of its transfer
        Column("receipt", Text, nullable=False),
        Column("case_id", Text, nullable=False),
        Column("account", Text, nullable=False),
        Column("currency", Text, nullable=False),
        Column("minor", BigInteger, nullable=False),
        Column("law", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("proposed_by", Text, nullable=False),  # opaque subject, or computer
        Column("proposed_at", Text, nullable=False),
        Column("decided_by", Text, nullable=False),
        Column("decided_at", Text),
        Column("told_at", Text),
        Column("answer", Text, nullable=False),  # the bank's code, or why it was declined
    )
    op.create_index("payments_refund_receipt", "payments_refund", ["receipt"])
    op.create_index("payments_refund_state", "payments_refund", ["state"])
    op.create_table(
        "payments_transfer",
        Column("id", Text, primary_key=True),  # the bank's
        Column("account", Text, nullable=False),  # of the customer who is told
        Column("other", Text, nullable=False),
        Column("credit", Integer, nullable=False),
        Column("reversal", Integer, nullable=False),
        Column("currency", Text, nullable=False),
        Column("minor", BigInteger, nullable=False),
        Column("reference", Text, nullable=False),
        Column("text", Text, nullable=False),
        Column("about", Text, nullable=False),  # EndToEndId
        Column("client", Text, nullable=False),  # who asked for it by file; empty otherwise
        Column("status", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("at", Text, nullable=False),
    )
    op.create_index("payments_transfer_account", "payments_transfer", ["account", "at"])
    # The same customer's id is followed once, whatever is repeated.
    op.create_index("payments_transfer_once", "payments_transfer", ["client", "account", "about"])
