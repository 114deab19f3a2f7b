"""The trust centre: issues once, tells every status, stamps; and survives restarts and races."""

from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256

import pytest
from tests.trust.house import ADDRESSES, CENTRE, KEY, MARI, order, orders, refusal

from riik.core import KeyId, PersonCode, Refused
from riik.testing.pki import MemoryKey
from riik.trust import (
    CertificateStatus,
    IssueRefused,
    Person,
    ServiceKind,
    TrustAnchor,
    TrustUnavailable,
    make_ocsp_request,
    make_timestamp_request,
    organisation_seal,
    person_authentication,
    person_signature,
    read_certificate,
    validate_path,
    verify_ocsp,
    verify_timestamp,
)
from riik.trust.responders import Failure, ResponseStatus, refuse_ocsp, refuse_timestamp
from riik.trust.store import CERTIFICATE, CertificateStore
from riik.trust.timestamps import read_timestamp_response

IMPRINT = sha256(b"said").digest()


def serial(certificate):
    return read_certificate(certificate).serial


def asked(trust, certificate, **how):
    """What the responder answers, believed by the root alone."""
    issuer = trust.hierarchy.issuing.certificate
    response = trust.answer_ocsp(make_ocsp_request(certificate, issuer=issuer, **how))
    return verify_ocsp(response, certificate=certificate, issuer=issuer, at=trust.clock.now())


def test_what_is_issued_leads_to_the_root(trust):
    root = TrustAnchor.granted(
        trust.hierarchy.root.certificate,
        since=read_certificate(trust.hierarchy.root.certificate).not_before,
    )
    for certificate in trust.issue_many(orders()):
        path = validate_path(
            certificate,
            intermediates=[trust.hierarchy.issuing.certificate],
            anchors=[root],
            at=trust.clock.now(),
        )
        assert path.end.ocsp_urls == (ADDRESSES.ocsp,)


def test_the_same_order_is_one_certificate(trust):
    first = trust.issue(order())
    assert trust.issue(order()) == first
    assert trust.issue_many(orders())[0] == first
    assert len(trust.certificates_of(MARI.code)) == 2


@pytest.mark.parametrize(
    "other",
    [
        order(public_key=MemoryKey().public_key),
        order(profile=person_signature(MARI)),
        order(profile=organisation_seal(CENTRE)),
        order(profile=person_authentication(replace(MARI, code=PersonCode("EE38001085718")))),
    ],
    ids=["key", "kind", "organisation", "person"],
)
def test_another_order_under_the_same_key_is_refused(trust, other):
    trust.issue(order())
    with refusal(IssueRefused, "key-reused"):
        trust.issue(other)


def test_two_orders_under_one_key_are_refused_together(trust):
    with refusal(IssueRefused, "key-twice"):
        trust.issue_many([order(), order()])
    assert trust.certificates_of(MARI.code) == []


def test_serial_numbers_are_long_and_never_the_same(trust):
    people = [replace(MARI, code=PersonCode(f"EE4710101{n:04d}")) for n in range(50)]
    made = trust.issue_many(
        [order(f"{n}", profile=person_signature(person)) for n, person in enumerate(people)]
    )
    serials = {serial(certificate) for certificate in made}
    assert len(serials) == 50
    assert all(number.bit_length() == 127 for number in serials)


def test_a_certificate_of_a_person_is_sealed_in_the_store(trust, centre):
    certificate = trust.issue(order())
    with centre.database.read() as work:
        [row] = work.execute(CERTIFICATE.select()).mappings()
    assert MARI.surname.upper().encode() not in row["certificate"]
    assert row["fingerprint"] == sha256(certificate).digest()
    assert not any("47101010033" in str(value) for value in row.values())


def test_nothing_can_be_read_of_a_person_who_was_forgotten(trust, centre):
    trust.issue(order())
    centre.vault.forget(centre.vault.find(MARI.code))
    with pytest.raises(Refused):
        trust.issue(order())


def test_nobody_has_certificates_of_a_stranger(trust):
    assert trust.certificates_of(PersonCode("EE60001019906")) == []


@pytest.mark.parametrize("hash_name", ["sha1", "sha256"])
def test_the_responder_says_good(trust, hash_name):
    found = asked(trust, trust.issue(order()), hash_name=hash_name, nonce=b"n" * 32)
    assert (found.status, found.nonce) == (CertificateStatus.GOOD, b"n" * 32)


def test_suspension_ends_and_revocation_does_not(trust):
    certificate = trust.issue(order())
    number, said = serial(certificate), []
    for step in (trust.suspend, trust.suspend, trust.resume, trust.revoke, trust.revoke):
        trust.clock.advance(hours=1)
        step(number)
        said.append(asked(trust, certificate).status.value)
    assert said == ["suspended", "suspended", "good", "revoked", "revoked"]
    kept = [standing.status.value for standing in trust.history(number)]
    assert kept == ["good", "suspended", "good", "revoked"]


def test_a_second_revocation_keeps_the_first_time_and_reason(trust):
    number = serial(trust.issue(order()))
    first = trust.revoke(number, reason=1)
    trust.clock.advance(hours=1)
    assert trust.revoke(number, reason=4) == first == trust.status(number)


@pytest.mark.parametrize("step", ["suspend", "resume"])
def test_a_revoked_certificate_stays_revoked(trust, step):
    number = serial(trust.issue(order()))
    trust.revoke(number)
    with refusal(IssueRefused, "revoked"):
        getattr(trust, step)(number)


@pytest.mark.parametrize("step", ["suspend", "resume", "revoke"])
def test_what_was_never_issued_can_not_change(trust, step):
    with refusal(IssueRefused, "unknown"):
        getattr(trust, step)(4711)


@pytest.mark.parametrize("reason", [2, 6, 8, 10, -1])
def test_some_reasons_are_none_for_revocation(trust, reason):
    number = serial(trust.issue(order()))
    with refusal(IssueRefused, "reason"):
        trust.revoke(number, reason=reason)


def test_what_another_authority_issued_is_unknown(trust, pki):
    assert asked(trust, trust.hierarchy.tsa.certificate).status is CertificateStatus.UNKNOWN
    foreign = pki.seal().certificate
    response = trust.answer_ocsp(make_ocsp_request(foreign, issuer=pki.ca.certificate))
    assert b"\x82\x00" in response


@pytest.mark.parametrize("request_bytes", [b"", b"\x30\x00", b"x" * 9000])
def test_what_can_not_be_read_is_answered_so(trust, request_bytes):
    assert trust.answer_ocsp(request_bytes) == refuse_ocsp(ResponseStatus.MALFORMED_REQUEST)


def test_a_time_stamp_is_of_the_clock(trust):
    anchor = TrustAnchor.granted(
        trust.hierarchy.tsa.certificate,
        since=read_certificate(trust.hierarchy.tsa.certificate).not_before,
        kind=ServiceKind.TSA_QTST,
    )
    first, second = (
        verify_timestamp(
            read_timestamp_response(trust.timestamp(make_timestamp_request(IMPRINT, nonce=3))),
            imprint=IMPRINT,
            anchors=[anchor],
            nonce=3,
        )
        for _ in range(2)
    )
    assert first.time == trust.clock.now()
    assert first.serial != second.serial


@pytest.mark.parametrize(
    ("request_bytes", "failure"),
    [
        (b"", Failure.BAD_DATA_FORMAT),
        (b"x" * 5000, Failure.BAD_REQUEST),
        (make_timestamp_request(b"1" * 20, hash_name="sha1"), Failure.BAD_ALG),
    ],
)
def test_a_bad_request_for_a_time_stamp_is_answered_with_its_bit(trust, request_bytes, failure):
    assert trust.timestamp(request_bytes) == refuse_timestamp(failure)


def test_another_policy_is_not_stamped_under(trust):
    other = replace(trust, policy="1.2.3")
    body = make_timestamp_request(IMPRINT)
    plain = other.timestamp(body)
    assert plain != refuse_timestamp(Failure.UNACCEPTED_POLICY)


def test_a_restart_finds_the_same_authorities(centre):
    first = centre.hierarchy()
    again = centre.hierarchy()
    assert first.root.certificate == again.root.certificate
    assert first.tsa.certificate == again.tsa.certificate


def test_a_first_start_cut_short_is_taken_up(centre):
    key = KeyId("EE-TEST/GOV/70000009", "trust-root")
    signer = centre.keys.generate(key, MemoryKey().kind)
    root = read_certificate(centre.hierarchy().root.certificate)
    assert root.public_key == signer.public_key


class OneStepLate(CertificateStore):
    """Another writer comes between reading and writing."""

    def __init__(self, meanwhile):
        self.meanwhile = meanwhile

    def by_keys(self, keys, *, work):
        found = super().by_keys(keys, work=work)
        self.meanwhile.append(keys)
        return {} if len(self.meanwhile) == 1 else found


def test_two_orders_at_once_issue_once(trust):
    first = trust.issue(order())
    late = replace(trust, store=OneStepLate([]))
    with refusal(TrustUnavailable, "race"):
        late.issue(order())
    assert late.issue(order()) == first


@contextmanager
def broken(centre):
    with centre.database.work() as work:
        yield work
        raise InterruptedError


def test_nothing_is_half_issued(trust, centre):
    whole = replace(trust, database=Interrupted(centre))
    with pytest.raises(InterruptedError):
        whole.issue_many(orders())
    assert trust.certificates_of(MARI.code) == []


class Interrupted:
    """A database whose units of work end before their commit."""

    def __init__(self, centre):
        self.read = centre.database.read
        self.work = lambda: broken(centre)


def test_a_person_sees_their_certificates_with_status(trust):
    made = trust.issue_many(orders())
    trust.suspend(serial(made[1]))
    found = {c.der: standing.status.value for c, standing in trust.certificates_of(MARI.code)}
    assert found == {made[0]: "good", made[1]: "suspended"}


def test_a_name_is_never_in_a_message(trust):
    trust.issue(order())
    person = Person(code=MARI.code, given_name="Mari-Liis", surname="Teine")
    with pytest.raises(IssueRefused) as refused:
        trust.issue(order(profile=person_signature(person), public_key=KEY.public_key))
    assert "47101010033" not in str(refused.value)
