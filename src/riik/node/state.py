"""Assembling the parts of the state itself: trust, centre, identity, log, witness."""

from datetime import timedelta

from riik.core import ClientId, KeyKind
from riik.exchange.centre import Centre
from riik.exchange.globalconf import Authority, Service
from riik.exchange.http import centre_routes
from riik.exchange.store import SqlCentreStore
from riik.identity import Identity
from riik.identity.store import SqlIdentityStore
from riik.node.assembly import Assembly
from riik.node.fillers.certification import RemoteAuthority, certificate_offers
from riik.signatures import XmlSeal
from riik.transparency import Log, Transparency, VerifierKey, Witness
from riik.transparency.client import WitnessClient
from riik.transparency.http import routes as log_routes
from riik.transparency.http import witness_routes
from riik.transparency.jobs import Sequencer, rounds
from riik.transparency.store import LogStore, LookStore, WitnessStore
from riik.trust import (
    Addresses,
    Organisation,
    Provider,
    Scheme,
    ServiceKind,
    TrustAnchor,
    read_certificate,
)
from riik.trust.component import ListPublisher, Trust
from riik.trust.hierarchy import Hierarchy, establish
from riik.trust.http import list_routes
from riik.trust.http import routes as trust_routes
from riik.trust.store import AuthorityStore, CertificateStore, ListStore

__all__ = [
    "add_centre",
    "add_identity",
    "add_log",
    "add_trust",
    "add_trusted_list",
    "add_witness",
    "listed_services",
    "offer_certificates",
]

EVERY_SECOND, EVERY_MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def add_trust(assembly: Assembly) -> None:
    """The Trust Centre: its authorities, certificates, OCSP and time-stamps."""
    base, section = assembly.base, assembly.config.file.trust
    if section is None:
        return
    node = assembly.config.file.node
    # Certificates call it as its own country does.
    name = node.names.get(assembly.profile.languages[0]) or node.names["en"]
    organisation = Organisation(country=section.country, name=name, code=node.code)
    hierarchy: Hierarchy = establish(
        organisation,
        member=str(assembly.member),
        title=section.title,
        keys=base.keys,
        store=AuthorityStore(),
        database=base.database,
        clock=base.clock,
        entropy=base.entropy,
    )
    origin = assembly.config.file.people.origin
    trust = Trust(
        hierarchy=hierarchy,
        store=CertificateStore(),
        database=base.database,
        vault=base.vault,
        clock=base.clock,
        entropy=base.entropy,
        addresses=Addresses(ocsp=f"{origin}/ocsp", issuer=f"{origin}/ca.crt"),
        policy=section.policy,
    )
    assembly.parts.trust = trust
    assembly.routes += trust_routes(trust, in_thread=base.in_thread)


def offer_certificates(assembly: Assembly) -> None:
    """The Trust Centre's offers; separate, for the exchange needs certificates first."""
    if assembly.parts.trust is not None:
        assembly.offer(
            certificate_offers(
                assembly.parts.trust,
                provider=assembly.config.client("certificates"),
                in_thread=assembly.base.in_thread,
            )
        )


def add_centre(assembly: Assembly) -> None:
    """The centre of the exchange: members, and the signed global configuration."""
    base, section = assembly.base, assembly.config.file.centre
    if section is None:
        return
    exchange = assembly.config.file.exchange
    issuing, ocsp = base.certificate("issuing"), base.certificate("ocsp")
    tsa = base.certificate("tsa")
    centre = Centre(
        instance=section.instance,
        url=f"{assembly.config.file.people.origin}/internalconf",
        store=SqlCentreStore(),
        database=base.database,
        clock=base.clock,
        entropy=base.entropy,
        in_thread=base.in_thread,
        signer=base.signer("centre"),
        certificate=base.certificate("centre"),
        authorities=(
            Authority(
                name=f"{section.instance} CA",
                certificate=issuing,
                ocsp=(Service(url=exchange.ocsp_url, certificate=ocsp),),
            ),
        ),
        time_stampers=(Service(url=exchange.tsa_url, certificate=tsa, name="TSA"),),
        stamping_interval=section.stamping_interval,
    )
    assembly.parts.centre = centre
    assembly.routes += centre_routes(centre)

    async def publish() -> None:
        await base.in_thread(centre.publish)

    base.jobs.periodic("centre.publish", timedelta(seconds=60), publish)


def add_trusted_list(assembly: Assembly) -> None:
    """The trusted list of the country, sealed by the governing authority."""
    base, section = assembly.base, assembly.config.file.trusted_list
    if section is None:
        return
    publisher = ListPublisher(
        scheme=Scheme(
            territory=assembly.config.file.node.profile.upper(),
            operator=section.operator,
            street=section.street,
            locality=section.locality,
            email=section.email,
            website=assembly.config.file.people.origin,
        ),
        seal=XmlSeal(
            signer=base.signer("list"), certificate=base.certificate("list"), clock=base.clock
        ),
        store=ListStore(),
        database=base.database,
        clock=base.clock,
    )
    assembly.parts.lists = publisher
    assembly.routes += list_routes(publisher, in_thread=base.in_thread)


def listed_services(assembly: Assembly) -> list[Provider]:
    """The trust centre's services as the list names them: granted since the CA began."""
    section = assembly.config.file.trusted_list
    named = (
        (ServiceKind.CA_QC, "issuing"),
        (ServiceKind.OCSP_QC, "ocsp"),
        (ServiceKind.TSA_QTST, "tsa"),
    )
    services = []
    for kind, name in named:
        certificate = assembly.base.certificate(name)
        since = read_certificate(certificate).not_before
        services.append(TrustAnchor.granted(certificate, since=since, kind=kind))
    return [Provider(name=section.provider if section else "", services=tuple(services))]


def add_log(assembly: Assembly) -> None:
    """The node's log of looks, with its sequencer and its witness."""
    base, section = assembly.base, assembly.config.file.log
    if section is None:
        return
    witnesses = (VerifierKey.parse(section.witness_key),) if section.witness_key else ()
    log = Log(
        origin=section.origin,
        database=base.database,
        store=LogStore(),
        signer=base.signer("log", KeyKind.ED25519),
        witnesses=witnesses,
        threshold=len(witnesses),
    )
    transparency = Transparency(
        log=log,
        looks=LookStore(),
        database=base.database,
        vault=base.vault,
        clock=base.clock,
        entropy=base.entropy,
    )
    clients = [
        WitnessClient(key=key, prefix=section.witness_url, http=base.http) for key in witnesses
    ]
    sequencer = Sequencer(log=log, witnesses=clients, in_thread=base.in_thread)
    base.jobs.periodic("transparency.sequence", EVERY_SECOND, rounds(sequencer))

    async def count() -> None:
        await base.in_thread(transparency.count)

    base.jobs.periodic("transparency.count", EVERY_MINUTE, count)
    assembly.parts.transparency = transparency
    assembly.routes += log_routes(transparency, in_thread=base.in_thread)


def add_witness(assembly: Assembly) -> None:
    """An independent witness of other nodes' logs."""
    base, section = assembly.base, assembly.config.file.witness
    if section is None:
        return
    witness = Witness(
        name=section.name,
        database=base.database,
        store=WitnessStore(),
        signer=base.signer("witness", KeyKind.ED25519),
        clock=base.clock,
        logs={origin: [VerifierKey.parse(key)] for origin, key in section.logs.items()},
    )
    assembly.parts.witness = witness
    assembly.routes += witness_routes(witness, in_thread=base.in_thread)


def add_identity(assembly: Assembly) -> None:
    """The identity authority: people, cards, suspension."""
    base, section = assembly.base, assembly.config.file.identity
    if section is None or assembly.parts.transparency is None:
        return
    assembly.parts.identity = Identity(
        store=SqlIdentityStore(),
        database=base.database,
        vault=base.vault,
        clock=base.clock,
        in_thread=base.in_thread,
        outbox=base.outbox,
        access=assembly.parts.transparency,
        authority=RemoteAuthority(
            exchange=assembly.exchange,
            client=assembly.config.client("cards"),
            trust_centre=ClientId.parse(section.trust_centre),
        ),
        places=frozenset(birth for place in assembly.profile.places for birth in place.births),
    )
