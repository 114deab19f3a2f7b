"""A site over HTTP: to login and back, whose form it is, what is kept, what is done once."""

import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.portal.session.house import CLIENT, FORM, ISSUER, JAAN, ORIGIN, Browser

from riik.portal.session.http import Cookies

pytestmark = pytest.mark.anyio

GUEST, VISIT, KEPT = "riik-portal-guest", "riik-portal-visit", "riik-portal-kept"


@pytest.fixture
async def mari(browser, login):
    """Mari's browser, signed in."""
    await browser.sign_in(login)
    return browser


def led_to(answer):
    """Where an answer sends the browser, and with what status."""
    return answer.status, answer.headers.get("location")


# To login and back ------------------------------------------------------------------------


async def test_a_person_goes_to_login_and_comes_back(browser, login):
    assert led_to(await browser.get("/private?a=1")) == (303, "/sign-in?to=%2Fprivate%3Fa%3D1")
    away = await browser.get("/sign-in?to=%2Fprivate%3Fa%3D1")
    assert away.headers["location"].startswith(f"{ISSUER}/oidc/authorize?")
    back = login.sign_in(away.headers["location"])
    assert back.startswith(f"{CLIENT.back}?")
    assert led_to(await browser.get(back.removeprefix(ORIGIN))) == (303, "/private?a=1")
    assert (await browser.get("/private?a=1")).text.startswith("MARI")


async def test_who_is_signed_in_is_not_sent_to_login_again(mari):
    assert led_to(await mari.get("/sign-in?to=/private")) == (303, "/private")
    assert (await mari.get("/")).text == "MARI"


async def test_a_site_for_anyone_is_seen_by_anyone(browser):
    assert (await browser.get("/")).text == "nobody"


async def test_cookies_are_out_of_reach_of_scripts_and_last_until_the_browser_closes(
    browser, login
):
    away = await browser.get("/sign-in?to=/")
    back = urlsplit(login.sign_in(away.headers["location"]))
    came = await browser.get(f"{back.path}?{back.query}")
    for text in (*away.set, *came.set):
        parts = {part.strip().lower() for part in text.split(";")}
        assert {"httponly", "samesite=lax", "path=/"} <= parts
        assert not any(part.startswith(("domain", "max-age", "expires")) for part in parts)


def test_over_https_a_cookie_is_bound_to_its_host():
    cookies = Cookies("portal", secure=True)
    assert cookies.name("guest") == "__Host-riik-portal-guest"


async def test_the_cookie_before_sign_in_is_none_afterwards(browser, login):
    planted = "p" * 43
    browser.cookies |= {GUEST: planted, VISIT: planted}
    await browser.sign_in(login)
    assert browser.cookies[GUEST] != planted
    stolen = Browser(browser.app)
    stolen.cookies = {GUEST: planted, VISIT: planted}
    assert (await stolen.send("GET", "/v1/session")).status == 401


async def test_each_sign_in_has_a_new_cookie(mari, login):
    first = mari.cookies[GUEST]
    away = await mari.get("/sign-in?to=/&fresh=yes")
    back = urlsplit(login.sign_in(away.headers["location"]))
    await mari.get(f"{back.path}?{back.query}")
    assert mari.cookies[GUEST] != first
    old = Browser(mari.app)
    old.cookies = {GUEST: first}
    assert (await old.send("GET", "/v1/session")).json["why"] == "again"


AWAY = [
    "//evil.example", "https://evil.example/", "/\\evil.example", "/%0d%0aSet-Cookie:x=y",
    "\t//evil.example", "javascript:alert(1)", "/a%00", "%20/evil",
]  # fmt: skip


@pytest.mark.parametrize("to", AWAY)
async def test_nobody_is_led_away_after_signing_in(browser, login, to):
    away = await browser.get(f"/sign-in?to={to}")
    back = urlsplit(login.sign_in(away.headers["location"]))
    status, location = led_to(await browser.get(f"{back.path}?{back.query}"))
    assert (status, location[0], location[1:2] not in ("/", "\\")) == (303, "/", True)
    assert "evil" not in urlsplit(location).netloc


@pytest.mark.parametrize("to", AWAY)
async def test_nobody_is_led_away_who_is_signed_in(mari, to):
    status, location = led_to(await mari.get(f"/sign-in?to={to}"))
    assert (status, urlsplit(location).netloc, urlsplit(location).scheme) == (303, "", "")


async def test_the_language_goes_with_the_person(browser):
    browser.cookies["riik-lang"] = "vi"
    asked = parse_qs(urlsplit((await browser.get("/sign-in")).headers["location"]).query)
    assert asked["ui_locales"] == ["vi"]
    browser.cookies["riik-lang"] = "vi%20prompt"
    assert "ui_locales=et" in (await browser.get("/sign-in")).headers["location"]


async def test_another_browser_s_answer_brings_nobody_in(browser, other, login):
    back = urlsplit(login.sign_in((await browser.get("/sign-in")).headers["location"]))
    await other.get("/sign-in")
    answer = await other.send("GET", f"{back.path}?{back.query}")
    assert (answer.status, answer.json["why"]) == (403, "unknown")
    assert GUEST not in other.cookies


@pytest.mark.parametrize("change", [{"state": "t" * 43}, {"state": ""}, {"code": ""}, {"iss": "http://evil.example"}], ids=str)  # fmt: skip
async def test_a_changed_answer_brings_nobody_in(browser, login, change):
    back = login.sign_in((await browser.get("/sign-in")).headers["location"])
    brought = {n: v[0] for n, v in parse_qs(urlsplit(back).query).items()} | change
    answer = await browser.send("GET", f"/sign-in/back?{urlencode(brought)}")
    assert answer.status == 403
    assert GUEST not in browser.cookies


async def test_an_answer_counts_once_and_the_back_button_leads_home(mari, login):
    away = await mari.get("/sign-in?to=/private&fresh=yes")
    back = urlsplit(login.sign_in(away.headers["location"]))
    address = f"{back.path}?{back.query}"
    assert led_to(await mari.get(address)) == (303, "/private")
    assert led_to(await mari.get(address)) == (303, "/")
    stranger = Browser(mari.app)
    stranger.cookies[VISIT] = mari.cookies[VISIT]
    assert (await stranger.send("GET", address)).json["why"] == "unknown"


async def test_a_silent_login_is_said_and_lets_nobody_in(browser, login):
    back = login.sign_in((await browser.get("/sign-in")).headers["location"])
    login.silent = True
    for path in ("/sign-in", back.removeprefix(ORIGIN)):
        answer = await browser.send("GET", path)
        assert (answer.status, answer.json["type"]) == (
            503,
            "urn:riik:problem:session.login-silent",
        )
        assert "retry-after" in answer.headers


async def test_step_up_sends_the_person_to_show_their_card(mari, login, clock):
    assert (await mari.get("/careful")).text == "MARI"
    clock.advance(minutes=2)
    assert led_to(await mari.get("/careful")) == (303, "/sign-in?to=%2Fcareful&fresh=yes")
    away = await mari.get("/sign-in?to=%2Fcareful&fresh=yes")
    assert "prompt=login" in away.headers["location"]
    back = urlsplit(login.sign_in(away.headers["location"]))
    await mari.get(f"{back.path}?{back.query}")
    assert (await mari.get("/careful")).text == "MARI"


FAILURES = [
    ("cancelled", {"error": "user_cancel"}, 403, "You are not signed in"),
    ("another error", {"error": "server_error"}, 403, "We could not let you in"),
    ("another provider", {"iss": "http://evil.example"}, 403, "We could not let you in"),
    ("nobody's", {"state": "t" * 43}, 403, "This sign-in is over"),
    ("a used code", {"code": "used"}, 403, "This sign-in is over"),
]


@pytest.mark.parametrize(
    ("change", "status", "title"), [f[1:] for f in FAILURES], ids=[f[0] for f in FAILURES]
)
async def test_who_is_not_let_in_reads_why(browser, login, change, status, title):
    browser.cookies["riik-lang"] = "en"
    back = login.sign_in((await browser.get("/sign-in?to=/cases/7")).headers["location"])
    brought = {n: v[0] for n, v in parse_qs(urlsplit(back).query).items()} | change
    answer = await browser.get(f"/sign-in/back?{urlencode(brought)}")
    assert (answer.status, f"<h1>{title}</h1>" in answer.text) == (status, True)
    again = (
        "/sign-in?to=%2F" if "state" in change or "code" in change else "/sign-in?to=%2Fcases%2F7"
    )
    assert f'href="{again}"' in answer.text


async def test_a_silent_login_is_said_on_a_page_and_in_one_s_language(browser, login):
    login.silent = True
    for language, title in (("et", "ei vasta"), ("vi", "chưa trả lời"), ("en", "does not answer")):
        browser.cookies["riik-lang"] = language
        answer = await browser.get("/sign-in?to=/cases/7")
        assert (answer.status, title in answer.text) == (503, True)
        assert 'href="/sign-in?to=%2Fcases%2F7"' in answer.text


# Leaving ----------------------------------------------------------------------------------


async def test_who_leaves_leaves_login_too_and_the_cookie_is_dead(mari):
    stolen = dict(mari.cookies)
    status, location = led_to(await mari.post("/sign-out", {"csrf": await mari.csrf()}))
    assert (status, location.partition("?")[0]) == (303, f"{ISSUER}/oidc/logout")
    assert GUEST not in mari.cookies
    mari.cookies = stolen
    assert (await mari.send("GET", "/v1/session")).status == 401
    assert led_to(await mari.get("/private"))[0] == 303


async def test_a_script_leaves(mari):
    csrf = await mari.csrf()
    answer = await mari.send("DELETE", "/v1/session", origin=ORIGIN, x_csrf=csrf)
    assert answer.json["location"].startswith(f"{ISSUER}/oidc/logout")
    assert (await mari.send("GET", "/v1/session")).status == 401


async def test_nobody_is_made_to_leave_by_another_page(mari):
    for headers in ({"origin": "http://evil.example"}, {"origin": None}):
        answer = await mari.post("/sign-out", {"csrf": await mari.csrf()}, **headers)
        assert answer.status == 403
    assert (await mari.post("/sign-out", {})).json["why"] == "csrf"
    await mari.csrf()


async def test_leaving_twice_leads_home(browser):
    assert led_to(await browser.post("/sign-out", {"csrf": "x"})) == (303, "/")


async def test_login_ends_a_session(mari, login):
    answer = await post_logout(mari, login.logout_token())
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert (await mari.send("GET", "/v1/session")).json["why"] == "logout"
    again = await post_logout(mari, login.logout_token())
    assert (again.status, again.json["error_description"]) == (400, "replayed")


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
async def test_what_is_no_logout_token_ends_nothing(mari, token):
    answer = await post_logout(mari, token)
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")
    await mari.csrf()


async def test_a_logout_as_json_ends_nothing(mari, login):
    body = f'{{"logout_token": "{login.logout_token()}"}}'.encode()
    kind = "application/json"
    answer = await mari.send("POST", "/sign-out/back-channel", body, content_type=kind)
    assert (answer.status, answer.json["error_description"]) == (400, "media-type")


async def post_logout(browser, token):
    """Login tells the site, without cookies or an origin."""
    server = Browser(browser.app)
    body = urlencode({"logout_token": token}).encode()
    return await server.send("POST", "/sign-out/back-channel", body, content_type=FORM)


# Whose form it is -------------------------------------------------------------------------

FOREIGN = [
    ({"origin": None}, "origin"),
    ({"origin": "null"}, "origin"),
    ({"origin": "http://evil.example"}, "origin"),
    ({"origin": f"{ORIGIN}.evil.example"}, "origin"),
    ({"origin": "http://localhost:7105"}, "origin"),
    ({"sec_fetch_site": "cross-site"}, "site"),
    ({"sec_fetch_site": "same-site"}, "site"),
    ({"sec_fetch_site": "none"}, "site"),
]


@pytest.mark.parametrize(("headers", "why"), FOREIGN, ids=str)
async def test_no_other_page_sends_our_forms(mari, pages, headers, why):
    sent = {k.replace("_", "-"): v for k, v in headers.items()}
    answer = await mari.post("/private", {"csrf": await mari.csrf(), "what": "x"}, **sent)
    assert (answer.status, answer.json["why"], pages.begun) == (403, why, [])


@pytest.mark.parametrize("csrf", [None, "", "short", "x" * 44, "x" * 43, "A" * 85, "<" * 86])
async def test_a_form_without_our_token_is_not_ours(mari, pages, csrf):
    fields = {"what": "x"} if csrf is None else {"what": "x", "csrf": csrf}
    answer = await mari.post("/private", fields)
    assert (answer.status, answer.json["why"], pages.begun) == (403, "csrf", [])


async def test_an_old_browser_without_fetch_metadata_sends_forms(mari, pages):
    await mari.post(
        "/private", {"csrf": await mari.csrf(), "what": "x"}, **{"sec-fetch-site": None}
    )
    assert [what for what, _ in pages.begun] == ["x"]


async def test_a_page_s_token_looks_different_each_time_and_all_of_them_count(mari, pages):
    """A packed page's length would tell of what stands in it twice."""
    tokens = [await mari.csrf() for _ in range(2)]
    assert tokens[0] != tokens[1]
    for token in tokens:
        await mari.post("/private", {"csrf": token, "what": token[:5]})
    assert [what for what, _ in pages.begun] == [token[:5] for token in tokens]


async def test_a_token_of_another_person_s_session_is_not_ours(mari, other, login, pages):
    login.person = JAAN
    await other.sign_in(login)
    answer = await mari.post("/private", {"csrf": await other.csrf(), "what": "x"})
    assert (led_to(answer), pages.begun) == ((303, "/sign-in/kept"), [])


@pytest.mark.parametrize(
    ("body", "headers", "why"),
    [
        (b"a=" + b"x" * 65_536, {}, "size"),
        (b"&".join([b"a=1"] * 201), {}, "fields"),
        (b"{}", {"content-type": "application/json"}, "media-type"),
        (b"a=1", {"content-type": "multipart/form-data; boundary=x"}, "media-type"),
        (b"a=%ff", {}, "encoding"),
    ],
    ids=["large", "many", "json", "multipart", "no-utf-8"],
)
async def test_what_is_no_form_is_refused(mari, pages, body, headers, why):
    answer = await mari.post("/private", body, **headers)
    assert (answer.status, answer.json["why"], pages.begun) == (400, why, [])


SCRIPTS = [
    ("no token", b"{}", {"x_csrf": None}, 403, "csrf"),
    ("another token", b"{}", {"x_csrf": "x"}, 403, "csrf"),
    ("another page", b"{}", {"origin": "http://evil.example"}, 403, "origin"),
    ("no page", b"{}", {"origin": None}, 403, "origin"),
    ("a form", b"{}", {"content_type": FORM}, 400, "media-type"),
    ("plain text", b"{}", {"content_type": "text/plain"}, 400, "media-type"),
    ("half", b"{", {}, 400, "json"),
    ("a list", b"[]", {}, 400, "json"),
    ("no UTF-8", b"\xff", {}, 400, "json"),
    ("large", b"[" * 100_000, {}, 400, "size"),
    ("deep", b"[" * 60_000, {}, 400, "json"),
]


@pytest.mark.parametrize(
    ("body", "headers", "status", "why"), [s[1:] for s in SCRIPTS], ids=[s[0] for s in SCRIPTS]
)
async def test_no_other_script_calls_ours(mari, body, headers, status, why):
    usual = {"origin": ORIGIN, "content_type": "application/json", "x_csrf": await mari.csrf()}
    answer = await mari.send("POST", "/v1/things", body, **(usual | headers))
    assert (answer.status, answer.json["why"]) == (status, why)


async def test_our_scripts_call_ours(mari, other):
    usual = {"origin": ORIGIN, "content_type": "application/json", "x_csrf": await mari.csrf()}
    assert (await mari.send("POST", "/v1/things", b'{"a": 1}', **usual)).text == "{'a': 1}"
    assert (await other.send("POST", "/v1/things", b"{}", **usual)).status == 401


# What is kept -----------------------------------------------------------------------------


async def test_answers_of_who_has_to_sign_in_again_are_kept(mari, login, clock, pages):
    fields = {"csrf": await mari.csrf(), "what": "Pikk 1"}
    clock.advance(minutes=31)
    away = await mari.post("/refilled", fields)
    assert led_to(away) == (303, "/sign-in?to=%2Frefilled")
    assert pages.begun == []
    await mari.sign_in(login, "/refilled")
    assert "Pikk 1" in (await mari.get("/refilled")).text
    assert "Pikk 1" not in (await mari.get("/private")).text
    await mari.post("/refilled", {"csrf": await mari.csrf(), "what": "Pikk 2"})
    assert ([what for what, _ in pages.begun], KEPT in mari.cookies) == (["Pikk 2"], False)
    assert "Pikk" not in (await mari.get("/refilled")).text


async def test_answers_are_kept_through_a_logout_at_login(mari, login):
    fields = {"csrf": await mari.csrf(), "what": "Pikk 1"}
    await post_logout(mari, login.logout_token())
    login.sid = "the-next-session"
    await mari.post("/refilled", fields)
    await mari.sign_in(login, "/refilled")
    assert "Pikk 1" in (await mari.get("/refilled")).text


async def test_answers_are_not_shown_to_who_comes_after(mari, login, clock):
    fields = {"csrf": await mari.csrf(), "what": "Pikk 1"}
    clock.advance(minutes=31)
    await mari.post("/refilled", fields)
    login.person = JAAN
    await mari.sign_in(login, "/refilled")
    assert "Pikk 1" not in (await mari.get("/refilled")).text


async def test_answers_are_kept_for_that_browser_alone(mari, other, login, clock):
    fields = {"csrf": await mari.csrf(), "what": "Pikk 1"}
    clock.advance(minutes=31)
    await mari.post("/refilled", fields)
    await other.sign_in(login, "/refilled")
    assert "Pikk 1" not in (await other.get("/refilled")).text


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"origin": None}], ids=str)
async def test_nothing_is_kept_for_another_page(mari, clock, headers):
    clock.advance(minutes=31)
    answer = await mari.post("/refilled", {"what": "planted"}, **headers)
    assert (answer.status, KEPT in mari.cookies) == (403, False)


async def test_a_stranger_s_form_is_not_kept_and_leads_to_sign_in(browser):
    answer = await browser.post("/refilled", {"what": "x"}, referer=f"{ORIGIN}/private?a=1")
    assert led_to(answer) == (303, "/sign-in?to=%2Fprivate%3Fa%3D1")
    answer = await browser.post("/refilled", {"what": "x"}, referer="http://evil.example/private")
    assert (led_to(answer), KEPT in browser.cookies) == ((303, "/sign-in?to=%2F"), False)


async def test_a_page_of_an_earlier_session_is_filled_again(mari, login, pages):
    fields = {"csrf": await mari.csrf(), "what": "Pikk 1"}
    away = await mari.get("/sign-in?to=/&fresh=yes")
    back = urlsplit(login.sign_in(away.headers["location"]))
    await mari.get(f"{back.path}?{back.query}")
    assert led_to(await mari.post("/refilled", fields)) == (303, "/refilled")
    assert pages.begun == []
    assert "Pikk 1" in (await mari.get("/refilled")).text


async def test_who_leaves_leaves_no_answers(mari, login, clock):
    csrf = await mari.csrf()
    clock.advance(minutes=31)
    await mari.post("/refilled", {"csrf": csrf, "what": "Pikk 1"})
    kept = mari.cookies[KEPT]
    await mari.sign_in(login)
    await mari.post("/sign-out", {"csrf": await mari.csrf()})
    assert KEPT not in mari.cookies
    await mari.sign_in(login)
    mari.cookies[KEPT] = kept
    assert "Pikk 1" not in (await mari.get("/refilled")).text


async def test_kept_answers_are_sent_again_by_their_person(mari, login, clock, pages, site):
    fields = {"csrf": await mari.csrf(), "what": '"><script>', "once": site.ticket()}
    clock.advance(minutes=31)
    assert led_to(await mari.post("/private?a=1", fields)) == (
        303,
        "/sign-in?to=%2Fsign-in%2Fkept",
    )
    await mari.sign_in(login, "/sign-in/kept")
    shown = (await mari.get("/sign-in/kept")).text
    assert "<script>" not in shown
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    assert re.findall(r'<form method="post" action="([^"]*)">\n<input', shown) == ["/private?a=1"]
    assert (sent["what"], sent["once"]) == ("&#34;&gt;&lt;script&gt;", fields["once"])
    answer = await mari.post("/private?a=1", {name: unescape(text) for name, text in sent.items()})
    assert led_to(answer) == (303, "/private?begun=1")
    assert [what for what, _ in pages.begun] == ['"><script>']
    assert led_to(await mari.get("/sign-in/kept")) == (303, "/")


async def test_nothing_kept_leads_home(mari, browser):
    assert led_to(await mari.get("/sign-in/kept")) == (303, "/")
    mari.cookies[KEPT] = "x" * 43
    assert led_to(await mari.get("/sign-in/kept")) == (303, "/")


async def test_kept_answers_are_shown_after_signing_in_alone(mari, other, clock):
    csrf = await mari.csrf()
    clock.advance(minutes=31)
    await mari.post("/private", {"csrf": csrf, "what": "Pikk 1"})
    other.cookies[KEPT] = mari.cookies[KEPT]
    assert led_to(await other.get("/sign-in/kept")) == (303, "/sign-in?to=%2Fsign-in%2Fkept")


# What is done once ------------------------------------------------------------------------


async def test_a_form_sent_twice_is_done_once(mari, pages, site):
    fields = {"csrf": await mari.csrf(), "what": "x", "once": site.ticket()}
    first, second = await mari.post("/private", fields), await mari.post("/private", fields)
    assert led_to(first) == led_to(second) == (303, "/private?begun=1")
    assert len(pages.begun) == 1


async def test_a_form_that_is_being_done_is_not_done_beside(mari, pages, site):
    ticket = site.ticket()
    await site.forms.once(ticket, person=(await site.guests.visitor(mari.cookies[GUEST])).person)
    fields = {"csrf": await mari.csrf(), "what": "x", "once": ticket}
    mari.cookies["riik-lang"] = "en"
    answer = await mari.post("/private", fields)
    assert (answer.status, pages.begun) == (409, [])
    assert "We have this already" in answer.text
    assert "14:00" in answer.text


async def test_two_forms_are_two_things(mari, pages, site):
    for _ in range(2):
        await mari.post("/private", {"csrf": await mari.csrf(), "what": "x", "once": site.ticket()})
    assert len({key for _, key in pages.begun}) == 2


async def test_a_repetition_after_signing_in_again_is_the_same_thing(
    mari, login, pages, site, clock
):
    fields = {"what": "x", "once": site.ticket()}
    await mari.post("/private", {"csrf": await mari.csrf(), **fields})
    clock.advance(minutes=31)
    await mari.sign_in(login)
    again = await mari.post("/private", {"csrf": await mari.csrf(), **fields})
    assert (led_to(again), len(pages.begun)) == ((303, "/private?begun=1"), 1)
