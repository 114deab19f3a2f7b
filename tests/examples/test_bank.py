"""The bank's website: one sign-in pays one order, whoever else asks gets a page that says no."""

import asyncio
import re
from base64 import b64encode
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from starlette.requests import Request
from tests.examples.house import (
    asked_of,
    at_contract,
    attribute,
    confirm,
    cookie,
    customer,
    is_paid,
    no_account,
    order,
    other_value,
    signed,
    text_of,
)
from tests.journeys.house import balance, until

from riik.demo.banksite import ExampleMissing, load_example
from riik.demo.browser import Page, PageRefused
from riik.payments import link_of
from riik.signatures import open_container, validate, verify_xml
from riik.trust import read_trusted_list

pytestmark = pytest.mark.anyio
NO_BREAK = "\N{NO-BREAK SPACE}"


async def led(browser, method, url, form=None):
    """Follow a request up to the login's own page, where the person stops."""
    address, _ = await browser._led(method, url, form)
    return address


async def shown(browser, address):
    """Show the card on the login's page at this address: it answers this request alone."""
    parts = urlsplit(address)
    [request] = parse_qs(parts.query)["request"]
    await browser.sign_in(f"{parts.scheme}://{parts.netloc}", request=request)


async def answer_of(method, url, **more):
    """Status and text of one request of nobody's browser."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, allow_redirects=False, **more) as answer,
    ):
        return answer, await answer.text()


# --- paying ---


async def test_a_sign_in_pays_the_order_it_was_for(country, bank):
    before, asked = balance(country, country.holder("peeter").code), order(country)
    async with customer(country) as peeter:
        receipt = await confirm(peeter, bank, asked)
    assert receipt.form is None
    assert receipt.said(of="big") == f"23,00{NO_BREAK}€".replace(NO_BREAK, " ")
    assert is_paid(country, asked)
    assert before - balance(country, country.holder("peeter").code) == 2_300


async def test_the_page_says_what_is_paid_to_whom_and_that_it_binds(country, bank):
    asked = order(country, minor=123_456)
    async with customer(country) as peeter:
        page = await peeter.visit(f"{bank}/pay/{asked.id}?lang=en")
    said = text_of(page)
    for part in ("Transport Administration", "EE47 1000 0010 2014 5685", asked.reference):
        assert part in said
    assert "holds for exactly 1,234.56 € to Transport Administration" in said.replace(NO_BREAK, " ")


def test_the_site_binds_what_the_bank_binds(country):
    from riik.payments.http import _shown

    asked = order(country)
    load_example()
    from bank.counter import link_of as of_the_site

    assert of_the_site(_shown(asked, {})) == link_of(asked)


async def test_being_signed_in_is_not_enough_the_card_is_asked_again(country, bank):
    asked = order(country)
    async with customer(country) as peeter:
        await peeter.visit(f"{bank}/account")
        page = await peeter.visit(f"{bank}/pay/{asked.id}")
        assert country.holder("peeter").code not in page.content.decode()
        address = await led(peeter, "POST", page.form.action, page.form.fields)
    assert address.startswith(f"{country.places['authority'].origin}/login?")
    assert not is_paid(country, asked)


async def test_who_goes_back_at_the_login_pays_nothing(country, bank):
    asked = order(country)
    async with customer(country) as peeter:
        page = await peeter.visit(f"{bank}/pay/{asked.id}?lang=en")
        address = await led(peeter, "POST", page.form.action, page.form.fields)
        back = await peeter.visit(address.replace("/login?", "/oidc/cancel?"))
        assert back.said(role="alert") == "You went back. Nothing was paid."
        again = await peeter.visit(f"{bank}/pay/{asked.id}")
    assert again.said(role="alert") == ""
    assert not is_paid(country, asked)


async def test_who_has_no_account_pays_nothing(country, bank):
    asked = order(country)
    no_account(country, "joosep")
    async with customer(country, "joosep") as child:
        await child.visit(f"{bank}/?lang=en")
        page = await confirm(child, bank, asked)
    assert page.said(role="alert") == "You have no account at this bank. Nothing was paid."
    assert not is_paid(country, asked)


async def test_who_has_too_little_pays_nothing(country, bank):
    asked = order(country, minor=99_999_999)
    async with customer(country) as peeter:
        await peeter.visit(f"{bank}/?lang=en")
        page = await confirm(peeter, bank, asked)
    assert page.said(role="alert").startswith("There is not enough money on your account.")
    assert not is_paid(country, asked)


async def test_another_person_s_card_does_not_pay_for_who_is_signed_in(country, bank):
    asked = order(country)
    async with customer(country) as peeter, customer(country, "liis") as liis:
        await peeter.visit(f"{bank}/account?lang=en")
        page = await peeter.visit(f"{bank}/pay/{asked.id}")
        peeter.card, peeter.holder = liis.card, liis.holder
        page = await peeter.submit(page)
    assert page.said(role="alert") == "This card belongs to somebody else. Nothing was paid."
    assert not is_paid(country, asked)


async def test_who_is_signed_in_pays_with_their_own_card(country, bank):
    asked = order(country)
    async with customer(country) as peeter:
        await peeter.visit(f"{bank}/account")
        page = await peeter.visit(f"{bank}/pay/{asked.id}")
        assert "EE" in page.said(of="facts").rpartition("RF")[2]
        await peeter.submit(page)
    assert is_paid(country, asked)


async def test_a_way_back_without_its_state_takes_nothing_away(country, bank):
    asked = order(country)
    async with customer(country) as peeter:
        page = await peeter.visit(f"{bank}/pay/{asked.id}")
        address = await led(peeter, "POST", page.form.action, page.form.fields)
        for query in ("", "?code=x", "?state=", "?state=x&code=x"):
            with pytest.raises(PageRefused) as refused:
                await peeter.visit(f"{bank}/sign-in/back{query}")
            assert refused.value.why == "expired"
        await peeter.visit(address)
    assert is_paid(country, asked)


async def test_an_answer_of_another_login_is_refused(country, bank):
    asked = order(country)
    async with customer(country) as peeter:
        page = await peeter.visit(f"{bank}/pay/{asked.id}")
        address = await led(peeter, "POST", page.form.action, page.form.fields)
        await shown(peeter, address)
        _, way = await peeter._exchange(
            "GET", address.replace("/login?", "/oidc/continue?"), None, kind=""
        )
        with pytest.raises(PageRefused):
            await peeter.visit(re.sub("&iss=[^&]*", "&iss=https%3A%2F%2Fevil.example", way))
    assert not is_paid(country, asked)


async def test_two_tabs_pay_two_orders(country, bank):
    one, other = order(country, minor=100), order(country, minor=200)
    async with customer(country) as peeter:
        pages = [await peeter.visit(f"{bank}/pay/{each.id}") for each in (one, other)]
        ways = [await led(peeter, "POST", page.form.action, page.form.fields) for page in pages]
        for way in reversed(ways):
            await peeter.visit(way)
    assert is_paid(country, one)
    assert is_paid(country, other)


async def test_the_way_back_from_the_login_works_once(country, bank):
    asked = order(country)
    before = balance(country, country.holder("peeter").code)
    async with customer(country) as peeter:
        page = await peeter.visit(f"{bank}/pay/{asked.id}")
        address = await led(peeter, "POST", page.form.action, page.form.fields)
        await shown(peeter, address)
        _, way = await peeter._exchange(
            "GET", address.replace("/login?", "/oidc/continue?"), None, kind=""
        )
        await peeter.visit(way)
        with pytest.raises(PageRefused) as refused:
            await peeter.visit(way)
    assert refused.value.why == "expired"
    assert before - balance(country, country.holder("peeter").code) == 2_300


async def test_another_browser_gains_nothing_by_the_way_back(country, bank):
    asked = order(country)
    async with customer(country) as peeter, customer(country, "liis") as liis:
        page = await peeter.visit(f"{bank}/pay/{asked.id}")
        address = await led(peeter, "POST", page.form.action, page.form.fields)
        await shown(peeter, address)
        _, way = await peeter._exchange(
            "GET", address.replace("/login?", "/oidc/continue?"), None, kind=""
        )
        await liis.visit(f"{bank}/")
        with pytest.raises(PageRefused) as refused:
            await liis.visit(way)
    assert refused.value.why == "expired"
    assert not is_paid(country, asked)


@pytest.mark.parametrize(
    "query", ["?state=x", "?code=x", "?code=x&state=x", "?state=x&error=y", "?error=<b>", ""]
)
async def test_a_made_up_way_back_leads_nowhere(bank, query):
    answer, text = await answer_of("GET", f"{bank}/sign-in/back{query}")
    assert answer.status == 400
    assert "<b>" not in text


@pytest.mark.parametrize(
    "name", ["x", "0" * 31, "0" * 33, "G" * 32, "..%2f..", "0%3fx=" + "0" * 28]
)
async def test_an_order_that_is_none_has_no_page(bank, name):
    answer, _ = await answer_of("GET", f"{bank}/pay/{name}")
    assert answer.status == 404


async def test_an_order_that_is_unknown_has_no_page(bank):
    answer, text = await answer_of(
        "GET", f"{bank}/pay/{'0' * 32}", headers={"Accept-Language": "en"}
    )
    assert answer.status == 404
    assert "There is nothing here" in text


# --- other sites ---


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
async def test_a_form_of_another_site_is_refused(country, bank, origin):
    asked = order(country)
    async with customer(country) as peeter:
        page = await peeter.visit(f"{bank}/pay/{asked.id}")
        async with peeter._http.post(
            page.form.action, data=page.form.fields, headers={"Origin": origin}
        ) as answer:
            assert answer.status == 403
    assert not is_paid(country, asked)


@pytest.mark.parametrize("path", ["/pay/{order}", "/sign-out", "/contract/prepare"])
async def test_a_form_without_our_word_is_refused(country, bank, path):
    answer, _ = await answer_of("POST", f"{bank}{path.format(order=order(country).id)}")
    assert answer.status == 403


async def test_another_browser_s_form_is_refused(country, bank):
    asked = order(country)
    async with customer(country) as peeter, customer(country, "liis") as liis:
        page = await peeter.visit(f"{bank}/pay/{asked.id}")
        await liis.visit(f"{bank}/pay/{asked.id}")
        with pytest.raises(PageRefused) as refused:
            await liis.submit(Page(page.url, page.content))
    assert refused.value.why == "foreign-page"


async def test_the_receipt_leads_back_to_the_portal(country, bank):
    asked, portal = order(country), country.places["portal"].origin
    async with customer(country) as peeter:
        receipt = await confirm(peeter, bank, asked, f"?return={portal}/cases/1")
    assert f'href="{portal}/cases/1"' in receipt.content.decode()


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "{portal}.evil.example/",
        "{portal}@evil.example/",
        "/account",
        "http://[",
        "{portal}%0d%0aX:1",
        "{portal}//evil.example/x",
        "{portal}/.//evil.example/x",
        "{portal}/%2e%2e//evil.example/x",
    ],
)
async def test_nobody_is_sent_to_a_site_that_the_bank_does_not_know(country, bank, back):
    asked, portal = order(country), country.places["portal"].origin
    answer, text = await answer_of(
        "GET", f"{bank}/pay/{asked.id}", params={"return": back.format(portal=portal)}
    )
    assert answer.status == 200
    main = text[text.index("<main") :]
    assert "evil" not in main
    assert 'name="return"' not in main


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/pay/x", "\\evil"])
async def test_after_the_sign_in_nobody_is_sent_elsewhere(country, bank, to):
    async with customer(country) as peeter:
        page = await peeter.visit(f"{bank}/sign-in?to={to}")
    assert page.url == f"{bank}/account"


async def test_what_a_creditor_writes_is_text(country, bank):
    asked = order(country, purpose='<script>alert(1)</script>"><b>')
    _, text = await answer_of("GET", f"{bank}/pay/{asked.id}")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


@pytest.mark.parametrize("path", ["/", "/pay/x", "/sign-in/back", "/static/bank.css"])
async def test_every_answer_is_careful(bank, path):
    answer, text = await answer_of("GET", f"{bank}{path}")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "style=" not in text
    assert "<script>" not in text


@pytest.mark.parametrize("name", ["app.py", "..%2fapp.py", "http.py", "", "riik.css.map"])
async def test_only_four_files_are_served(bank, name):
    answer, _ = await answer_of("GET", f"{bank}/static/{name}")
    assert answer.status == 404


# --- the account ---


async def test_a_customer_sees_their_own_account(country, bank):
    async with customer(country, "liis") as liis:
        await liis.visit(f"{bank}/?lang=en")
        page = await liis.visit(f"{bank}/account")
    minor = balance(country, country.holder("liis").code)
    written = f"{minor // 100:,}.{minor % 100:02} €"
    assert page.said(of="balance").replace(NO_BREAK, " ") == written
    assert "Liis Saar" in text_of(page)


@pytest.mark.parametrize("before", ["1", "0", "x", "-1", "9" * 5_000, "1e9", "%00"])
async def test_any_page_of_the_statement_can_be_asked_for(country, bank, before):
    async with customer(country, "liis") as liis:
        await liis.visit(f"{bank}/account")
        page = await liis.visit(f"{bank}/account?before={before}")
    assert page.said(of="balance")


async def test_who_is_not_signed_in_is_sent_to_the_login(country, bank):
    async with customer(country) as peeter:
        for path in ("/account", "/contract"):
            address = await led(peeter, "GET", f"{bank}{path}")
            assert address.startswith(f"{country.places['authority'].origin}/login?")


async def test_who_has_no_account_does_not_come_in(country, bank):
    no_account(country, "joosep")
    async with customer(country, "joosep") as child:
        with pytest.raises(PageRefused) as refused:
            await child.visit(f"{bank}/account")
    assert refused.value.why == "no-account"


async def test_a_sign_in_changes_the_session_s_secret(country, bank):
    async with customer(country) as peeter:
        await peeter.visit(f"{bank}/")
        planted = cookie(peeter)
        await peeter.visit(f"{bank}/account")
        assert cookie(peeter) != planted
        headers = {"Cookie": f"bank-session={planted}"}
        answer, _ = await answer_of("GET", f"{bank}/account", headers=headers)
    assert answer.status == 303


async def test_who_signs_out_is_out_here_and_at_the_login(country, bank):
    async with customer(country) as peeter:
        page = await peeter.visit(f"{bank}/account?lang=en")
        stolen = cookie(peeter)
        form = {"csrf": attribute(page, 'name="csrf" value')}
        left = await peeter._walk("POST", f"{bank}/sign-out", form)
        assert "You are signed out." in text_of(left)
        address = await led(peeter, "GET", f"{bank}/account")
        assert "/login?" in address
        with pytest.raises(PageRefused):
            await peeter.get(f"{country.places['authority'].origin}/auth/session")
    headers = {"Cookie": f"bank-session={stolen}"}
    answer, _ = await answer_of("GET", f"{bank}/account", headers=headers)
    assert answer.status == 303


async def test_who_signs_out_at_the_login_is_out_here_too(country, bank):
    async with customer(country) as peeter:
        await peeter.visit(f"{bank}/account")
        stolen = {"Cookie": f"bank-session={cookie(peeter)}"}
        await peeter._send("POST", f"{country.places['authority'].origin}/auth/logout", b"{}")

        async def ended():
            answer, _ = await answer_of("GET", f"{bank}/account", headers=stolen)
            return answer.status == 303 or None

        assert await until(ended)


DEEP = b64encode(b'{"alg":' + b"[" * 40_000).decode().rstrip("=")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.", f"{DEEP}.e30.e30"])
async def test_only_the_login_ends_sessions_by_the_back_channel(bank, token):
    answer, _ = await answer_of(
        "POST", f"{bank}/sign-out/back-channel", data={"logout_token": token}
    )
    assert answer.status == 400


async def test_an_id_token_is_no_logout_token(country, bank):
    async with customer(country) as peeter:
        await peeter.visit(f"{bank}/account")
        [site] = country.sites
        kept = site.app.state.kept.get(cookie(peeter))
        answer, _ = await answer_of(
            "POST", f"{bank}/sign-out/back-channel", data={"logout_token": kept["id_token"]}
        )
    assert answer.status == 400


# --- the contract ---


async def test_a_customer_signs_and_anyone_can_verify(country, bank):
    async with customer(country, "helmi") as helmi:
        page = await at_contract(helmi, bank)
        assert (await signed(helmi, bank))["location"] == "/contract"
        again = await helmi.visit(f"{bank}/contract")
        container = await helmi.fetch(f"{bank}/contract/file")
        trusted = await helmi.fetch(f"{country.places['authority'].origin}/tl.xml")
    assert "TOTAL-PASSED" in text_of(again)
    told = again.content.decode()
    assert re.search(r"(nobody|kedagi) <span class=\"soft t-1\">QESIG ", told)
    [file] = open_container(container).files
    assert file.content.decode().splitlines()[2] in page.content.decode()
    signer = (country.folder / "authority" / "certificates" / "list.der").read_bytes()
    now = country.nodes["bank"].base.clock.now()
    found = read_trusted_list(trusted, signers=[signer], verify_xml=verify_xml, at=now)
    report = validate(container, anchors=found.anchors, at=now)
    assert report.valid
    assert report.signatures[0].format == "XAdES_BASELINE_LT"


async def test_a_contract_is_signed_once(country, bank):
    async with customer(country, "jaan") as jaan:
        await at_contract(jaan, bank)
        await signed(jaan, bank)
        first = await jaan.fetch(f"{bank}/contract/file")
        asked = {"certificate": jaan.certificate()}
        again = await jaan.post(f"{bank}/contract/prepare", asked)
        assert again == {"location": "/contract"}
        assert await jaan.fetch(f"{bank}/contract/file") == first


async def test_the_second_of_two_browsers_signs_nothing_over_the_first(country, bank):
    async with customer(country, "mari") as one, customer(country, "mari") as two:
        for browser in (one, two):
            page = await at_contract(browser, bank)
        asked = asked_of(page, one)
        laid_out = [await each.post(f"{bank}/contract/prepare", asked) for each in (one, two)]
        values = [await one.signature(each) for each in laid_out]
        await one.post(f"{bank}/contract/sign", {"value": values[0]})
        first = await one.fetch(f"{bank}/contract/file")
        with pytest.raises(PageRefused) as refused:
            await two.post(f"{bank}/contract/sign", {"value": values[1]})
        assert (refused.value.why, refused.value.facts["status"]) == ("signed", 409)
        assert await two.fetch(f"{bank}/contract/file") == first


@pytest.mark.parametrize("shown", ["", "0" * 64, "Savings agreement"])
async def test_a_text_that_the_page_did_not_show_is_not_laid_out(country, bank, shown):
    async with customer(country) as peeter:
        await at_contract(peeter, bank)
        asked = {"certificate": peeter.certificate(), "shown": shown}
        with pytest.raises(PageRefused) as refused:
            await peeter.post(f"{bank}/contract/prepare", asked)
    assert (refused.value.why, refused.value.facts["status"]) == ("changed", 409)


async def test_what_is_signed_is_what_was_shown_though_the_language_changed_since(country, bank):
    async with customer(country, "eha") as eha:
        await at_contract(eha, bank)
        page = await eha.visit(f"{bank}/contract?lang=en")
        # Another tab, or a stranger's link, turns the site to Vietnamese meanwhile.
        await eha.visit(f"{bank}/?lang=vi")
        laid_out = await eha.post(f"{bank}/contract/prepare", asked_of(page, eha))
        await eha.post(f"{bank}/contract/sign", {"value": await eha.signature(laid_out)})
        container = await eha.fetch(f"{bank}/contract/file")
    [file] = open_container(container).files
    assert file.content.decode().startswith("Savings agreement")


async def test_a_body_that_never_ends_is_not_waited_for():
    load_example()
    from bank.guests import body_of
    from bank.web import Refused

    first = [{"type": "http.request", "body": b"x", "more_body": True}]

    async def receive():
        return first.pop() if first else await asyncio.Event().wait()

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(Refused) as refused:
        await body_of(request, seconds=0.05)
    assert refused.value.why == "too-slow"


async def test_a_file_is_never_kept_in_the_place_of_another(tmp_path):
    load_example()
    from bank.contracts import _keep
    from bank.web import Refused

    path = tmp_path / "contracts" / "one.asice"
    _keep(path, b"first")
    with pytest.raises(Refused):
        _keep(path, b"second")
    assert [(one.name, one.read_bytes()) for one in path.parent.iterdir()] == [
        ("one.asice", b"first")
    ]


@pytest.mark.parametrize("path", ["/contract/prepare", "/contract/sign"])
@pytest.mark.parametrize("body", ["[" * 50_000, '{"a":' * 10_000, "[1]", "7", "null", ""])
async def test_a_body_that_is_no_object_is_refused(country, bank, path, body):
    async with customer(country) as peeter:
        page = await at_contract(peeter, bank)
        answer, _ = await answer_of(
            "POST",
            f"{bank}{path}",
            data=body,
            headers={"X-Csrf": attribute(page, "data-csrf"), "Accept": "application/json"},
            cookies={"bank-session": cookie(peeter)},
        )
    assert answer.status == 400


async def test_another_person_s_card_signs_nothing(country, bank):
    async with customer(country) as peeter, customer(country, "liis") as liis:
        asked = asked_of(await at_contract(peeter, bank), liis)
        with pytest.raises(PageRefused) as refused:
            await peeter.post(f"{bank}/contract/prepare", asked)
    assert refused.value.why == "another-person"


async def test_a_value_that_the_card_did_not_make_signs_nothing(country, bank):
    async with customer(country) as peeter:
        await at_contract(peeter, bank)
        with pytest.raises(PageRefused) as refused:
            await signed(peeter, bank, value=other_value())
        assert refused.value.why == "signature"
        # What was laid out is used up: the card must see it anew.
        with pytest.raises(PageRefused) as refused:
            await peeter.post(f"{bank}/contract/sign", {"value": other_value()})
        assert refused.value.why == "expired"
        with pytest.raises(PageRefused):
            await peeter.fetch(f"{bank}/contract/file")


@pytest.mark.parametrize(
    "content",
    [{}, {"certificate": ""}, {"certificate": "AAAA"}, {"certificate": 7}, {"certificate": "*"}],
)
async def test_what_is_no_certificate_signs_nothing(country, bank, content):
    async with customer(country) as peeter:
        await at_contract(peeter, bank)
        with pytest.raises(PageRefused) as refused:
            await peeter.post(f"{bank}/contract/prepare", content)
    assert 400 <= refused.value.facts["status"] < 500


async def test_a_contract_is_its_own_customer_s(country, bank):
    answer, _ = await answer_of("GET", f"{bank}/contract/file")
    assert answer.status == 404


def test_without_the_example_the_demonstration_says_what_is_missing(tmp_path):
    with pytest.raises(ExampleMissing) as missing:
        load_example(tmp_path)
    assert missing.value.why == "folder"
