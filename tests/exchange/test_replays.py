"""The same message twice: the effect once, the answer again; and what crashes leave behind."""

import pytest

from riik.exchange import Answer, NetworkFailed, Replayed, ServiceFailed
from riik.exchange.errors import AccessDenied, InProgress
from riik.exchange.protocol.rest import passed_on


def test_the_same_message_again_gets_the_stored_answer(clinic, person, asked):
    first = clinic.call(person, message_id="wish-1", method="POST", body=b"x")
    again = clinic.call(person, message_id="wish-1", method="POST", body=b"x")
    assert len(asked) == 1
    assert again.body == first.body
    assert passed_on(again.headers) == passed_on(first.headers)
    assert again.request_id != first.request_id


@pytest.mark.parametrize(
    "change", [{"body": b"y"}, {"path": "/other"}, {"purpose": "other"}, {"method": "PUT"}]
)
def test_the_same_id_with_other_content_is_refused(clinic, person, asked, change):
    clinic.call(person, message_id="wish-1", method="POST", body=b"x")
    with pytest.raises(Replayed) as refused:
        clinic.call(person, **({"message_id": "wish-1", "method": "POST", "body": b"x"} | change))
    assert refused.value.why == "other-content"
    assert len(asked) == 1


def test_two_clients_may_use_the_same_id(ministry, clinic, person, asked):
    ministry.allow(ministry, person)
    clinic.call(person, message_id="wish-1")
    ministry.call(person, message_id="wish-1")
    assert len(asked) == 2


def test_captured_bytes_sent_again_have_no_second_effect(ministry, clinic, person, asked):
    clinic.call(person)
    content_type, content, _ = clinic.wire.sent[-1]
    answer_type, _ = clinic.post(ministry, content_type, content)
    assert answer_type.startswith("multipart/mixed")
    assert len(asked) == 1


def test_old_captured_bytes_are_refused(federation, ministry, clinic, person, asked):
    clinic.call(person)
    content_type, content, _ = clinic.wire.sent[-1]
    federation.clock.advance(minutes=11)
    federation.publish()
    _, fault = clinic.post(ministry, content_type, content)
    assert b"Server.ServerProxy.ReplayedMessage" in fault
    assert len(asked) == 1


def test_a_message_from_the_future_is_refused(federation, ministry, clinic, person):
    clinic.call(person)
    federation.clock.advance(minutes=3)
    clinic.wire.on_request = lambda content: _back(federation, content)
    with pytest.raises(Exception, match="future") as refused:
        clinic.call(person)
    assert refused.value.why == "too-early"


def _back(federation, content):
    federation.clock.advance(minutes=-3)
    return content


def test_a_refused_message_may_come_again_once_there_is_a_right(ministry, clinic, person, asked):
    [right] = ministry.exchange.rights()
    ministry.exchange.disallow(right)
    with pytest.raises(AccessDenied):
        clinic.call(person, message_id="wish-1")
    ministry.exchange.allow(right)
    assert clinic.call(person, message_id="wish-1").status == 200
    assert len(asked) == 1


def test_a_process_that_dies_before_sending_leaves_its_request_in_the_log(clinic, person, asked):
    clinic.wire.cut = True
    with pytest.raises(NetworkFailed):
        clinic.call(person, message_id="wish-1")
    [record] = clinic.exchange.records(message_id="wish-1")
    assert (record.role, record.direction) == ("consumer", "request")
    clinic.wire.cut = False
    clinic.call(person, message_id="wish-1")
    assert len(asked) == 1


def test_an_answer_lost_on_its_way_is_not_done_twice(clinic, person, asked):
    def lose(content):
        raise NetworkFailed("lost", why="closed")

    clinic.wire.on_answer = lose
    with pytest.raises(NetworkFailed):
        clinic.call(person, message_id="wish-1")
    clinic.wire.on_answer = None
    assert clinic.call(person, message_id="wish-1").status == 200
    assert len(asked) == 1


def test_a_provider_that_died_while_handling_is_asked_again_after_its_lease(
    federation, ministry, clinic
):
    tries = []

    async def handler(incoming):
        tries.append(incoming.message_id)
        if len(tries) == 1:
            raise KeyboardInterrupt
        return Answer()

    async def dies(incoming):
        try:
            return await handler(incoming)
        except KeyboardInterrupt:
            raise RuntimeError("as if the process had ended") from None

    service = ministry.offer("fragile", dies)
    ministry.allow(clinic, service)
    with pytest.raises(ServiceFailed):
        clinic.call(service, message_id="wish-1")
    with pytest.raises(InProgress):
        clinic.call(service, message_id="wish-1")
    federation.clock.advance(seconds=11)
    assert clinic.call(service, message_id="wish-1").status == 200
    assert tries == ["wish-1", "wish-1"]


def test_what_was_handled_is_remembered_after_a_restart(federation, ministry, clinic, person):
    first = clinic.call(person, message_id="wish-1")
    offers = dict(ministry.exchange._offers)
    federation.run(ministry.stop())
    ministry.close()
    ministry.open()
    ministry.exchange.recall()
    for offer in offers.values():
        ministry.exchange.offer(offer)
    federation.run(ministry.start())
    assert clinic.call(person, message_id="wish-1").body == first.body
