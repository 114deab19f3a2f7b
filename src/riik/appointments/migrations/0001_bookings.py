"""Appointments, the seats that they take, days that an office closed, and who waits for a time.

Locks: new tables, none. Rows: a booking an appointment; a seat every five minutes of it.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text

revision, down_revision = "appointments_0001", None


def upgrade() -> None:
    op.create_table(
        "appointments_booking",
        Column("id", Text, primary_key=True),
        Column("key", Text, nullable=False, unique=True),  # of who asked: case and question
        Column("plan", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("resource", Text, nullable=False),
        Column("seat", Integer, nullable=False),
        Column("begins", Text, nullable=False),  # RFC 3339, always Z
        Column("ends", Text, nullable=False),
        Column("standing", Text, nullable=False),
        Column("subject", Text, nullable=False),  # opaque, of this node
        Column("case_id", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),  # person and reason, under their data key
        Column("sequence", Integer, nullable=False),
        Column("held_until", Text),
        Column("changed_at", Text, nullable=False),
        Column("reminded", Text, nullable=False),  # the days before it of which they were told
    )
    op.create_index("appointments_of_subject", "appointments_booking", ["subject", "begins"])
    op.create_index("appointments_of_day", "appointments_booking", ["plan", "place", "begins"])
    op.create_index("appointments_of_case", "appointments_booking", ["case_id"])
    # Serves the job that reminds, and lapses what was held.
    op.create_index("appointments_by_time", "appointments_booking", ["standing", "begins"])
    op.create_table(
        "appointments_seat",
        # Its key is the promise: nobody is given a seat that somebody has.
        Column("resource", Text, primary_key=True),  # plan/resource
        Column("tick", BigInteger, primary_key=True),  # five minutes since 1970
        Column("seat", Integer, primary_key=True),
        Column("booking", Text, nullable=False),
    )
    op.create_index("appointments_seats_of", "appointments_seat", ["booking"])
    op.create_table(
        "appointments_closed",
        Column("plan", Text, primary_key=True),
        Column("place", Text, primary_key=True),
        Column("day", Text, primary_key=True),
        Column("reason", Text, nullable=False),
    )
    op.create_table(
        "appointments_waiting",
        Column("id", Text, primary_key=True),
        Column("plan", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),  # the person, under their data key
        Column("since", Text, nullable=False),
    )
    op.create_index("appointments_waiting_for", "appointments_waiting", ["plan", "kind", "place"])
