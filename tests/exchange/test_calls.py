"""One call between two nodes over real TLS: what arrives, what is refused, what is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from riik.core import MemberId, PersonCode, Refused
from riik.exchange import (
    AccessDenied,
    Answer,
    BadRequest,
    Call,
    Endpoint,
    NetworkFailed,
    Right,
    ServiceFailed,
    ServiceRefused,
    UnknownMember,
    UnknownService,
)
from riik.exchange.errors import (
    ConfigurationRefused,
    InvalidMessage,
    InvalidSignature,
    NotTimeStamped,
    OutdatedGlobalConf,
    PeerRefused,
    RevocationUnknown,
)

MARI = PersonCode("EE49001010001")
OFFICIAL = PersonCode("EE38001085718")


def refusal(kind, node, service, **details):
    """The reason for which a call is refused."""
    with pytest.raises(kind) as refused:
        node.call(service, **details)
    return refused.value.why


def test_a_call_reaches_the_service_as_it_was_sent(clinic, person, asked):
    answer = clinic.call(
        person,
        method="POST",
        path="/v1/näidis".replace("ä", "%C3%A4"),
        query="fields=a,b",
        headers=(("X-Own", "kept"), ("Connection", "dropped")),
        body=b"\x00\r\n--bytes",
        subject=MARI,
        user=OFFICIAL,
        issue="2026-1",
        authority="header.claims.signature",
    )
    [incoming] = asked
    assert (answer.status, answer.body) == (200, b'{"name":"Mari"}')
    assert (incoming.client, incoming.server) == (clinic.client, clinic.server.id)
    assert (incoming.path, incoming.query) == ("/v1/näidis", "fields=a,b")
    assert incoming.headers == (("X-Own", "kept"),)
    assert (incoming.body, incoming.subject, incoming.user) == (b"\x00\r\n--bytes", MARI, OFFICIAL)
    assert (incoming.purpose, incoming.legal_basis) == ("test", "Test Act § 1")
    assert (incoming.issue, incoming.authority) == ("2026-1", "header.claims.signature")
    assert (incoming.message_id, incoming.request_id) == (answer.message_id, answer.request_id)


def test_a_member_asks_its_own_service_the_same_way(ministry, person, asked):
    ministry.allow(ministry, person)
    assert ministry.call(person).status == 200
    assert {(r.role, r.direction) for r in ministry.exchange.records()} == {
        ("consumer", "request"), ("provider", "request"),
        ("provider", "response"), ("consumer", "response"),
    }  # fmt: skip


def test_ten_megabytes_pass_and_a_byte_more_is_refused(ministry, clinic, person):
    most = clinic.exchange.most_bytes
    assert clinic.call(person, method="POST", body=bytes(most)).status == 200
    assert refusal(BadRequest, clinic, person, method="POST", body=bytes(most + 1)) == "size"


def test_an_answer_that_is_too_large_is_refused(ministry, clinic):
    async def handler(incoming):
        return Answer(body=bytes(ministry.exchange.most_bytes + 1))

    service = ministry.offer("large", handler)
    ministry.allow(clinic, service)
    assert refusal(ServiceFailed, clinic, service) == "size"


def test_a_services_own_error_passes_untouched(ministry, clinic):
    async def handler(incoming):
        return Answer(status=404, body=b'{"why":"nobody"}')

    service = ministry.offer("nobody", handler)
    ministry.allow(clinic, service)
    answer = clinic.call(service)
    assert answer.status == 404
    with pytest.raises(ServiceRefused) as refused:
        answer.accepted()
    assert refused.value.why == "nobody"


@pytest.mark.parametrize(
    ("raised", "why"),
    [(BadRequest("no", why="too-young"), "too-young"), (UnknownMember("no", why="x"), "x")],
)
def test_what_a_handler_refuses_is_a_problem_document(ministry, clinic, raised, why):
    async def handler(incoming):
        raise raised

    service = ministry.offer("strict", handler)
    ministry.allow(clinic, service)
    with pytest.raises(ServiceRefused) as refused:
        clinic.call(service).accepted()
    assert (refused.value.why, refused.value.facts["status"]) == (why, raised.status)


# --- rights -----------------------------------------------------------------------------------


def test_without_a_right_nothing_is_asked(federation, ministry, clinic, person, asked):
    [right] = ministry.exchange.rights()
    assert ministry.exchange.disallow(right)
    assert refusal(AccessDenied, clinic, person) == "no-right"
    assert asked == []


@pytest.mark.parametrize(
    ("limits", "details", "why"),
    [
        ({"purposes": frozenset({"treatment"})}, {}, "purpose"),
        ({"legal_bases": frozenset({"Health Act § 2"})}, {}, "legal-basis"),
        ({"endpoint": Endpoint("GET", "/a/*")}, {"path": "/b/x"}, "no-right"),
        ({"endpoint": Endpoint("GET", "/a/**")}, {"path": "/a/%2e%2e/b"}, "no-right"),
        ({"endpoint": Endpoint("GET", "/a")}, {"path": "/a", "method": "POST"}, "no-right"),
        ({}, {"purpose": None}, "purpose-missing"),
        ({}, {"legal_basis": None}, "purpose-missing"),
    ],
)
def test_a_right_admits_only_what_it_names(ministry, clinic, person, limits, details, why, asked):
    [right] = ministry.exchange.rights()
    ministry.exchange.disallow(right)
    ministry.allow(clinic, person, **limits)
    assert refusal(AccessDenied, clinic, person, **details) == why
    assert asked == []


@pytest.mark.parametrize(
    ("limits", "why"),
    [(None, "no-right"), ({"purposes": frozenset({"treatment"})}, "purpose")],
    ids=["no-right", "another-purpose"],
)
def test_an_offer_is_told_of_what_no_right_admits(ministry, clinic, asked, limits, why):
    told = []

    async def handler(incoming):
        asked.append(incoming)
        return Answer()

    async def note(incoming, why):
        told.append((incoming.client, incoming.subject, why))

    service = ministry.offer("guarded", handler, on_refusal=note)
    if limits is not None:
        ministry.allow(clinic, service, **limits)
    mari = PersonCode("EE49001010001")
    assert refusal(AccessDenied, clinic, service, subject=mari) == why
    assert (told, asked) == ([(clinic.client, mari, why)], [])


def test_a_right_ends(federation, ministry, clinic, person):
    [right] = ministry.exchange.rights()
    until = federation.clock.now() + timedelta(minutes=5)
    ministry.exchange.allow(replace(right, valid_until=until))
    assert clinic.call(person).status == 200
    federation.clock.advance(minutes=5)
    assert refusal(AccessDenied, clinic, person) == "no-right"


def test_an_endpoint_that_isnt_offered_is_unknown(ministry, clinic):
    async def handler(incoming):
        return Answer()

    service = ministry.offer("narrow", handler, endpoints=(Endpoint("GET", "/v1/*"),))
    ministry.allow(clinic, service)
    assert clinic.call(service, path="/v1/x").status == 200
    assert refusal(UnknownService, clinic, service, path="/v2/x") == "endpoint"


def test_an_unknown_service_and_an_unknown_provider_are_told_apart(clinic, person):
    assert refusal(UnknownService, clinic, replace(person, service="other")) == "service"
    nowhere = replace(person, provider=replace(person.provider, subsystem="other"))
    assert refusal(UnknownMember, clinic, nowhere) == "provider"


def test_an_unregistered_subsystem_cant_ask(federation, clinic, person):
    stranger = replace(clinic.client, subsystem="unregistered")
    call = Call(client=stranger, service=person, purpose="x", legal_basis="y")
    with pytest.raises(UnknownMember) as refused:
        federation.run(clinic.exchange.call(call))
    assert refused.value.why == "client"


# --- the other side can't be believed -----------------------------------------------------------


def test_a_client_that_lives_on_another_server_is_refused(federation, ministry, clinic, person):
    """The clinic's key signs, but the message comes through the ministry's server."""
    clinic.call(person)
    content_type, content, _ = clinic.wire.sent[-1]
    status = federation.run(ministry.exchange.knowledge.status(ministry.tls.certificate))
    old = federation.run(clinic.exchange.knowledge.status(clinic.tls.certificate))
    _, answer = ministry.post(ministry, content_type, content.replace(old, status))
    assert b'<riik:why xmlns:riik="urn:riik:exchange">client</riik:why>' in answer


def test_a_certificate_that_isnt_registered_is_refused(federation, ministry, clinic, person):
    _, other = federation.pki.member(clinic.member)
    clinic.tls = other
    clinic.transport.identity = clinic.identity
    clinic.transport.close()
    assert refusal(PeerRefused, clinic, person) == "unknown-certificate"


def test_a_server_with_another_certificate_gets_no_message(federation, ministry, clinic, person):
    federation.run(ministry.stop())
    _, ministry.tls = federation.pki.member(ministry.member)
    federation.run(ministry.start())
    assert refusal(PeerRefused, clinic, person) == "unknown-certificate"
    assert ministry.exchange.count() == 0


@pytest.mark.parametrize("state", ["suspend", "revoke", "forget"])
def test_a_signing_certificate_that_isnt_good_is_refused(federation, clinic, person, state):
    getattr(federation.pki, state)(clinic.sign.certificate)
    why = {"suspend": "suspended", "revoke": "revoked", "forget": "unknown"}[state]
    assert refusal(InvalidSignature, clinic, person) == why


@pytest.mark.parametrize("state", ["suspend", "revoke"])
def test_a_tls_certificate_that_isnt_good_is_refused(federation, clinic, person, state):
    getattr(federation.pki, state)(clinic.tls.certificate)
    assert refusal(InvalidSignature, clinic, person) in {"suspended", "revoked"}


def test_a_providers_revoked_certificate_stops_the_message(federation, ministry, clinic, person):
    federation.pki.revoke(ministry.tls.certificate)
    assert refusal(InvalidSignature, clinic, person) == "revoked"
    assert ministry.exchange.count() == 0


def test_a_providers_revoked_seal_makes_the_answer_worthless(federation, ministry, clinic, person):
    federation.pki.revoke(ministry.sign.certificate)
    assert refusal(InvalidSignature, clinic, person) == "revoked"


# --- whoever was good a moment ago ---------------------------------------------------------------


def later(federation):
    """Past what is remembered of OCSP answers; configurations are learnt meanwhile."""
    federation.clock.advance(minutes=61)
    federation.publish()


PARTS = [("ministry", "tls"), ("ministry", "sign"), ("clinic", "tls"), ("clinic", "sign")]


@pytest.mark.parametrize(("name", "part"), PARTS)
@pytest.mark.parametrize("state", ["suspend", "revoke"])
def test_who_talked_a_moment_ago_is_not_believed_any_longer(
    federation, clinic, person, asked, name, part, state
):
    assert clinic.call(person).status == 200
    certificate = getattr(federation.nodes[name], part).certificate
    getattr(federation.pki, state)(certificate)
    later(federation)
    assert refusal(InvalidSignature, clinic, person) in {"suspended", "revoked"}
    assert len(asked) == (1 if (name, part) != ("ministry", "sign") else 2)


LEFT = [
    ("the provider", lambda ministry, clinic: ministry.member),
    ("the client", lambda ministry, clinic: clinic.member),
    ("the provider's system", lambda ministry, clinic: ministry.client),
    ("the client's system", lambda ministry, clinic: clinic.client),
]


@pytest.mark.parametrize("whom", [one[1] for one in LEFT], ids=[one[0] for one in LEFT])
def test_who_left_is_asked_and_answered_no_more(federation, ministry, clinic, person, asked, whom):
    assert clinic.call(person).status == 200
    federation.centre.leave(whom(ministry, clinic))
    federation.publish()
    assert refusal((UnknownMember, UnknownService, PeerRefused), clinic, person)
    assert len(asked) == 1


@pytest.mark.parametrize("whom", [one[1] for one in LEFT[2:]], ids=["provider", "client"])
def test_who_left_is_not_answered_by_one_that_heard_of_it_either(
    federation, ministry, clinic, person, asked, whom
):
    assert clinic.call(person).status == 200
    federation.centre.leave(whom(ministry, clinic))
    published = federation.centre.publish()
    ministry.exchange.learn(published.content_type, published.directory, published.parts)
    assert refusal(Refused, clinic, person)
    assert len(asked) == 1


def test_who_never_joined_can_not_leave(federation):
    with pytest.raises(ConfigurationRefused) as refused:
        federation.centre.leave(MemberId(federation.clinic.member.instance, "NGO", "1"))
    assert refused.value.why == "client"


# --- the world fails ----------------------------------------------------------------------------


def test_ocsp_may_be_silent_as_long_as_answers_are_fresh(federation, clinic, person):
    clinic.call(person)
    federation.services.ocsp_down = True
    federation.clock.advance(minutes=45)
    federation.publish()
    assert clinic.call(person).status == 200
    federation.clock.advance(minutes=20)
    federation.publish()
    assert refusal(RevocationUnknown, clinic, person) == "down"


def test_an_expired_configuration_stops_both_sides(federation, ministry, clinic, person):
    clinic.call(person)
    federation.clock.advance(minutes=11)
    assert refusal(OutdatedGlobalConf, clinic, person) == "expired"
    published = federation.centre.publish()
    clinic.exchange.learn(published.content_type, published.directory, published.parts)
    assert refusal(OutdatedGlobalConf, clinic, person) == "expired"


def test_without_time_stamps_the_log_stops_after_four_hours(federation, clinic, person):
    clinic.call(person)
    federation.services.stamps_down = True
    federation.clock.advance(hours=4, minutes=1)
    federation.publish()
    assert refusal(NotTimeStamped, clinic, person) == "too-long"
    federation.services.stamps_down = False
    clinic.stamp()
    federation.ministry.stamp()
    assert clinic.call(person).status == 200


def test_a_closed_port_is_told_and_nothing_else_stops(federation, ministry, clinic, person):
    federation.run(ministry.stop())
    assert refusal(NetworkFailed, clinic, person) == "connect"

    async def handler(incoming):
        return Answer(body=b"here")

    own = clinic.offer("own", handler)
    clinic.allow(clinic, own)
    assert clinic.call(own).body == b"here"


def test_a_service_that_fails_is_unavailable_and_tells_nothing(ministry, clinic, caplog):
    async def handler(incoming):
        raise RuntimeError("Mari Maasikas")

    service = ministry.offer("broken", handler)
    ministry.allow(clinic, service)
    assert refusal(ServiceFailed, clinic, service) == "bug"
    assert "Maasikas" not in caplog.text


def test_a_service_that_sleeps_is_cut_off(federation, tmp_path, ministry, clinic):
    import asyncio

    async def handler(incoming):
        await asyncio.Event().wait()

    service = ministry.offer("slow", handler)
    ministry.allow(clinic, service)
    object.__setattr__(ministry.exchange.provider, "timeout", 0.05)
    assert refusal(ServiceFailed, clinic, service) == "timeout"


# --- bytes that are no message --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("text/plain", b"hello"),
        ("multipart/mixed", b"no boundary"),
        ("multipart/mixed; boundary=b", b""),
        ("multipart/mixed; boundary=b", b"--b\r\n\r\nnever closed"),
        ("multipart/mixed; boundary=b", b"--b\r\nContent-Type: text/xml\r\n\r\n<a/>\r\n--b--\r\n"),
    ],
)
def test_malformed_bodies_get_a_fault(ministry, clinic, person, content_type, content):
    answered, fault = clinic.post(ministry, content_type, content)
    assert answered == "text/xml"
    assert b"Server.ServerProxy.InvalidMessage" in fault


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (b"person", b"Person", InvalidSignature),
        (b"purpose body", b"purpose Body", InvalidSignature),
        (b"x-road-id:", b"x-road-iD:", InvalidSignature),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>A", InvalidSignature),
        (b"<xades:SigningTime>2", b"<xades:SigningTime>3", InvalidSignature),
    ],
)
def test_a_message_changed_on_its_way_is_refused(clinic, person, old, new, kind, asked):
    clinic.wire.on_request = lambda content: content.replace(old, new, 1)
    refusal(kind, clinic, person, method="POST", body=b"purpose body")
    assert asked == []


@pytest.mark.parametrize(
    ("old", "new"), [(b"Mari", b"Juri"), (b"\r\nOK\r\n", b"\r\nKO\r\n"), (b"200", b"201")]
)
def test_an_answer_changed_on_its_way_is_refused(clinic, person, old, new):
    clinic.wire.on_answer = lambda content: content.replace(old, new, 1)
    assert refusal(InvalidSignature, clinic, person) == "digest"


def test_an_answer_without_its_signature_is_refused(clinic, person):
    clinic.wire.on_answer = lambda content: content.replace(b"signature/bdoc", b"signature/none")
    assert refusal(InvalidMessage, clinic, person) == "parts"


def test_the_answer_to_another_request_is_refused(clinic, person):
    from riik.exchange.errors import Inconsistent

    answers = []

    def keep_the_first(content):
        answers.append(content)
        return answers[0].replace(*_boundaries(answers[0], content))

    clinic.wire.on_answer = keep_the_first
    clinic.call(person)
    assert refusal(Inconsistent, clinic, person) == "x-road-id"


def _boundaries(old, new):
    return tuple(each[2 : each.index(b"\r\n")] for each in (old, new))


def test_rights_can_be_listed(ministry, clinic, person):
    assert ministry.exchange.rights() == [Right(client=clinic.client, service=person)]
