"""What people look for that is no service here: they are told where it is, and misled by nothing."""

import pytest

from riik.portal.citizen.front.topics import TOPICS, Kind, find_topics
from riik.portal.design.texts import LANGUAGES, read_texts

GUIDES = [{"name": "Getting married", "words": ["marry", "marriage", "wedding"]}]
TEXTS = {code: read_texts("riik.portal.citizen", language=code) for code in LANGUAGES}


def found(asked, language="en", guides=GUIDES):
    topics, left = find_topics(asked, guides, TEXTS[language])
    return [one["title"] for one in topics], left


FINDS = [
    ("divorce", "en", "Divorce", ""),
    ("Lahutus", "et", "Abielulahutus", ""),
    ("ly hôn", "vi", "Ly hôn", ""),
    ("ly hon", "vi", "Ly hôn", ""),
    ("khai sinh", "vi", "Khai sinh", ""),
    ("tax return", "en", "Taxes and tax return", ""),
    ("tuludeklaratsiooni", "et", "Maksud ja tuludeklaratsioon", ""),
    ("who looked at my data", "en", "Who looked at my data", ""),
    ("kes vaatas", "et", "Kes minu andmeid vaatas", ""),
    ("my documents", "en", "My documents", ""),
    ("inbox", "en", "Inbox", ""),
    ("act for my child", "en", "For whom you may act", "my child"),
    ("hộ chiếu", "vi", "Hộ chiếu hoặc thẻ căn cước", ""),
    ("pass", "et", "Pass või isikutunnistus", ""),
]


@pytest.mark.parametrize(("asked", "language", "title", "left"), FINDS, ids=[f[0] for f in FINDS])
def test_it_is_found_and_its_words_look_for_no_service(asked, language, title, left):
    titles, rest = found(asked, language)
    assert (titles[0], rest) == (title, left)


NOT = [
    "", "marriage", "driving licence", "pass the driving test", "bằng lái xe", "chuyển nhà",
    "lapsetoetus", "sinh con", "kết hôn", "I lost my licence", "doctor", "<script>", "new job",
]  # fmt: skip


@pytest.mark.parametrize("asked", NOT)
def test_what_is_a_service_is_no_topic(asked):
    assert found(asked) == ([], asked)


def test_what_somebody_offers_is_not_called_missing():
    offered = [{"name": "Divorce by agreement", "words": ["divorce"]}]
    assert found("divorce", guides=offered) == ([], "divorce")


@pytest.mark.parametrize("topic", TOPICS, ids=[topic.title for topic in TOPICS])
def test_a_topic_leads_to_a_page_or_says_where_to_go(topic):
    assert bool(topic.href) is (topic.kind is Kind.PAGE)
