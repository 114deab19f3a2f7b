"""The table of a node's versions of each register: their folders, and since when they ran."""

from datetime import datetime

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text, insert, select

from riik.core import Work, from_text, to_text
from riik.registers.folder.keeping import KeptFolder

__all__ = ["SqlFolderStore"]

_tables = MetaData()

_folder = Table(
    "registers_folder",
    _tables,
    Column("register", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("began_at", Text, nullable=False),
    Column("files", LargeBinary, nullable=False),
)


class SqlFolderStore:
    """Keeps versions of registers in SQL."""

    def folders(self, register: str, *, work: Work) -> list[KeptFolder]:
        """A register's versions at this node, the first one first."""
        mine = select(_folder).where(_folder.c.register == register).order_by(_folder.c.number)
        return [
            KeptFolder(
                version=row.version,
                digest=row.digest,
                began_at=from_text(row.began_at),
                packed=bytes(row.files),
            )
            for row in work.execute(mine)
        ]

    def registers(self, *, work: Work) -> list[str]:
        """The registers of which there are versions, in order of their ids."""
        names = select(_folder.c.register).distinct().order_by(_folder.c.register)
        return list(work.execute(names).scalars())

    def add(
        self,
        register: str,
        *,
        number: int,
        version: str,
        digest: str,
        at: datetime,
        packed: bytes,
        work: Work,
    ) -> None:
        """Keep the next version."""
        row = {"register": register, "number": number, "version": version, "digest": digest}
        work.execute(insert(_folder).values(**row, began_at=to_text(at), files=packed))
