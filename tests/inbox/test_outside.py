"""Quiet hours, choices, words, and whose turn it is: what is decided before anything leaves."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import msgspec
import pytest

from riik.core import ClientId, SubjectId, to_text
from riik.inbox.errors import ChoiceRefused, NoticeRefused, WordsRefused
from riik.inbox.outside.choice import Choice, read_choice, written
from riik.inbox.outside.effect import delivered
from riik.inbox.outside.hours import held_until
from riik.inbox.outside.model import Contact, Fate, Gone, Sending, State, Step
from riik.inbox.outside.paper.back import read_back
from riik.inbox.outside.plan import MOST_ATTEMPTS, Rules, Told, after, decide
from riik.inbox.outside.wording import MOST_TEXT, house_words, read_words, said, text_message
from riik.profiles import country_profile

TALLINN, SAIGON = ZoneInfo("Europe/Tallinn"), ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT = ("22:00", "07:00")
EE = country_profile("ee").delivery
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def at(text, zone=TALLINN, *, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


QUIET = [
    ("an evening is held until the morning", "2026-11-23T22:00", NIGHT, "2026-11-24T07:00"),
    ("after midnight it is the same morning", "2026-11-24T06:59", NIGHT, "2026-11-24T07:00"),
    ("the last minute before is free", "2026-11-23T21:59", NIGHT, "2026-11-23T21:59"),
    ("the first minute after is free", "2026-11-24T07:00", NIGHT, "2026-11-24T07:00"),
    ("rest by day", "2026-11-23T13:30", ("13:00", "14:00"), "2026-11-23T14:00"),
    ("no rest", "2026-11-23T03:00", None, "2026-11-23T03:00"),
    ("over the new year", "2026-12-31T23:30", NIGHT, "2027-01-01T07:00"),
    # The clock goes from 03:00 to 04:00: an end that there is not comes at the next hour.
    ("an end in the gap", "2027-03-28T01:00", ("22:00", "03:30"), "2027-03-28T04:30"),
    ("the short night", "2027-03-27T23:00", NIGHT, "2027-03-28T07:00"),
    ("the long night", "2026-10-24T23:00", NIGHT, "2026-10-25T07:00"),
]


@pytest.mark.parametrize(
    ("moment", "quiet", "until"), [q[1:] for q in QUIET], ids=[q[0] for q in QUIET]
)
def test_nobody_is_disturbed_in_their_quiet_hours(moment, quiet, until):
    assert held_until(at(moment), quiet, zone=TALLINN) == at(until)


def test_in_the_hour_that_comes_twice_rest_ends_the_second_time_too():
    # 25 October 2026: 03:00–04:00 comes twice in Tallinn.
    second = at("2026-10-25T03:10", fold=1)
    until = held_until(second, ("22:00", "03:30"), zone=TALLINN)
    assert until == at("2026-10-25T03:30", fold=1).astimezone(UTC)
    assert until - second.astimezone(UTC) == timedelta(minutes=20)


def test_quiet_hours_are_those_of_the_country():
    moment = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    assert held_until(moment, NIGHT, zone=TALLINN) == moment
    assert held_until(moment, NIGHT, zone=SAIGON) == at("2026-11-24T07:00", SAIGON)


def test_a_choice_survives_being_kept():
    choice = Choice(
        channels=("mail",), language="vi", refused=frozenset({"reminder"}), quiet=NIGHT, chosen=True
    )
    assert read_choice(written(choice)) == choice


def chosen(**changed):
    told = {"channels": ["mail"], "language": "et", "refused": [], "quiet": None}
    return json.dumps({**told, **changed}).encode()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "json"),
        (b"[]", "json"),
        (chosen(more=1), "json"),
        (chosen(channels="mail"), "json"),
        (chosen(channels=["pigeon"]), "channel"),
        (chosen(channels=["letter"]), "channel"),
        (chosen(channels=["mail", "mail"]), "channel"),
        (chosen(language="xx"), "language"),
        (chosen(refused=["decision"]), "must-tell"),
        (chosen(refused=["security"]), "must-tell"),
        (chosen(refused=["case", "all"]), "must-tell"),
        (chosen(quiet=["22:00"]), "json"),
        (chosen(quiet=["22:00", "22:00"]), "quiet"),
        (chosen(quiet=["07:00", "06:00"]), "quiet"),
        (chosen(quiet=["24:00", "07:00"]), "quiet"),
        (chosen(quiet=["22", "07"]), "quiet"),
        (chosen(quiet=["22:00", "７:00"]), "quiet"),
    ],
)
def test_what_nobody_can_choose_is_refused(content, why):
    with pytest.raises(ChoiceRefused) as refused:
        read_choice(content)
    assert refused.value.why == why


def sources():
    folder = files("riik.inbox.outside").joinpath("words")
    return {one: folder.joinpath(f"{one}.toml").read_bytes() for one in ("et", "vi", "en")}


def test_the_house_has_all_words_in_all_languages_and_none_says_what_a_notice_is_about():
    words = house_words()
    assert set(words) == {"et", "vi", "en"}
    for one in words.values():
        message = text_message(one, "decision", organisation="X", link="https://p.example.ee/inbox")
        assert len(message) <= MOST_TEXT


@pytest.mark.parametrize(
    ("now", "then", "why"),
    [
        (b'notice = "{organisation} has written to you"', b'notice = "Somebody wrote"', "gap"),
        (b'notice = "{organisation} has written to you"', b'notice = "{title}"', "gap"),
        (b'notice = "{organisation} has written to you"', b'notice = "{organisation} {"', "gap"),
        (b'notice = "{organisation} has written to you"', b'notice = ""', "gap"),
        (
            b'notice = "{organisation} has written to you"',
            b'notice = "{organisation}' + b"a" * 100 + b'"',
            "long",
        ),
        (b"[push]\n", b"[pusch]\n", "shape"),
        (b"[text]\n", b"[text]\nextra = 1\n", "shape"),
        (b"[mail.subject]\n", b"[mail.subject]\n=", "shape"),
    ],
)
def test_words_with_a_gap_too_few_or_too_many_are_refused(now, then, why):
    english = sources()["en"]
    assert now in english
    with pytest.raises(WordsRefused) as refused:
        read_words({**sources(), "en": english.replace(now, then, 1)})
    assert refused.value.why == why


def test_a_language_without_words_is_refused():
    with pytest.raises(WordsRefused) as refused:
        read_words({k: v for k, v in sources().items() if k != "vi"})
    assert refused.value.why == "language"


def test_a_long_name_is_cut_and_the_address_never():
    link = "https://portal.example.ee/inbox"
    message = text_message(house_words()["en"], "notice", organisation="Office " * 60, link=link)
    assert len(message) <= MOST_TEXT
    assert message.endswith(link)


def test_an_address_that_leaves_no_room_is_refused():
    with pytest.raises(WordsRefused) as refused:
        text_message(
            house_words()["en"], "notice", organisation="A", link="https://x.ee/" + "a" * 200
        )
    assert refused.value.why == "long"


def test_what_fills_a_gap_is_no_text_with_gaps():
    assert said("{organisation}: {link}", organisation="{link}", link="x") == "{link}: x"


# Whose turn is it?

ALL = frozenset({"push", "mail", "text", "letter"})
RULES = Rules(delivery=EE, zone=TALLINN, open=ALL)
REACHED = Contact(
    email="m@example.ee", phone="+37251234567", name="Mari Maasikas", address="Tamme 1"
)
CASE = Told(kind="case", legal_effect=False, sent_at=NOON, opened=False)
LEGAL = Told(kind="decision", legal_effect=True, sent_at=NOON, opened=False)
FRESH = Sending(
    sender=ClientId.parse("EE-DEMO/GOV/1/services"),
    id="n",
    subject=SubjectId("s"),
    since=to_text(NOON),
)
EVERYTHING = Choice(channels=("push", "mail", "text"), quiet=NIGHT)


def step(told=CASE, choice=EVERYTHING, contact=REACHED, sending=FRESH, rules=RULES, now=NOON):
    return decide(sending, told, choice, contact, rules=rules, now=now)


def test_the_first_channel_by_which_they_are_reached_is_tried():
    assert step().send == "mail"
    assert step(contact=replace(REACHED, browsers=("x",))).send == "push"
    assert step(choice=replace(EVERYTHING, channels=("text", "mail"))).send == "text"


def test_a_channel_that_the_house_has_not_is_passed_over():
    assert step(rules=replace(RULES, open=frozenset({"text"}))).send == "text"


def test_who_opened_it_meanwhile_is_not_told():
    found = step(told=replace(CASE, opened=True))
    assert (found.send, found.sending.state, found.due) == ("", State.OPENED, None)


def test_who_refused_is_not_told():
    choice = replace(EVERYTHING, refused=frozenset({"case"}))
    assert step(choice=choice).sending.state is State.REFUSED
    assert step(told=replace(CASE, kind="reminder"), choice=choice).send == "mail"


@pytest.mark.parametrize("kind", ["decision", "security"])
def test_of_decisions_and_of_their_safety_people_are_told_whatever_they_refused(kind):
    choice = replace(EVERYTHING, refused=frozenset({"case", "reminder"}))
    assert step(told=replace(CASE, kind=kind), choice=choice).send == "mail"


def test_who_left_no_channel_gets_what_has_legal_effect_on_paper():
    nothing = replace(EVERYTHING, channels=())
    found = step(told=LEGAL, choice=nothing)
    assert (found.send, found.sending.state) == ("", State.UNREACHABLE)
    assert found.due == NOON + timedelta(days=EE.letter.days)
    paper = step(told=LEGAL, choice=nothing, sending=found.sending, now=found.due)
    assert paper.send == "letter"
    assert step(choice=nothing).due is None


def test_at_night_a_decision_waits_and_a_warning_does_not():
    night = at("2026-11-23T23:00")
    held = step(told=LEGAL, now=night)
    assert (held.send, held.due) == ("", at("2026-11-24T07:00"))
    assert held.sending.since == to_text(held.due)
    assert step(told=replace(CASE, kind="security"), now=night).send == "mail"


def left(outcome, sending=FRESH, told=CASE, *, channel="mail"):
    gone = Gone(Fate(outcome), "550")
    return after(replace(sending, channel=channel), gone, told, rules=RULES, now=NOON)


def test_a_bounce_makes_room_for_the_next_channel_at_once():
    found = left("bounced")
    assert (found.due, found.sending.steps[-1].outcome) == (NOON, "bounced")
    assert step(sending=found.sending).send == "text"


def test_when_every_channel_failed_the_official_sees_that_nobody_was_reached():
    bounced = left("bounced", left("bounced").sending, channel="text").sending
    assert step(sending=bounced).sending.state is State.UNREACHABLE


def test_passing_failures_pause_longer_and_longer_and_end():
    sending, pauses = replace(FRESH, channel="mail"), []
    for _ in range(MOST_ATTEMPTS - 1):
        found = after(sending, Gone(Fate.LATER, "451"), CASE, rules=RULES, now=NOON)
        pauses.append(found.due - NOON)
        sending = found.sending
    assert pauses == sorted(pauses)
    assert len(set(pauses)) == len(pauses)
    last = after(sending, Gone(Fate.LATER, "451"), CASE, rules=RULES, now=NOON).sending
    assert last.steps[-1].outcome == "gave-up"
    assert step(sending=last).send == "text"


def test_what_nobody_opened_comes_on_paper_and_only_if_it_has_legal_effect():
    sent = left("sent", told=LEGAL)
    assert (sent.sending.state, sent.due) == (State.SENT, NOON + timedelta(days=10))
    assert left("sent").due is None
    assert step(told=LEGAL, sending=sent.sending, now=sent.due).send == "letter"
    early = step(told=LEGAL, sending=sent.sending, now=sent.due - timedelta(seconds=1))
    assert (early.send, early.due) == ("", sent.due)


def test_who_has_no_address_and_a_letter_that_failed_are_told_to_the_official():
    due = NOON + timedelta(days=10)
    sent = left("sent", told=LEGAL).sending
    nowhere = step(told=LEGAL, sending=sent, contact=Contact(email="m@example.ee"), now=due)
    assert (nowhere.send, nowhere.sending.state) == ("", State.UNREACHABLE)
    failed = replace(sent, steps=(Step(channel="letter", outcome="bounced", at=to_text(due)),))
    assert step(told=LEGAL, sending=failed, now=due).send == ""


# When did it reach them?


def reached(opened=None, letter=None, *, delivery=EE, now=NOON + timedelta(days=100)):
    return delivered(delivery, sent_at=NOON, opened=opened, letter=letter, now=now)


def test_sending_alone_never_counts_however_long_ago():
    assert reached() is None


def test_the_earlier_of_opening_and_paper_counts_by_its_own_article():
    opened, letter = NOON + timedelta(days=3), NOON + timedelta(days=12)
    assert (reached(opened, letter).at, reached(opened, letter).how) == (opened, "opened")
    assert (reached(None, letter).how, reached(None, letter).rule) == ("letter", EE.letter)
    assert reached(NOON + timedelta(days=20), letter).at == letter


def test_silence_counts_only_where_a_law_says_so_and_not_before_its_day():
    law = msgspec.structs.replace(EE, fiction=replace_days(EE.opened, 5))
    assert reached(delivery=law, now=NOON + timedelta(days=4, hours=23)) is None
    found = reached(delivery=law)
    assert (found.at, found.how) == (NOON + timedelta(days=5), "fiction")


def replace_days(rule, days):
    return msgspec.structs.replace(rule, days=days)


REF = "0" * 32
BACK = [
    (b"", "json"),
    (b"{}", "json"),
    (b'{"letter": "../../etc", "delivered": "2026-11-20"}', "letter"),
    (b'{"letter": "%s"}' % REF.encode(), "both"),
    (b'{"letter": "%s", "returned": "eaten"}' % REF.encode(), "both"),
    (b'{"letter": "%s", "returned": "moved", "delivered": "2026-11-20"}' % REF.encode(), "both"),
    (b'{"letter": "%s", "delivered": "2026-11-24"}' % REF.encode(), "day"),
    (b'{"letter": "%s", "delivered": "20.11.2026"}' % REF.encode(), "json"),
    (b'{"letter": "%s", "delivered": "2026-11-20", "x": 1}' % REF.encode(), "json"),
]


@pytest.mark.parametrize(("content", "why"), BACK)
def test_what_the_post_can_not_have_said_is_refused(content, why):
    with pytest.raises(NoticeRefused) as refused:
        read_back(content, now=NOON, zone=TALLINN)
    assert refused.value.why == why


def test_the_post_says_on_which_day_a_letter_was_handed_over():
    told = read_back(
        b'{"letter": "%s", "delivered": "2026-11-20"}' % REF.encode(), now=NOON, zone=TALLINN
    )
    assert (told.at, told.why) == ("2026-11-20T10:00:00.000000Z", "")
