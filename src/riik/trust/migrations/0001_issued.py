"""Issued certificates and their statuses, the node's own authorities, published lists.

Locks: new tables, none. Rows: two certificates a person and one or two an organisation in
five years; a status a change; a handful of authorities; a list each half year.
"""

from alembic import op
from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary, Text

revision = "trust_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trust_certificate",
        Column("serial", Text, primary_key=True),  # hexadecimal, lower case
        Column("issue_key", Text, nullable=False, unique=True),  # the order's idempotency key
        Column("kind", Text, nullable=False),
        Column("fingerprint", LargeBinary(32), nullable=False),  # SHA-256
        Column("public_key_hash", LargeBinary(32), nullable=False),  # SHA-256
        Column("subject", Text),  # opaque; nothing for organisations
        Column("subject_blind", LargeBinary(32)),  # keyed index of the person's code
        Column("certificate", LargeBinary, nullable=False),  # a person's is sealed by the vault
        Column("issued_utc", Text, nullable=False),  # RFC 3339, always Z
        Column("not_after_utc", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("status_utc", Text, nullable=False),
        Column("reason", Integer),  # CRLReason, RFC 5280 §5.3.1
        CheckConstraint("status IN ('good', 'suspended', 'revoked')"),
        CheckConstraint("(subject IS NULL) = (subject_blind IS NULL)"),
    )
    # Serves suspension: all certificates of one person.
    op.create_index("trust_certificate_of_person", "trust_certificate", ["subject_blind"])
    op.create_table(
        "trust_status",
        Column("serial", Text, primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
        Column("status", Text, nullable=False),
        Column("reason", Integer),
        Column("at_utc", Text, nullable=False),
        CheckConstraint("number >= 1"),
    )
    op.create_table(
        "trust_authority",
        Column("role", Text, primary_key=True),  # root, issuing, ocsp, tsa
        Column("certificate", LargeBinary, nullable=False),
    )
    op.create_table(
        "trust_list",
        Column("sequence", Integer, primary_key=True, autoincrement=False),
        Column("issued_utc", Text, nullable=False),
        Column("next_update_utc", Text, nullable=False),
        Column("document", LargeBinary, nullable=False),  # sealed XML, TS 119 612
        CheckConstraint("sequence >= 1"),
    )
