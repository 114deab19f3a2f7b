"""What a granted case writes: into several records, of several people, once each."""

import msgspec
import pytest
from tests.services.house import CASE, JAAN, MARI

from riik.exchange import Answer
from riik.services.lookups import _asked
from riik.services.model import RecordChange

pytestmark = pytest.mark.anyio

CHANGE = {
    "provider": "driving-rights",
    "service": "renewal",
    "purpose": "driving-licence-renewal",
    "legal_basis": "Liiklusseadus",
}


def change(of="", key=None, **values):
    return RecordChange(**CHANGE, values=values, of=of, key=key or {})


@pytest.fixture
def sent(world):
    """What registers got: message, whose record, the body."""
    found, call = [], world.call

    async def kept(asked):
        if asked.method == "POST" and asked.service.service != "notices":
            body = msgspec.json.decode(asked.body)
            found.append((asked.message_id.removeprefix(CASE), asked.subject, body))
        answer = await call(asked)
        return answer if isinstance(answer, Answer) else Answer(body=b"{}")

    world.call = kept
    return found


async def test_each_change_is_sent_for_everybody_whom_it_names(house, sent):
    house.change(
        also=(
            change(of=f'[case.person, "{JAAN}"]', status='"lost"'),
            change(of="null", status='"stolen"'),
            change(key={"licence_number": "licence.licence_number"}, status='"expired"'),
        ),
    )
    assert (await house.go())["state"] == "granted"
    assert [(message, of) for message, of, _ in sent] == [
        ("-record", MARI),
        ("-record-1", MARI),
        ("-record-1-1", JAAN),
        ("-record-3", MARI),
    ]
    assert sent[1][2] == {"values": {"status": "lost"}}
    assert sent[-1][2]["key"] == {"licence_number": "ET000101"}


def test_of_several_records_each_field_is_a_list():
    several = {"records": [{"plate": "1", "vin": "x"}, {"plate": "2"}]}
    assert _asked(several, ("plate", "lock")) == {
        "plate": ["1", "2"],
        "lock": [None, None],
        "records": [{"plate": "1", "lock": None}, {"plate": "2", "lock": None}],
    }


def test_of_one_record_only_what_was_asked_is_kept():
    assert _asked({"plate": "1", "vin": "x"}, ("plate",)) == {"plate": "1"}
