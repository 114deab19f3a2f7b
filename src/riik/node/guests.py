"""Assembling what lets people sign in at a node's own site: guests, forms, the door."""

import riik.portal.session
from riik.node.assembly import Assembly
from riik.portal.design.pages import Pages
from riik.portal.session import Guests, KeptForms, RelyingClient, SessionRules
from riik.portal.session.client import OidcProvider
from riik.portal.session.door.http import door_routes
from riik.portal.session.frame import Frame
from riik.portal.session.http import Site
from riik.portal.session.jobs import SWEEP_EVERY, sweeper
from riik.portal.session.store import SqlSessionStore

__all__ = ["add_guests"]


def add_guests(assembly: Assembly) -> None:
    """Sessions of people at this node's site; the pages of its rooms find them at `site`."""
    base, config = assembly.base, assembly.config
    section = config.file.sign_in
    if section is None:
        return
    origin = config.file.people.origin
    client = RelyingClient(
        issuer=section.issuer,
        id=section.client,
        secret=config.secret(section.secret),
        back=f"{origin}/sign-in/back",
        home=f"{origin}/",
    )
    store, rules = SqlSessionStore(), SessionRules()
    guests = Guests(
        client=client,
        rules=rules,
        provider=OidcProvider(client=client, http=base.http, clock=base.clock),
        store=store,
        database=base.database,
        vault=base.vault,
        clock=base.clock,
        entropy=base.entropy,
        in_thread=base.in_thread,
    )
    forms = KeptForms(
        rules=rules,
        store=store,
        database=base.database,
        vault=base.vault,
        clock=base.clock,
        entropy=base.entropy,
        in_thread=base.in_thread,
    )
    site = Site(
        guests=guests,
        forms=forms,
        origin=origin,
        node=config.file.node.name,
        frame=Frame(
            profile=assembly.profile,
            names=config.file.node.names,
            demonstration=config.file.people.front,
            leads_to=section.leads_to,
        ),
        pages=Pages(riik.portal.session),
    )
    assembly.site = site
    assembly.routes += door_routes(site)
    sweep = sweeper(store, database=base.database, clock=base.clock, in_thread=base.in_thread)
    base.jobs.periodic("session.sweep", SWEEP_EVERY, sweep)
