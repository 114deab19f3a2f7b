"""At which version an official opened a case: a certified copy is granted by whoever saw it.

Locks: the table of looks while the column and the index are made. Rows: none. A look from before
has no version: whoever decides such a case opens it once more.
"""

from alembic import op
from sqlalchemy import Column, Integer

revision, down_revision = "desk_0004", "desk_0003"


def upgrade() -> None:
    op.add_column("desk_look", Column("version", Integer))  # null: not the whole case
    # Serves "did this official open this case as it stands".
    op.create_index("desk_look_of_case", "desk_look", ["case_id", "official", "version"])
