"""Receiving files: looked over, kept with the case sealed, and counted; a removed one is gone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riik.cases import Case, Cases, Document
from riik.core import InThread, Work
from riik.services.errors import AnswerRefused
from riik.services.forms.groups import REMOVAL, item_number, without_item
from riik.services.forms.scanning import Scan
from riik.services.forms.uploads import MOST_BYTES, check_uploads, file_of, paper_name
from riik.services.outcome import bytes_of

__all__ = ["FILE", "Receiving"]

FILE = "file"

Write = Callable[[Work], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """What becomes of the files that people add.

    Attributes:
        scan: Looks each file over before it is kept.
    """

    cases: Cases
    scan: Scan
    in_thread: InThread

    async def take(
        self,
        detail: str,
        content: Mapping[str, Any],
        *,
        case: Case,
        field: str,
        schema: Mapping[str, Any],
        files: Sequence[Any],
        kept: Sequence[Any],
    ) -> tuple[list[Any], Write]:
        """The files after a step: ``file`` adds one, ``2/removal`` removes the second.

        Args:
            detail: What the step does.
            content: ``name`` and ``content`` (base64) of the file.
            case: Whose paper it becomes.
            field: The question.
            schema: What it takes.
            files: Those there are.
            kept: Files of other questions: what they still need is not removed.

        Raises:
            AnswerRefused: It is not taken; ``why`` says why. Nothing of it is kept.
        """
        if detail == FILE:
            return await self._add(content, case=case, field=field, schema=schema, files=files)
        number, _, act = detail.partition("/")
        position = item_number(number, known=len(files))
        if act != REMOVAL:
            raise AnswerRefused("there is no such step", why="unknown", field=detail[:40])
        after = without_item(files, number=position)
        name, needed = paper_name(files[position - 1]), {paper_name(one) for one in (*after, *kept)}

        def write(work: Work) -> None:
            if name not in needed:
                self.cases.drop(case, name, work=work)

        return after, write

    async def _add(
        self,
        content: Mapping[str, Any],
        *,
        case: Case,
        field: str,
        schema: Mapping[str, Any],
        files: Sequence[Any],
    ) -> tuple[list[Any], Write]:
        given = bytes_of(content, "content", most=MOST_BYTES)
        file = await self.in_thread(
            file_of, schema, str(content.get("name", "")), given, field=field
        )
        if await self.scan(given):
            raise AnswerRefused("a scanner stopped this file", why="harmful", field=field)
        # The same file sent twice is one file.
        again = any(one["sha256"] == file["sha256"] for one in files)
        after = list(files) if again else [*files, file]
        check_uploads({**schema, "minItems": 0}, after, field=field)
        paper = Document(name=paper_name(file), media_type=file["type"], content=given)

        def write(work: Work) -> None:
            self.cases.attach(case, paper, work=work)

        return after, write
