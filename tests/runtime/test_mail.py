"""The mail port against a real SMTP server on this machine."""

import socket
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP

import pytest
from aiosmtpd.controller import Controller

from riik.runtime.errors import MailRefused, PeerUnavailable
from riik.runtime.mail import Line, Mail, Outcome, Relay, check_address, written

MARI = Mail(
    id="n-1",
    to="mari@example.ee",
    subject="Sulle tuli teade",
    text="Vaata portaalist.\n",
    at=datetime(2026, 11, 23, 12, tzinfo=UTC),
    html="<p>Vaata portaalist.</p>",
    language="et",
    unsubscribe="https://portal.example.ee/settings/reach",
)
SENDER = "teated@portal.example.ee"


class Sink:
    """Takes what comes; answers as the address asks."""

    def __init__(self):
        self.taken, self.sessions, self.names = [], set(), set()

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server, session, envelope, address, options
    ):
        if address.startswith("stranger@"):
            return "553 not yours"
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server, session, envelope, address, options
    ):
        self.sessions.add(session.peer)
        self.names.add(session.host_name)
        if address[:3] in ("550", "450", "421"):
            return f"{address[:3]} as the test asks"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.taken.append(message_from_bytes(envelope.content, policy=SMTP))
        return "250 ok"


@pytest.fixture
def sink():
    return Sink()


@pytest.fixture
def relay(sink):
    # The server knocks at its own port when it starts: it must know the number before.
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    yield Relay(host="127.0.0.1", port=port, sender=SENDER, line=Line.PLAIN)
    controller.stop()


def to(address, *, number="n-1"):
    return replace(MARI, to=address, id=number)


def test_a_message_arrives_as_text_and_as_html(relay, sink):
    [sent] = relay.send([MARI])
    [taken] = sink.taken
    assert sent.outcome is Outcome.TAKEN
    assert [p.get_content_type() for p in taken.iter_parts()] == ["text/plain", "text/html"]
    assert taken["List-Unsubscribe"] == "<https://portal.example.ee/settings/reach>"
    assert taken["Message-ID"] == "<n-1@portal.example.ee>"


def test_it_says_who_writes_and_when_and_nothing_of_this_machine(relay, sink):
    named = replace(relay, name="Riigiportaal, teated")
    named.send([replace(MARI, html="")])
    [taken] = sink.taken
    assert taken["From"] == f'"Riigiportaal, teated" <{SENDER}>'
    assert taken["Date"].datetime == MARI.at
    assert taken.get_content_type() == "text/plain"
    assert sink.names == {"portal.example.ee"}


@pytest.mark.parametrize("host", ["mail.example.ee", "10.0.0.1", "127.0.0.1.example.ee", "::2"])
def test_no_line_in_plain_text_leaves_this_machine(host):
    with pytest.raises(MailRefused) as caught:
        Relay(host=host, port=25, sender=SENDER, line=Line.PLAIN)
    assert caught.value.why == "plain"


def test_a_batch_shares_one_connection_and_one_refusal_stops_no_other(relay, sink):
    batch = [to("550@example.ee"), to("450@example.ee"), to("mari@example.ee")]
    outcomes = [sent.outcome for sent in relay.send(batch)]
    assert outcomes == [Outcome.REFUSED, Outcome.PUT_OFF, Outcome.TAKEN]
    assert len(sink.sessions) == 1


def test_when_the_relay_hangs_up_the_rest_of_the_batch_is_put_off(relay, sink):
    outcomes = [sent.outcome for sent in relay.send([to("421@example.ee"), MARI])]
    assert outcomes == [Outcome.PUT_OFF, Outcome.PUT_OFF]
    assert sink.taken == []


def test_a_refused_sender_is_nobody_elses_fault(relay, sink):
    [sent] = replace(relay, sender="stranger@example.ee").send([MARI])
    assert (sent.outcome, sent.code, sink.taken) == (Outcome.PUT_OFF, 553, [])


def test_a_relay_without_tls_gets_nothing_when_tls_is_asked(relay, sink):
    with pytest.raises(PeerUnavailable) as caught:
        replace(relay, line=Line.STARTTLS).send([MARI])
    assert (caught.value.why, sink.taken) == ("mail-tls", [])


def test_a_relay_that_knows_no_login_gets_nothing(relay, sink):
    with pytest.raises(PeerUnavailable) as caught:
        replace(relay, user="portal", password="not-a-secret").send([MARI])
    assert (caught.value.why, sink.taken) == ("mail-login", [])


def test_a_password_is_not_in_what_is_shown_of_a_relay(relay):
    assert "hidden" not in repr(replace(relay, password="hidden"))


BAD = (
    "",
    "mari",
    "mari@",
    "@example.ee",
    "mari@example",
    "a b@example.ee",
    "mari@example.ee\n",
    "mari@example.ee\r\nBcc: all@example.ee",
    "mari@example.ee,jaan@example.ee",
    "<mari@example.ee>",
    "mari@[127.0.0.1]",
    '"a b"@example.ee',
    "a..b@example.ee",
    "mari@-example.ee",
    "a" * 65 + "@example.ee",
    "mari@" + "a." * 125 + "ee",
    "mari\0@example.ee",
)


@pytest.mark.parametrize("address", BAD)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(MailRefused) as caught:
        check_address(address)
    assert caught.value.why == "address"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"subject": "Tere\r\nBcc: all@example.ee"}, "header"),
        ({"subject": "Tere\nX: y"}, "header"),
        ({"language": "et\r\nX: y"}, "header"),
        ({"unsubscribe": "https://x.ee/\r\nX: y"}, "header"),
        ({"id": "n\r\nX: y"}, "header"),
        ({"subject": "\ud800"}, "header"),
        ({"subject": "a" * 1_000_000}, "size"),
        ({"text": "a" * 1_000_000}, "size"),
    ],
)
def test_what_would_break_a_header_or_is_too_long_is_refused(changed, why):
    with pytest.raises(MailRefused) as caught:
        written(replace(MARI, **changed), sender=SENDER)
    assert caught.value.why == why
