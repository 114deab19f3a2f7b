"""Anybody checks a paper by the code that is printed on it; nobody signs in.

GET  /check               type the code; ``?code=`` leads on
GET  /check/<code>        who issued it, what kind, when, and how it stands now
POST /check/<code>        with the case number printed on it also what stands there; with the file,
                          whether it is the one that was issued. The file is forgotten at once.

A QR code carries a signed statement behind ``#``: browsers keep that to themselves, and
``riik validate --qr`` checks it without any network.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from riik.core import TimeRefused, from_text
from riik.documents import PaperRefused, code_of, read_code
from riik.formats import multipart
from riik.portal.citizen.guides import named
from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.papers.checking.component import IssuedPapers, Pace, Told
from riik.portal.citizen.papers.upload import file_of, text_of
from riik.portal.design.texts import later
from riik.portal.session import ForeignRequest
from riik.runtime.web import check_own_page

__all__ = ["routes"]

MOST_BYTES: Final = 10_000_000
LIMITS: Final = multipart.Limits(
    most_bytes=MOST_BYTES + 65_536, most_header_bytes=4_096, most_parts=4
)
WRONG: Final = {
    "code": later("This is no code of a paper. Type all of it, as it is printed."),
    "issuer": later("No organisation that this portal knows has this code. Check the first part."),
    "unknown": later("No paper has this code. Check each character against the paper."),
}
STANDINGS: Final = {
    "in-force": ("yes", later("In force")),
    "appealed": ("wait", later("In force, and appealed")),
    "set-aside": ("no", later("Set aside")),
    "answered": ("wait", later("Answered since")),
    "replaced": ("no", later("Replaced")),
    "forgotten": ("wait", later("No longer kept")),
}
NUMBER: Final = later("This is not the case number on the paper that has this code.")
TRIES: Final = later("Too many numbers were tried for this paper. Try again at {at}.")
TRIES_LATER: Final = later("Too many numbers were tried for this paper. Try again later.")


def routes(hall: Hall, *, papers: IssuedPapers) -> list[Route]:
    """The routes of checking papers."""
    check = _Checking(hall, papers, Pace(clock=hall.clock))
    return [
        Route("/check", hall.page(check.ask), methods=["GET"]),
        Route("/check/{code}", hall.page(check.show), methods=["GET"]),
        Route("/check/{code}", hall.page(check.more), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _Checking:
    """The handlers."""

    hall: Hall
    papers: IssuedPapers
    pace: Pace

    async def ask(self, request: Request) -> Response:
        """GET /check: type the code."""
        code = request.query_params.get("code", "")
        if not code:
            return await self._form(request)
        try:
            return RedirectResponse(f"/check/{code_of(*read_code(code))}", status_code=303)
        except PaperRefused as refused:
            return await self._form(request, refused.why, code=code[:200])

    async def show(self, request: Request) -> Response:
        """GET /check/<code>: how the paper stands."""
        return await self._answer(request)

    async def more(self, request: Request) -> Response:
        """POST /check/<code>: the same to who holds the paper.

        Raises:
            ForeignRequest: Another site sent it.
        """
        check_own_page(request, origin=self.hall.site.origin, refusal=ForeignRequest)
        reader = multipart.Reader(
            multipart.boundary_of(request.headers.get("content-type", "")), limits=LIMITS
        )
        parts: list[multipart.Part] = []
        async for chunk in request.stream():
            parts += reader.feed(chunk)
        parts += reader.close()
        upload = file_of(parts, field="file")
        digest = sha256(upload.content).hexdigest() if upload and upload.content else ""
        return await self._answer(request, number=text_of(parts, field="number"), digest=digest)

    async def _answer(self, request: Request, *, number: str = "", digest: str = "") -> Response:
        code, language = request.path_params["code"], self.hall.language(request)
        visitor = request.client.host if request.client else ""
        if not self.pace.allows(visitor):
            return await self.hall.show(request, "check-paper-wait.html", status=429)
        told, why = await self.papers.ask(
            code, number=number.strip(), language=language, visitor=visitor
        )
        if told is None:
            return await self._form(request, why, code=code[:200])
        sentence = self._wrong(told, why, request)
        wrong = [{"field": "number", "text": sentence}] if sentence else []
        return await self.hall.show(
            request,
            "check-paper.html",
            status=422 if wrong else 200,
            errors=wrong,
            number=number,
            same=None if not digest else digest == told.digest,
            **self._shown(told, code, request),
        )

    def _wrong(self, told: Told, why: str, request: Request) -> str:
        """Why the number shows no more, and when another may be typed."""
        text = self.hall.texts(request)
        if why == "number":
            return text(NUMBER)
        if why != "tries":
            return ""
        try:
            return text(TRIES, at=self.hall.formats(request).at(from_text(told.until)))
        except TimeRefused:
            return text(TRIES_LATER)

    def _shown(self, told: Told, code: str, request: Request) -> dict[str, Any]:
        tag, word = STANDINGS.get(told.standing, ("wait", later("Can’t be told")))
        return {
            "told": told,
            "code": code,
            "issuer": named(told.issuer, self.hall.language(request)),
            "issued": from_text(told.issued),
            "at": from_text(told.at),
            "tag_kind": tag,
            "tag_word": self.hall.texts(request)(word),
        }

    async def _form(self, request: Request, why: str = "", *, code: str = "") -> Response:
        text = self.hall.texts(request)
        errors = [{"field": "code", "text": text(WRONG[why])}] if why in WRONG else []
        return await self.hall.show(
            request,
            "check-code.html",
            status=422 if errors else 503 if why else 200,
            errors=errors,
            typed=code,
            silent=bool(why) and not errors,
        )
