"""Cases by the time at which they were opened, for figures of a period.

Locks: the table of cases while the index is made. Rows: none.
"""

from alembic import op

revision, down_revision = "cases_0003", "cases_0002"


def upgrade() -> None:
    op.create_index("cases_case_opened", "cases_case", ["opened_at"])
