"""The global configuration: published, believed, kept, outlived; and what isn't believed."""

from dataclasses import replace

import pytest
from starlette.applications import Starlette

from riik.core import MemberId
from riik.exchange.centre import open_directory, read_anchor, write_anchor
from riik.exchange.client import ConfigurationSource
from riik.exchange.errors import ConfigurationRefused, NetworkFailed, OutdatedGlobalConf
from riik.exchange.globalconf import read_identifier, read_shared, write_shared
from riik.exchange.http import centre_routes
from riik.exchange.jobs import refresh_configuration
from riik.runtime.web.server import serve


@pytest.fixture
def published(federation):
    """What the centre published."""
    return federation.centre.published()


def learn(node, published, **changes):
    changed = {
        "content_type": published.content_type,
        "directory": published.directory,
        "parts": published.parts,
    } | changes
    node.exchange.learn(*changed.values())


def test_what_was_registered_is_what_nodes_read(clinic, ministry):
    conf = clinic.exchange.configuration()
    assert conf.members[ministry.member] == "The ministry"
    assert conf.subsystems[clinic.client] == "The clinic's system"
    assert conf.hosts[ministry.client] == (ministry.server,)
    assert (conf.ocsp_freshness, conf.stamping_interval) == (3600, 60)


def test_shared_parameters_are_written_as_they_were_read(clinic):
    conf = clinic.exchange.configuration()
    again = read_shared(write_shared(conf))
    assert (again.members, again.subsystems) == (conf.members, conf.subsystems)
    assert (again.servers, again.authorities) == (conf.servers, conf.authorities)


def test_names_with_markup_stay_names(federation, clinic):
    member = MemberId("TEST", "COM", "1")
    federation.centre.join(member, name='<A & "B">', subsystems={})
    federation.publish()
    assert clinic.exchange.configuration().members[member] == '<A & "B">'


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"Expire-date: 2", b"Expire-date: 3", "directory-signature"),
        (b"SHARED-PARAMETERS", b"SHARED-PARAMETERZ", "directory-signature"),
        (b"Content-location: /V6/", b"Content-location: /V7/", "directory-signature"),
        (b"ecdsa-sha256", b"rsa-sha256", "directory-signature"),
        (b"Verification-certificate-hash: ", b"X: ", "directory-signature"),
        (b"--\r\n", b"\r\n", "directory"),
    ],
)
def test_a_changed_directory_is_refused(clinic, published, old, new, why):
    with pytest.raises(ConfigurationRefused) as refused:
        learn(clinic, published, directory=published.directory.replace(old, new))
    assert refused.value.why == why


def test_a_changed_part_is_refused(clinic, published):
    parts = {place: part.replace(b"The", b"the") for place, part in published.parts.items()}
    with pytest.raises(ConfigurationRefused) as refused:
        learn(clinic, published, parts=parts)
    assert refused.value.why == "part-digest"


def test_a_missing_part_is_refused(clinic, published):
    with pytest.raises(ConfigurationRefused) as refused:
        learn(clinic, published, parts={})
    assert refused.value.why == "part-missing"


def test_an_older_configuration_is_refused(federation, clinic, published):
    federation.clock.advance(minutes=1)
    federation.publish()
    with pytest.raises(ConfigurationRefused) as refused:
        learn(clinic, published)
    assert refused.value.why == "older"


def test_another_signer_is_refused(federation, clinic, published):
    other = federation.pki.seal("Somebody", code="70000002")
    centre = replace(federation.centre, signer=other.key, certificate=other.certificate)
    with pytest.raises(ConfigurationRefused) as refused:
        learn(clinic, centre.publish())
    assert refused.value.why == "directory-signature"


def test_the_signing_key_can_be_changed_when_the_anchor_names_both(federation, clinic, published):
    other = federation.pki.seal("Digital Government Authority", code="70000001")
    centre = replace(federation.centre, signer=other.key, certificate=other.certificate)
    both = (federation.centre.certificate, other.certificate)
    for each in (published, centre.publish()):
        opened = open_directory(each.content_type, each.directory, certificates=both)
        assert len(opened.parts) == 2


def test_a_node_that_starts_while_the_centre_is_down_goes_on(federation, clinic):
    federation.run(clinic.stop())
    clinic.close()
    clinic.open()
    with pytest.raises(OutdatedGlobalConf) as refused:
        clinic.exchange.configuration()
    assert refused.value.why == "missing"
    clinic.exchange.recall()
    assert clinic.client in clinic.exchange.configuration().subsystems
    federation.run(clinic.start())


def test_the_centre_takes_only_what_is_registered(federation, clinic):
    stranger = replace(clinic.member, instance="OTHER")
    with pytest.raises(ConfigurationRefused) as refused:
        federation.centre.join(stranger, name="x", subsystems={})
    assert refused.value.why == "instance"
    odd = replace(clinic.server, clients=frozenset([replace(clinic.client, subsystem="none")]))
    with pytest.raises(ConfigurationRefused) as refused:
        federation.centre.join_server(odd)
    assert refused.value.why == "client"


@pytest.mark.parametrize("address", ["", "host:x", "host:1:2:3", "ho st", "host:123456"])
def test_an_address_is_a_host_and_at_most_two_ports(federation, clinic, address):
    with pytest.raises(ConfigurationRefused) as refused:
        federation.centre.join_server(replace(clinic.server, address=address))
    assert refused.value.why == "address"


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [
        ("ss1.example", ("ss1.example", 5500, 5577)),
        ("127.0.0.7:6500", ("127.0.0.7", 6500, 5577)),
        ("127.0.0.7:6500:6577", ("127.0.0.7", 6500, 6577)),
    ],
)
def test_usual_ports_need_not_be_said(clinic, address, endpoint):
    assert replace(clinic.server, address=address).endpoint == endpoint


def test_the_anchor_is_read_as_it_was_written(federation):
    anchor = federation.centre.anchor()
    assert read_anchor(write_anchor(anchor)) == anchor


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"configurationAnchor", b"conf"),
        (b"<instanceIdentifier>TEST", b"<instanceIdentifier>"),
        (b"verificationCert>", b"otherCert>"),
        (b"<source>", b"<other>"),
        (b"generatedAt>2", b"generatedAt>x"),
    ],
)
def test_what_is_no_anchor_is_refused(federation, old, new):
    written = write_anchor(federation.centre.anchor())
    with pytest.raises(Exception, match=r".") as refused:
        read_anchor(written.replace(old, new).replace(b"</source>", b"</other>")
                    if old == b"<source>" else written.replace(old, new))  # fmt: skip
    assert refused.value.why == "anchor"


@pytest.fixture
def source(federation):
    """The centre's routes on a real port, and where a node downloads from."""
    app = Starlette(routes=centre_routes(federation.centre))
    server = federation.run(serve(app, "127.0.0.1", 0))
    url = f"http://127.0.0.1:{server.port}/internalconf"
    anchor = replace(federation.centre.anchor(), sources=((url, (federation.centre.certificate,)),))
    yield ConfigurationSource(anchor=anchor)
    federation.run(server.stop())


def test_a_node_downloads_what_the_centre_published(federation, published, source, clinic):
    assert federation.run(source.download()) == (
        published.content_type, published.directory, published.parts,
    )  # fmt: skip
    federation.clock.advance(minutes=5)
    federation.centre.publish()
    federation.run(refresh_configuration(clinic.exchange, source=source))
    federation.clock.advance(minutes=7)
    assert clinic.exchange.configuration().instance == "TEST"


@pytest.mark.parametrize("target", ["/internalconf", "/other"])
def test_a_place_that_serves_nothing_is_told(federation, source, target):
    [(url, certificates)] = source.anchor.sources
    other = url.replace("/internalconf", "/V6/none" + target)
    anchor = replace(source.anchor, sources=((other, certificates),))
    with pytest.raises(NetworkFailed) as refused:
        federation.run(ConfigurationSource(anchor=anchor).download())
    assert refused.value.why == "status"


def test_a_source_signed_by_another_is_refused(federation, source):
    [(url, _)] = source.anchor.sources
    other = federation.pki.seal("Somebody", code="70000002")
    anchor = replace(source.anchor, sources=((url, (other.certificate,)),))
    with pytest.raises(ConfigurationRefused) as refused:
        federation.run(ConfigurationSource(anchor=anchor).download())
    assert refused.value.why == "directory-signature"


def test_a_source_that_is_not_there_is_told(federation):
    anchor = replace(
        federation.centre.anchor(),
        sources=(("http://127.0.0.1:1/internalconf", (federation.centre.certificate,)),),
    )
    with pytest.raises(NetworkFailed) as refused:
        federation.run(ConfigurationSource(anchor=anchor).download())
    assert refused.value.why == "connect"


@pytest.mark.parametrize("kind", ["MEMBER", "SERVICE", "OTHER", ""])
def test_an_identifier_with_other_parts_is_refused(kind):
    document = (
        f'<a xmlns:id="http://x-road.eu/xsd/identifiers" id:objectType="{kind}">'
        "<id:xRoadInstance>EE</id:xRoadInstance></a>"
    )
    with pytest.raises(ConfigurationRefused) as refused:
        read_identifier(document.encode())
    assert refused.value.why == "identifier"
