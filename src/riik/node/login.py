"""Assembling the national login: for people's browsers, for sites, for members."""

from datetime import timedelta

from riik.core import ClientId, MemberId
from riik.login import Client, Login, LoginRules, OpenIdProvider
from riik.login.http import offers as login_offers
from riik.login.http import routes as login_routes
from riik.login.jobs import SWEEP_EVERY, sweeper
from riik.login.oidc.client import BackChannel
from riik.login.oidc.clients import check_addresses
from riik.login.oidc.http import provider_routes
from riik.login.oidc.jobs import TURN_EVERY, turner
from riik.login.oidc.jobs import handlers as farewell_handlers
from riik.login.oidc.keyring import Keyring
from riik.login.oidc.store import SqlProviderStore
from riik.login.relying import Relying
from riik.login.store import SqlLoginStore
from riik.node.assembly import Assembly
from riik.node.config import LoginClientSection, LoginSection
from riik.node.fillers.mandates import PopulationMandates
from riik.portal.login import LoginPages
from riik.portal.login.http import login_page_routes, shown_to_people
from riik.runtime.web import Cookies

__all__ = ["add_login", "login_client"]


def add_login(assembly: Assembly) -> None:
    """The national login, for people's browsers and for members."""
    base, section = assembly.base, assembly.config.file.login
    if section is None:
        return
    origin = assembly.config.file.people.origin
    store = SqlLoginStore()
    login = Login(
        rules=LoginRules(origin=origin),
        store=store,
        database=base.database,
        vault=base.vault,
        outbox=base.outbox,
        clock=base.clock,
        entropy=base.entropy,
        in_thread=base.in_thread,
        anchors=assembly.anchors,
        revocation=assembly.ocsp,
    )
    own = assembly.config.client("login")
    mandates = PopulationMandates(
        exchange=assembly.exchange,
        client=own,
        population=ClientId.parse(section.population),
        legal_basis=section.mandate_basis,
    )
    relying = Relying(
        login=login,
        store=store,
        member=assembly.member,
        signer=base.signer("statements"),
        certificates=(base.certificate("statements"), base.certificate("issuing")),
        sources=(mandates,),
    )
    assembly.parts.login = login
    assembly.routes += login_routes(login, cookies=Cookies.of(origin, node="login"))
    assembly.offer(login_offers(relying, provider=own, in_thread=base.in_thread))
    base.jobs.periodic("login.sweep", SWEEP_EVERY, sweeper(login))
    _add_provider(assembly, login, store, section=section)


def _add_provider(
    assembly: Assembly, login: Login, grants: SqlLoginStore, *, section: LoginSection
) -> None:
    base, store = assembly.base, SqlProviderStore()
    clients = [login_client(one) for one in section.client]
    provider = OpenIdProvider(
        login=login,
        store=store,
        grants=grants,
        clients={client.id: client for client in clients},
        keyring=Keyring(
            member=str(assembly.member),
            store=store,
            keys=base.keys,
            database=base.database,
            clock=base.clock,
            life=timedelta(days=section.key_days),
        ),
    )
    provider.keyring.turn()
    assembly.parts.provider = provider
    cookies = Cookies.of(login.rules.origin, node="login")
    pages = LoginPages(
        profile=assembly.profile,
        origin=login.rules.origin,
        sites=provider.clients,
        members={
            MemberId.parse(one.member): dict(one.names)
            for one in assembly.config.file.roles.values()
        },
        card=assembly.config.file.people.card,
        front=assembly.config.file.people.front,
        idle_minutes=login.rules.idle_seconds // 60,
    )
    assembly.routes += login_page_routes(provider, pages=pages, cookies=cookies)
    protocol = provider_routes(provider, cookies=cookies)
    assembly.routes += shown_to_people(protocol, provider=provider, pages=pages, cookies=cookies)
    assembly.on(farewell_handlers(provider, tell=BackChannel(http=base.http)))
    base.jobs.periodic("login.turn-keys", TURN_EVERY, turner(provider))


def login_client(section: LoginClientSection) -> Client:
    """A site as its table in the node's file says.

    Raises:
        ClientRefused: For ``address``.
    """
    client = Client(
        id=section.id,
        names=section.names,
        redirect_uris=section.redirect_uris,
        secret_hash=bytes.fromhex(section.secret_hash),
        post_logout_uris=section.post_logout_uris,
        backchannel_uri=section.backchannel_uri,
        member=MemberId.parse(section.member) if section.member else None,
        auth=section.auth,
        at_hash=section.at_hash,
        pkce=section.pkce,
        flat=section.flat,
        scopes=frozenset(section.scopes),
        shared=section.shared,
        details=frozenset(section.details),
    )
    check_addresses(client)
    return client
