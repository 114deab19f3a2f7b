"""A page's own address, as its links repeat it, never leads to another site."""

import pytest
from starlette.requests import Request

from riik.portal.design.http import address_of

ASKED = [
    ("/cases/1", b"", "/cases/1"),
    ("/cases/1", b"lang=en&day=2026-11-30", "/cases/1?lang=en&day=2026-11-30"),
    ("//evil.example/x", b"", "/evil.example/x"),
    ("////evil.example", b"a=b", "/evil.example?a=b"),
    ("/\\evil.example/x", b"", "/evil.example/x"),
    ("/\t/evil.example", b"", "/%09/evil.example"),
    ("/õ d?#", b"", "/%C3%B5%20d%3F%23"),
    ("/a:b", b"", "/a:b"),
]


@pytest.mark.parametrize(("path", "query", "address"), ASKED)
def test_an_address_has_one_slash_in_front(path, query, address):
    request = Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "server": ("localhost", 80),
            "path": path,
            "query_string": query,
            "headers": [],
        }
    )
    assert address_of(request) == address
