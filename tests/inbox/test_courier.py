"""The courier with a real mail server, a real gateway and a real folder of letters."""

import json
import socket
import ssl
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import NameOID
from tests.inbox.test_push import RFC, subscription
from tests.tables import lay_tables

import riik.inbox
from riik.core import ClientId, KeyId, KeyKind, Unavailable, person_code
from riik.documents import Documents
from riik.documents.device import TypstPress
from riik.inbox import Inbox, Text
from riik.inbox.errors import NoticeRefused, PushRefused, WordsRefused
from riik.inbox.outside.choice import Choice, written
from riik.inbox.outside.component import Outside
from riik.inbox.outside.jobs import Courier
from riik.inbox.outside.mail.client import MailChannel
from riik.inbox.outside.model import Contact, Fate, Gone
from riik.inbox.outside.paper.device import Letters
from riik.inbox.outside.plan import Rules
from riik.inbox.outside.push.client import PushChannel
from riik.inbox.outside.store import SqlOutsideStore
from riik.inbox.outside.text.client import Gateway, TextChannel
from riik.inbox.outside.wording import house_words
from riik.inbox.store import SqlInboxStore
from riik.profiles import country_profile
from riik.runtime.database import open_database
from riik.runtime.http_client import HttpClient
from riik.runtime.keys import FileKeys
from riik.runtime.mail import Line, Relay
from riik.runtime.metrics import Metrics
from riik.runtime.threads import ThreadPool
from riik.runtime.vault import SqlVault
from riik.runtime.vault import __file__ as vault_file

pytestmark = pytest.mark.anyio

MARI = person_code("EE49001010001")
TRANSPORT = ClientId.parse("EE-DEMO/GOV/70001053/services")
EE = country_profile("ee").delivery
NAMES = {"EE-DEMO/GOV/70001053": {"et": "Transpordiamet", "en": "Transport Administration"}}
LINK = "https://portal.example.ee/inbox"
TITLE = "Juhiloa otsus"
TEXTS = {"et": Text(title=TITLE, body="Sinu taotlust ei rahuldatud.\n\nPõhjus on toimikus.")}
REACHED = Contact(
    email="mari@example.ee",
    phone="+372 5123 4567",
    name="Mari Maasikas",
    address="Tamme 1, 10133 Tallinn",
    language="et",
)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Sink:
    """A mail server that takes what comes, or answers as the local part says."""

    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if envelope.rcpt_tos[0][:3] in ("550", "451"):
            return f"{envelope.rcpt_tos[0][:3]} as the test asks"
        self.taken.append(envelope.content.decode())
        return "250 ok"


@asynccontextmanager
async def mail_server(sink):
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield Relay(
            host="127.0.0.1", port=controller.port, sender="t@portal.example.ee", line=Line.PLAIN
        )
    finally:
        controller.stop()


@asynccontextmanager
async def gateway(statuses=(), *, context=None):
    """A server that keeps what it is sent and answers with these statuses, then with 202."""
    taken, left = [], list(statuses)

    async def take(request):
        taken.append((dict(request.headers), await request.read()))
        return web.Response(status=left.pop(0) if left else 202)

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner, port = web.AppRunner(app), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    try:
        yield port, taken
    finally:
        await runner.cleanup()


class House:
    """An inbox with a courier, one person, and what the register says of them."""

    def __init__(self, *, database, vault, clock, in_thread):
        self.database, self.vault, self.clock, self.in_thread = database, vault, clock, in_thread
        self.metrics, self.contact, self.looks = Metrics(), REACHED, []
        self.channels, self.envelopes = {}, []

    def build(self, channels, *, everyone=True):
        self.channels = channels
        outside = Outside(
            store=SqlOutsideStore(),
            vault=self.vault,
            clock=self.clock,
            delivery=EE,
            channels=tuple(channels),
            everyone=everyone,
        )
        self.inbox = Inbox(
            store=SqlInboxStore(),
            vault=self.vault,
            clock=self.clock,
            delivery=EE,
            outside=outside,
        )
        self.courier = Courier(
            inbox=self.inbox,
            outside=outside,
            channels=channels,
            contacts=self.where,
            rules=Rules(delivery=EE, zone=ZoneInfo("Europe/Tallinn"), open=frozenset(channels)),
            organisations=NAMES,
            language="et",
            spoken=frozenset({"et", "vi", "en"}),
            database=self.database,
            in_thread=self.in_thread,
            clock=self.clock,
            figures=self.metrics,
        )

    async def where(self, person, /, *, notice, letter):
        """As a register: it gives what was asked for, and no more."""
        self.looks.append(notice)
        self.envelopes.append(letter)
        if isinstance(self.contact, Exception):
            raise self.contact
        other = ("email", "phone") if letter else ("name", "address")
        return replace(self.contact, **dict.fromkeys(other, ""))

    def put(self, number="n-1", *, legal=False, kind="case"):
        with self.database.work() as work:
            self.inbox.notify(
                MARI,
                notice_id=number,
                sender=TRANSPORT,
                case="case-1",
                texts=TEXTS,
                legal_effect=legal,
                kind=kind,
                work=work,
            )

    def open(self, number="n-1"):
        with self.database.work() as work:
            self.inbox.read(MARI, sender=TRANSPORT, notice_id=number, work=work)

    def choose(self, choice):
        with self.database.work() as work:
            self.inbox.outside.choose(MARI, written(choice), work=work)

    def state(self, number="n-1"):
        with self.database.read() as work:
            return self.inbox.outside.store.of_sender(TRANSPORT, [number], work=work)[number]

    def reached(self, number="n-1"):
        with self.database.read() as work:
            return self.inbox.delivered_of(self.inbox.store.load(TRANSPORT, number, work=work))


@pytest.fixture
def house(database, tmp_path, clock, entropy, in_thread):
    lay_tables(database, {"inbox": Path(riik.inbox.__file__).parent / "migrations"})
    keys = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    lay_tables(keys, {"vault": Path(vault_file).parent / "migrations"})
    vault = SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy)
    yield House(database=database, vault=vault, clock=clock, in_thread=in_thread)
    keys.close()


class Way:
    """A channel that answers what the test says, and keeps what it was given."""

    def __init__(self, *fates):
        self.fates, self.taken = list(fates), []

    async def __call__(self, leaving, /):
        self.taken += leaving
        fate = self.fates.pop(0) if self.fates else Gone(Fate.SENT)
        if isinstance(fate, Exception):
            raise fate
        return [fate] * len(leaving)


async def test_an_email_says_who_wrote_and_where_and_nothing_of_what(house, clock):
    sink, pool = Sink(), ThreadPool(1, name="mail")
    async with mail_server(sink) as relay:
        mail = MailChannel(
            relay=relay,
            in_thread=pool,
            clock=clock,
            words=house_words(),
            link=LINK,
            settings=f"{LINK}/settings",
        )
        house.build({"mail": mail})
        house.put()
        await house.courier.round()
    pool.close()
    [message] = sink.taken
    assert "Transpordiamet" in message
    assert LINK in message
    assert f"List-Unsubscribe: <{LINK}/settings>" in message
    assert not any(word in message for word in (TITLE, "rahuldatud", "Mari", "case-1", "n-1"))
    assert house.state().state == "sent"


@pytest.mark.parametrize(
    ("email", "outcomes"),
    [
        ("550@example.ee", ["bounced", "sent"]),
        ("no address", ["bounced", "sent"]),
        ("a@example.ee\r\nBcc: all@example.ee", ["bounced", "sent"]),
    ],
)
async def test_an_address_that_takes_nothing_makes_room_for_a_text_message(
    house, clock, email, outcomes
):
    sink, pool, text = Sink(), ThreadPool(1, name="mail"), Way()
    house.contact = replace(REACHED, email=email)
    async with mail_server(sink) as relay:
        words = house_words()
        mail = MailChannel(
            relay=relay, in_thread=pool, clock=clock, words=words, link=LINK, settings=LINK
        )
        house.build({"mail": mail, "text": text})
        house.put()
        await house.courier.round()
    pool.close()
    assert (sink.taken, len(text.taken)) == ([], 1)
    assert [one.outcome for one in house.state().steps] == outcomes


async def test_a_relay_that_is_down_is_tried_again_and_the_alarm_counts(house, clock):
    mail = Way(*[Unavailable("down", why="mail-connect")] * 2)
    house.build({"mail": mail})
    house.put()
    await house.courier.round()
    clock.advance(seconds=30)
    await house.courier.round()
    assert house.metrics.value("riik_inbox_waiting") == 1
    assert house.metrics.value("riik_inbox_oldest_seconds") == 30
    clock.advance(minutes=10)
    await house.courier.round()
    clock.advance(minutes=10)
    await house.courier.round()
    assert house.state().state == "sent"
    assert house.metrics.value("riik_inbox_waiting") == 0
    assert {one.id for one in mail.taken} == {house.looks[0]}


async def test_a_text_message_is_one_call_of_the_gateway(house):
    async with gateway() as (port, taken):
        http = HttpClient()
        text = TextChannel(
            gateway=Gateway(address=f"http://127.0.0.1:{port}/messages", token="secret"),
            http=http,
            words=house_words(),
            link=LINK,
        )
        house.build({"text": text})
        house.put(legal=True)
        await house.courier.round()
        await http.close()
    [(headers, body)] = taken
    told = json.loads(body)
    assert (headers["Authorization"], told["to"]) == ("Bearer secret", "+37251234567")
    assert told["text"].startswith("Transpordiamet: ")
    assert TITLE not in told["text"]
    assert told["id"] == house.looks[0]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(400, "bounced"), (410, "bounced"), (401, ""), (429, ""), (500, ""), (302, "")],
)
async def test_what_a_gateway_answers_is_for_good_or_passing(house, status, outcome):
    async with gateway([status]) as (port, taken):
        http = HttpClient()
        text = TextChannel(
            gateway=Gateway(address=f"http://127.0.0.1:{port}/x"),
            http=http,
            words=house_words(),
            link=LINK,
        )
        house.build({"text": text})
        house.put()
        await house.courier.round()
        await http.close()
    assert len(taken) == 1
    assert [one.outcome for one in house.state().steps] == ([outcome] if outcome else [])


@pytest.mark.parametrize("phone", ["", "5123", "+0 123 456 789", "+372\n5123456", "+37251234567;x"])
async def test_no_message_goes_to_what_is_no_number(house, phone):
    text = TextChannel(
        gateway=Gateway(address="http://127.0.0.1:9/x"),
        http=HttpClient(),
        words=house_words(),
        link=LINK,
    )
    house.contact = replace(REACHED, phone=phone)
    house.build({"text": text})
    house.put()
    await house.courier.round()
    assert house.state().state == "unreachable"


@pytest.mark.parametrize("address", ["http://sms.example.ee/x", "ftp://127.0.0.1/x", "127.0.0.1"])
def test_a_gateway_elsewhere_is_called_by_https(address):
    with pytest.raises(WordsRefused) as refused:
        Gateway(address=address)
    assert refused.value.why == "plain"


async def test_who_is_not_told_is_not_looked_up(house):
    house.build({"mail": Way()})
    house.choose(Choice(channels=("mail",), refused=frozenset({"case"})))
    house.put()
    house.put("n-2")
    house.open("n-2")
    await house.courier.round()
    assert house.looks == []
    assert (house.state().state, house.state("n-2").state) == ("refused", "opened")


async def test_where_people_are_told_when_they_chose_so_nobody_else_is_looked_up(house):
    mail = Way()
    house.build({"mail": mail}, everyone=False)
    house.put()
    await house.courier.round()
    assert (house.looks, mail.taken) == ([], [])
    house.choose(Choice(channels=("mail",)))
    house.put("n-2")
    await house.courier.round()
    assert len(mail.taken) == 1


async def test_a_silent_register_holds_a_notice_back_and_loses_none(house, clock):
    mail = Way()
    house.build({"mail": mail})
    house.contact = Unavailable("silent", why="timeout")
    house.put()
    await house.courier.round()
    assert (mail.taken, house.state().state) == ([], "waiting")
    house.contact = REACHED
    clock.advance(minutes=3)
    await house.courier.round()
    assert house.state().state == "sent"


async def test_a_courier_that_died_on_the_way_comes_again_under_the_same_name(house, clock):
    mail = Way(RuntimeError("killed"))
    house.build({"mail": mail})
    house.put()
    with pytest.raises(RuntimeError):
        await house.courier.round()
    await house.courier.round()
    assert len(mail.taken) == 1
    clock.advance(minutes=6)
    await house.courier.round()
    assert [one.id for one in mail.taken] == [house.looks[0]] * 2


@pytest.fixture
def letters(house, tmp_path, clock, in_thread):
    press = TypstPress()

    async def received(back):
        with house.database.work() as work:
            return house.inbox.posted_back(back.ref, at=back.at, why=back.why, work=work)

    yield Letters(
        folder=tmp_path / "letters",
        documents=Documents(press=press),
        words=house_words(),
        code="70001053",
        days=EE.letter.days,
        zone=ZoneInfo("Europe/Tallinn"),
        clock=clock,
        in_thread=in_thread,
        received=received,
    )
    press.close()


async def test_an_unopened_decision_becomes_a_letter_and_counts_from_the_posts_day(
    house, letters, clock, tmp_path
):
    house.build({"mail": Way(), "letter": letters})
    house.put(legal=True)
    await house.courier.round()
    clock.advance(days=9)
    await house.courier.round()
    assert not (tmp_path / "letters" / "out").exists()
    clock.advance(days=1)
    await house.courier.round()
    [manifest] = (tmp_path / "letters" / "out").glob("*.json")
    told = json.loads(manifest.read_bytes())
    assert (told["name"], told["address"]) == ("Mari Maasikas", "Tamme 1, 10133 Tallinn")
    assert manifest.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
    assert (house.state().state, house.reached()) == ("letter", None)
    assert house.envelopes == [False, True]
    clock.advance(days=5)
    back = tmp_path / "letters" / "back"
    back.mkdir()
    (back / "a.json").write_text(json.dumps({"letter": told["letter"], "delivered": "2026-12-05"}))
    (back / "b.json").write_text(json.dumps({"letter": told["letter"], "returned": "moved"}))
    (back / "c.json").write_text("{}")
    await letters.read_back()
    assert house.state().state == "delivered"
    assert (house.reached().at.isoformat(), house.reached().how) == (
        "2026-12-05T10:00:00+00:00",
        "letter",
    )
    aside = {path.name for path in (tmp_path / "letters" / "refused").iterdir()}
    assert aside == {"b.json", "c.json"}


async def test_a_letter_that_came_back_reached_nobody(house, letters, clock, tmp_path):
    house.build({"letter": letters})
    house.put(legal=True)
    clock.advance(days=10)
    await house.courier.round()
    [manifest] = (tmp_path / "letters" / "out").glob("*.json")
    back = tmp_path / "letters" / "back"
    back.mkdir()
    (back / "a.json").write_text(json.dumps({"letter": manifest.stem, "returned": "moved"}))
    await letters.read_back()
    assert (house.state().state, house.reached()) == ("unreachable", None)
    assert house.state().steps[-1].why == "moved"


async def test_what_was_opened_is_not_printed(house, letters, clock, tmp_path):
    house.build({"mail": Way(), "letter": letters})
    house.put(legal=True)
    await house.courier.round()
    house.open()
    clock.advance(days=11)
    await house.courier.round()
    assert not (tmp_path / "letters" / "out").exists()
    assert house.reached().how == "opened"


class Names(AbstractResolver):
    """All names lead to one port of this machine, whatever it is called."""

    def __init__(self, port, host="127.0.0.1"):
        self.port, self.host = port, host

    async def resolve(self, host, port=0, family=socket.AF_INET):
        found = {"hostname": host, "host": self.host, "port": self.port}
        return [{**found, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self):
        pass


@pytest.fixture
def tls(tmp_path):
    """A certificate of push.example.net, for a server and for who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "push.example.net")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    made = made.public_key(key.public_key()).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    made = made.not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
    names = x509.SubjectAlternativeName([x509.DNSName("push.example.net")])
    certificate = made.add_extension(names, critical=False).sign(key, SHA256())
    pem = certificate.public_bytes(Encoding.PEM)
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "push.pem").write_bytes(plain + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "push.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


@pytest.fixture
def push_to(house, tmp_path, clock, entropy, tls):
    """Web push to a port of this machine; nobody may be called but who is ``allowed``."""
    signer = FileKeys(tmp_path / "keys", "pass", entropy=entropy, cost=2).generate(
        KeyId("EE-DEMO/GOV/1", "push"), KeyKind.P256
    )

    async def forget(endpoint):
        with house.database.work() as work:
            house.inbox.outside.forget_browser(endpoint, work=work)

    def build(port, **more):
        channel = PushChannel(
            signer=signer,
            contact="mailto:a@example.ee",
            clock=clock,
            entropy=entropy,
            forget=forget,
            words=house_words(),
            link=LINK,
            ssl=tls[1],
            names=Names(port),
            **more,
        )
        house.build({"push": channel, "mail": Way()})
        with house.database.work() as work:
            house.inbox.outside.subscribe(MARI, subscription(), work=work)
        house.put(kind="security")

    return build


def opened(message):
    """What the browser of RFC 8291's example reads (§3.4 from its side)."""
    salt, theirs, cipher = message[:16], message[21:86], message[86:]
    key = ec.derive_private_key(int.from_bytes(RFC["ua_private"]), ec.SECP256R1())
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
    info = b"WebPush: info\x00" + RFC["ua_public"] + theirs
    shared = key.exchange(ec.ECDH(), point)
    secret = HKDF(SHA256(), length=32, salt=RFC["auth_secret"], info=info).derive(shared)
    made = [
        HKDF(SHA256(), length=n, salt=salt, info=f"Content-Encoding: {what}\0".encode())
        for n, what in ((16, "aes128gcm"), (12, "nonce"))
    ]
    cek, nonce = (one.derive(secret) for one in made)
    return AESGCM(cek).decrypt(nonce, cipher, None).removesuffix(b"\x02")


async def test_a_browser_alone_can_read_what_it_is_sent(house, push_to, tls):
    async with gateway(context=tls[0]) as (port, taken):
        push_to(port, allowed=lambda _: True)
        await house.courier.round()
    [(headers, body)] = taken
    told = json.loads(opened(body))
    assert told["body"] == "Transpordiamet: sinu kontoga juhtus midagi"
    assert headers["Authorization"].startswith("vapid t=")
    assert (headers["Urgency"], headers["Topic"]) == ("high", house.looks[0])
    assert house.state().channel == "push"


async def test_a_name_that_leads_inside_is_never_called(house, push_to, tls):
    async with gateway(context=tls[0]) as (port, taken):
        push_to(port)
        await house.courier.round()
    assert taken == []
    assert (house.state().state, house.state().attempts) == ("waiting", 1)


async def test_a_browser_that_is_gone_is_forgotten_and_the_next_channel_tells(house, push_to, tls):
    async with gateway([410], context=tls[0]) as (port, taken):
        push_to(port, allowed=lambda _: True)
        await house.courier.round()
    assert len(taken) == 1
    assert (house.state().channel, house.state().state) == ("mail", "sent")
    with house.database.read() as work:
        subject = house.vault.find(MARI)
        assert house.inbox.outside.browsers_of([subject], work=work) == {}


async def test_a_push_service_that_leads_elsewhere_is_not_followed(house, push_to, tls):
    async with gateway([307], context=tls[0]) as (port, taken):
        push_to(port, allowed=lambda _: True)
        await house.courier.round()
    assert len(taken) == 1
    assert house.state().steps[0].why == "307"


async def test_a_browser_tells_of_its_last_person_alone(house):
    house.build({"push": Way()})
    other = person_code("EE38001085718")
    outside = house.inbox.outside
    with house.database.work() as work:
        outside.subscribe(MARI, subscription(), work=work)
        outside.subscribe(other, subscription(), work=work)
        mine, theirs = (house.vault.find(one) for one in (MARI, other))
        assert set(outside.browsers_of([mine, theirs], work=work)) == {theirs}


async def test_so_many_browsers_nobody_has(house):
    house.build({"push": Way()})
    with house.database.work() as work:
        for number in range(10):
            content = subscription(endpoint=f"https://push.example.net/{number}")
            house.inbox.outside.subscribe(MARI, content, work=work)
        with pytest.raises(PushRefused) as refused:
            house.inbox.outside.subscribe(MARI, subscription(), work=work)
    assert refused.value.why == "many"


def test_a_notice_of_an_unknown_kind_is_refused(house):
    house.build({})
    with pytest.raises(NoticeRefused) as refused:
        house.put(kind="advertisement")
    assert refused.value.why == "kind"
