"""Messages between members that come again, come changed, or come from nobody."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace

import aiohttp
import pytest
from tests.faults.house import ask, question

from riik.exchange import Direction, Replayed, Role
from riik.exchange.errors import Inconsistent, InvalidMessage, InvalidSignature

pytestmark = pytest.mark.anyio

CASE = "case-of-messages-000001"
MOST = 10 * 1024 * 1024


@dataclass
class Meddler:
    """The network between two servers, where somebody changes what passes."""

    network: object
    there: Callable[[tuple[str, bytes]], tuple[str, bytes]] = tuple
    back: Callable[[tuple[str, bytes]], tuple[str, bytes]] = tuple

    async def send(self, server, *, content_type, content, **how):
        content_type, content = self.there((content_type, content))
        answer = await self.network.send(server, content_type=content_type, content=content, **how)
        return self.back(answer)

    async def statuses(self, server, hashes):
        return await self.network.statuses(server, hashes)


def changing(old, new):
    """Other bytes in the same message."""
    return lambda message: (message[0], message[1].replace(old, new))


async def ask_through(country, call, **meddling):
    """Ask with the Transport Administration's server, over a network that changes bytes."""
    honest = country.nodes["transport"].exchange
    meddled = replace(honest, transport=Meddler(honest.transport, **meddling))
    meddled.recall()
    return await meddled.call(call)


def looks(country, who):
    """How many looks at a person the population register's log holds."""
    node = country.nodes["interior"]
    return node.parts.transparency.who_looked(node.base.vault.find(country.holder(who).code)).total


async def test_the_same_message_again_is_answered_the_same_and_looked_at_once(country):
    call = question(country, "helmi", case=CASE, message_id=f"{CASE}-again")
    before = looks(country, "helmi")
    first, second = await ask(country, call), await ask(country, call)
    assert (
        (first.status, first.body)
        == (second.status, second.body)
        == (200, b'{"given_names":"Helmi"}')
    )
    assert looks(country, "helmi") == before + 1


async def test_the_same_id_with_other_content_is_refused(country):
    call = question(country, "helmi", case=CASE, message_id=f"{CASE}-other")
    await ask(country, call)
    with pytest.raises(Replayed) as refused:
        await ask(country, replace(call, query="fields=family_name"))
    assert refused.value.why == "other-content"


async def test_bytes_that_were_recorded_and_sent_again_are_no_new_look(country):
    call = question(country, "helmi", case=CASE, message_id=f"{CASE}-replayed")
    taken = []
    await ask_through(country, call, there=lambda sent: taken.append(sent) or sent)
    before = looks(country, "helmi")
    with pytest.raises(Inconsistent):
        await ask_through(country, call, there=lambda _sent: taken[0])
    assert looks(country, "helmi") == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"fields=given_names", b"fields=family_name"),
        (b"driving-licence-renewal", b"driving-licence-control"),
        (b"population/person", b"population/mandate"),
        (b"case-of-messages", b"case-of-messagez"),
    ],
    ids=["query", "purpose", "service", "case"],
)
async def test_a_request_that_was_changed_on_the_way_is_refused(country, old, new):
    before = looks(country, "helmi")
    call = question(country, "helmi", case=CASE)
    with pytest.raises((InvalidSignature, InvalidMessage)):
        await ask_through(country, call, there=changing(old, new))
    assert looks(country, "helmi") == before


async def test_an_answer_that_was_changed_on_the_way_is_not_handed_out(country):
    call = question(country, "helmi", case=CASE)
    with pytest.raises((InvalidSignature, InvalidMessage)):
        await ask_through(country, call, back=changing(b'"Helmi"', b'"Selma"'))


async def test_an_answer_to_another_question_is_not_handed_out(country):
    taken = []
    one = question(country, "helmi", case=CASE)
    await ask_through(country, one, back=lambda got: taken.append(got) or got)
    with pytest.raises(Inconsistent):
        await ask_through(country, one, back=lambda _got: taken[0])


async def test_what_is_refused_is_in_the_log_of_both_all_the_same(country):
    call = question(country, "helmi", case=CASE, query="fields=phone", message_id=f"{CASE}-log")
    assert (await ask(country, call)).status == 403
    for role, side in (("transport", Role.CONSUMER), ("interior", Role.PROVIDER)):
        found = country.nodes[role].exchange.records(message_id=call.message_id)
        assert {(one.role, one.direction) for one in found} == {(side, each) for each in Direction}


@pytest.fixture
def servers(country):
    """Where the population register's server listens, and a context with a member's certificate."""
    transport, place = country.nodes["transport"], country.places["interior"]
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    folder = transport.base.config.folder
    certificate = folder / "meddler.pem"
    identity = transport.identity
    pem = ssl.DER_cert_to_PEM_cert(identity.certificate)
    certificate.write_bytes(pem.encode() + identity.key)
    context.load_cert_chain(certificate, password=identity.password)
    return f"https://{place.host}:{place.port}/", context


async def fault_of(servers, body, kind):
    """What the server answers to any bytes from a member's TLS key."""
    address, context = servers
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data=body, headers={"Content-Type": kind}, ssl=context) as answer,
    ):
        return answer.status, (await answer.read()).decode()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "text/plain"),
        (b"<soap/>", "text/xml"),
        (b"--b\r\n\r\n", "multipart/mixed; boundary=b"),
        (b"\x00" * 4096, "multipart/mixed; boundary=b"),
        (b"--b\r\nContent-Type: application/x-road-rest-request\r\n\r\nGET /\r\n--b--", "multipart/mixed; boundary=b"),
    ],
    ids=["empty", "soap", "cut-off", "zeros", "half-a-message"],
)  # fmt: skip
async def test_malformed_bytes_are_answered_with_a_fault(servers, body, kind):
    status, fault = await fault_of(servers, body, kind)
    assert status == 500
    assert "Server.ServerProxy.InvalidMessage" in fault or "Client." in fault


async def test_a_message_of_more_than_ten_megabytes_is_refused(servers):
    status, fault = await fault_of(servers, bytes(MOST + 1_000_000), "multipart/mixed; boundary=b")
    assert (status, "InvalidMessage" in fault) == (500, True)


async def test_who_shows_no_certificate_is_not_heard(country):
    place = country.places["interior"]
    bare = ssl.create_default_context()
    bare.check_hostname, bare.verify_mode = False, ssl.CERT_NONE
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.post(f"https://{place.host}:{place.port}/", data=b"x", ssl=bare)


async def test_a_fault_tells_no_person_and_no_place(servers):
    _, fault = await fault_of(servers, b"Helmi Lepik", "text/plain")
    assert not any(word in fault for word in ("Helmi", "Traceback", ".py", "/tmp"))
