"""Guests of a site: who comes in, how long they stay, what ends it; and forms that are kept."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.portal.session.house import CLIENT, ISSUER, JAAN, MARI, rsa_key

from riik.portal.session import (
    AlreadyReceived,
    KeptForms,
    LoginSilent,
    SignedOut,
    SignInRefused,
    TokenRefused,
)
from riik.portal.session.jobs import sweeper
from riik.portal.session.model import KeptForm
from riik.portal.session.oidc import Answer

pytestmark = pytest.mark.anyio


@pytest.fixture
def forms(ports):
    """The site's forms."""
    return KeptForms(**ports)


@pytest.fixture
def enter(guests, login):
    """Somebody goes to login and comes back."""

    async def act(browser="one-browser", earlier="", **how):
        answer = answer_of(login.sign_in(await guests.begin(browser=browser, **how)))
        return await guests.enter(answer, browser=browser, earlier=earlier)

    return act


def answer_of(address):
    """What the browser carries back."""
    brought = parse_qs(urlsplit(address).query)
    return Answer(code=brought["code"][0], state=brought["state"][0])


async def why_not(refusal, action):
    """Why something is refused."""
    with pytest.raises(refusal) as refused:
        await action
    return refused.value.why


async def test_who_comes_back_from_login_is_known(guests, enter):
    entered = await enter(to="/cases?page=2")
    visitor = await guests.visitor(entered.secret)
    assert visitor == entered.visitor
    assert (visitor.person, visitor.handle[:7], entered.to) == (MARI, "handle-", "/cases?page=2")


async def test_a_request_carries_no_secret_of_the_browser(guests):
    address = await guests.begin(browser="secret-of-the-browser")
    assert address.startswith(f"{ISSUER}/oidc/authorize?")
    assert "secret-of-the-browser" not in address


async def test_a_state_counts_once(guests, login):
    answer = answer_of(login.sign_in(await guests.begin(browser="b")))
    await guests.enter(answer, browser="b")
    assert await why_not(SignInRefused, guests.enter(answer, browser="b")) == "unknown"


async def test_another_browser_s_sign_in_brings_nobody_in(guests, login):
    answer = answer_of(login.sign_in(await guests.begin(browser="attacker")))
    for browser in ("victim", ""):
        assert await why_not(SignInRefused, guests.enter(answer, browser=browser)) == "unknown"
    await guests.enter(answer, browser="attacker")


async def test_a_code_of_another_sign_in_gives_nothing(guests, login):
    mine, stolen = [
        answer_of(login.sign_in(await guests.begin(browser=name))) for name in ("mine", "stolen")
    ]
    mixed = Answer(code=stolen.code, state=mine.state)
    assert await why_not(SignInRefused, guests.enter(mixed, browser="mine")) == "code"


async def test_a_sign_in_takes_at_most_half_an_hour(guests, login, clock):
    address = await guests.begin(browser="b")
    clock.advance(minutes=30)
    answer = answer_of(login.sign_in(address))
    assert await why_not(SignInRefused, guests.enter(answer, browser="b")) == "expired"


async def test_two_tabs_sign_in_each_by_itself(guests, login):
    first, second = (
        await guests.begin(browser="b", to="/a"),
        await guests.begin(browser="b", to="/b"),
    )
    later = await guests.enter(answer_of(login.sign_in(second)), browser="b")
    sooner = await guests.enter(answer_of(login.sign_in(first)), browser="b", earlier=later.secret)
    assert (later.to, sooner.to) == ("/b", "/a")
    assert await why_not(SignedOut, guests.visitor(later.secret)) == "again"
    await guests.visitor(sooner.secret)


async def test_of_a_hundred_tabs_the_newest_ten_may_come_back(guests, login, clock):
    addresses = []
    for _ in range(12):
        addresses.append(await guests.begin(browser="b"))
        clock.advance(seconds=1)
    old, new = answer_of(login.sign_in(addresses[0])), answer_of(login.sign_in(addresses[-1]))
    assert await why_not(SignInRefused, guests.enter(old, browser="b")) == "unknown"
    await guests.enter(new, browser="b")


async def test_each_sign_in_has_a_secret_of_its_own(guests, enter):
    first = await enter()
    again = await enter(earlier=first.secret)
    assert again.secret != first.secret
    assert await why_not(SignedOut, guests.visitor(first.secret)) == "again"


@pytest.mark.parametrize("secret", ["", "x", "a" * 43])
async def test_an_unknown_secret_is_nobody_s(guests, enter, secret):
    await enter()
    assert await why_not(SignedOut, guests.visitor(secret)) == "unknown"


async def test_a_session_nobody_uses_ends_after_half_an_hour(guests, enter, clock):
    secret = (await enter()).secret
    clock.advance(minutes=29)
    await guests.visitor(secret)
    clock.advance(minutes=29)
    await guests.visitor(secret)
    clock.advance(minutes=30)
    assert await why_not(SignedOut, guests.visitor(secret)) == "idle"


async def test_a_session_ends_after_twelve_hours_in_any_case(guests, enter, clock):
    secret = (await enter()).secret
    for _ in range(35):
        clock.advance(minutes=20)
        await guests.visitor(secret)
    clock.advance(minutes=20)
    assert await why_not(SignedOut, guests.visitor(secret)) == "ended"


async def test_who_leaves_is_gone_and_leaves_login_too(guests, enter):
    secret = (await enter()).secret
    address = await guests.leave(secret)
    asked = parse_qs(urlsplit(address).query)
    assert (address.partition("?")[0], asked["post_logout_redirect_uri"]) == (
        f"{ISSUER}/oidc/logout",
        [CLIENT.home],
    )
    assert asked["id_token_hint"][0].count(".") == 2
    assert await why_not(SignedOut, guests.visitor(secret)) == "left"


@pytest.mark.parametrize("secret", ["", "unknown"])
async def test_leaving_without_a_session_leads_home(guests, secret):
    assert await guests.leave(secret) == CLIENT.home


async def test_who_leaves_while_login_is_silent_is_gone_all_the_same(guests, enter, login):
    secret = (await enter()).secret
    login.silent = True
    assert await guests.leave(secret) == CLIENT.home
    assert await why_not(SignedOut, guests.visitor(secret)) == "left"


async def test_nobody_is_sent_to_a_silent_login(guests, login):
    login.silent = True
    assert await why_not(LoginSilent, guests.begin(browser="b")) == "network"


async def test_a_token_that_is_refused_opens_no_session(guests, login):
    answer = answer_of(login.sign_in(await guests.begin(browser="b")))
    login.claims = {"aud": "bank"}
    assert await why_not(TokenRefused, guests.enter(answer, browser="b")) == "audience"


async def test_a_nonce_of_another_sign_in_is_refused(guests, login):
    answer = answer_of(login.sign_in(await guests.begin(browser="b")))
    login.claims = {"nonce": "of-an-earlier-sign-in"}
    assert await why_not(TokenRefused, guests.enter(answer, browser="b")) == "nonce"


async def test_a_new_key_of_login_is_looked_up_once(guests, login, enter):
    known = dict(login.shown)
    login.key, login.kid = rsa_key(), "2027"

    async def keys(*, fresh=False):
        login.asked_keys += fresh
        return known | ({"2027": login.key.public_key} if fresh else {})

    login.keys = keys
    await enter()
    assert login.asked_keys == 1


async def test_an_unknown_key_is_refused_after_one_look(guests, login):
    answer = answer_of(login.sign_in(await guests.begin(browser="b")))
    login.kid = "invented"
    assert await why_not(TokenRefused, guests.enter(answer, browser="b")) == "key"
    assert login.asked_keys == 1


async def test_step_up_needs_the_card_again(guests, login, enter, clock):
    asked = await guests.begin(browser="b", fresh=True)
    assert "prompt=login" in asked
    login.claims = {"auth_time": int(clock.now().timestamp()) - 600}
    entered = guests.enter(answer_of(login.sign_in(asked)), browser="b")
    assert await why_not(SignInRefused, entered) == "stale"
    login.claims = {}
    await enter(fresh=True)


# What login ends --------------------------------------------------------------------------


async def test_login_ends_all_sessions_that_began_in_one_of_its_own(guests, enter, login):
    mine = [await enter(browser=name) for name in ("phone", "computer")]
    login.sid = "another-session"
    elsewhere = await enter(browser="library")
    login.sid = "session-of-login"
    await guests.hear_logout(login.logout_token())
    for entered in mine:
        assert await why_not(SignedOut, guests.visitor(entered.secret)) == "logout"
    await guests.visitor(elsewhere.secret)


async def test_login_ends_all_sessions_of_a_person(guests, enter, login):
    mari = await enter()
    login.person = JAAN
    jaan = await enter(browser="other")
    await guests.hear_logout(login.logout_token(sid=None, sub=str(MARI)))
    assert await why_not(SignedOut, guests.visitor(mari.secret)) == "logout"
    await guests.visitor(jaan.secret)


async def test_a_logout_counts_once(guests, login):
    token = login.logout_token()
    await guests.hear_logout(token)
    assert await why_not(TokenRefused, guests.hear_logout(token)) == "replayed"


@pytest.mark.parametrize("other", [{"aud": "bank"}, {"events": {}}, {"nonce": "n"}], ids=str)
async def test_a_logout_that_is_none_ends_nothing(guests, enter, login, other):
    secret = (await enter()).secret
    await why_not(TokenRefused, guests.hear_logout(login.logout_token(**other)))
    await guests.visitor(secret)


async def test_an_id_token_is_no_logout(guests, enter, login):
    secret = (await enter()).secret
    token = login.id_token({"nonce": "n", "state": "s"}, "access")
    await why_not(TokenRefused, guests.hear_logout(token))
    await guests.visitor(secret)


async def test_a_sign_in_does_not_outlive_a_logout_that_overtook_it(guests, login):
    answer = answer_of(login.sign_in(await guests.begin(browser="b")))
    await guests.hear_logout(login.logout_token())
    assert await why_not(SignInRefused, guests.enter(answer, browser="b")) == "over"


async def test_a_session_whose_handle_is_dead_is_ended(guests, enter):
    secret = (await enter()).secret
    await guests.end(secret, why="handle")
    assert await why_not(SignedOut, guests.visitor(secret)) == "handle"


# Forms ------------------------------------------------------------------------------------

ANSWERS = KeptForm(path="/cases/7/address", body=b"street=Pikk+1")


async def test_answers_are_kept_for_their_person(guests, forms, enter):
    entered = await enter()
    await guests.leave(entered.secret)
    subject = await guests.whose(entered.secret)
    key = await forms.keep(ANSWERS, subject=subject)
    assert await forms.kept(key, person=MARI) == ANSWERS
    assert await forms.kept(key, person=MARI, path="/elsewhere") is None
    await forms.forget(key)
    assert await forms.kept(key, person=MARI) is None


async def test_answers_are_destroyed_when_another_person_comes(guests, forms, enter, ports):
    subject = await guests.whose((await enter()).secret)
    key = await forms.keep(ANSWERS, subject=subject)
    ports["vault"].subject_of(JAAN)
    assert await forms.kept(key, person=JAAN) is None
    assert await forms.kept(key, person=MARI) is None


@pytest.mark.parametrize("wrong", ["", "x", "A" * 43, "!" * 43])
async def test_answers_are_read_with_their_key_alone(guests, forms, enter, wrong):
    subject = await guests.whose((await enter()).secret)
    await forms.keep(ANSWERS, subject=subject)
    assert await forms.kept(wrong, person=MARI) is None


async def test_answers_are_kept_half_a_day(guests, forms, enter, clock):
    key = await forms.keep(ANSWERS, subject=await guests.whose((await enter()).secret))
    clock.advance(hours=12)
    assert await forms.kept(key, person=MARI) is None


async def test_a_form_is_done_once(forms):
    ticket = forms.ticket()
    first = await forms.once(ticket, person=MARI)
    assert not first.done
    await forms.done(first, location="/cases/7")
    again = await forms.once(ticket, person=MARI)
    assert (again.done, again.location, again.key) == (True, "/cases/7", first.key)


async def test_a_form_that_is_being_done_is_not_begun_again(forms):
    ticket = forms.ticket()
    await forms.once(ticket, person=MARI)
    assert await why_not(AlreadyReceived, forms.once(ticket, person=MARI)) == "in-progress"


async def test_a_form_that_led_nowhere_is_begun_again_under_the_same_key(forms, clock):
    ticket = forms.ticket()
    first = await forms.once(ticket, person=MARI)
    clock.advance(seconds=30)
    again = await forms.once(ticket, person=MARI)
    assert (again.done, again.key, again.at) == (False, first.key, first.at)


async def test_a_ticket_is_its_person_s(forms):
    ticket = forms.ticket()
    mari, jaan = await forms.once(ticket, person=MARI), await forms.once(ticket, person=JAAN)
    assert mari.key != jaan.key


async def test_a_form_without_a_ticket_is_new_each_time(forms):
    first, second = await forms.once("", person=MARI), await forms.once("", person=MARI)
    assert first.key != second.key


# What is kept -----------------------------------------------------------------------------


async def test_the_database_knows_neither_secrets_nor_people(guests, forms, enter, tmp_path):
    entered = await enter(browser="secret-of-the-browser")
    key = await forms.keep(ANSWERS, subject=await guests.whose(entered.secret))
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("node.db*"))
    words = [entered.secret, entered.visitor.handle, key, "MAASIKAS", MARI[2:], "Pikk", "secret-of"]
    assert [word for word in words if word.encode() in kept] == []


async def test_what_is_over_is_forgotten_a_day_later(guests, forms, enter, ports, clock, database):
    entered = await enter()
    await guests.begin(browser="b")
    await forms.keep(ANSWERS, subject=await guests.whose(entered.secret))
    await forms.once("ticket", person=MARI)
    sweep = sweeper(ports["store"], **{n: ports[n] for n in ("database", "clock", "in_thread")})
    await sweep()
    assert await guests.whose(entered.secret) is not None
    clock.advance(timedelta(hours=37))
    await sweep()
    assert await guests.whose(entered.secret) is None
    with database.work() as work:
        assert ports["store"].sweep(at=clock.now(), before=clock.now(), work=work) == 0
