"""What the login's pages say: to which site, what it will learn, what happened in one's name.

Pure: values of `riik.login` go in, pages come out. Sites and members are shown by the names
that the node's file gives them, in the visitor's language.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import riik.portal.login
from riik.core import MemberId, Money
from riik.login import Client, Event, Need, Pending, Place, Session
from riik.portal.design.formats import Formats
from riik.portal.design.pages import Link, Pages, Shell
from riik.portal.design.texts import Texts, later
from riik.profiles import Profile

__all__ = ["LoginPages", "Sight"]

SESSIONS: Final = "/sessions"
OWN_LOOK: Final = "own-"
"""Begins the id of what is no case: somebody looks at what is their own."""
ACTIONS: Final = {
    "signed-in": later("You signed in with the ID-card"),
    "signed-in-again": later("You showed your card again"),
    "signed-out": later("You signed out"),
    "ended": later("The sign-in ended by itself"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How a page is seen.

    Attributes:
        language: The visitor's.
        address: Path and query of the page.
        now: Now, UTC.
        session: Who is signed in; None for nobody.
    """

    language: str
    address: str
    now: datetime
    session: Session | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPages:
    """Renders the pages.

    Attributes:
        profile: The country's.
        origin: Of the login, as browsers write it.
        sites: By ``client_id``.
        members: Names of members by language.
        card: Origin of the demonstration card; empty where there is none.
        front: The demonstration's front page; empty outside it.
        idle_minutes: How long a sign-in lasts without use.
    """

    profile: Profile
    origin: str
    sites: Mapping[str, Client]
    members: Mapping[MemberId, Mapping[str, str]]
    card: str = ""
    front: str = ""
    idle_minutes: int = 30
    pages: Pages = field(default_factory=lambda: Pages(riik.portal.login))

    def choose(self, sight: Sight, pending: Pending | None, *, request: str) -> str:
        """How to sign in, and for whom; ``pending`` is None for the sign-ins page itself."""
        # At a screen that people share, who comes next is somebody else more often than not.
        again = pending is not None and pending.session is not None and not pending.client.shared
        return self._render(
            "login.html",
            sight,
            site=self._site(pending.client, sight) if pending else "",
            again=again and pending is not None and pending.need is Need.SIGN_IN,
            learns=self._learns(pending, sight),
            pays=self._pays(pending, sight),
            answer=_answer(request),
            next=_continue(request) if request else SESSIONS,
            cancel=_cancel(request) if request else "",
            card=self.card,
            host=urlsplit(self.origin).netloc,
        )

    def confirm(self, sight: Sight, pending: Pending, *, request: str) -> str:
        """Somebody is signed in: may this site know?"""
        return self._render(
            "confirm.html",
            sight,
            site=self._site(pending.client, sight),
            learns=self._learns(pending, sight),
            signed_in=pending.session,
            request=request,
            other=f"/login?{urlencode({'request': request, 'other': 'yes'})}",
            cancel=_cancel(request),
            host=urlsplit(self.origin).netloc,
        )

    def leave(self, sight: Sight, fields: Sequence[tuple[str, str]], here: Place | None) -> str:
        """Shall it end?"""
        told = [] if here is None else [self.site_name(one, sight) for one, _ in here.clients]
        return self._render("logout.html", sight, fields=fields, told=told)

    def left(self, sight: Sight) -> str:
        """It ended."""
        return self._render("logged-out.html", sight)

    def sessions(
        self, sight: Sight, places: Sequence[Place], events: Sequence[Event] | None
    ) -> str:
        """Where one is signed in, and what happened in one's name; None where others may read."""
        texts = self.pages.texts[sight.language]
        return self._render(
            "sessions.html",
            sight,
            places=[
                {
                    "session": place.session,
                    "here": place.here,
                    "told": [
                        {"name": self.site_name(one, sight), "at": at} for one, at in place.clients
                    ],
                }
                for place in places
            ],
            shared=events is None,
            events=told_once(
                ((one.at, self._happened(one, sight, texts)) for one in events or ()), texts
            ),
        )

    def refused(self, sight: Sight, why: str, *, number: str = "") -> str:
        """A request that nobody can be told of but the person."""
        return self._render("refused.html", sight, why=why, number=number)

    def site_name(self, client: str, sight: Sight) -> str:
        """A site's name in the visitor's language; its id when it is no more."""
        known = self.sites.get(client)
        return client if known is None else self._site(known, sight)

    def _site(self, client: Client, sight: Sight) -> str:
        return _called(client.names, sight.language) or client.id

    def _learns(self, pending: Pending | None, sight: Sight) -> list[str]:
        """What a site will know, in words."""
        if pending is None:
            return []
        texts = self.pages.texts[sight.language]
        return [
            texts("your name"),
            texts("your personal code"),
            texts("your date of birth") if self._code_has_day else texts("your year of birth"),
            texts("when you signed in, and with what"),
        ]

    def _pays(self, pending: Pending | None, sight: Sight) -> dict[str, str] | None:
        """The payment that this sign-in confirms, as people read it."""
        payment = pending.asked.payment if pending else None
        if payment is None:
            return None
        money = Money.parse(payment.amount, payment.currency)
        formats = Formats(self.profile, sight.language)
        return {
            "sum": formats.money(money.minor, money.currency),
            "payee": payment.payee,
            "account": payment.account,
        }

    @property
    def _code_has_day(self) -> bool:
        return self.profile.country.upper() == "EE"

    def _happened(self, event: Event, sight: Sight, texts: Texts) -> str:
        if event.action == "sent-to":
            client = event.client
            site = self.site_name(client, sight) if client else self._member(event.relying, sight)
            return texts("{site} was told who you are", site=site)
        if event.action == "stated":
            audience, _, case = event.why.partition(" ")
            asking = self._member(event.relying, sight)
            if case.startswith(OWN_LOOK) and audience == str(event.relying):
                return texts("{asking} asked for your own data, as you wanted", asking=asking)
            to = self._member(MemberId.parse(audience), sight)
            if case.startswith(OWN_LOOK):
                return texts(
                    "{asking} asked {audience} what it has of yours", asking=asking, audience=to
                )
            return texts(
                "{asking} took your word to {audience}, for a case of yours",
                asking=asking,
                audience=to,
            )
        return texts(ACTIONS[event.action])

    def _member(self, member: MemberId | None, sight: Sight) -> str:
        if member is None:
            return "–"
        return _called(self.members.get(member, {}), sight.language) or str(member)

    def _name(self, session: Session | None, sight: Sight) -> str:
        if session is None:
            return ""
        return Formats(self.profile, sight.language).name(session.given_names, session.surname)

    def _render(self, template: str, sight: Sight, **values: Any) -> str:
        texts, session = self.pages.texts[sight.language], sight.session
        shell = Shell(
            language=sight.language,
            profile=self.profile,
            address=sight.address,
            place=texts("National login"),
            home=SESSIONS,
            demonstration=self.front,
            who=self._name(session, sight),
            who_href=SESSIONS,
            foot=(Link(SESSIONS, texts("My sign-ins")),),
        )
        return self.pages.render(
            template, shell, now=sight.now, minutes=self.idle_minutes, **values
        )


def _called(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or names.get("en") or next(iter(names.values()), "")


def _answer(request: str) -> str:
    """Where the card's answer goes: with the request that it was shown for."""
    return f"/auth/web-eid?{urlencode({'request': request})}" if request else "/auth/web-eid"


def _continue(request: str) -> str:
    return f"/oidc/continue?{urlencode({'request': request})}"


def _cancel(request: str) -> str:
    return f"/oidc/cancel?{urlencode({'request': request})}"


def told_once(events: Iterable[tuple[datetime, str]], texts: Texts) -> list[dict[str, Any]]:
    """Rows of what happened: what happened several times in one minute is one row, counted."""
    rows: list[dict[str, Any]] = []
    for (_, text), several in groupby(
        events, key=lambda one: (one[0].replace(second=0, microsecond=0), one[1])
    ):
        same = list(several)
        shown = (
            text
            if len(same) == 1
            else texts("{what} ({number} times)", what=text, number=str(len(same)))
        )
        rows.append({"at": same[0][0], "text": shown})
    return rows
