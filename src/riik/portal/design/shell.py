"""What stands around every page: whose it is, where one is, in which language.

Pure values, made by each site's `http` for a request and read by the frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from riik.portal.design.texts import LANGUAGES
from riik.profiles import Profile

__all__ = ["Finder", "Link", "Shell", "Tab"]


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its words."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the at most five places of a site.

    Attributes:
        id: Compared with `Shell.tab`.
        href: Where it leads.
        text: Its word.
        icon: Name of its drawing.
        dot: How many new things wait there; 0 shows none.
    """

    id: str
    href: str
    text: str
    icon: str
    dot: int = 0


@dataclass(frozen=True, slots=True)
class Finder:
    """The search in a desk's head.

    Attributes:
        action: Where it is sent.
        label: What can be found.
        value: What was typed.
        post: Posted, with the session's token: what is typed stands in no address.
    """

    action: str
    label: str
    value: str = ""
    post: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The frame's values.

    Attributes:
        language: One of `riik.portal.design.texts.LANGUAGES`.
        profile: The country's.
        zone: Time zone; the country's when empty.
        address: Path and query of this page, for the links to its other languages.
        place: Small words beside the brand: the organisation, or the site.
        home: Where the brand leads.
        demonstration: Address of the demonstration's front page; empty outside it.
        who: Name of the signed-in person; empty when nobody is.
        who_href: Their own page.
        role: What they act as, beside the name: an office, or for whom.
        sign_in: Where one signs in; shown when nobody is signed in.
        sign_out: Where a form is posted to leave.
        tabs: The site's places.
        tab: The id of the current one.
        csrf: Token of the session, for `csrf_field`.
        find: The search in a desk's head.
        foot: Links at the end of the page.
        posted: The page answers a form that was sent: "Back" must not send it again.
    """

    language: str
    profile: Profile
    zone: str = ""
    address: str = "/"
    place: str = ""
    home: str = "/"
    demonstration: str = ""
    who: str = ""
    who_href: str = ""
    role: str = ""
    sign_in: str = ""
    sign_out: str = ""
    tabs: Sequence[Tab] = ()
    tab: str = ""
    csrf: str = ""
    find: Finder | None = None
    foot: Sequence[Link] = field(default_factory=tuple)
    posted: bool = False

    @property
    def languages(self) -> dict[str, str]:
        """The languages of the pages: the country's own come first."""
        own = [code for code in self.profile.languages if code in LANGUAGES]
        return {code: LANGUAGES[code] for code in dict.fromkeys((*own, *LANGUAGES))}

    def in_language(self, language: str) -> str:
        """The address of this page in another language."""
        path, _, query = self.address.partition("?")
        kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != "lang"]
        return f"{path}?{urlencode([*kept, ('lang', language)])}"
