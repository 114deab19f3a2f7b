"""Letters for a printer: a folder of PDFs, each with its manifest; and what the post says, by file.

    out/<ref>.pdf    the letter
    out/<ref>.json   to whom: written after the PDF, so whoever sees it finds the whole letter
    back/*.json      what the post says (`back`), put there by the printer's program
    done/, refused/  where those files go once they were read

Whoever prints fetches both files and deletes them. A letter that is written again is the same file.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from riik.core import Clock, InThread, Unavailable
from riik.documents import Documents, LetterRefused
from riik.inbox.errors import NoticeRefused
from riik.inbox.outside.model import Fate, Gone, Leaving
from riik.inbox.outside.paper.back import Back, read_back
from riik.inbox.outside.wording import Words, said
from riik.runtime.files import Disk

__all__ = ["TEMPLATE", "Letters"]

TEMPLATE = (Path(__file__).parent / "letter.typ").read_bytes()
MOST_FILE = 4096
MOST_FILES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Writes letters, and reads what the post says.

    Attributes:
        folder: For `out`, `back`, `done` and `refused`.
        code: Of the organisation that sends the letters, in its register.
        days: After how many days unopened a letter is written.
        received: Called with what the post says; False when no such letter is with it.
    """

    folder: Path
    documents: Documents
    words: Mapping[str, Words]
    code: str
    days: int
    zone: ZoneInfo
    clock: Clock
    in_thread: InThread
    received: Callable[[Back], Awaitable[bool]]
    disk: Disk = field(default_factory=Disk)

    async def __call__(self, leaving: Sequence[Leaving], /) -> list[Gone]:
        """Write a batch, one after the other."""
        return [await self.in_thread(self._write, one) for one in leaving]

    def _write(self, one: Leaving) -> Gone:
        out = self.disk.folder(self.folder / "out")
        try:
            content = self._pdf(one)
            self.disk.write(out / f"{one.id}.pdf", content)
            self.disk.write(out / f"{one.id}.json", self._manifest(one, content))
        except LetterRefused as refused:
            return Gone(Fate.BOUNCED, refused.why)
        except Unavailable as error:
            return Gone(Fate.LATER, error.why)
        return Gone(Fate.SENT)

    def _pdf(self, one: Leaving) -> bytes:
        words, now = self.words[one.language].letter, self.clock.now().astimezone(self.zone)
        told = {
            "organisation": {"name": words.sender, "code": self.code, "address": ""},
            "recipient": {"name": one.contact.name, "address": one.contact.address},
            "reference": one.id[:8],
            "date": now.date().isoformat(),
            "title": one.title,
            "lead": said(words.lead, organisation=one.organisation),
            "paragraphs": [part.strip() for part in re.split(r"\n\s*\n", one.body) if part.strip()],
            "why": said(words.why, days=str(self.days)),
        }
        return self.documents.render(
            TEMPLATE,
            told,
            language=one.language,
            title=one.title,
            author=words.sender,
            at=now,
        )

    def _manifest(self, one: Leaving, content: bytes) -> bytes:
        return msgspec.json.encode(
            {
                "letter": one.id,
                "file": f"{one.id}.pdf",
                "sha256": sha256(content).hexdigest(),
                "name": one.contact.name,
                "address": one.contact.address,
                "language": one.language,
                "registered": True,
            }
        )

    async def read_back(self) -> None:
        """Take what the post says; a file that says nothing right is put aside, not lost."""
        found = await self.in_thread(self._found)
        for path in found:
            try:
                told = await self.in_thread(self._read, path)
                good = await self.received(told)
            except NoticeRefused:
                good = False
            await self.in_thread(self._put_away, path, "done" if good else "refused")

    def _found(self) -> list[Path]:
        back = self.disk.folder(self.folder / "back")
        return sorted(p for p in back.glob("*.json") if p.is_file() and not p.is_symlink())[
            :MOST_FILES
        ]

    def _read(self, path: Path) -> Back:
        with path.open("rb") as file:
            content = file.read(MOST_FILE + 1)
        if len(content) > MOST_FILE:
            raise NoticeRefused("so long no word of the post is", why="long")
        return read_back(content, now=self.clock.now(), zone=self.zone)

    def _put_away(self, path: Path, where: str) -> None:
        path.replace(self.disk.folder(self.folder / where) / path.name)
