"""Queues of who may see all units: one index, not as many pages as there are units.

Locks: the table of cases while the indices are made. Rows: none.
"""

from alembic import op

revision, down_revision = "cases_0005", "cases_0004"


def upgrade() -> None:
    op.create_index("cases_case_of_all", "cases_case", ["lane", "queue_at", "number"])
    op.create_index(
        "cases_case_of_all_of_service", "cases_case", ["lane", "service", "queue_at", "number"]
    )
