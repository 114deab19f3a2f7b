"""What is a person's own at the portal, in a real browser and a running country."""

import pytest
from playwright.async_api import expect
from tests.journeys.browser.house import enter, put_card

TRANSPORT = "EE-DEMO/GOV/70001053"

pytestmark = pytest.mark.anyio


@pytest.fixture
async def page(context, country):
    """Mari's browser: her card is in the reader."""
    await put_card(context, country, "mari")
    return await context.new_page()


async def test_a_case_its_paper_and_its_signature(page, country, lives, tmp_path):
    portal = country.places["portal"].origin
    await enter(page, country, "portal", "mari", "/cases")
    await page.locator(f'main a[href="/cases/{lives.done}"]').click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Renew a driving licence")
    async with page.expect_download() as download:
        await page.locator("main a", has_text="Download: Your application").click()
    paper = await download.value
    assert paper.suggested_filename.endswith("-application.asice")
    await paper.save_as(tmp_path / "application.asice")
    await page.goto(f"{portal}/verify")
    await page.get_by_label("The file").set_input_files(tmp_path / "application.asice")
    await page.get_by_role("button", name="Check it").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("The signature holds")
    await expect(page.get_by_role("heading", name="Mari Maasikas")).to_be_visible()


@pytest.mark.full
async def test_back_to_a_refused_form_loads_it_and_sends_nothing(page, country):
    await enter(page, country, "portal", "mari", "/verify")
    portal = country.places["portal"].origin
    await page.goto(f"{portal}/me/wrong?register=EE-DEMO/GOV/70001053/driving-rights")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    await page.goto(f"{portal}/help")
    answer = await page.go_back()
    assert answer.status == 200
    await expect(page.locator("[aria-invalid=true]")).to_have_count(0)


async def test_a_paper_that_was_changed_does_not_hold(page, country, lives, tmp_path):
    portal = country.places["portal"].origin
    await enter(page, country, "portal", "mari", "/cases")
    paper = await page.request.get(f"{portal}/cases/{lives.done}/documents/application.asice")
    content = bytearray(await paper.body())
    content[content.index(b"application.json") + 200] ^= 1
    (tmp_path / "changed.asice").write_bytes(content)
    await page.goto(f"{portal}/verify")
    await page.get_by_label("The file").set_input_files(tmp_path / "changed.asice")
    await page.get_by_role("button", name="Check it").click()
    await page.wait_for_load_state()
    heading = await page.get_by_role("heading", level=1).inner_text()
    assert heading in ("Don’t rely on this file", "Check a signed file")
    assert "The signature holds" not in await page.inner_text("main")


async def test_looks_are_proved_and_the_proof_is_a_file(page, country, lives):
    await enter(page, country, "portal", "mari", "/looks")
    await page.goto(f"{country.places['portal'].origin}/looks?of={TRANSPORT}")
    group = page.locator("section.sheet").first
    for _ in range(40):
        if await group.get_by_text("Proved", exact=True).count():
            break
        await page.wait_for_timeout(500)
        await page.reload()
    await group.get_by_text("How is it proved?").first.click()
    async with page.expect_download() as download:
        await group.get_by_role("link", name="Download the proof").first.click()
    proof = await (await download.value).path()
    assert proof.read_bytes().startswith(b"c2sp.org/tlog-proof@v1")


async def test_what_is_wrong_gets_a_number_and_an_answer_is_promised(page, country, lives):
    await enter(page, country, "portal", "mari", "/me")
    await page.locator("main a", has_text="This is wrong: Residence").first.click()
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_contain_text("Write what should stand there")
    await page.get_by_label("What is right").fill("Lai 2, Tallinn")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "The owner of the register has it"
    )


async def test_a_child_s_case_is_begun_by_the_parent(page, country, lives):
    await enter(page, country, "portal", "mari", "/for")
    await page.get_by_role("link", name="Enrol in a driving course").click()
    await expect(page.get_by_label("Joosep Maasikas")).to_be_checked()
    await page.get_by_role("button", name="Begin").click()
    await page.wait_for_url("**/cases/**/answers/**")
    await expect(page.get_by_text("You do this for Joosep Maasikas.")).to_be_visible()
    case = page.url.split("/cases/")[1].split("/")[0]
    await page.goto(f"{country.places['portal'].origin}/cases/{case}")
    await expect(page.get_by_text("You act for Joosep Maasikas.")).to_be_visible()


async def test_an_application_is_taken_back_and_stays_so(page, country, lives):
    await enter(page, country, "portal", "mari", f"/cases/{lives.checking}")
    await page.get_by_role("link", name="Take the application back").click()
    await page.get_by_role("link", name="Keep it").click()
    await page.get_by_role("link", name="Take the application back").click()
    await page.get_by_role("button", name="Take it back").click()
    await expect(page.get_by_text("You took the application back.")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_text("The case has moved on.")).to_be_visible()
    assert await page.get_by_role("button", name="Take it back").count() == 0


async def test_nobody_opens_another_s_case_or_paper(context, country, lives):
    await put_card(context, country, "jaan")
    page = await context.new_page()
    portal = country.places["portal"].origin
    await enter(page, country, "portal", "jaan", "/cases")
    for path in ("", "/withdraw", "/documents/application.asice", "/documents/decision.pdf"):
        answer = await page.request.get(f"{portal}/cases/{lives.done}{path}")
        assert answer.status == 404
        assert b"Mari" not in await answer.body()
