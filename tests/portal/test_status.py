"""What a country's page is made of: the members' own words, put together."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.portal.house import ASKED, NOON, country, listed, member_id, message, root, status

from riik.core import ClientId, ServiceId
from riik.exchange import Direction, Record, Role
from riik.portal.operator import Country, LogHead, Member, WatchedLog, messages_of
from riik.portal.operator.page import log_lines
from riik.portal.operator.ring import HEIGHT, WIDTH, ring


def record(direction, *, role=Role.PROVIDER, at=0, request="r-1", code=0, stamped=True):
    return Record(
        at=NOON + timedelta(milliseconds=at),
        message_id="m-1",
        request_id=request,
        role=role,
        direction=direction,
        client=ClientId.parse(f"{member_id('portal')}/portal"),
        service=ServiceId.parse(f"{member_id('transport')}/services/start"),
        status=code,
        digest=b"",
        time_stamped=stamped,
    )


ASK, ANSWER = Direction.REQUEST, Direction.RESPONSE


def test_a_request_and_its_response_are_one_message():
    [found] = messages_of([record(ANSWER, at=41, code=201), record(ASK)])
    assert (found.status, found.milliseconds, found.outcome) == (201, 41, "answered")
    assert (found.asker, found.provider) == (member_id("portal"), member_id("transport"))
    assert found.offer == "services/start"


OUTCOMES = [
    (200, "answered"),
    (204, "answered"),
    (403, "refused"),
    (500, "waiting"),
    (503, "waiting"),
]


@pytest.mark.parametrize(("code", "outcome"), OUTCOMES)
def test_an_answer_says_what_became_of_it(code, outcome):
    [found] = messages_of([record(ASK), record(ANSWER, at=5, code=code)])
    assert found.outcome == outcome


def test_a_request_without_a_response_waits():
    [found] = messages_of([record(ASK)])
    assert (found.outcome, found.milliseconds) == ("waiting", None)


def test_a_response_alone_tells_nothing():
    assert messages_of([record(ANSWER, code=200)]) == ()


def test_a_message_is_time_stamped_when_both_records_are():
    [found] = messages_of([record(ASK), record(ANSWER, at=1, code=200, stamped=False)])
    assert not found.time_stamped


def test_a_node_that_asks_itself_shows_one_message():
    sides = [record(ASK, role=role) for role in Role]
    sides += [record(ANSWER, role=role, at=9, code=200) for role in Role]
    [found] = messages_of(sides)
    assert found.answered_here


def test_the_provider_s_record_counts_over_the_asker_s():
    asked = message(0, answered_here=False, status=0)
    members = (
        Member(listed=listed("portal"), status=status("portal", recent=(asked,))),
        Member(listed=listed("transport"), status=status("transport", recent=(message(0),))),
    )
    for order in (members, members[::-1]):
        [found] = Country(at=NOON, members=order).messages
        assert found.status == 201


def test_a_message_to_a_member_that_is_away_is_still_shown():
    asked = message(0, answered_here=False, status=0, milliseconds=None)
    members = (
        Member(listed=listed("portal"), status=status("portal", recent=(asked,))),
        Member(listed=listed("transport"), why="refused"),
    )
    assert [m.outcome for m in Country(at=NOON, members=members).messages] == ["waiting"]


def test_the_newest_message_stands_first():
    found = [message.id for message in country().messages]
    assert found == [f"message-{place}" for place in reversed(range(len(ASKED)))]


def test_a_name_is_told_in_the_visitor_s_language_or_in_the_first():
    assert listed("bank").called("et") == "Linnu Pank"
    assert listed("bank").called("fi") == "Linnu Bank"


LOGS = [("whole", 41, 41), ("behind", 42, 41), ("ahead", 40, 41), ("behind", 5, None)]


@pytest.mark.parametrize(("state", "size", "cosigned"), LOGS)
def test_a_log_is_held_against_what_the_witness_cosigned(state, size, cosigned):
    log = LogHead(origin="log.example/x", size=size, root=root("x"))
    watches = (
        () if cosigned is None else (WatchedLog(origin="log.example/x", size=cosigned, root=""),)
    )
    members = (
        Member(listed=listed("interior"), status=status("interior", log=log)),
        Member(listed=listed("witness"), status=status("witness", watches=watches)),
    )
    [line] = log_lines(Country(at=NOON, members=members), language="en")
    assert line.state == state


def crowded():
    """Fifteen members with long names: as many as the demonstration has, and wider."""
    whole = country()
    more = [
        replace(one, listed=replace(one.listed, member=f"{one.listed.member}-{n}"))
        for n, one in enumerate(whole.members[:5])
    ]
    return replace(whole, members=(*whole.members, *more))


@pytest.mark.parametrize("of", [country, crowded])
@pytest.mark.parametrize("language", ["en", "et", "vi"])
def test_no_two_members_overlap_in_the_ring(language, of):
    pills = ring(of(), language=language).pills
    for place, one in enumerate(pills):
        assert one.width / 2 <= one.x <= WIDTH - one.width / 2
        assert one.height / 2 <= one.y <= HEIGHT - one.height / 2
        for other in pills[:place]:
            apart_x = abs(one.x - other.x) >= (one.width + other.width) / 2
            assert apart_x or abs(one.y - other.y) >= (one.height + other.height) / 2


def test_a_thread_to_a_silent_member_is_broken():
    drawn = ring(country(down=("school",)), language="en")
    assert "still broken" in {thread.kind for thread in drawn.threads}
    assert [pill.up for pill in drawn.pills].count(False) == 1


def test_an_empty_country_can_be_drawn():
    assert ring(Country(at=NOON, members=()), language="en").pills == ()
