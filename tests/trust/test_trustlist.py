"""Trusted lists: what is written is read again; unsealed, outdated and broken ones are refused."""

from base64 import b64encode
from datetime import timedelta

import pytest
from tests.trust.house import refusal

from riik.core import Refused
from riik.testing.pki import AT, make_pki
from riik.trust import (
    KeyUsage,
    ListPublisher,
    Provider,
    Scheme,
    ServiceKind,
    ServiceStatus,
    TrustAnchor,
    TrustListRefused,
    TrustUnavailable,
    read_trusted_list,
)
from riik.trust.store import ListStore
from riik.trust.trustlist import make_trusted_list

PKI = make_pki()
SIGNER = PKI.seal().certificate
DAYS = timedelta(days=1)
SCHEME = Scheme(
    territory="EE",
    operator="Digital Government Authority",
    street="Pikk 1",
    locality="Tallinn",
    email="list@example.org",
    website="http://127.0.0.1/",
)
WITHDRAWN = TrustAnchor(
    kind=ServiceKind.CA_QC,
    certificate=PKI.ca.certificate,
    history=(ServiceStatus("withdrawn", AT), ServiceStatus("granted", AT - 400 * DAYS)),
    name="An authority & <its> name",
)
PROVIDERS = [Provider(name="Trust Centre", services=(*PKI.anchors[1:], WITHDRAWN))]
SEAL = b"<!-- sealed by us -->"


def seal(document):
    """A mark in place of XAdES, which `signatures` makes."""
    return document + SEAL


def verify(document, *, signer):
    if signer != SIGNER or not document.endswith(SEAL):
        raise Refused("not sealed", why="seal")


def written(**how):
    made = make_trusted_list(
        SCHEME, PROVIDERS, **{"sequence": 7, "issued": AT, "next_update": AT + DAYS, **how}
    )
    return seal(made)


def read(document, *, signers=(SIGNER,), at=AT):
    return read_trusted_list(document, signers=signers, verify_xml=verify, at=at)


def test_what_is_written_is_read_again():
    found = read(written())
    assert (found.sequence, found.territory, found.issued) == (7, "EE", AT)
    assert found.anchors[0].certificate == PKI.responder.certificate
    assert found.anchors[2] == WITHDRAWN


def test_the_history_tells_when_it_was_trusted():
    [service] = [each for each in read(written()).anchors if each.kind is ServiceKind.CA_QC]
    days = [-401, -400, -1, 0, 1]
    trusted = [service.trusted_at(AT + day * DAYS) for day in days]
    assert trusted == [False, True, True, False, False]


def test_one_of_several_signers_is_enough():
    assert read(written(), signers=[PKI.ca.certificate, SIGNER]).sequence == 7


@pytest.mark.parametrize("signers", [[], [PKI.ca.certificate], [b""]])
def test_a_list_of_another_signer_is_refused(signers):
    with refusal(TrustListRefused, "signer"):
        read(written(), signers=signers)


def test_an_unsealed_list_is_refused():
    with refusal(TrustListRefused, "signer"):
        read(written().removesuffix(SEAL))


def test_an_outdated_list_is_refused_unless_evidence_is_old():
    with refusal(TrustListRefused, "outdated"):
        read(written(), at=AT + 2 * DAYS)
    assert read(written(), at=None).sequence == 7


def in_list(before, after):
    document = written()
    assert before in document
    return document.replace(before, after, 1)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "xml"),
        (b"<html/>", "xml"),
        (b"not xml", "xml"),
        (b"<!DOCTYPE x>" + written().split(b"?>", 1)[1], "xml"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + written().split(b"?>", 1)[1], "xml"),
        (in_list(b">5<", b">3<"), "version"),
        (in_list(b">7<", b">seven<"), "encoding"),
        (
            in_list(b"<NextUpdate>", b"<NextUpdate><x/>").replace(
                b":00Z</dateTime>", b"</dateTime>"
            ),
            "encoding",
        ),
        (in_list(b64encode(PKI.responder.certificate)[:40], b"?" * 40), "encoding"),
    ],
)
def test_a_broken_list_is_refused(document, why):
    with refusal(TrustListRefused, why):
        read(document)


def test_services_of_other_kinds_are_left_out():
    document = in_list(b"Svctype/Certstatus/OCSP/QC", b"Svctype/EDS/Q")
    assert len(read(document).anchors) == 2


def test_a_service_that_was_of_another_kind_counted_as_that_kind_then():
    document = written()
    at = document.rindex(b"Svctype/CA/QC")
    changed = document[:at] + b"Svctype/CA/PKC" + document[at + len(b"Svctype/CA/QC") :]
    kinds = {a.kind: a for a in read(changed).anchors if a.certificate == PKI.ca.certificate}
    assert not kinds[ServiceKind.CA_QC].trusted_at(AT - DAYS)
    assert kinds[ServiceKind.CA_PKC].trusted_at(AT - DAYS)


QUALIFIED = b"""<ServiceInformationExtensions><Extension Critical="true">
<e:Qualifications xmlns:e="http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#">
<e:QualificationElement><e:Qualifiers>
<e:Qualifier uri="http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCNoQSCD"/></e:Qualifiers>
<e:CriteriaList assert="all"><e:KeyUsage><e:KeyUsageBit name="nonRepudiation">true</e:KeyUsageBit>
</e:KeyUsage><e:CriteriaList assert="none"><e:PolicySet><e:PolicyIdentifier>
<x:Identifier xmlns:x="http://uri.etsi.org/01903/v1.3.2#">urn:oid:1.2.3</x:Identifier>
</e:PolicyIdentifier></e:PolicySet><e:otherCriteriaList/></e:CriteriaList></e:CriteriaList>
</e:QualificationElement></e:Qualifications></Extension></ServiceInformationExtensions>"""


def test_qualifications_are_read_with_their_criteria():
    document = in_list(b"</StatusStartingTime>", b"</StatusStartingTime>" + QUALIFIED)
    [qualification] = read(document).anchors[0].history[0].qualifications
    assert qualification.qualifiers == {"QCNoQSCD"}
    assert qualification.criteria.usages == (((KeyUsage.CONTENT_COMMITMENT, True),),)
    [nested] = qualification.criteria.nested
    assert (nested.policies, nested.unknown) == ((frozenset({"1.2.3"}),), True)


def publisher(centre):
    return ListPublisher(
        scheme=SCHEME,
        seal=seal,
        store=ListStore(),
        database=centre.database,
        clock=centre.clock,
    )


def test_lists_are_published_one_after_another(centre):
    lists = publisher(centre)
    sequences = [read(lists.publish_list(PROVIDERS)).sequence for _ in range(3)]
    assert sequences == [1, 2, 3]
    assert read(lists.current()).sequence == 3


def test_before_the_first_list_there_is_none(centre):
    with refusal(TrustUnavailable, "no-list"):
        publisher(centre).current()


def test_a_list_is_good_for_half_a_year(centre):
    document = publisher(centre).publish_list(PROVIDERS)
    read(document, at=AT + 179 * DAYS)
    with refusal(TrustListRefused, "outdated"):
        read(document, at=AT + 181 * DAYS)
