"""The bank's words: complete in three languages; amounts and days as each country writes them."""

import json
import re
import time
from pathlib import Path

import pytest

from riik.demo.banksite import load_example

FOLDER = Path(load_example().__file__).parent
CALL = re.compile(r"""(?:\b_|words)\(\s*(?:"([^"]*)"|'([^']*)')""")
NO_BREAK = "\N{NO-BREAK SPACE}"


def said():
    """Every sentence of templates and code."""
    from bank.frame import PROBLEMS, SENTENCES

    sources = [*FOLDER.glob("templates/*.html"), *FOLDER.glob("*.py")]
    found = {
        one or other for path in sources for one, other in CALL.findall(path.read_text("utf-8"))
    }
    return found | set(SENTENCES.values()) | {text for pair in PROBLEMS.values() for text in pair}


def catalogue(language):
    return json.loads((FOLDER / "locale" / f"{language}.json").read_text("utf-8"))


@pytest.mark.parametrize("language", ["et", "vi"])
def test_no_sentence_is_missing_and_none_is_left_over(language):
    assert set(catalogue(language)) == said()


@pytest.mark.parametrize("language", ["et", "vi"])
def test_a_translation_has_the_same_names_to_fill(language):
    for english, translated in catalogue(language).items():
        names = re.findall(r"{\w+}", english)
        assert sorted(re.findall(r"{\w+}", translated)) == sorted(names), english


@pytest.mark.parametrize(
    ("language", "amount", "currency", "written"),
    [
        ("et", "23.00", "EUR", "23,00_€"),
        ("en", "1234.56", "EUR", "1,234.56_€"),
        ("vi", "1234567", "VND", "1.234.567_₫"),
        ("et", "-23.00", "EUR", "\N{MINUS SIGN}23,00_€"),
    ],
)
def test_an_amount_is_written_as_people_write_it(language, amount, currency, written):
    from bank.words import Words

    assert Words(language, "UTC").money(amount, currency) == written.replace("_", NO_BREAK)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("EE471000001020145685", "EE47 1000 0010 2014 5685"),
        ("VN7399010200000000001018", "0102 0000 0000 0010 18"),
        ("", ""),
    ],
)
def test_an_account_is_written_as_its_country_does(number, written):
    from bank.words import Words

    assert Words("vi", "UTC").account(number) == written


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("et", "3. november 2026, 01:05"),
        ("vi", "3 tháng 11, 2026, 01:05"),
        ("en", "3 November 2026, 01:05"),
    ],
)
def test_a_time_is_the_country_s_own(language, written):
    from bank.words import Words

    assert Words(language, "Europe/Tallinn").moment("2026-11-02T23:05:00Z") == written


@pytest.mark.parametrize(
    ("wanted", "kept", "accepted", "chosen"),
    [
        ("vi", "et", "en", "vi"),
        ("xx", "et", "en", "et"),
        ("", "", "fr, vi;q=0.5, en;q=0.7", "en"),
        ("", "", "vi-VN,vi;q=0.9", "vi"),
        ("", "", "*;q=0.1, <b>", "et"),
        ("../../x", "\0", "", "et"),
    ],
)
def test_the_language_that_was_asked_for_comes_first(wanted, kept, accepted, chosen):
    from bank.words import choose_language

    assert choose_language(wanted, kept, accepted, "et") == chosen


def test_what_is_kept_ends_and_nobody_reads_a_secret_out_of_the_file(tmp_path):
    from bank.kept import Kept

    kept = Kept(tmp_path / "site.db")
    kept.put("secret-of-a-browser", {"who": "Mari", "sid": "s1", "begun": {}}, seconds=60)
    kept.put("another", {"who": "Jaan"}, seconds=0.01)
    time.sleep(0.02)
    assert kept.get("secret-of-a-browser")["who"] == "Mari"
    assert kept.get("another") == kept.get("guessed") == {}
    assert b"secret-of-a-browser" not in (tmp_path / "site.db").read_bytes()
    assert [told["who"] for told in kept.end("s1")] == ["Mari"]
    assert kept.get("secret-of-a-browser") == {"begun": {}}
    assert kept.end("s1") == []
    kept.close()
