"""A record's two times: what `replay` tells from changes, versions and the store tell too."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.registers.house import P256Signer

from riik.core import Refused
from riik.registers.errors import HistoryRefused, RecordRefused
from riik.registers.history import (
    FOREVER,
    Change,
    advance,
    next_moment,
    replay,
    sign,
    verify,
)
from riik.registers.model import Kind

START, DAY = date(2020, 1, 1), timedelta(days=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def change(position=0, kind=Kind.OPEN, *, values=None, start=0, end=None, previous=""):
    return Change(
        register="population",
        record="r1",
        position=position,
        kind=kind,
        valid_from=START + start * DAY,
        valid_to=FOREVER if end is None else START + end * DAY,
        recorded_at=NOON + timedelta(seconds=position),
        values={"name": "Mari"} if values is None else values,
        ground="law",
        actor="EE-DEMO/GOV/1",
        message_id="m",
        salt="00",
        previous=previous,
    )


def chain(*changes):
    """Signed changes, each naming the one before."""
    signed = []
    for item in changes:
        previous = signed[-1].digest if signed else ""
        signed.append(sign(replace(item, previous=previous), P256Signer()))
    return signed


def advanced(changes):
    """Versions known at the end, in order of days; what is refused leaves no trace."""
    versions, taken = (), []
    for item in changes:
        try:
            gone, made = advance(versions, item)
        except RecordRefused:
            continue
        kept = [version for version in versions if version not in gone]
        versions = tuple(sorted([*kept, *made], key=lambda version: version.valid_from))
        taken.append(item)
    return versions, taken


patches = st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 3), max_size=2)
later = st.builds(
    lambda kind, values, start, length: (kind, values, start, length and start + length),
    st.sampled_from([Kind.CHANGE, Kind.CORRECT, Kind.CLOSE]),
    patches,
    st.integers(0, 8),
    st.none() | st.integers(1, 6),
)
histories = st.lists(later, max_size=8).map(
    lambda steps: [
        change(values={"a": 1}),
        *(change(n, k, values=v, start=s, end=e) for n, (k, v, s, e) in enumerate(steps, 1)),
    ]
)


@given(changes=histories, day=st.integers(-1, 16))
def test_versions_tell_what_the_changes_tell(changes, day):
    versions, taken = advanced(changes)
    as_of = START + day * DAY
    told = [v for v in versions if v.alive and v.valid_from <= as_of < v.valid_to]
    expected = replay(taken, as_of=as_of, known_at=NOON + DAY)
    assert [version.values for version in told] == ([] if expected is None else [expected])


@given(changes=histories)
def test_versions_cover_every_day_once(changes):
    versions, _ = advanced(changes)
    ends = [version.valid_to for version in versions]
    assert [version.valid_from for version in versions] == [START, *ends[:-1]]
    assert ends[-1] == FOREVER


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(changes=histories, day=st.integers(-1, 16), moment=st.integers(-1, 9))
def test_the_store_tells_what_the_signed_changes_tell(keeper, changes, day, moment):
    record = keeper.keep(changes)
    as_of, known_at = START + day * DAY, NOON + timedelta(seconds=moment)
    signed = keeper.signed(record)
    verify(signed, public_key=keeper.public_key)
    expected = replay([s.change for s in signed], as_of=as_of, known_at=known_at)
    assert keeper.read(record, as_of=as_of, known_at=known_at) == expected


def test_a_correction_wakes_what_was_closed_by_mistake():
    closed = change(1, Kind.CLOSE, values={}, start=5)
    woken = change(2, Kind.CORRECT, values={}, start=5)
    assert replay([change(), closed], as_of=START + 6 * DAY, known_at=NOON + DAY) is None
    assert replay([change(), closed, woken], as_of=START + 6 * DAY, known_at=NOON + DAY) == {
        "name": "Mari"
    }


def test_what_was_known_before_a_correction_stays_known():
    changes = [change(), change(1, Kind.CORRECT, values={"name": "Marie"})]
    before = replay(changes, as_of=START, known_at=NOON)
    after = replay(changes, as_of=START, known_at=NOON + DAY)
    assert (before, after) == ({"name": "Mari"}, {"name": "Marie"})


REFUSED = [
    ("a change of nothing", [change(kind=Kind.CHANGE)], "unopened"),
    ("opened twice", [change(), change(1)], "opened"),
    ("opened with an end", [change(end=5)], "period"),
    ("no day at all", [change(), change(1, Kind.CHANGE, start=3, end=3)], "period"),
    ("before the record", [change(), change(1, Kind.CORRECT, start=-1)], "before-record"),
    (
        "after the record",
        [change(), change(1, Kind.CLOSE, values={}, start=3), change(2, Kind.CHANGE, start=4)],
        "closed",
    ),
    (
        "over a later change",
        [
            change(),
            change(1, Kind.CHANGE, values={"name": "Later"}, start=6),
            change(2, Kind.CHANGE, values={"name": "Early"}, start=2),
        ],
        "runs-over",
    ),
]


@pytest.mark.parametrize(("changes", "why"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_a_history_refuses(changes, why):
    *before, last = changes
    with pytest.raises(RecordRefused) as refused:
        advance(advanced(before)[0], last)
    assert refused.value.why == why


def forged(**others):
    """A chain of three whose middle change was altered after it was signed."""
    first, middle, last = chain(
        change(), change(1, Kind.CHANGE, start=1), change(2, Kind.CHANGE, start=2)
    )
    return [first, replace(middle, **others), last]


def whole():
    return chain(change(), change(1, Kind.CHANGE, start=1), change(2, Kind.CHANGE, start=2))


FORGED = [
    ("the first is gone", lambda: whole()[1:], "position"),
    ("one is gone", lambda: [whole()[0], whole()[2]], "position"),
    ("one is twice", lambda: [whole()[0], whole()[0]], "position"),
    (
        "another record's",
        lambda: [whole()[0], *chain(replace(change(1), record="r2"))],
        "record",
    ),
    ("back in time", lambda: chain(change(), replace(change(1), recorded_at=NOON)), "order"),
    ("not chained", lambda: [whole()[0], sign(change(1, previous="00"), P256Signer())], "chain"),
    ("values exchanged", lambda: forged(change=replace(whole()[1].change, values={})), "content"),
    ("another key", lambda: [sign(change(), P256Signer(number=8))], "signature"),
    ("no signature", lambda: [replace(whole()[0], signature=b"")], "signature"),
    ("another content", lambda: [replace(whole()[0], content=b"{}")], "content"),
]


@pytest.mark.parametrize(("make", "why"), [f[1:] for f in FORGED], ids=[f[0] for f in FORGED])
def test_a_forged_history_is_seen(make, why):
    with pytest.raises(HistoryRefused) as refused:
        verify(make(), public_key=P256Signer().public_key)
    assert refused.value.why == why


def test_an_honest_history_verifies():
    verify(whole(), public_key=P256Signer().public_key)


def test_a_change_is_what_it_was_after_reading():
    assert Change.from_json(change().to_json()) == change()


@pytest.mark.parametrize("tree", [{}, {"form": "riik-change/9"}, [], {"form": "riik-change/1"}])
def test_what_is_no_change_is_refused(tree):
    with pytest.raises(Refused):
        Change.from_json(tree)


def test_two_changes_are_never_recorded_at_one_moment():
    assert next_moment(NOON, NOON) > NOON
    assert next_moment(NOON, NOON + DAY) > NOON + DAY
    assert next_moment(NOON + DAY, NOON) == NOON + DAY
