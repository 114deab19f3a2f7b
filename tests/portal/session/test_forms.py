"""Forms that browsers send, and forms that they don't; paths that lead away."""

import pytest

from riik.portal.session import FormRefused
from riik.portal.session.forms import MOST_BYTES, local_path, read_form

FORM = "application/x-www-form-urlencoded"


def test_a_form_is_read_as_its_person_wrote_it():
    form = read_form(b"name=T%C3%B5nu+%C4%90%E1%BB%97&name=&lines=a%0D%0Ab%0D", media_type=FORM)
    assert form.texts("name") == ("Tõnu Đỗ", "")
    assert (form.text("lines"), form.text("missing", "-")) == ("a\nb", "-")
    assert (form.ticked("name"), form.ticked("missing")) == (True, False)


def test_a_form_is_sent_again_as_it_was():
    body = b"a=1&a=2&b=%C3%B5"
    form = read_form(body, media_type=f"{FORM}; charset=UTF-8")
    assert form.encoded() == body
    assert form.without({"a"}).encoded() == b"b=%C3%B5"


WRONG = [
    ("json", b"{}", "application/json", "media-type"),
    ("multipart", b"a=1", "multipart/form-data; boundary=x", "media-type"),
    ("nothing said", b"a=1", "", "media-type"),
    ("large", b"a=" + b"x" * MOST_BYTES, FORM, "size"),
    ("many fields", b"&".join([b"a=1"] * 201), FORM, "fields"),
    ("many empty fields", b"&" * 300, FORM, "fields"),
    ("raw bytes", b"a=\xff", FORM, "encoding"),
    ("no UTF-8", b"a=%ff", FORM, "encoding"),
    ("half a letter", b"a=%C3", FORM, "encoding"),
    ("NUL in a value", b"a=%00", FORM, "encoding"),
    ("NUL in a name", b"%00=a", FORM, "encoding"),
]


@pytest.mark.parametrize(("body", "kind", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_what_is_no_form_is_refused(body, kind, why):
    with pytest.raises(FormRefused) as refused:
        read_form(body, media_type=kind)
    assert refused.value.why == why


@pytest.mark.parametrize("path", ["/", "/cases/a?b=c&d=%20", "/a//b", "/%2f%2fevil.example"])
def test_a_path_of_ours_stays(path):
    assert local_path(path) == path


AWAY = [
    "", "cases", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "https://evil.example/", "javascript:alert(1)", "/\t/evil.example", "/a\nSet-Cookie: x",
    "/\r/evil.example", "/ /evil.example", "/õ", "/a\\b", "/" + "x" * 2_000, "/\x7f", "@evil.example",
    "/.//evil.example", "/..//evil.example", "/%2e//evil.example", "/a/../..//evil.example",
    "/./", "/%2E%2e/x", "/..?to=/",
]  # fmt: skip


@pytest.mark.parametrize("path", AWAY, ids=repr)
def test_no_path_leads_away(path):
    assert local_path(path) == "/"
