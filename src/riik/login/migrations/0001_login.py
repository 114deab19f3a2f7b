"""Challenges, failures, sessions, codes, handles and events of the national login.

Locks: new tables, none. Rows: one challenge and one session a sign-in, swept when over;
about three events a sign-in, kept.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision, down_revision = "login_0001", None


def upgrade() -> None:
    op.create_table(
        "login_challenge",
        Column("nonce", Text, primary_key=True),
        Column("browser", LargeBinary, nullable=False),  # SHA-256 of the browser's secret
        Column("expires_at", Text, nullable=False),  # RFC 3339, always Z
    )
    op.create_index("login_challenge_of_browser", "login_challenge", ["browser"])
    op.create_table(
        "login_failure",
        Column("source", LargeBinary, nullable=False),  # blind index of an address
        Column("at", Text, nullable=False),
    )
    # Serves the limit of failures in a window.
    op.create_index("login_failure_of_source", "login_failure", ["source", "at"])
    op.create_table(
        "login_session",
        Column("key", LargeBinary, primary_key=True),  # SHA-256 of the cookie's secret
        Column("subject", Text, nullable=False),  # opaque, of this node
        Column("person", LargeBinary, nullable=False),  # sealed under the person's data key
        Column("level", Text, nullable=False),
        Column("method", Text, nullable=False),
        Column("began_at", Text, nullable=False),
        Column("ends_at", Text, nullable=False),
        Column("latest_end", Text, nullable=False),
    )
    op.create_table(
        "login_code",
        Column("key", LargeBinary, primary_key=True),  # SHA-256 of the code
        Column("session", LargeBinary, nullable=False),
        Column("relying", Text, nullable=False),  # member that may redeem it
        Column("verifier_hash", Text),  # RFC 7636 code_challenge
        Column("expires_at", Text, nullable=False),
        Column("used", Text, nullable=False),  # yes or no
    )
    op.create_index("login_code_of_session", "login_code", ["session"])
    op.create_table(
        "login_grant",
        Column("key", LargeBinary, primary_key=True),  # SHA-256 of the handle
        Column("session", LargeBinary, nullable=False),
        Column("relying", Text, nullable=False),
        Column("code", LargeBinary, nullable=False),  # the code that gave it
    )
    # Serves signing out: every member's handle goes with the session.
    op.create_index("login_grant_of_session", "login_grant", ["session"])
    op.create_index("login_grant_of_code", "login_grant", ["code"])
    op.create_table(
        "login_event",
        Column("at", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("subject", Text),  # opaque; none while nobody was believed
        Column("relying", Text),
        Column("why", Text, nullable=False),
    )
    # Serves a person's own history of sign-ins, newest first.
    op.create_index("login_event_of_subject", "login_event", ["subject", "at"])
