"""Acts do what they say to the running country, and the state does what it promises."""

import json
import socket
import subprocess
from dataclasses import replace

import aiohttp
import pytest
from tests.demo.stage import theatre

from riik.core import Unavailable
from riik.demo.acts.client import at_home, kept_looks, node_status
from riik.demo.acts.described import ACTS, ATTACKS, act, attack
from riik.demo.acts.model import ActRefused
from riik.demo.checks import check_command, tracker_command, validate_command
from riik.node import read_config

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def anyio_backend():
    """One loop for the module: the country lives in it."""
    return "asyncio"


@pytest.fixture(scope="module")
async def stage(anyio_backend, tmp_path_factory):
    """A country with its front page and one journey."""
    async with theatre(tmp_path_factory.mktemp("theatre")) as found:
        yield found


async def done(stage, name, **how):
    """Do an act to its end; answers what came of it."""
    await stage.backstage.act(act(name), **how)
    if stage.backstage._task is not None:
        await stage.backstage._task
    return stage.backstage.done[name].outcome


def told(outcome):
    """The sentences of a result, for a failed test to show."""
    lines = (*outcome.did, *outcome.state)
    return [
        (line.kind, line.text, [v for v in line.values.values() if type(v) is not dict])
        for line in lines
    ]


def assert_works(command):
    """Run in a shell, as it stands."""
    run = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, f"{command}\n{run.stdout}{run.stderr}"


async def test_a_look_without_a_case_is_refused_and_told(stage):
    outcome = await done(stage, "look")
    assert outcome.held, told(outcome)
    async with at_home(stage.country, "mari") as browser:
        await browser.enter(stage.country.places["portal"].origin)
        looks = await kept_looks(stage.country, browser, "population")
    assert [one["access"]["refused"] for one in looks if one["access"]["purpose"] == "curiosity"]


async def test_the_result_of_a_look_has_words_and_no_codes(stage):
    outcome = await done(stage, "look")
    for texts, curious, no_right in (
        ("et", "uudishimu", "pangal pole selleks eesmärgiks õigust"),
        ("vi", "tò mò", "ngân hàng không có quyền hỏi vì mục đích này"),
        ("en", "curiosity", "the bank has no right for this purpose"),
    ):
        page = await stage.page("/acts/look", texts)
        assert outcome.held, told(outcome)
        assert page.count(curious) >= 2, texts
        assert page.count(no_right) == 2, texts
        assert "service-refused" not in page
        assert "“purpose”" not in page


async def test_a_rewritten_log_is_refused_by_the_witness_and_mended(stage):
    outcome = await done(stage, "rewrite")
    assert outcome.held, told(outcome)
    assert stage.backstage.is_rewritten()
    assert "The log is rewritten now" in await stage.page("/acts/rewrite")
    mended = await done(stage, "rewrite", undo=True)
    assert mended.held, told(mended)
    assert not stage.backstage.is_rewritten()


async def test_an_unplugged_register_stops_nobody(stage):
    outcome = await done(stage, "unplug", role="clinic")
    assert "an official will ask" in str(told(outcome))
    assert "unplugged since" in await stage.page("/acts/unplug")
    assert "closed to other members" in await stage.page("/status")
    with pytest.raises(ActRefused) as refused:
        await stage.backstage.act(act("kill"), role="clinic")
    assert refused.value.why == "hurt"
    plugged = await done(stage, "unplug", undo=True, role="clinic")
    assert plugged.held, told(plugged)
    assert "unplugged since" not in await stage.page("/acts/unplug")


async def test_who_took_an_unplugged_port_is_told_of_in_words(stage):
    await done(stage, "unplug", role="clinic")
    section = read_config(stage.country.folder / "clinic" / "node.toml").file.exchange
    with socket.create_server((section.host, section.port)):
        failed = await done(stage, "unplug", undo=True, role="clinic")
        page = await stage.page("/acts/unplug")
    assert not failed.held
    assert "Another program on this computer took its port" in page
    assert "port-taken" not in page
    plugged = await done(stage, "unplug", undo=True, role="clinic")
    assert plugged.held, told(plugged)


async def test_a_killed_node_wakes_up_where_it_stopped(stage):
    outcome = await done(stage, "kill", role="transport")
    assert outcome.held, told(outcome)
    assert "keeps it, sealed" in str(told(outcome))
    assert await node_status(stage.country, "transport") is None
    started = await done(stage, "kill", undo=True, role="transport")
    assert started.held, told(started)
    assert "arrived by itself" in str(told(started))


async def test_what_was_signed_holds_in_forty_years(stage):
    outcome = await done(stage, "later")
    assert [line.kind for line in outcome.state[:4]] == ["yes"] * 4, told(outcome)
    [command] = [line.code for line in outcome.see if line.code]
    assert "--at 20" in command
    assert f"<code>{command}</code>" in await stage.page("/acts/later")
    assert_works(command)


async def test_steps_quote_what_the_person_read_and_write_money_one_way(stage):
    steps = json.loads((stage.out / "journey.json").read_text())["steps"]
    asked = [one["title"] for one in steps if one["title"].startswith("answer ")]
    assert len(asked) == 4
    assert all(title[7] + title[-1] == "“”" for title in asked)
    details = {one["title"]: one["detail"] for one in steps}
    assert details["sign the application with PIN2"] == "23.00 EUR owed"
    assert details["pay at the bank"] == "23.00 EUR paid"


async def test_the_commands_that_are_printed_work_as_they_are_printed(stage):
    receipt = sorted((stage.out / "receipts").iterdir())[0]
    assert_works(check_command(stage.out))
    assert_works(validate_command(stage.out))
    assert_works(tracker_command(stage.out, str(receipt.relative_to(stage.out))))


async def test_without_an_application_an_attack_says_so_in_words(stage, tmp_path):
    told = replace(stage.backstage, out=tmp_path, done={}, doing="")
    await told.attack(attack("statement"))
    await told._task
    outcome = told.done["statement"].outcome
    assert not outcome.held
    assert "there is none" in str(outcome.state)


@pytest.mark.parametrize("name", [one.id for one in ATTACKS])
async def test_an_attack_gets_nothing(stage, name):
    await stage.backstage.attack(attack(name))
    outcome = stage.backstage.done[name].outcome
    assert outcome.held, told(outcome)


async def test_every_page_of_acts_is_there_in_every_language(stage):
    for path in ["/attacks", *(f"/acts/{one.id}" for one in ACTS)]:
        for language in ("en", "et", "vi"):
            page = await stage.page(path, language)
            assert "{" not in page.partition("<main")[2].partition("</main>")[0]


WRONG = [
    ("a member that can't be chosen", "unplug", {"role": "authority"}, "role"),
    ("no member", "kill", {}, "role"),
    ("what is whole is not mended", "kill", {"role": "bank", "undo": True}, "whole"),
    ("nothing was rewritten", "rewrite", {"undo": True}, None),
    ("what leaves nothing", "look", {"undo": True}, "nothing"),
]


@pytest.mark.parametrize(("name", "how", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
async def test_what_makes_no_sense_is_refused(stage, name, how, why):
    if why is None:
        assert not (await done(stage, name, **how)).held
        return
    with pytest.raises(ActRefused) as refused:
        await stage.backstage.act(act(name), **how)
    assert refused.value.why == why


async def test_one_act_at_a_time(stage):
    stage.backstage.doing = "look"
    with pytest.raises(ActRefused) as refused:
        await stage.backstage.act(act("later"))
    stage.backstage.doing = ""
    assert refused.value.why == "busy"


async def test_an_act_that_fails_says_so_and_leaves_the_stage(stage):
    stage.site.stage.again = fails
    await stage.backstage.act(act("reset"))
    outcome = stage.backstage.done["reset"].outcome
    assert not outcome.held
    assert "test: down" in str(told(outcome))
    assert stage.backstage.doing == ""


class Broken(Unavailable):
    """What a founding that does not work raises."""

    code = "test"


async def fails():
    raise Broken("nothing works", why="down")


async def test_forms_of_others_do_nothing(stage):
    stage.backstage.done.pop("look", None)
    status, _ = await stage.post("/acts/look", csrf="of another time")
    assert (status, "look" in stage.backstage.done) == (403, False)


async def test_a_form_does_it_and_leads_to_what_came_of_it(stage):
    status, where = await stage.post("/acts/look")
    assert (status, where) == (303, "/acts/look#done")
    assert "What the state did" in await stage.page("/acts/look")


@pytest.mark.parametrize("path", ["/acts/nothing", "/attacks/nothing"])
async def test_there_are_no_other_acts(stage, path):
    assert (await stage.post(path))[0] == 404


SCREENS = [("en", "light", 1280), ("vi", "dark", 320)]


@pytest.mark.parametrize("path", ["/", "/attacks", "/acts/look", "/acts/unplug", "/acts/rewrite"])
async def test_axe_finds_nothing_on_the_pages_of_acts(stage, chromium, path):
    for language, scheme, width in SCREENS:
        page = await chromium.new_page(
            viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
        )
        await page.goto(f"{stage.site.origin}{path}?lang={language}")
        assert await complaints(page) == ""
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await page.close()


async def test_an_act_by_keyboard_and_without_script(stage, chromium):
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{stage.site.origin}/?lang=en")
    await page.get_by_role("link", name="Look without a case").press("Enter")
    await page.get_by_role("button", name="Let the bank ask").press("Enter")
    await page.get_by_role("heading", name="What the state did").wait_for()
    assert page.url == f"{stage.site.origin}/acts/look#done"
    await context.close()


async def complaints(page):
    """What axe finds; empty when it finds nothing."""
    axe = pytest.importorskip("axe_playwright_python.async_playwright")
    found = await axe.Axe().run(page)
    return found.generate_report() if found.violations_count else ""


async def test_every_node_has_its_operator_s_page(stage):
    for role in stage.country.country.members:
        url = f"{stage.country.places[role].origin}/operator?lang=en"
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            page = await answer.text()
        assert "Nothing needs you" in page, role
        assert not [one.code for one in stage.country.holders if one.code[2:] in page]
