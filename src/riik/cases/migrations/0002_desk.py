"""Where each case stands among officials' work, and what they see of it without opening it.

Locks: the table of cases while columns and indices are made; nothing is rewritten on PostgreSQL.
Rows: none. A case that waited for an official before is given to no unit; one that ended stays
where it is.
"""

from alembic import op
from sqlalchemy import Column, Integer, Text

revision, down_revision = "cases_0002", "cases_0001"


def upgrade() -> None:
    for column in (
        Column("unit", Text, nullable=False, server_default=""),  # code of the unit
        Column("lane", Text, nullable=False, server_default=""),  # waiting, asked, decided, ended
        Column("queue_at", Text),  # what a lane is sorted by: due, or the end
        Column("needs", Text, nullable=False, server_default=""),  # codes, comma between
        Column("proposal", Text, nullable=False, server_default=""),
        Column("proposed_by", Text),  # an official's opaque subject
        Column("asked_at", Text),
        Column("ended_at", Text),
    ):
        op.add_column("cases_case", column)
    op.execute("UPDATE cases_case SET queue_at = coalesce(due_at, opened_at)")
    op.execute("UPDATE cases_case SET lane = 'waiting' WHERE state = 'with-official'")
    # Serve a unit's queue and an official's own: permission, lane and order in one index each.
    op.create_index("cases_case_of_unit", "cases_case", ["unit", "lane", "queue_at", "number"])
    op.create_index(
        "cases_case_of_service", "cases_case", ["unit", "lane", "service", "queue_at", "number"]
    )
    op.create_index(
        "cases_case_of_official", "cases_case", ["assigned_to", "lane", "queue_at", "number"]
    )
    # The last number given in each year: counting a year's cases would take longer every day.
    op.create_table(
        "cases_number",
        Column("year", Integer, primary_key=True, autoincrement=False),
        Column("last", Integer, nullable=False),
    )
    op.execute(
        "INSERT INTO cases_number (year, last)"
        " SELECT CAST(substr(number, 1, 4) AS INTEGER), count(*) FROM cases_case GROUP BY 1"
    )
    op.drop_index("cases_case_in_state", "cases_case")
