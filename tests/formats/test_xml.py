"""XML from outside: bombs and outsiders are refused; canonical forms are the standards'."""

import pytest

from riik.formats.xml import MOST_DEPTH, XmlRefused, canonicalise, parse, text_of

SCOPED = b'<a:r xmlns:a="u:a" xmlns:b="u:b"><!-- c --><a:x z="1" y="2"><b:e/></a:x>tail</a:r>'


def refused(why):
    return pytest.raises(XmlRefused, check=lambda error: error.why == why)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (b"", "syntax"),
        (b"<a>", "syntax"),
        (b"\xff\xfe\x00", "syntax"),
        (b"<a>&unknown;</a>", "syntax"),
        (b"<!DOCTYPE a><a/>", "doctype"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "doctype"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>', "doctype"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>', "doctype"),
        (b"<a>" * (MOST_DEPTH + 1) + b"</a>" * (MOST_DEPTH + 1), "depth"),
        (b"<a>" + b"<b/>" * 500_000 + b"</a>", "elements"),
    ],
    ids=["nothing", "unclosed", "other bytes", "unknown entity", "plain doctype", "entity",
         "file entity", "external subset", "too deep", "too many"],
)  # fmt: skip
def test_a_document_that_could_harm_is_refused(source, why):
    with refused(why):
        parse(source)


def test_a_document_over_the_limit_is_refused():
    with refused("size"):
        parse(b"<a/>", most=3)


def test_exclusive_form_has_only_the_namespaces_in_use():
    apex = parse(SCOPED)[1]
    assert canonicalise(apex, exclusive=True) == (
        b'<a:x xmlns:a="u:a" y="2" z="1"><b:e xmlns:b="u:b"></b:e></a:x>'
    )


def test_exclusive_form_keeps_the_prefixes_it_is_told():
    apex = parse(SCOPED)[1]
    assert canonicalise(apex, exclusive=True, prefixes=["b"]) == (
        b'<a:x xmlns:a="u:a" xmlns:b="u:b" y="2" z="1"><b:e></b:e></a:x>'
    )


def test_inclusive_form_has_those_of_its_ancestors():
    apex = parse(SCOPED)[1]
    assert canonicalise(apex, exclusive=False) == (
        b'<a:x xmlns:a="u:a" xmlns:b="u:b" y="2" z="1"><b:e></b:e></a:x>'
    )


@pytest.mark.parametrize("with_comments", [True, False])
def test_comments_stay_only_where_asked(with_comments):
    form = canonicalise(parse(SCOPED), exclusive=True, with_comments=with_comments)
    assert (b"<!-- c -->" in form) is with_comments


def test_an_apex_that_would_inherit_xml_attributes_is_refused():
    inner = parse(b'<a xml:lang="et"><b/></a>')[0]
    with refused("inherited"):
        canonicalise(inner, exclusive=False)
    assert canonicalise(inner, exclusive=True) == b"<b></b>"


def test_a_comment_does_not_cut_a_text_short():
    assert text_of(parse(b"<a>2026-06<!-- x -->-01</a>")) == "2026-06-01"


def test_a_text_with_an_element_in_it_is_refused():
    with refused("content"):
        text_of(parse(b"<a>2026<b/>-01</a>"))
