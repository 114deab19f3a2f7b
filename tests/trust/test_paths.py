"""Paths: what leads to an anchor that held then, and everything that doesn't."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.trust.house import JUHAN, MARI, expected, load, refusal

from riik.formats import der
from riik.testing.pki import AT, Credential, MemoryKey, make_pki
from riik.trust import (
    QUALIFIED_KINDS,
    CertificateRefused,
    KeyUsage,
    Organisation,
    PathRefused,
    ServiceKind,
    ServiceStatus,
    TrustAnchor,
    organisation_seal,
    person_signature,
    qualify,
    read_certificate,
    validate_path,
)
from riik.trust.model import Criteria, Qualification
from riik.trust.paths import CA_KINDS
from riik.trust.profiles import issuing_authority, make_certificate

SOMEBODY = Organisation(country="EE", name="Keegi", code="10000001")
ALWAYS = AT - timedelta(days=9000)


def extended(profile, *, critical):
    marked = der.boolean(True) if critical else b""
    unknown = der.sequence(der.oid("1.2.3.4.5"), marked, der.octet_string(der.null()))
    return replace(profile, extensions=(*profile.extensions, unknown))


def short_key(pki):
    """A certificate of an RSA key with 1024 bits."""
    key = rsa.generate_private_key(65537, 1024).public_key()
    public_key = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return pki.issue(person_signature(MARI), public_key=public_key)


class World:
    """The certificates and anchors that the cases name."""

    def __init__(self):
        self.pki = make_pki()
        self.person = self.pki.person(kind=self.pki.kind).signature
        sub = MemoryKey()
        self.sub = Credential(
            sub,
            self.pki.issue(
                issuing_authority(SOMEBODY, name="Sub"), key=sub, issuer=self.pki.ca
            ).certificate,
        )
        self.between = {
            "ca": self.pki.ca.certificate,
            "root": self.pki.root.certificate,
            "broken": b"\x30\x03\x02\x01\x05",
            "person": self.person.certificate,
            "sub-authority": self.sub.certificate,
        }

    def end(self, kind):
        issue, profile = self.pki.issue, person_signature(JUHAN)
        made = {
            "good": lambda: issue(profile),
            "expired": lambda: issue(profile, expired=True),
            "not-yet-valid": lambda: issue(profile, not_yet_valid=True),
            "by-person": lambda: issue(profile, issuer=self.person),
            "by-sub-authority": lambda: issue(profile, issuer=self.sub),
            "critical-unknown": lambda: issue(extended(profile, critical=True)),
            "unknown-extension": lambda: issue(extended(profile, critical=False)),
            "changed": lambda: Credential(None, changed(issue(profile).certificate)),
            "short-key": lambda: short_key(self.pki),
        }[kind]()
        return made.certificate

    def anchor(self, kind, end):
        other = make_pki()
        return {
            "ca": self.pki.ca.certificate,
            "root": self.pki.root.certificate,
            "self": end,
            "other": other.seal().certificate,
            "namesake": other.ca.certificate,
            "impostor": self.impostor(),
        }[kind]

    def impostor(self):
        """Another key under the issuing authority's name and key identifier."""
        profile = issuing_authority(
            Organisation(country="EE", name="Usalduskeskus", code="70000009"), name="Riik Test CA"
        )
        real = read_certificate(self.pki.ca.certificate)
        made = self.pki.issue(profile, issuer=self.pki.root, key=MemoryKey()).certificate
        return made.replace(read_certificate(made).subject_key, real.subject_key)


def changed(certificate):
    """One bit of the subject's name is another."""
    at = certificate.index(b"JUHAN")
    return certificate[:at] + b"K" + certificate[at + 1 :]


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.mark.parametrize("case", load("paths.json"))
def test_path(world, case):
    end = world.end(case.get("end", "good"))
    history = [
        ServiceStatus(status, AT + timedelta(hours=hours))
        for status, hours in case.get("history", [["granted", -9000]])
    ]
    anchors = [
        TrustAnchor(
            kind=ServiceKind(case.get("kind", "CA/QC")),
            certificate=world.anchor(case.get("anchor", "ca"), end),
            history=tuple(history),
        )
        for _ in range(case.get("anchor") != "none")
    ]
    with expected(case, PathRefused):
        validate_path(
            end,
            intermediates=[world.between[name] for name in case.get("between", [])],
            anchors=anchors,
            at=AT + timedelta(hours=case.get("hours", 0)),
            kinds=QUALIFIED_KINDS if case.get("qualified") else CA_KINDS,
            usage=KeyUsage(case["usage"]) if "usage" in case else None,
            purpose=case.get("purpose"),
        )


def test_what_is_no_certificate_is_refused_as_such():
    with refusal(CertificateRefused, "encoding"):
        validate_path(b"no certificate", anchors=[], at=AT)


def test_many_certificates_of_one_name_cost_little():
    key, began = MemoryKey(), AT - timedelta(days=1)
    maze = [
        make_certificate(
            issuing_authority(SOMEBODY, name="Maze"),
            public_key=key.public_key,
            serial=serial,
            not_before=began,
            signer=key,
        )
        for serial in range(1, 40)
    ]
    with refusal(PathRefused, "no-certificate-chain-found"):
        validate_path(maze[0], intermediates=maze, anchors=make_pki().anchors, at=AT)


def qualified(profile, *qualifications, kind=ServiceKind.CA_QC):
    """The end certificate judged under a list that says this of its issuer."""
    pki = make_pki()
    anchor = TrustAnchor(
        kind=kind,
        certificate=pki.ca.certificate,
        history=(ServiceStatus("granted", ALWAYS, qualifications),),
    )
    path = validate_path(pki.issue(profile).certificate, anchors=[anchor], at=AT)
    judged = qualify(path, at=AT)
    return judged.certificate, judged.device


def said(qualifier, *, usage=KeyUsage.CONTENT_COMMITMENT, rule="all", **criteria):
    bits = (((usage, True),),)
    return Qualification(
        frozenset({qualifier}), Criteria(rule=rule, **{"usages": bits, **criteria})
    )


SEAL = organisation_seal(SOMEBODY)
CARD = person_signature(JUHAN)


@pytest.mark.parametrize(
    ("profile", "says", "certificate", "device"),
    [
        (CARD, [], True, True),
        (SEAL, [], True, False),
        (issuing_authority(SOMEBODY, name="none"), [], False, False),
        (CARD, [said("NotQualified")], False, False),
        (CARD, [said("QCNoQSCD")], True, False),
        (SEAL, [said("QCWithQSCD")], True, True),
        (SEAL, [said("QCWithQSCD", usage=KeyUsage.CRL_SIGN)], True, False),
        (CARD, [said("NotQualified", rule="none")], True, True),
        (CARD, [said("NotQualified", usages=())], True, True),
        (CARD, [said("NotQualified", unknown=True)], True, True),
        (CARD, [said("NotQualified", policies=(frozenset({"1.2.3"}),))], True, True),
        (
            CARD,
            [said("NotQualified", rule="atLeastOne", policies=(frozenset({"1"}),))],
            False,
            False,
        ),
    ],
)
def test_the_list_may_correct_what_a_certificate_states(profile, says, certificate, device):
    assert qualified(profile, *says) == (certificate, device)


@pytest.mark.parametrize(
    ("before", "after", "certificate", "device"),
    [
        ([], [said("NotQualified")], False, False),
        ([said("NotQualified")], [], False, False),
        ([], [said("QCNoQSCD")], True, False),
        ([said("QCNoQSCD")], [], True, True),
        ([], [], True, True),
    ],
)
def test_what_a_list_says_counts_at_the_issuance_and_at_the_use(before, after, certificate, device):
    pki, turn = make_pki(), AT + timedelta(days=30)
    anchor = TrustAnchor(
        kind=ServiceKind.CA_QC,
        certificate=pki.ca.certificate,
        history=(
            ServiceStatus("granted", turn, tuple(after)),
            ServiceStatus("granted", ALWAYS, tuple(before)),
        ),
    )
    later = turn + timedelta(days=1)
    path = validate_path(pki.issue(CARD).certificate, anchors=[anchor], at=later)
    judged = qualify(path, at=later)
    assert (judged.certificate, judged.device) == (certificate, device)


def test_an_issuer_not_listed_for_qualified_certificates_issues_none():
    assert qualified(CARD, kind=ServiceKind.CA_PKC) == (False, False)
