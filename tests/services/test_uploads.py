"""Files of an application: typed, counted, sealed, signed by digest; liars are refused in words."""

import json
from hashlib import sha256

import pytest
from tests.services.garden import MUCH, PDF, begun, sent

from riik.cases import CaseUnknown
from riik.services.errors import AnswerRefused

pytestmark = pytest.mark.anyio
PAGE = "answers/papers"
OTHER = PDF.replace(b"1 0 obj", b"2 0 obj")
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture
async def asked(house):
    """A case at its files."""
    await begun(house)
    await house.step("answers/lives", {"lives": True})
    await house.step("answers/partner", {})
    await house.step("answers/gardeners", {"gardeners": [MUCH]})
    return house


def names(view):
    """The files that the case keeps."""
    return [one["name"] for one in view["documents"] if one["name"].startswith("upload-")]


async def test_a_file_is_kept_sealed_and_its_digest_is_signed(asked):
    await asked.step(f"{PAGE}/file", sent(name="C:\\my\\plot.PDF"))
    view = await asked.step(PAGE)
    await asked.step("answers/crop", {"crop": "01"})
    await asked.step("answers/wish", {})
    [file] = view["answers"]["papers"]
    assert file == {
        "name": "plot.PDF",
        "type": "application/pdf",
        "size": len(PDF),
        "sha256": sha256(PDF).hexdigest(),
    }
    content, media_type = await asked.services.document(names(view)[0], asked.visit())
    assert (content, media_type) == (PDF, "application/pdf")
    paper = json.loads((await asked.services.document("application.json", asked.visit()))[0])
    signed = next(row for row in paper["answers"] if row["field"] == "papers")
    assert signed["value"] == [file]


async def test_the_same_file_twice_is_one_and_a_removed_one_is_gone(asked):
    await asked.step(f"{PAGE}/file", sent())
    view = await asked.step(f"{PAGE}/file", sent())
    assert len(names(view)) == 1
    view = await asked.step(f"{PAGE}/1/removal")
    assert names(view) == []
    with pytest.raises(CaseUnknown):
        await asked.services.document("upload-1.pdf", asked.visit())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"MZ a program", "unknown-kind"),
        (b"<svg/>", "unknown-kind"),
        (PDF[:10], "broken"),
        (PDF.replace(b"<<>>", b"<</S/Launch>>"), "acts"),
        (PDF[:-6] + EICAR + b"%%EOF\n", "harmful"),
        (b"%PDF-1.7" + b" " * 1_000_000 + b"%%EOF", "large"),
    ],
)
async def test_a_file_that_is_not_taken_leaves_nothing_behind(asked, content, why):
    with pytest.raises(AnswerRefused) as refused:
        await asked.step(f"{PAGE}/file", sent(content))
    assert refused.value.why == why
    assert names(await asked.status()) == []


async def test_another_kind_than_is_asked_for_is_refused(asked):
    field = asked.services.files.definitions["garden"].form["properties"]["papers"]
    field["x-accept"] = ["png"]
    with pytest.raises(AnswerRefused) as refused:
        await asked.step(f"{PAGE}/file", sent())
    assert (refused.value.why, refused.value.facts["found"]) == ("kind", "pdf")


@pytest.mark.parametrize("step", ["file/1", "2/removal", "0/removal", "x", "1"])
async def test_there_is_no_such_step(asked, step):
    with pytest.raises(AnswerRefused):
        await asked.step(f"{PAGE}/{step}", sent())


async def test_too_few_and_too_many_files_are_refused(asked):
    with pytest.raises(AnswerRefused) as few:
        await asked.step(PAGE)
    for content in (PDF, OTHER):
        await asked.step(f"{PAGE}/file", sent(content))
    with pytest.raises(AnswerRefused) as many:
        await asked.step(f"{PAGE}/file", sent(PDF + b"%%EOF\n"))
    assert (few.value.why, many.value.why) == ("few", "many")


async def test_a_digest_that_somebody_made_up_is_no_file(asked):
    forged = {"name": "a.pdf", "type": "application/pdf", "size": 1, "sha256": "0" * 64}
    with pytest.raises(AnswerRefused):
        await asked.step(PAGE, {"papers": [forged]})
    await asked.step(f"{PAGE}/file", sent())
    view = await asked.step(PAGE, {"papers": [forged]})
    assert view["answers"]["papers"][0]["sha256"] == sha256(PDF).hexdigest()
