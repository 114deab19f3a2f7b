"""All papers, downloads, and checking a signed file.

GET  /documents                            every paper of every case
GET  /cases/<case>/documents/<name>        one paper, to keep
GET  /cases/<case>/documents/<name>/read   everything in an application, in words
GET  /cases/<case>/documents/<name>/check  who signed it, and whether it holds
GET  /verify                               the same for any file, by anybody; POST takes the file

A file that somebody drops is judged in memory and forgotten: nothing of it is stored or logged.
That is why its page is the answer to the POST itself: there is nothing to lead to afterwards.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import InThread, Refused, RiikError
from riik.formats import multipart
from riik.portal.citizen.apply.http import case_page
from riik.portal.citizen.apply.where import at
from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.hall.ports import JudgesFiles
from riik.portal.citizen.pages import CASES, DOCUMENTS
from riik.portal.citizen.papers.kinds import (
    OPENED,
    disposition,
    inside,
    is_paper,
    lies,
    media_type,
)
from riik.portal.citizen.papers.reading import read_application
from riik.portal.citizen.papers.represented import signed_for
from riik.portal.citizen.papers.shelf import paper_names, shelves
from riik.portal.citizen.papers.upload import Upload, file_of
from riik.portal.citizen.papers.verdicts import verdict_of
from riik.portal.design.texts import later
from riik.portal.session import ForeignRequest, SignedOut, Visitor
from riik.portal.session.http import NEVER
from riik.runtime.web import check_own_page
from riik.signatures import PdfRefused

__all__ = ["MOST_SENT", "routes"]

MOST_BYTES: Final = 10_000_000
MOST_SENT: Final = MOST_BYTES + 65_536
"""Of a whole upload: the file, and what the browser writes around it."""

MOST_CASES: Final = 30
AT_ONCE: Final = 2
SECONDS: Final = 3.0
LIMITS: Final = multipart.Limits(most_bytes=MOST_SENT, most_header_bytes=4_096, most_parts=4)

TOO_LARGE: Final = later("The file is larger than 10 MB. Check it with a program on your computer.")
NO_FILE: Final = later("Choose a file first")
UNREADABLE: Final = later("The file did not arrive whole. Send it once more.")
LIES: Final = later(
    "The file is something else than the end of its name says. Ask whoever sent it; don’t open it."
)
NOTHING: Final = later(
    "This is no signed file that we know. Such files end in .asice, .bdoc or .pdf."
)
BROKEN: Final = later(
    "The container is damaged, or built so that one may see other files in it than were signed."
    " Don’t rely on it."
)
UNSAFE: Final = later(
    "This PDF is damaged, locked, or built so that it can’t be read safely. That says nothing about"
    " who signed it; ask whoever sent it for another copy."
)


def routes(hall: Hall, *, judge: JudgesFiles, in_thread: InThread) -> list[Route]:
    """The routes of papers.

    Args:
        hall: The citizens' hall.
        judge: Who signed a file, and whether it holds.
        in_thread: Where files are judged.
    """
    papers = _Papers(hall, judge, in_thread, asyncio.Semaphore(AT_ONCE))
    paper = "/cases/{case}/documents/{name}"
    return [
        Route("/documents", hall.page(papers.all), methods=["GET"]),
        Route(paper, case_page(hall, papers.download), methods=["GET"]),
        Route(f"{paper}/read", case_page(hall, papers.read), methods=["GET"]),
        Route(f"{paper}/check", case_page(hall, papers.check), methods=["GET"]),
        Route("/verify", hall.page(papers.before), methods=["GET"]),
        Route("/verify", hall.page(papers.verify), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _Papers:
    """The handlers."""

    hall: Hall
    judge: JudgesFiles
    in_thread: InThread
    room: asyncio.Semaphore

    async def all(self, request: Request) -> Response:
        """GET /documents: the papers of all cases, the newest first; silent providers named."""
        hall, language = self.hall, self.hall.language(request)
        visitor = await hall.site.visitor(request)
        found = await hall.counter.cases.mine(visitor, language)
        asked = [one for one in found["cases"] if one["next"]["step"] != "waiting"][:MOST_CASES]
        views = await asyncio.gather(*(self._case(visitor, one, language) for one in asked))
        away = {one["organisation"] for one, view in zip(asked, views, strict=True) if not view}
        return await hall.show(
            request,
            "documents.html",
            tab=DOCUMENTS,
            shelves=shelves([view for view in views if view], hall.formats(request)),
            silent=[*found["silent"], *sorted(away - set(found["silent"]))],
            more=len(found["cases"]) > MOST_CASES,
        )

    async def download(self, request: Request) -> Response:
        """GET /cases/<case>/documents/<name>: one paper, to keep; never shown by the browser."""
        name, view, content = await self._paper(request)
        headers = {
            **NEVER,
            "Content-Disposition": disposition(str(view.get("number", "")), name),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(content, headers=headers, media_type=media_type(name))

    async def read(self, request: Request) -> Response:
        """GET /cases/<case>/documents/<name>/read: everything in a file that is signed, in words.

        Raises:
            PortalRefused: It is no application (``no-paper``).
        """
        hall = self.hall
        name, view, content = await self._paper(request)
        if not name.endswith(".json"):
            raise PortalRefused("this paper is read with another program", why="no-paper")
        formats, texts = hall.formats(request), hall.texts(request)
        facts = view.get("facts", ())
        labels = {(one["need"], one["fields"][0]): one["label"] for one in facts if one["fields"]}
        sources = {one["need"]: one["source"] for one in facts}
        return await hall.show(
            request,
            "application.html",
            tab=CASES,
            told=read_application(
                content, labels=labels, sources=sources, formats=formats, texts=texts
            ),
            case=at(view["case"]),
            name=name,
            size=formats.size(len(content)),
            digest=sha256(content).hexdigest(),
            language=self._wanted(request),
            unsigned=bool(view.get("statement")),
        )

    async def check(self, request: Request) -> Response:
        """GET /cases/<case>/documents/<name>/check: who signed a paper of one's own."""
        name, _, content = await self._paper(request)
        return await self._judged(request, Upload(name=name, content=content))

    async def before(self, request: Request) -> Response:
        """GET /verify: choose a file."""
        return await self._ask(request)

    async def verify(self, request: Request) -> Response:
        """POST /verify: judge a file that anybody sends.

        Raises:
            ForeignRequest: Another site sent it.
        """
        check_own_page(request, origin=self.hall.site.origin, refusal=ForeignRequest)
        try:
            upload = await self._received(request)
        except multipart.MultipartRefused as refused:
            large = refused.why == "size"
            return await self._ask(request, TOO_LARGE if large else UNREADABLE)
        if upload is None or not upload.content:
            return await self._ask(request, NO_FILE)
        if len(upload.content) > MOST_BYTES:
            return await self._ask(request, TOO_LARGE)
        if lies(upload.name, upload.content):
            return await self._ask(request, LIES)
        if not inside(upload.content):
            return await self._ask(request, NOTHING)
        return await self._judged(request, upload)

    async def _received(self, request: Request) -> Upload | None:
        """The file of the form, read as it comes and given up as soon as it is too large."""
        kind = request.headers.get("content-type", "")
        reader = multipart.Reader(multipart.boundary_of(kind), limits=LIMITS)
        parts: list[multipart.Part] = []
        async for chunk in request.stream():
            parts += reader.feed(chunk)
        return file_of([*parts, *reader.close()], field="file")

    async def _judged(self, request: Request, upload: Upload) -> Response:
        hall = self.hall
        try:
            async with self.room:
                report = await self.in_thread(self.judge, upload.content)
        except PdfRefused:
            return await self._ask(request, UNSAFE)
        except Refused:
            return await self._ask(request, BROKEN)
        verdict = verdict_of(
            report,
            hall.formats(request),
            hall.texts(request),
            demonstration=bool(hall.site.frame.demonstration),
        )
        return await hall.show(
            request,
            "verified.html",
            verdict=verdict,
            name=upload.name,
            whom=signed_for(upload.content, hall.formats(request)) if verdict.tag == "yes" else "",
            size=hall.formats(request).size(len(upload.content)),
            at=report.at,
        )

    async def _ask(self, request: Request, error: str = "") -> Response:
        errors = [{"field": "file", "text": self.hall.texts(request)(error)}] if error else []
        return await self.hall.show(
            request,
            "verify.html",
            status=422 if error else 200,
            accept=",".join(OPENED),
            errors=errors,
        )

    async def _paper(self, request: Request) -> tuple[str, Mapping[str, Any], bytes]:
        """A paper that the case tells of; any other name is nothing that is here."""
        hall, language = self.hall, self.hall.language(request)
        case, name = request.path_params["case"], request.path_params["name"]
        visitor = await hall.site.visitor(request)
        if not is_paper(name):
            raise PortalRefused("no paper has such a name", why="no-paper")
        view = await hall.counter.portal.status(visitor, case, language=language)
        if name not in paper_names(view):
            raise PortalRefused("the case has no such paper", why="no-paper")
        content = await hall.counter.portal.document(
            visitor, case, name, language=self._wanted(request)
        )
        return name, view, content

    def _wanted(self, request: Request) -> str:
        """What is not signed yet can be read in the language in which it would be signed."""
        asked = request.query_params.get("language", "")
        known = self.hall.site.frame.profile.languages
        return asked if asked in known else self.hall.language(request)

    async def _case(
        self, visitor: Visitor, row: Mapping[str, Any], language: str
    ) -> dict[str, Any] | None:
        """One case with its papers; None when its provider does not answer in time."""
        try:
            async with asyncio.timeout(SECONDS):
                view = await self.hall.counter.portal.status(
                    visitor, row["case"], language=language
                )
        except SignedOut:
            raise
        except (TimeoutError, RiikError):
            return None
        return None if view["next"]["step"] == "waiting" else view
