"""Sessions of people at this node's sites, sign-ins under way, logouts heard, forms kept.

Locks: new tables, none. Rows: one session a sign-in, gone a day after it ended; the others for
minutes or hours.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision, down_revision = "session_0001", None


def upgrade() -> None:
    op.create_table(
        "session_guest",
        Column("key", LargeBinary(32), primary_key=True),  # digest of the cookie
        Column("subject", Text, nullable=False),  # opaque, of this node
        Column("sealed", LargeBinary, nullable=False),  # the visitor, under their data key
        Column("hint", LargeBinary, nullable=False),  # the ID token, likewise
        Column("sid", LargeBinary(32), nullable=False),  # digest of login's session
        Column("idle_at", Text, nullable=False),  # RFC 3339, always Z
        Column("ends_at", Text, nullable=False),
        Column("over", Text, nullable=False),  # why it is over, or empty
    )
    # Login ends all sessions of one of its own, or of one person.
    op.create_index("session_guest_of_sid", "session_guest", ["sid"])
    op.create_index("session_guest_of_subject", "session_guest", ["subject"])
    op.create_table(
        "session_pending",
        Column("state", LargeBinary(32), primary_key=True),  # digest of the request's state
        Column("browser", LargeBinary(32), nullable=False),  # digest of the browser's cookie
        Column("path", Text, nullable=False),  # where the person wanted to go
        Column("fresh", Text, nullable=False),  # "yes": the card was to be shown again
        Column("until", Text, nullable=False),
    )
    op.create_index("session_pending_of_browser", "session_pending", ["browser", "until"])
    op.create_table(
        "session_logout",
        Column("token", LargeBinary(32), primary_key=True),  # digest of jti
        Column("sid", LargeBinary(32), nullable=False),  # digest of the session that is over
        Column("until", Text, nullable=False),
    )
    op.create_index("session_logout_of_sid", "session_logout", ["sid"])
    op.create_table(
        "session_form",
        Column("key", LargeBinary(32), primary_key=True),  # digest of the cookie
        Column("subject", Text, nullable=False),  # for whom alone it is kept
        Column("sealed", LargeBinary, nullable=False),  # under the cookie and the data key
        Column("until", Text, nullable=False),
    )
    op.create_table(
        "session_once",
        Column("key", LargeBinary(32), primary_key=True),  # digest of person and ticket
        Column("at", Text, nullable=False),  # first received
        Column("taken_at", Text, nullable=False),  # last begun
        Column("location", Text, nullable=False),  # where it led, or empty
    )
