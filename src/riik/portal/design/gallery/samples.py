"""Made-up values for the gallery: an invented person, one case, a few looks. Pure."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from riik.formats.qr import qr_modules
from riik.portal.design.pages import Finder, Link, Shell, Tab
from riik.portal.design.texts import Texts
from riik.profiles import Name, Profile

__all__ = ["FRAMES", "NOW", "sample_qr", "sample_shell", "sample_values"]

NOW = datetime(2026, 11, 3, 9, 20, tzinfo=UTC)

FRAMES = {
    "": "gallery.html",
    "flow": "question.html",
    "desk": "case.html",
    "operator": "node.html",
}
"""The gallery's pages: what follows ``/design/``, and their templates."""


def sample_shell(language: str, profile: Profile, texts: Texts, *, address: str) -> Shell:
    """The frame of a signed-in person, or of an official on the desk's pages."""
    desk = address.partition("?")[0] in ("/design/desk", "/design/operator")
    given, family, middle = (
        ("Tuyết", "Nguyễn", "Thị Ánh") if profile.country == "VN" else ("Liis", "Kask", "")
    )
    name = profile.display_name(Name(family=family, given=given, middle=middle))
    shell = Shell(
        language=language,
        profile=profile,
        address=address,
        home="/design/",
        who="Anneli Põder" if desk else name,
        who_href="/design/",
        sign_out="/design/",
        csrf="token-of-the-session",
        demonstration="/",
        foot=(
            Link("/design/", texts("Help at a desk near you")),
            Link("/design/", texts("Accessibility")),
        ),
    )
    if desk:
        find = Finder("/design/desk", texts("Find a case by its number"))
        return replace(shell, place=texts("Transport Administration"), find=find)
    if address.startswith("/design/flow"):
        return replace(shell, place=texts("Transport Administration"))
    return replace(shell, tabs=_tabs(texts), tab="home")


def sample_values(texts: Texts, *, frame: str) -> dict[str, object]:
    """What a page of the gallery shows."""
    values: dict[str, object] = {
        "now": NOW,
        "digest": sha256(b"an application").hexdigest(),
        "qr_rows": sample_qr(),
    }
    if frame == "flow":
        values["errors"] = [
            {"field": "to", "text": texts("Choose where we should send your licence")},
            {
                "field": "tel",
                "text": texts(
                    "Enter a phone number that can receive text messages, like 5123 4567"
                ),
            },
        ]
    return values


def sample_qr() -> tuple[str, ...]:
    """The code of a licence's page."""
    return qr_modules("https://portal.example/verify?licence=EE-38807")


def _tabs(texts: Texts) -> tuple[Tab, ...]:
    return (
        Tab("home", "/design/", texts("Home"), "home"),
        Tab("cases", "/design/", texts("My cases"), "cases", 1),
        Tab("documents", "/design/", texts("Documents"), "file"),
        Tab("inbox", "/design/", texts("Inbox"), "inbox", 12),
        Tab("looks", "/design/", texts("Who looked"), "eye"),
    )
