"""A session knows the request on whose page the card was shown.

Locks: one column is added. Rows: open sessions were shown for no request that still waits;
they go on, and whatever waits asks for the card.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary

revision, down_revision = "login_0003", "login_0002"


def upgrade() -> None:
    # SHA-256 of the request's name; empty for none
    op.add_column("login_session", Column("shown_for", LargeBinary))
