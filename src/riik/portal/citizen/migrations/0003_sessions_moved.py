"""Sessions are kept by `riik.portal.session`; who was signed in before signs in again.

Locks: drops a table that no running release reads any more. Rows: one a sign-in.
"""

from alembic import op

revision, down_revision = "portal_0003", "portal_0002"


def upgrade() -> None:
    op.drop_table("portal_guest")
