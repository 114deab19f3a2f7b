"""Assembling the inbox: notices, the ways out of the house, and the courier that takes them."""

import ssl
from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from riik.core import ClientId
from riik.documents import Documents
from riik.documents.device import TypstPress
from riik.inbox import Inbox
from riik.inbox.http import offers
from riik.inbox.outside.component import Outside
from riik.inbox.outside.jobs import EVERY, Courier
from riik.inbox.outside.mail.client import MailChannel
from riik.inbox.outside.model import LETTER, Channel
from riik.inbox.outside.paper.back import Back
from riik.inbox.outside.paper.device import Letters
from riik.inbox.outside.plan import Rules
from riik.inbox.outside.push.client import PushChannel
from riik.inbox.outside.push.sealing import public_key
from riik.inbox.outside.store import SqlOutsideStore
from riik.inbox.outside.text.client import Gateway, TextChannel
from riik.inbox.outside.wording import Words, house_words
from riik.inbox.store import SqlInboxStore
from riik.node.assembly import Assembly
from riik.node.config import ConfigRefused
from riik.node.telling.contacts import RegisterContacts
from riik.node.telling.sections import InboxSection, LettersSection, MailSection
from riik.runtime.mail import Line, Relay
from riik.runtime.threads import ThreadPool

__all__ = ["add_inbox"]

INBOX, SETTINGS = "/inbox", "/inbox/settings"
POST_EVERY = timedelta(minutes=1)
MAIL_THREADS = 2


def add_inbox(assembly: Assembly) -> None:
    """The inbox of the portal, and what tells people that something is in it."""
    base, section = assembly.base, assembly.config.file.inbox
    if section is None:
        return
    outside = _outside(assembly, section) if section.speaks else None
    inbox = Inbox(
        store=SqlInboxStore(),
        vault=base.vault,
        clock=base.clock,
        delivery=assembly.profile.delivery,
        outside=outside,
    )
    assembly.parts.inbox = inbox
    key = public_key(base.signer("push")) if section.push is not None else ""
    assembly.offer(
        offers(
            inbox,
            provider=assembly.config.client(section.subsystem),
            verify=assembly.gate,
            database=base.database,
            in_thread=base.in_thread,
            push_key=key,
        )
    )
    if outside is not None:
        _add_courier(assembly, section, inbox, outside)


def _outside(assembly: Assembly, section: InboxSection) -> Outside:
    if not section.population or not section.basis:
        raise ConfigRefused(
            "inbox: population and basis say who knows where people are reached", why="inbox"
        )
    ways = {
        "push": section.push,
        "mail": section.mail,
        "text": section.text,
        LETTER: section.letters,
    }
    order = (*assembly.profile.delivery.channels, LETTER)
    return Outside(
        store=SqlOutsideStore(),
        vault=assembly.base.vault,
        clock=assembly.base.clock,
        delivery=assembly.profile.delivery,
        channels=tuple(one for one in order if ways[one] is not None),
        everyone=section.tell == "everyone",
    )


def _add_courier(assembly: Assembly, section: InboxSection, inbox: Inbox, outside: Outside) -> None:
    base, profile = assembly.base, assembly.profile
    words = house_words()
    channels = _channels(assembly, section, inbox, outside, words)
    courier = Courier(
        inbox=inbox,
        outside=outside,
        channels=channels,
        contacts=RegisterContacts(
            exchange=assembly.exchange,
            client=assembly.config.client(section.subsystem),
            register=ClientId.parse(section.population),
            basis=section.basis,
            profile=profile,
        ),
        rules=Rules(
            delivery=profile.delivery,
            zone=ZoneInfo(profile.dates["zone"]),
            open=frozenset(channels),
        ),
        organisations=assembly.member_names,
        language=profile.languages[0],
        spoken=frozenset(words),
        database=base.database,
        in_thread=base.in_thread,
        clock=base.clock,
        figures=base.metrics,
    )
    assembly.parts.courier = courier
    base.jobs.periodic("inbox.courier", EVERY, courier.round)


def _channels(
    assembly: Assembly,
    section: InboxSection,
    inbox: Inbox,
    outside: Outside,
    words: Mapping[str, Words],
) -> dict[str, Channel]:
    base, origin = assembly.base, assembly.config.file.people.origin
    link = f"{origin}{INBOX}"
    found: dict[str, Channel] = {}
    if section.mail is not None:
        pool = ThreadPool(MAIL_THREADS, name=f"{assembly.config.file.node.name}-mail")
        assembly.parts.closers.append(pool.close)
        found["mail"] = MailChannel(
            relay=_relay(assembly, section.mail),
            in_thread=pool,
            clock=base.clock,
            words=words,
            link=link,
            settings=f"{origin}{SETTINGS}",
        )
    if section.text is not None:
        told = section.text
        token = assembly.config.secret(told.token) if told.token else ""
        gateway = Gateway(address=told.address, token=token, sender=told.sender)
        found["text"] = TextChannel(gateway=gateway, http=base.http, words=words, link=link)
    if section.push is not None:
        found["push"] = _push(assembly, section.push.contact, outside, words, link)
    if section.letters is not None:
        found[LETTER] = _letters(assembly, section.letters, inbox, words)
    return found


def _relay(assembly: Assembly, section: MailSection) -> Relay:
    config = assembly.config
    trust = ssl.create_default_context()
    if section.authorities:
        pem = config.content(section.authorities).decode("ascii", errors="replace")
        trust = ssl.create_default_context(cadata=pem)
    return Relay(
        host=section.host,
        port=section.port,
        sender=section.sender,
        name=section.name,
        line=Line(section.line),
        user=section.user,
        password=config.secret(section.password) if section.password else "",
        trust=trust,
    )


def _push(
    assembly: Assembly, contact: str, outside: Outside, words: Mapping[str, Words], link: str
) -> PushChannel:
    base = assembly.base

    def drop(endpoint: str) -> None:
        with base.database.work() as work:
            outside.forget_browser(endpoint, work=work)

    async def forget(endpoint: str) -> None:
        await base.in_thread(drop, endpoint)

    return PushChannel(
        signer=base.signer("push"),
        contact=contact,
        clock=base.clock,
        entropy=base.entropy,
        forget=forget,
        words=words,
        link=link,
    )


def _letters(
    assembly: Assembly, section: LettersSection, inbox: Inbox, words: Mapping[str, Words]
) -> Letters:
    base, profile = assembly.base, assembly.profile
    press = TypstPress()
    assembly.parts.closers.append(press.close)

    def post_says(back: Back) -> bool:
        with base.database.work() as work:
            return inbox.posted_back(back.ref, at=back.at, why=back.why, work=work)

    async def received(back: Back) -> bool:
        return await base.in_thread(post_says, back)

    letters = Letters(
        folder=assembly.config.path(section.folder),
        documents=Documents(press=press),
        words=words,
        code=assembly.config.file.node.code,
        days=profile.delivery.letter.days if profile.delivery.letter else 0,
        zone=ZoneInfo(profile.dates["zone"]),
        clock=base.clock,
        in_thread=base.in_thread,
        received=received,
    )
    base.jobs.periodic("inbox.post", POST_EVERY, letters.read_back)
    return letters
