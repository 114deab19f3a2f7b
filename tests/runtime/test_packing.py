"""Which pages come packed, and which never do."""

import gzip

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from tests.portal.house import get

from riik.runtime.web import Packs

LONG = "<p>tere</p>" * 500


async def page(request):
    return HTMLResponse(LONG)


async def small(request):
    return HTMLResponse("<p>tere</p>")


async def told(request):
    return JSONResponse([1] * 2_000)


class InParts(HTMLResponse):
    """A page that is sent in two parts, its length unsaid."""

    async def __call__(self, scope, receive, send):
        headers = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await send({"type": "http.response.body", "body": self.body})


async def streamed(request):
    return InParts(LONG)


@pytest.fixture(scope="module")
def app():
    routes = [("/", page), ("/small", small), ("/told", told), ("/streamed", streamed)]
    return Packs(Starlette(routes=[Route(path, act) for path, act in routes]))


@pytest.mark.parametrize("path", ["/", "/?days=30", "/?lang=vi&page=2", "/streamed"])
def test_a_page_comes_packed_to_whom_takes_it(app, path):
    plain, packed = get(app, path), get(app, path, accept_encoding="gzip, deflate, br")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert int(packed.headers["content-length"]) == len(packed.content) < len(plain.content) / 10
    assert "Accept-Encoding" in packed.headers["vary"]
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "path",
    [
        "/?q=token",
        "/?days=csr-",
        "/?to=/cases",
        "/?lang=vi&q=name%3D",
        "/?A=b",
        "/?q=<input",
        "/small",
        "/told",
    ],
)
def test_what_a_stranger_s_words_may_stand_in_is_never_packed(app, path):
    assert "content-encoding" not in get(app, path, accept_encoding="gzip").headers
