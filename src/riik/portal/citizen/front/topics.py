"""What people look for that is no service: pages of this portal, and what is done elsewhere.

A search that does not know its own pages sends people away; one that answers "divorce" with
marriage misleads them. A topic is found when all the words of one of its phrases were typed; what
it stands for is then not looked for among services. Who offers a service under the same words goes
before: no topic denies what there is. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from riik.portal.citizen.search import is_word, words_of
from riik.portal.design.texts import Texts, later

__all__ = ["TOPICS", "Kind", "Topic", "find_topics"]

SHORTEST_LEFT: Final = 4
"""A shorter word that is left says too little to look for a service by."""

Phrases = tuple[str, ...]


class Kind(StrEnum):
    """What a topic is: a page here, done only in presence, or not done here at all."""

    PAGE = "page"
    PRESENCE = "presence"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One thing that people look for.

    Attributes:
        title: What it is.
        text: What there is to know; where it is done.
        phrases: As people say it, in any of the languages; one that begins with ``=`` has to be
            all that was typed, for it is another word elsewhere.
        href: The page; empty for what is none.
    """

    kind: Kind
    title: str
    text: str
    phrases: Phrases
    href: str = ""


TOPICS: Final = (
    Topic(
        kind=Kind.PAGE,
        title=later("Who looked at my data"),
        text=later("Everybody who looked at your data, with the reason and the proof."),
        phrases=(
            "who looked", "looked data", "data tracker", "tracker", "privacy", "spied",
            "kes vaatas", "andmejälgija", "kes minu andmeid", "päringud minu kohta",
            "ai đã xem", "xem dữ liệu tôi", "quyền riêng tư",
        ),
        href="/looks",
    ),
    Topic(
        kind=Kind.PAGE,
        title=later("My documents"),
        text=later("Your decisions and signed applications, to read, keep and show."),
        phrases=(
            "my documents", "documents", "my papers", "my decisions", "dokumendid",
            "minu dokumendid", "otsused", "giấy tờ", "tài liệu", "quyết định tôi",
        ),
        href="/documents",
    ),
    Topic(
        kind=Kind.PAGE,
        title=later("Inbox"),
        text=later("What the state wrote to you."),
        phrases=(
            "inbox", "notices", "my messages", "my letters", "my mail", "postkast", "teated",
            "kirjad", "teavitused", "hộp thư", "thông báo", "tin nhắn",
        ),
        href="/inbox",
    ),
    Topic(
        kind=Kind.PAGE,
        title=later("For whom you may act"),
        text=later("Your child, or whoever gave you the right: begin there, in their name."),
        phrases=(
            "act for", "acting for", "on behalf", "represent", "representation", "mandate",
            "power of attorney", "guardian", "lapse eest", "teise eest", "esindamine",
            "esindusõigus", "volitus", "volikiri", "eestkoste", "đại diện", "ủy quyền",
            "làm thay", "thay con", "giám hộ",
        ),
        href="/for",
    ),
    Topic(
        kind=Kind.PAGE,
        title=later("What the state knows about me"),
        text=later("What each register holds of you, and how to have it set right."),
        phrases=(
            "my data", "personal data", "know about me", "wrong data", "correct my data",
            "minu andmed", "andmed on valed", "andmete parandamine", "dữ liệu tôi",
            "dữ liệu cá nhân", "sửa dữ liệu", "thông tin sai",
        ),
        href="/me",
    ),
    Topic(
        kind=Kind.PAGE,
        title=later("My cases"),
        text=later("Where everything stands that you began."),
        phrases=(
            "my cases", "my applications", "status application", "case status", "where is my",
            "minu asjad", "minu taotlused", "taotluse seis", "hồ sơ tôi", "tình trạng hồ sơ",
            "tra cứu hồ sơ",
        ),
        href="/cases",
    ),
    Topic(
        kind=Kind.PAGE,
        title=later("Check a signed file"),
        text=later("Who signed it, when, and whether it holds."),
        phrases=(
            "check signature", "verify signature", "signed file", "asice", "signature valid",
            "allkirja kontroll", "kontrolli allkirja", "allkirjastatud fail", "kiểm tra chữ ký",
            "chữ ký số",
        ),
        href="/verify",
    ),
    Topic(
        kind=Kind.PAGE,
        title=later("Help"),
        text=later("How to ask, and where people help."),
        phrases=(
            "help", "service desk", "contact", "abi", "teenindus", "klienditugi", "trợ giúp",
            "giúp đỡ", "một cửa",
        ),
        href="/help",
    ),
    Topic(
        kind=Kind.PRESENCE,
        title=later("Divorce"),
        text=later(
            "This is done only in presence, not on this portal: both of you go to the civil status"
            " office or a notary; if you do not agree, to a court."
        ),
        phrases=(
            "divorce", "separation", "end marriage", "lahutus", "abielulahutus", "lahutama",
            "abielu lõpetamine", "ly hôn", "ly dị", "chấm dứt hôn nhân",
        ),
    ),
    Topic(
        kind=Kind.PRESENCE,
        title=later("Passport or identity card"),
        text=later(
            "This is done only in presence, not on this portal: whoever issues identity documents"
            " has to see your face and your fingers."
        ),
        phrases=(
            "passport", "identity card", "id card", "new id", "=pass", "passi", "uus pass",
            "reisidokument",
            "isikutunnistus", "ID-kaart", "id kaart", "hộ chiếu", "căn cước", "CCCD",
            "chứng minh nhân dân",
        ),
    ),
    Topic(
        kind=Kind.ABSENT,
        title=later("Registering a birth"),
        text=later(
            "No service here does this yet: the civil status office of your municipality does."
        ),
        phrases=(
            "birth certificate", "register birth", "birth registration", "sünnitunnistus",
            "sünni registreerimine", "sünniakt", "khai sinh",
        ),
    ),
    Topic(
        kind=Kind.ABSENT,
        title=later("A death"),
        text=later(
            "No service here does this yet: the civil status office of your municipality does."
        ),
        phrases=(
            "death", "died", "death certificate", "inheritance", "surm", "surmatunnistus",
            "pärand", "pärimine", "khai tử", "chứng tử", "thừa kế",
        ),
    ),
    Topic(
        kind=Kind.ABSENT,
        title=later("Taxes and tax return"),
        text=later("No service here does this yet: the tax authority does."),
        phrases=(
            "tax", "taxes", "tax return", "income tax", "maks", "maksud", "tuludeklaratsioon",
            "tulumaks", "tagastus", "thuế", "hoàn thuế", "kê khai thuế",
        ),
    ),
    Topic(
        kind=Kind.ABSENT,
        title=later("Unemployment"),
        text=later("No service here does this yet: the employment office does."),
        phrases=(
            "unemployment benefit", "unemployment", "unemployed", "lost job", "töötu",
            "töötuskindlustus", "töötutoetus", "thất nghiệp", "mất việc",
        ),
    ),
    Topic(
        kind=Kind.ABSENT,
        title=later("Pension"),
        text=later("No service here does this yet: the social insurance authority does."),
        phrases=("pension", "retirement", "retire", "vanaduspension", "lương hưu", "hưu trí"),
    ),
    Topic(
        kind=Kind.ABSENT,
        title=later("Founding a company"),
        text=later("No service here does this yet: the business register or a notary does."),
        phrases=(
            "company", "register company", "start business", "register business", "ettevõte",
            "ettevõtte asutamine", "firma", "osaühing", "thành lập công ty",
            "doanh nghiệp", "hộ kinh doanh",
        ),
    ),
    Topic(
        kind=Kind.ABSENT,
        title=later("Voting"),
        text=later("No service here does this yet: at an election, go to a polling place."),
        phrases=(
            "vote", "voting", "election", "elections", "valimised", "hääletamine", "bầu cử",
            "bỏ phiếu",
        ),
    ),
)  # fmt: skip
"""In the order in which they stand when several fit."""


def find_topics(
    asked: str, guides: Iterable[Mapping[str, Any]], texts: Texts
) -> tuple[list[dict[str, str]], str]:
    """The topics that the words name, and the words by which services are still looked for.

    Args:
        asked: As somebody typed it.
        guides: What services there are, in the language of the page.
        texts: In that language.
    """
    wanted = words_of(asked)
    offered = [words_of(line) for guide in guides for line in (guide["name"], *guide["words"])]
    found: list[dict[str, str]] = []
    taken: set[str] = set()
    for topic in TOPICS:
        phrase = max((p for p in topic.phrases if _said(p, wanted)), key=len, default="")
        if not phrase or (topic.kind is not Kind.PAGE and words_of(phrase) in offered):
            continue
        found.append(
            {
                "kind": topic.kind,
                "title": texts(topic.title),
                "text": texts(topic.text),
                "href": topic.href,
            }
        )
        taken |= {word for word in wanted if any(is_word(one, word) for one in words_of(phrase))}
    left = [word for word in wanted if word not in taken]
    enough = not found or any(len(word) >= SHORTEST_LEFT for word in left)
    return found, (" ".join(left) if found else asked) if enough else ""


def _said(phrase: str, wanted: Sequence[str]) -> bool:
    """Whether every word of a phrase was typed, as it is or with another ending."""
    if phrase.startswith("="):
        return list(wanted) == words_of(phrase)
    return all(any(is_word(one, word) for word in wanted) for one in words_of(phrase))
