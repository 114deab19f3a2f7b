"""What people are told outside the house of notices that wait for them.

Locks: three columns for notices, written at once. Rows: one of `inbox_sending` a notice, one of
`inbox_choice` for who chose something, one of `inbox_browser` for each browser that takes web push.
"""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, Text

revision, down_revision = "inbox_0002", "inbox_0001"


def upgrade() -> None:
    # reminder, case or security: what a person may refuse to be told of
    op.add_column("inbox_notice", Column("kind", Text, nullable=False, server_default="case"))
    # A letter handed over by the post, RFC 3339.
    op.add_column("inbox_notice", Column("letter_at", Text))
    op.create_table(
        "inbox_choice",
        Column("subject", Text, primary_key=True),
        Column("sealed", LargeBinary, nullable=False),  # under the person's data key
        Column("chosen_at", Text, nullable=False),
    )
    op.create_table(
        "inbox_browser",
        Column("subject", Text, primary_key=True),
        Column("place", Text, primary_key=True),  # SHA-256 of its address, hexadecimal
        Column("sealed", LargeBinary, nullable=False),
        Column("since", Text, nullable=False),
    )
    op.create_table(
        "inbox_sending",
        Column("sender", Text, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("subject", Text, nullable=False),
        Column("person", LargeBinary, nullable=False),  # their code, sealed
        Column("ref", Text, nullable=False, unique=True),  # what a message calls it; opaque
        Column("state", Text, nullable=False),
        Column("channel", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("since", Text, nullable=False),
        Column("due", Text),  # when it is looked at again; none: never
        Column("steps", Text, nullable=False),  # JSON: channel, outcome, at, why
    )
    # Serves the courier: what is due, the longest first.
    op.create_index("inbox_sending_due", "inbox_sending", ["due"])
