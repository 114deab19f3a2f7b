"""A provider that stays silent is suspended by a decision on record, and is back by another."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from tests.tables import lay_tables

import riik.portal.citizen
from riik.core import ClientId, from_text
from riik.formats.jose import sign
from riik.portal.citizen.standing.component import DecisionsRefused, Standings, check_decisions
from riik.portal.citizen.standing.rules import Round, Standing, judged
from riik.portal.citizen.standing.store import SqlStandingStore
from riik.runtime.keys import FileSigner

pytestmark = pytest.mark.anyio

STATE = ClientId.parse("EE-DEMO/GOV/70001053/services")
SCHOOL = ClientId.parse("EE-DEMO/COM/10001035/services")
AT = from_text("2026-11-30T21:00:00Z")
SIGNER = FileSigner(generate_private_key(SECP256R1()))


@pytest.fixture
def standings(database, clock, in_thread):
    """A portal's standings, nobody asked yet."""
    lay_tables(database, {"portal": Path(riik.portal.citizen.__file__).parent / "migrations"})

    def seal(content, kind):
        return sign(content, signer=SIGNER, header={"typ": kind})

    return Standings(
        store=SqlStandingStore(), database=database, clock=clock, in_thread=in_thread, seal=seal
    )


async def rounds(standings, *school, state=True):
    for answered in school:
        await standings.heard({SCHOOL: answered, STATE: state})


@pytest.mark.parametrize(
    ("before", "heard", "what"),
    [
        ([False, False], False, True),
        ([False], False, None),
        ([False, True], False, None),
        ([False, False], True, None),
    ],
    ids=["three-silences", "two", "not-one-after-the-other", "an-answer-between"],
)
def test_three_silences_in_a_row_suspend_and_nothing_less(before, heard, what):
    standing = Standing(provider=SCHOOL, rounds=tuple(Round(AT, one) for one in before))
    assert judged(standing, Round(AT, heard))[1] is what


@pytest.mark.parametrize(
    ("before", "heard", "what"),
    [([False, True], True, False), ([True], False, None), ([False, False], False, None)],
    ids=["two-answers", "one-and-a-silence", "still-silent"],
)
def test_two_answers_in_a_row_bring_back_and_nothing_less(before, heard, what):
    told = tuple(Round(AT, one) for one in before)
    standing = Standing(provider=SCHOOL, suspended_by=1, since=AT, rounds=told)
    assert judged(standing, Round(AT, heard))[1] is what


async def test_who_is_silent_is_suspended_and_nobody_else(standings):
    await rounds(standings, False, False)
    assert not await standings.is_suspended(SCHOOL)
    await rounds(standings, False)
    assert await standings.is_suspended(SCHOOL)
    assert not await standings.is_suspended(STATE)


async def test_who_answers_again_is_offered_again_and_both_decisions_stay(standings):
    await rounds(standings, False, False, False, True, True, True)
    assert not await standings.is_suspended(SCHOOL)
    told = check_decisions(await standings.decisions(), key=SIGNER.public_key)
    assert [(one["number"], one["decision"]) for one in told] == [
        (1, "suspended"),
        (2, "offered-again"),
    ]
    assert {one["provider"] for one in told} == {str(SCHOOL)}


async def test_a_round_in_which_nobody_answers_says_nothing_of_providers(standings):
    await rounds(standings, False, False, False, False, state=False)
    assert await standings.all() == {}
    assert await standings.decisions() == []


async def test_a_state_s_provider_is_suspended_by_the_same_rule(standings):
    for _ in range(3):
        await standings.heard({STATE: False, SCHOOL: True})
    assert await standings.is_suspended(STATE)


async def test_a_missing_changed_or_forged_decision_shows(standings):
    await rounds(standings, False, False, False, True, True)
    first, second = await standings.decisions()
    other = FileSigner(generate_private_key(SECP256R1()))
    for tokens, key, why in (
        ([second], SIGNER.public_key, "number"),
        ([first, first], SIGNER.public_key, "number"),
        ([first, second], other.public_key, "seal"),
        ([first[:-8] + "AAAAAAAA", second], SIGNER.public_key, "seal"),
    ):
        with pytest.raises(DecisionsRefused) as refused:
            check_decisions(tokens, key=key)
        assert refused.value.why == why


async def test_a_decision_that_does_not_follow_from_its_rounds_shows(standings):
    content = b'{"before":"","decision":"suspended","number":1,"rounds":[{"answered":true}]}'
    token = sign(content, signer=SIGNER, header={"typ": "riik-standing+jws"})
    with pytest.raises(DecisionsRefused) as refused:
        check_decisions([token], key=SIGNER.public_key)
    assert refused.value.why == "rounds"
