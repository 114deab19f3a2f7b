"""Sessions with a name for clients, and what the OpenID Connect provider keeps.

Locks: new tables in place of those of sessions, codes and handles. Rows: sessions that are
open at the upgrade end; everybody signs in again. One request and one code a sign-in, swept
when over; one row a site that was given a session, gone with it; a key every three months.
"""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, Text

revision, down_revision = "login_0002", "login_0001"


def upgrade() -> None:
    for table in ("login_grant", "login_code", "login_session"):
        op.drop_table(table)
    op.create_table(
        "login_session",
        Column("key", LargeBinary, primary_key=True),  # SHA-256 of the cookie's secret
        Column("sid", Text, nullable=False),  # its name towards clients
        Column("subject", Text, nullable=False),  # opaque, of this node
        Column("person", LargeBinary, nullable=False),  # sealed under the person's data key
        Column("level", Text, nullable=False),
        Column("method", Text, nullable=False),
        Column("began_at", Text, nullable=False),
        Column("ends_at", Text, nullable=False),
        Column("latest_end", Text, nullable=False),
    )
    # Serves "where am I signed in", and ending all.
    op.create_index("login_session_of_subject", "login_session", ["subject"])
    op.create_table(
        "login_grant",
        Column("key", LargeBinary, primary_key=True),  # SHA-256 of the access token
        Column("session", LargeBinary, nullable=False),
        Column("relying", Text),  # the member that may use it; none for who is no member
        Column("code", LargeBinary, nullable=False),  # the code that gave it
        Column("client", Text, nullable=False),
        Column("profile_until", Text, nullable=False),
    )
    op.create_index("login_grant_of_session", "login_grant", ["session"])
    op.create_index("login_grant_of_code", "login_grant", ["code"])
    op.create_table(
        "login_request",
        Column("key", LargeBinary, primary_key=True),  # SHA-256 of its name in the address
        Column("browser", LargeBinary, nullable=False),  # SHA-256 of the browser's secret
        Column("asked", LargeBinary, nullable=False),  # JSON; nothing of the person
        Column("hinted", Text, nullable=False),  # opaque subject of the hint; may be empty
        Column("began_at", Text, nullable=False),
        Column("expires_at", Text, nullable=False),
    )
    op.create_table(
        "login_authorization",
        Column("key", LargeBinary, primary_key=True),  # SHA-256 of the code
        Column("session", LargeBinary, nullable=False),
        Column("asked", LargeBinary, nullable=False),
        Column("expires_at", Text, nullable=False),
        Column("used", Text, nullable=False),  # yes or no
    )
    op.create_index("login_authorization_of_session", "login_authorization", ["session"])
    op.create_table(
        "login_given",
        Column("session", LargeBinary, primary_key=True),
        Column("client", Text, primary_key=True),
        Column("at", Text, nullable=False),  # when it was given last
    )
    op.create_table(
        "login_key",
        Column("generation", Integer, primary_key=True, autoincrement=False),
        Column("made_at", Text, nullable=False),
    )
    op.add_column("login_event", Column("client", Text, nullable=False, server_default=""))
