"""Files that a granted decision holds: a certified copy carries the scan that it certifies.

A decision with files inside is made in one piece by the press, so they are fewer and smaller than
files of a form may be otherwise; a folder that asks for more is refused before it runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, Final

from riik.cases import Case, Cases, Document
from riik.core import Database, InThread
from riik.services.errors import AnswerRefused
from riik.services.forms.uploads import MOST_BYTES, is_upload, paper_name

__all__ = ["MOST_ENCLOSED", "Enclosing", "enclosing_fault"]

MOST_ENCLOSED: Final = 1_900_000
"""Bytes of all files together; the letter's own data need some of the press's two million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosing:
    """Opens the files of one authority's cases for its press (`operations.Enclose`)."""

    database: Database
    cases: Cases
    in_thread: InThread

    async def __call__(
        self, case: Case, files: Sequence[Mapping[str, Any]], /
    ) -> Sequence[Document]:
        """The files, byte for byte what was looked over and signed.

        Raises:
            AnswerRefused: The case holds another file under that name (``changed``).
        """
        return await self.in_thread(partial(self._opened, case, files)) if files else ()

    def _opened(self, case: Case, files: Sequence[Mapping[str, Any]]) -> list[Document]:
        with self.database.work() as work:
            kept = [self.cases.document(case, paper_name(file), work=work) for file in files]
        for file, document in zip(files, kept, strict=True):
            if sha256(document.content).hexdigest() != file["sha256"]:
                raise AnswerRefused("this is not the file that was signed", why="changed")
        return kept


def enclosing_fault(schema: Mapping[str, Any] | None) -> str:
    """What keeps a question's files from lying inside the decision; empty for nothing."""
    if schema is None or not is_upload(schema):
        return "encloses names no question for files"
    most = schema.get("maxItems", 0) * schema.get("x-bytes", MOST_BYTES)
    if most > MOST_ENCLOSED:
        return f"encloses: maxItems times x-bytes is {most}, at most {MOST_ENCLOSED}"
    return ""
