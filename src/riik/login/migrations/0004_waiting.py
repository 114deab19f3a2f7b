"""A request knows, blinded, from where it came: what waits is bounded by that and by browser.

Locks: one column is added, two indexes are built. Rows: what waits already is counted for nobody.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary

revision, down_revision = "login_0004", "login_0003"


def upgrade() -> None:
    # keyed hash of an address; empty for what waited before
    op.add_column("login_request", Column("source", LargeBinary))
    op.create_index("login_request_of_source", "login_request", ["source", "expires_at"])
    op.create_index("login_request_of_browser", "login_request", ["browser"])
