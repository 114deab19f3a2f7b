"""Papers: what a person downloads, and what anybody may have checked."""

import io
import json
import zipfile

import pytest
import typst
from tests.portal.citizen.mine.house import GRANTED, HOSTILE, ROW, VIEW, form_of

from riik.core import Unavailable
from riik.formats.multipart import Part
from riik.portal.citizen.papers.http import MOST_BYTES, MOST_SENT
from riik.portal.citizen.papers.kinds import disposition, inside, is_paper, lies, media_type
from riik.portal.citizen.papers.represented import signed_for
from riik.portal.citizen.papers.upload import file_of
from riik.portal.design.formats import Formats
from riik.profiles import country_profile

pytestmark = pytest.mark.anyio

PAPER = f"/cases/{VIEW['case']}/documents"
DECISION = f"/cases/{GRANTED['case']}/documents/decision.pdf"


async def sent(browser, name, content, **headers):
    body, kind = form_of(name, content)
    return await browser.post("/verify", body, **({"content-type": kind} | headers))


async def test_all_papers_of_all_cases_are_there(town):
    page = (await (await town.visitor()).get("/documents")).text
    for told in (DECISION, f"{PAPER}/application.asice", "sealed by Transport Administration"):
        assert told in page
    assert page.index(DECISION) < page.index(f"{PAPER}/application.asice")


async def test_papers_of_a_case_that_is_silent_are_missed_by_name(town):
    town.desk.portal.silent = {ROW["case"]}
    page = (await (await town.visitor()).get("/documents")).text
    assert "No answer from: Transport Administration" in page
    assert DECISION in page


async def test_a_paper_is_kept_not_shown_whatever_its_provider_says(town):
    paper = await (await town.visitor()).get(f"{PAPER}/application.asice")
    assert paper.status == 200
    headers = paper.headers
    assert headers["content-type"] == "application/vnd.etsi.asic-e+zip"
    assert headers["content-disposition"] == (
        'attachment; filename="2026-000017-application.asice"'
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "name",
    ["other.pdf", "..%2fapplication.asice", "application.asice%00", "APPLICATION.ASICE", ".asice"],
)
async def test_a_paper_that_the_case_does_not_have_is_nowhere(town, name):
    mari = await town.visitor()
    for page in ("", "/check"):
        assert (await mari.get(f"{PAPER}/{name}{page}")).status == 404


async def test_what_is_going_to_be_signed_can_be_read_before(town):
    town.desk.portal.views[VIEW["case"]] = VIEW | {
        "documents": [],
        "statement": {
            "sentence": "",
            "rows": [],
            "fee": None,
            "file": {"name": "application.json"},
        },
    }
    town.desk.portal.files["application.json"] = b"{}"
    mari = await town.visitor()
    paper = await mari.get(f"{PAPER}/application.json?language=xx")
    assert (paper.status, paper.headers["content-type"]) == (200, "application/json")
    assert (await mari.get(f"{PAPER}/decision.pdf")).status == 404


async def test_a_paper_is_checked_where_it_stands(town, judge, signed, sealed):
    judge.trusted[:] = signed.anchors
    town.desk.portal.files["decision.pdf"] = sealed
    mari = await town.visitor()
    assert f"{DECISION}/check" in (await mari.get("/documents")).text
    page = await mari.get(f"{DECISION}/check")
    assert page.status == 200
    for told in ("The signature holds", "Transpordiamet", "Covers the whole document"):
        assert told in page.text


@pytest.mark.parametrize(
    ("spoil", "status", "said"),
    [
        (lambda pdf: pdf.replace(b"/Lang", b"/Long", 1), 200, "Something was changed or added"),
        (lambda pdf: pdf[:-600], 422, "can’t be read safely"),
        (lambda pdf: b"%PDF-1.7 and no more", 422, "can’t be read safely"),
    ],
    ids=["changed", "cut-off", "no-pdf"],
)
async def test_a_sealed_letter_that_is_spoilt_never_holds(
    town, judge, signed, sealed, spoil, status, said
):
    judge.trusted[:] = signed.anchors
    page = await sent(town.browser(), "decision.pdf", spoil(sealed))
    assert (page.status, said in page.text) == (status, True)
    assert "The signature holds" not in page.text


async def test_a_letter_that_nobody_sealed_is_said_to_be_so(town, judge, signed):
    judge.trusted[:] = signed.anchors
    letter = typst.compile(b'#set document(title: "Otsus")\n= Otsus')
    page = await sent(town.browser(), "decision.pdf", letter)
    assert "Nobody signed this file" in page.text


async def test_in_a_demonstration_no_signature_counts_as_one_by_hand(town, judge, signed):
    judge.trusted[:] = signed.anchors
    assert town.hall.site.frame.demonstration
    page = await sent(town.browser(), "agreement.asice", signed.container)
    assert "in a real country it would count like one by hand" in page.text
    assert "counts as one by hand" not in page.text


async def test_a_signature_that_holds_is_told_with_its_signer_and_time(town, judge, signed):
    judge.trusted[:] = signed.anchors
    page = await sent(town.browser(), "agreement.asice", signed.container)
    assert page.status == 200
    for told in ("The signature holds", "proved by a time-stamp", "agreement.asice"):
        assert told in page.text


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("content", "A file was changed after it was signed."),
        ("trust", "Nobody whom this state trusts"),
    ],
)
async def test_why_a_signature_does_not_hold_is_said_in_words(town, judge, signed, spoil, said):
    judge.trusted[:] = [] if spoil == "trust" else signed.anchors
    content = signed.changed if spoil == "content" else signed.container
    page = await sent(town.browser(), "agreement.asice", content)
    assert page.status == 200
    assert said in page.text
    assert "The signature holds" not in page.text


LYING = [
    ("letter.pdf", b"PK\x03\x04 a container", "something else than the end of its name says"),
    ("letter.asice", b"%PDF-1.7 a letter", "something else than the end of its name says"),
    ("letter.asice", b"MZ a program", "something else than the end of its name says"),
    ("letter.exe", b"MZ a program", "no signed file that we know"),
    ("letter.txt", b"nothing", "no signed file that we know"),
    ("letter.asice", b"PK\x03\x04 cut off", "The container is damaged"),
    ("letter.asice", b"", "Choose a file first"),
    ("", b"nothing", "Choose a file first"),
]


@pytest.mark.parametrize(("name", "content", "said"), LYING)
async def test_a_file_that_lies_or_is_none_is_refused_kindly(town, name, content, said):
    page = await sent(town.browser(), name, content)
    assert page.status == 422
    assert said in page.text
    assert "<title>Error:" in page.text


async def test_a_file_that_is_too_large_is_given_up_on_the_way(town):
    page = await sent(town.browser(), "large.asice", b"PK\x03\x04" + bytes(MOST_BYTES))
    assert page.status == 422
    assert "larger than 10 MB" in page.text


async def test_what_is_stated_to_be_larger_still_is_not_even_read(town):
    body, kind = form_of("x.asice", b"PK\x03\x04")
    large = {"content-type": kind, "content-length": str(MOST_SENT + 1)}
    assert (await town.browser().post("/verify", body, **large)).status == 413


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"file=x", "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken\r\n\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    ],
)
async def test_a_form_that_is_none_says_so(town, body, kind):
    page = await town.browser().post("/verify", body, **{"content-type": kind})
    assert (page.status, "did not arrive whole" in page.text) == (422, True)


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": None}, {"sec-fetch-site": "cross-site"}],
)
async def test_another_site_can_t_make_a_browser_send_files(town, headers):
    assert (await sent(town.browser(), "x.asice", b"PK\x03\x04", **headers)).status == 403


async def test_a_name_that_is_markup_stays_text(town):
    name = "<img src=x onerror=alert(1)>.pdf"
    page = await sent(town.browser(), name, typst.compile(b"= Otsus"))
    assert page.status == 200
    assert "<img src=x" not in page.text


async def test_titles_and_organisations_that_are_markup_stay_text(town):
    paper = VIEW["documents"][0] | {"title": HOSTILE, "about": HOSTILE}
    town.desk.portal.views[VIEW["case"]] = VIEW | {
        "documents": [paper],
        "title": HOSTILE,
        "organisation": HOSTILE,
        "number": HOSTILE,
    }
    mari = await town.visitor()
    page = (await mari.get("/documents")).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    name = (await mari.get(f"{PAPER}/application.asice")).headers["content-disposition"]
    assert '"' not in name.partition('"')[2].rpartition('"')[0]
    assert "<" not in name


async def test_anybody_may_check_without_signing_in(town):
    page = await town.browser().get("/verify")
    assert (page.status, 'enctype="multipart/form-data"' in page.text) == (200, True)


async def test_nothing_of_a_file_is_written_down(town, tmp_path):
    await sent(town.browser(), "letter-of-mari.pdf", b"%PDF-1.7 secret-of-mari")
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"secret-of-mari" not in kept
    assert b"letter-of-mari" not in kept


@pytest.mark.parametrize("error", [Unavailable("silent", why="network")])
async def test_papers_stand_while_the_list_of_cases_is_away(town, error):
    town.desk.told["mine"] = error
    assert (await (await town.visitor()).get("/documents")).status == 503


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        (("2026-1", "decision.pdf"), 'attachment; filename="2026-1-decision.pdf"'),
        (("", 'a"; x="b.pdf'), 'attachment; filename="a-x-b.pdf"'),
        (("..", "../../etc/passwd"), 'attachment; filename="etc-passwd"'),
        (("\r\nSet-Cookie: x", "a"), 'attachment; filename="Set-Cookie-x-a"'),
        (("", ""), 'attachment; filename="file"'),
    ],
)
async def test_a_name_on_somebody_s_disk_is_plain(parts, written):
    assert disposition(*parts) == written


async def test_kinds():
    assert media_type("x.html") == media_type("x.svg") == "application/octet-stream"
    assert is_paper("application.asice")
    assert not any(map(is_paper, ("", "../x", "a/b", "a..b", "A", "a" * 101, "x\n", "é")))
    assert inside(b"\xef\xbb\xbf <x/>") == "xml"
    assert inside(b"hello") == ""
    assert lies("a.PDF", b"PK\x03\x04")
    assert not lies("a.txt", b"PK\x03\x04")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\mari\\x.pdf", "x.pdf"),
        ("../../x.pdf", "x.pdf"),
        ("x\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe", "xfdp.exe"),
        ("é" * 300 + ".pdf", ("é" * 300 + ".pdf")[-120:]),
    ],
)
async def test_the_name_of_an_upload_hides_nothing(given, kept):
    part = Part((("Content-Disposition", f'form-data; name="file"; filename="{given}"'),), b"x")
    assert file_of([part], field="file").name == kept
    assert file_of([part], field="other") is None


# For whom a representative signed -----------------------------------------------------------


def make_zip(files):
    """An ASiC-E (ETSI EN 319 162-1 §4.3): the media type first, stored, and a manifest."""
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="application/json"/>'
        for name in files
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type="'
        f'application/vnd.etsi.asic-e+zip"/>{entries}</manifest:manifest>'
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as target:
        target.writestr("mimetype", "application/vnd.etsi.asic-e+zip")
        for name, content in files.items():
            target.writestr(name, content)
        target.writestr("META-INF/manifest.xml", manifest)
    return written.getvalue()


def application(**person):
    """A container with the file that a service has people sign; nobody signed this one."""
    content = json.dumps({"person": person}).encode()
    return make_zip({"application.json": content})


@pytest.mark.parametrize(
    ("person", "told"),
    [
        ({"code": "EE1", "acting": "EE2", "given_names": "Joosep", "family_name": "Maasikas"}, "Joosep Maasikas"),
        ({"code": "EE1", "acting": "EE2"}, "EE1"),
        ({"code": "EE1", "acting": "EE1", "given_names": "Joosep"}, ""),
        ({"code": "EE1"}, ""),
        ({"code": "EE1", "acting": 2}, ""),
        ({"code": "EE1", "acting": "EE2", "given_names": "a" * 500}, "a" * 120),
    ],
    ids=["for a child", "without a name", "one's own", "nobody acts", "no code", "a long name"],
)  # fmt: skip
def test_a_file_says_for_whom_it_was_signed(person, told):
    formats = Formats(country_profile("ee"), "en", "Europe/Tallinn")
    assert signed_for(application(**person), formats) == told


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04 no container"])
def test_what_is_no_container_was_signed_for_nobody(content):
    assert signed_for(content, Formats(country_profile("ee"), "en", "Europe/Tallinn")) == ""
