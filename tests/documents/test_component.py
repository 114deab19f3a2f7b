"""Letters: accessible, archivable, carrying their data, and closed to what templates try."""

import base64
import io
import json
import os
import resource
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path

import pikepdf
import pytest
import typst

from riik.documents import Attachment, Documents, LetterRefused, PressUnavailable
from riik.documents.device import TEMPLATES, TypstPress

VECTORS = Path(__file__).parents[1] / "vectors" / "documents"
LETTERS = [("decision", "et"), ("decision", "vi"), ("decision", "en"), ("confirmation", "et")]
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
COPY = files("riik") / "catalogue" / "services" / "certified-copy" / "letters" / "decision.typ"
SCAN = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
)
GIVEN = {"language": "en", "title": "T", "author": "A", "at": AT}


def opened(pdf):
    return pikepdf.open(io.BytesIO(pdf))


@pytest.mark.parametrize(("kind", "language"), LETTERS)
def test_a_letter_is_tagged_and_says_its_language_and_title(printed, kind, language):
    document = opened(printed(kind, language))
    title = json.loads((VECTORS / f"{kind}-{language}.json").read_bytes())["title"]
    assert str(document.Root.Lang) == language
    assert document.Root.MarkInfo.Marked
    assert document.Root.StructTreeRoot.K is not None
    assert document.Root.ViewerPreferences.DisplayDocTitle
    assert str(document.docinfo["/Title"]) == title


@pytest.mark.parametrize(("kind", "language"), LETTERS)
def test_a_letter_claims_pdf_ua_1_and_pdf_a_3a(printed, kind, language):
    with opened(printed(kind, language)).open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert metadata["xmp:CreateDate"].startswith("2026-11-23")


def test_the_decision_is_inside_as_data_byte_for_byte(printed):
    document = opened(printed("decision", "vi"))
    embedded = document.attachments["decision.json"].get_file()
    assert embedded.read_bytes() == (VECTORS / "decision-vi.json").read_bytes()
    assert str(document.Root.AF[0].AFRelationship) == "/Data"


@pytest.mark.parametrize("language", ["et", "vi", "en"])
def test_every_font_is_inside_the_letter(printed, language):
    document = opened(printed("decision", language))
    fonts = [each for each in document.objects if _is(each, "/FontDescriptor")]
    assert fonts
    assert all("/FontFile2" in each or "/FontFile3" in each for each in fonts)


def _is(value, kind):
    return isinstance(value, pikepdf.Dictionary) and value.get("/Type") == kind


def test_the_table_of_facts_has_header_cells(printed):
    document = opened(printed("decision", "et"))
    roles = [str(each.S) for each in document.objects if _is(each, "/StructElem")]
    assert roles.count("/TH") == 5
    assert roles.count("/Table") == 2
    assert roles.count("/H1") == 1


def test_the_same_letter_is_the_same_bytes(printed):
    assert printed("decision", "en") == printed("decision", "en")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
@pytest.mark.parametrize(
    ("language", "says"), [("et", "Kavand"), ("vi", "Bản nháp"), ("en", "A draft")]
)
def test_a_draft_says_so_and_names_no_seal(documents, tmp_path, language, says):
    letter = json.loads((VECTORS / f"decision-{language}.json").read_bytes())
    given = GIVEN | {"language": language}
    told = {}
    for name, data in {"sealed": letter, "draft": {**letter, "draft": True}}.items():
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(documents.render((TEMPLATES / "decision.typ").read_bytes(), data, **given))
        told[name] = subprocess.run(
            ["pdftotext", str(file), "-"], capture_output=True, text=True, check=True
        ).stdout
    assert says in told["draft"]
    assert says not in told["sealed"]
    assert letter["decision"].split()[0] in told["draft"]


class BarePress:
    """The same engine with the fonts it carries and none of the machine's."""

    def print(self, source, inputs, *, at):
        compiler = typst.Compiler(root=str(TEMPLATES), ignore_system_fonts=True)
        standards = ["ua-1", "a-3a"]
        return compiler.compile(
            input=source.encode(), format="pdf", sys_inputs=dict(inputs), pdf_standards=standards
        )


@pytest.mark.parametrize("language", ["et", "vi"])
def test_no_font_of_the_machine_is_needed(language):
    letter = json.loads((VECTORS / f"decision-{language}.json").read_bytes())
    template = (TEMPLATES / "decision.typ").read_bytes()
    pdf = Documents(press=BarePress()).render(template, letter, **GIVEN | {"language": language})
    assert pdf.startswith(b"%PDF-")


def test_data_can_not_become_source(documents):
    data = {"reference": '#panic("ran") ] $ \\ *', "name": '#read("/etc/passwd")'}
    pdf = documents.render('#import "/house.typ": data\n#data.name', data, **GIVEN)
    assert pdf.startswith(b"%PDF-")


def test_today_is_the_day_of_the_letter(documents):
    source = "#assert(datetime.today() == datetime(year: 2026, month: 11, day: 23))\nfine"
    assert documents.render(source, {"reference": "1"}, **GIVEN)


@pytest.mark.parametrize(
    "case", json.loads((VECTORS / "refusals.json").read_bytes()), ids=lambda case: case["id"]
)
def test_a_template_that_reaches_out_or_is_wrong_is_refused(documents, case):
    with pytest.raises(LetterRefused) as refused:
        documents.render(case["source"], {"reference": "1"}, **GIVEN)
    assert refused.value.why == case["expect"]


def test_the_missing_key_is_named(documents):
    source = '#import "/house.typ": *\n#head()'
    with pytest.raises(LetterRefused) as refused:
        documents.render(source, {"reference": "1", "title": "T"}, **GIVEN)
    assert refused.value.facts == {"key": "organisation"}


@pytest.mark.parametrize(
    ("why", "changes"),
    [
        ("language", {"language": "tlh"}),
        ("zone", {"at": datetime(2026, 11, 23, 10)}),
        ("too-large", {"template": "x" * 100_001}),
        ("template", {"template": b"\xff"}),
        ("data", {"data": {"at": AT}}),
        ("data", {"data": {"sum": float("nan")}}),
        ("too-large", {"data": {"text": "x" * 500_001}}),
    ],
)
def test_what_no_letter_can_be_made_of_is_refused(documents, why, changes):
    given = {"template": "x", "data": {"reference": "1"}} | GIVEN | changes
    with pytest.raises(LetterRefused) as refused:
        documents.render(given.pop("template"), given.pop("data"), **given)
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("why", "names", "content"),
    [
        ("attachment", ["../x.json"], b"{}"),
        ("attachment", [""], b"{}"),
        ("attachment", ["a.json", "a.json"], b"{}"),
        ("too-large", ["a.bin"], bytes(2_000_001)),
    ],
)
def test_attachments_have_plain_names_of_their_own_and_a_limit(printed, why, names, content):
    attachments = [
        Attachment(name=name, media_type="application/json", content=content, description="d")
        for name in names
    ]
    with pytest.raises(LetterRefused) as refused:
        printed("decision", "en", attachments=attachments)
    assert refused.value.why == why


def test_any_bytes_can_be_attached(printed):
    content = bytes(range(256))
    attachment = Attachment(
        name="a.bin", media_type="application/octet-stream", content=content, description="d"
    )
    document = opened(printed("decision", "en", attachments=[attachment]))
    assert document.attachments["a.bin"].get_file().read_bytes() == content


STOPPED = [
    ("too-long", "#for i in range(30000) { for j in range(30000) { let y = j } }"),
    ("broken", "#let all = range(400000000)\n#all.len()"),
]


@pytest.mark.parametrize(("why", "source"), STOPPED, ids=[each[0] for each in STOPPED])
def test_a_template_that_takes_too_much_is_stopped_and_the_press_goes_on(why, source):
    press = TypstPress(seconds=2 if why == "too-long" else 30)
    documents = Documents(press=press)
    with pytest.raises(PressUnavailable) as stopped:
        documents.render(source, {"reference": "1"}, **GIVEN)
    assert stopped.value.why == why
    press.seconds = 30
    assert documents.render("fine", {"reference": "1"}, **GIVEN).startswith(b"%PDF-")
    press.close()


def test_a_press_that_does_not_take_its_job_is_not_waited_for_for_ever():
    press = TypstPress(seconds=30)
    documents = Documents(press=press)
    documents.render("fine", {"reference": "1"}, **GIVEN)
    os.kill(press._process.pid, signal.SIGSTOP)
    press.seconds = 0.5
    with pytest.raises(PressUnavailable) as stopped:
        documents.render("fine", {"reference": "1", "much": "x" * 400_000}, **GIVEN)
    assert stopped.value.why == "too-long"
    press.seconds = 30
    assert documents.render("fine", {"reference": "1"}, **GIVEN).startswith(b"%PDF-")
    press.close()


def test_a_node_with_thousands_of_connections_prints_all_the_same():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4_096)), hard))
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(1_100)]
    try:
        press = TypstPress(seconds=30)
        pdf = Documents(press=press).render("fine", {"reference": "1"}, **GIVEN)
        assert press._process.stdout.fileno() > 1_024
        assert pdf.startswith(b"%PDF-")
        press.close()
    finally:
        for descriptor in taken:
            os.close(descriptor)


def test_a_press_that_is_closed_stops_in_the_middle_and_prints_no_more():
    press = TypstPress(seconds=60)
    documents = Documents(press=press)
    documents.render("fine", {"reference": "1"}, **GIVEN)
    endless = STOPPED[0][1]
    with ThreadPoolExecutor(1) as pool:
        letter = pool.submit(documents.render, endless, {"reference": "1"}, **GIVEN)
        while not press._lock.locked():
            pass
        press.close()
        with pytest.raises(PressUnavailable) as stopped:
            letter.result()
    assert stopped.value.why == "broken"
    with pytest.raises(PressUnavailable):
        documents.render("fine", {"reference": "1"}, **GIVEN)


BEYOND = ["🙂 → 李明", "\x00", "\uf0b7 punkt", "\u202eoops", "\ufeff"]


@pytest.mark.parametrize("text", BEYOND)
def test_a_sign_that_no_font_has_stops_no_letter_and_stays_exact_in_its_data(documents, text):
    letter = json.loads((VECTORS / "decision-et.json").read_bytes())
    letter["grounds"][0]["text"] = letter["recipient"]["name"] = text
    content = json.dumps(letter, ensure_ascii=False).encode()
    attachment = Attachment(
        name="decision.json", media_type="application/json", content=content, description=text
    )
    pdf = documents.render(
        (TEMPLATES / "decision.typ").read_bytes(),
        letter,
        language="et",
        title=text,
        author="Amet " + text,
        at=AT,
        attachments=[attachment],
    )
    document = opened(pdf)
    assert document.attachments["decision.json"].get_file().read_bytes() == content


def test_a_certified_scan_is_shown_and_lies_inside_byte_for_byte(documents):
    letter = json.loads((VECTORS / "decision-en.json").read_text())
    told = {"name": "diploma.png", "type": "image/png", "size": len(SCAN), "sha256": "00" * 32}
    scan = Attachment(
        name="upload-1.png",
        media_type="image/png",
        content=SCAN,
        description="A scan",
        relationship="source",
    )
    press = partial(
        documents.render,
        COPY.read_bytes(),
        language="en",
        title="A copy",
        author="A municipality",
        at=datetime(2026, 12, 1, tzinfo=UTC),
        attachments=[scan],
    )
    document = opened(press({**letter, "enclosed": [told]}))
    bare = opened(press({**letter, "enclosed": [told], "unprinted": True}))
    assert document.attachments["upload-1.png"].get_file().read_bytes() == SCAN
    assert len(document.pages) == len(bare.pages) + 1
