"""How providers stand, and every decision that suspended one or offered it again.

Locks: two new tables, none. Rows: one a provider; one a decision, a few a year for each.
"""

from alembic import op
from sqlalchemy import CheckConstraint, Column, Integer, Text

revision, down_revision = "portal_0006", "portal_0005"


def upgrade() -> None:
    op.create_table(
        "portal_standing",
        Column("provider", Text, primary_key=True),  # subsystem of the exchange
        Column("suspended_by", Integer, nullable=False),  # number of a decision, or 0
        Column("since", Text, nullable=False),  # RFC 3339, always Z; empty when offered
        Column("rounds", Text, nullable=False),  # the last rounds, JSON
    )
    op.create_table(
        "portal_decision",
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("provider", Text, nullable=False),
        Column("token", Text, nullable=False),  # compact JWS under the portal's seal
        CheckConstraint("number > 0"),
    )
