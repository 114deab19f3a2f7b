"""The data tracker's answers have the shape that the state portal expects."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from riik.core import ClientId, MemberId, SubjectId
from riik.transparency import find_usage, heartbeat, read_query, usage_period
from riik.transparency.access import Access
from riik.transparency.errors import AccessRefused

LOOK = Access(
    subject=SubjectId("s"),
    reader=ClientId.parse("EE/GOV/70000002/clinic"),
    purpose="Treatment",
    legal_basis="Act § 1",
    service="EE/GOV/70000001/population/person",
    at=datetime(2026, 11, 23, 12, 0, 1, 500_000, tzinfo=UTC),
)
REFUSED = [
    ({}, None, "user-id"),
    ({}, "EE", "user-id"),
    ({"userCode": "6000 1017869"}, "EE60001017869", "user-code"),
    ({"periodStart": "yesterday"}, "EE60001017869", "period"),
    ({"periodStart": "2026-01-01T00:00:00"}, "EE60001017869", "period"),
    (
        {"periodStart": "2026-02-01T00:00:00Z", "periodEnd": "2026-01-01T00:00:00Z"},
        "EE60001017869",
        "period",
    ),
    ({"offset": "-1"}, "EE60001017869", "paging"),
    ({"limit": "0"}, "EE60001017869", "paging"),
    ({"limit": "1e3"}, "EE60001017869", "paging"),
]


@pytest.mark.parametrize(("parameters", "user", "why"), REFUSED)
def test_a_query_without_its_parts_is_refused(parameters, user, why):
    with pytest.raises(AccessRefused) as refused:
        read_query(parameters, user_id=user)
    assert refused.value.why == why


def test_a_query_is_read():
    query = read_query(
        {"userCode": "39901012239", "periodStart": "2026-01-01T02:00:00+02:00", "limit": "5"},
        user_id="EE60001017869",
    )
    assert (query.asker, query.person) == ("EE60001017869", "EE39901012239")
    assert query.start == datetime(2026, 1, 1, tzinfo=UTC)
    assert (query.offset, query.limit, query.end) == (0, 5, None)


def test_without_a_user_code_one_asks_about_oneself():
    query = read_query({}, user_id="EE60001017869")
    assert (query.person, query.limit) == ("EE60001017869", 1000)


def test_usages_have_the_names_of_the_protocol():
    names = {"EE/GOV/70000002": "Clinic"}
    assert find_usage([LOOK], total=7, names=names) == {
        "totalUsages": 7,
        "usages": [
            {
                "logtime": "2026-11-23T12:00:01.500Z",
                "action": "Treatment",
                "receiverCode": "70000002",
                "receiverName": "Clinic",
                "receiverSystem": "clinic",
            }
        ],
    }


def test_a_reader_without_a_subsystem_is_its_own_system():
    member = replace(LOOK, reader=MemberId("EE", "GOV", "70000002"))
    [usage] = find_usage([member], total=1)["usages"]
    assert (usage["receiverSystem"], "receiverName" in usage) == ("70000002", False)


def test_period_and_heartbeat():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert usage_period(start) == {"periodStart": "2026-01-01T00:00:00.000Z"}
    assert "periodEnd" in usage_period(start, start)
    assert heartbeat() == {"status": "OK"}
    assert heartbeat("log is late") == {"status": "FAIL", "message": "log is late"}
