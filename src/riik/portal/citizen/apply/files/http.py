"""Adding a file to an application, without script: one form, one file, one answer.

POST /cases/<case>/files/<page>          a form with a file (``multipart/form-data``, RFC 7578)
POST /v1/cases/<case>/files/<page>       the file itself; its name in ``?name=``
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from riik.exchange import ServiceRefused
from riik.formats import multipart
from riik.portal.citizen.apply.answers import Given, question_rows
from riik.portal.citizen.apply.errands import answered_elsewhere
from riik.portal.citizen.apply.files.refusals import REFUSALS, refusal_text
from riik.portal.citizen.apply.http import case_page
from riik.portal.citizen.apply.rows import known_groups
from riik.portal.citizen.apply.where import at, is_open, open_page, unread, where
from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.papers.upload import Upload, file_of, text_of

__all__ = ["MOST_SENT", "routes"]

MOST_BYTES: Final = 5_000_000
MOST_SENT: Final = MOST_BYTES + 65_536
"""Of a whole upload: the file, and what the browser writes around it."""
LIMITS: Final = multipart.Limits(most_bytes=MOST_SENT, most_header_bytes=4_096, most_parts=6)

View = dict[str, Any]


def routes(hall: Hall) -> list[Route]:
    """The routes of files."""
    files = _Files(hall)
    return [
        Route("/cases/{case}/files/{page}", case_page(hall, files.add), methods=["POST"]),
        Route("/v1/cases/{case}/files/{page}", hall.site.script(files.put), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _Files:
    """The handlers."""

    hall: Hall

    async def add(self, request: Request) -> Response:
        """POST /cases/<case>/files/<page>: add the file of a form, or say why not."""
        parts = await self._received(request)
        await self.hall.site.upload(request, text_of(parts, field="csrf"))
        view = await self._view(request)
        page = open_page(view, request.path_params["page"])
        if page is None or not is_open(view) or page["questions"][0]["kind"] != "upload":
            return self.hall.site.go(f"{where(view)}?moved=yes")
        file = file_of(parts, field="file")
        if file is None or not file.content:
            why = "unread" if not parts else "missing" if file is None else "empty"
            return await self._again(request, view, page, why)
        if len(file.content) > MOST_BYTES:
            return await self._again(request, view, page, "large")
        try:
            await self._step(request, page["id"], file, seen=text_of(parts, field="seen"))
        except ServiceRefused as refused:
            if not answered_elsewhere(refused) and refused.why not in REFUSALS:
                raise
            return await self._again(request, view, page, refused.why)
        return self.hall.site.go(at(view["case"], "answers", page["id"]))

    async def put(self, request: Request) -> Response:
        """POST /v1/cases/<case>/files/<page>: add a file that a program sends."""
        await self.hall.site.guard(request)
        content = await request.body()
        file = Upload(name=request.query_params.get("name", "")[:200], content=content)
        after = await self._step(request, request.path_params["page"], file)
        return JSONResponse(after, status_code=201)

    async def _received(self, request: Request) -> list[multipart.Part]:
        """The parts of the form, read as they come; none when they are no form."""
        parts: list[multipart.Part] = []
        try:
            kind = request.headers.get("content-type", "")
            reader = multipart.Reader(multipart.boundary_of(kind), limits=LIMITS)
            async for chunk in request.stream():
                parts += reader.feed(chunk)
            return [*parts, *reader.close()]
        except multipart.MultipartRefused:
            return []

    async def _step(self, request: Request, page: str, file: Upload, *, seen: str = "") -> View:
        visitor, case = await self.hall.site.visitor(request), request.path_params["case"]
        content = {"name": file.name, "content": b64encode(file.content).decode()}
        if seen:
            content["_seen"] = seen
        return await self.hall.counter.portal.step(
            visitor, case, step=f"answers/{page}/file", content=content
        )

    async def _view(self, request: Request) -> View:
        visitor = await self.hall.site.visitor(request)
        case, language = request.path_params["case"], self.hall.language(request)
        ask, page = self.hall.counter.portal.status, request.path_params.get("page", "")
        view = await ask(visitor, case, language=language)
        if unread(view, page):
            view = await ask(visitor, case, language=language, find=("@page", page))
        return view

    async def _again(
        self, request: Request, view: View, page: Mapping[str, Any], why: str
    ) -> Response:
        """The page with what was wrong; nothing that was added before is lost."""
        hall, texts = self.hall, self.hall.texts(request)
        if why == "elsewhere":
            return hall.site.go(f"{at(view['case'], 'answers', page['id'])}?moved=yes")
        formats = hall.formats(request)
        places: Sequence[str] = [one["id"] for one in view["pages"]]
        errors = [{"field": "file", "text": refusal_text(why, texts)}]
        return await hall.show(
            request,
            "upload.html",
            place=view.get("organisation", ""),
            status=422,
            view=view,
            case=at(view["case"]),
            page=page,
            position=places.index(page["id"]) + 1,
            back_to=at(view["case"]),
            here=at(view["case"], "answers", page["id"]),
            questions=question_rows(page["questions"], Given({}, {}), formats),
            known=known_groups(view, formats, texts),
            moved=False,
            errors=errors,
        )
