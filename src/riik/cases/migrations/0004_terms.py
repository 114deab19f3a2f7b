"""What time does to cases: whose key seals them, when the clock looks, until when they are kept.

Locks: the table of cases while columns and indices are made. Rows: none. A case from before has no
key of its own (it is sealed under its person's), and no end of its keeping.
"""

import sqlalchemy
from alembic import op
from sqlalchemy import Column, Integer, Text

revision, down_revision = "cases_0004", "cases_0003"

WATCHED = sqlalchemy.text("watch_at IS NOT NULL")
KEPT = sqlalchemy.text("keep_until IS NOT NULL")
ABOUT = sqlalchemy.text("about <> ''")


def upgrade() -> None:
    for column in (
        Column("sealed_by", Text),  # opaque: whose destruction makes the case unreadable
        Column("about", Text, nullable=False, server_default=""),  # of what decision
        Column("watch_at", Text),  # when the clock looks at it next
        Column("keep_years", Integer, nullable=False, server_default="0"),  # 0: for ever
        Column("keep_until", Text),
        Column("erased_at", Text),
    ):
        op.add_column("cases_case", column)
    # Serve an official's own work of one service.
    op.create_index(
        "cases_case_of_officials_service",
        "cases_case",
        ["assigned_to", "lane", "service", "queue_at", "number"],
    )
    # Serve the cases of one person that an official may see: permission stands in the index.
    op.create_index("cases_case_of_subject_in_unit", "cases_case", ["subject", "unit", "opened_at"])
    op.create_index(
        "cases_case_of_subject_with", "cases_case", ["subject", "assigned_to", "opened_at"]
    )
    for name, indexed, where in (
        ("watch", "watch_at", WATCHED),
        ("keep", "keep_until", KEPT),
        ("about", "about", ABOUT),
    ):
        op.create_index(
            f"cases_case_{name}",
            "cases_case",
            [indexed],
            sqlite_where=where,
            postgresql_where=where,
        )
