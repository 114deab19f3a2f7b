"""Fees at the authority; accounts, orders and double entries at the bank.

Locks: new tables, none. Rows: one fee a case; two entries a payment at most.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text

revision, down_revision = "payments_0001", None


def upgrade() -> None:
    op.create_table(
        "payments_fee",
        Column("reference", Text, primary_key=True),  # ISO 11649
        Column("case_id", Text, nullable=False, unique=True),
        Column("currency", Text, nullable=False),  # ISO 4217
        Column("minor", BigInteger, nullable=False),
        Column("law", Text, nullable=False),
        Column("paid_at", Text),  # RFC 3339, always Z
    )
    op.create_table(
        "payments_order",
        Column("id", Text, primary_key=True),
        Column("creditor", Text, nullable=False),  # subsystem of the exchange
        Column("account", Text, nullable=False),  # IBAN, ISO 13616
        Column("currency", Text, nullable=False),
        Column("minor", BigInteger, nullable=False),
        Column("reference", Text, nullable=False),
        Column("text", Text, nullable=False),
        Column("paid_at", Text),
    )
    op.create_index(
        "payments_order_of_creditor", "payments_order", ["creditor", "reference"], unique=True
    )
    op.create_table(
        "payments_account",
        Column("iban", Text, primary_key=True),
        Column("holder", Text, unique=True),  # opaque subject; empty for an organisation
        Column("currency", Text, nullable=False),
    )
    op.create_table(
        "payments_entry",
        Column("id", Integer, primary_key=True),
        Column("order_id", Text, nullable=False),
        Column("debit", Text, nullable=False),
        Column("credit", Text, nullable=False),
        Column("currency", Text, nullable=False),
        Column("minor", BigInteger, nullable=False),
        Column("at", Text, nullable=False),
    )
    # An order is entered once, whatever is repeated.
    op.create_index(
        "payments_entry_once", "payments_entry", ["order_id", "debit", "credit"], unique=True
    )
    op.create_index("payments_entry_debit", "payments_entry", ["debit"])
    op.create_index("payments_entry_credit", "payments_entry", ["credit"])
