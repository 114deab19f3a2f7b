"""The folder that a new service begins with: small, whole, and passing its own check.

Pure. It asks one question, has no rules and no needs, and an official decides: what follows is
added a file at a time. Its words are there in the languages of `LANGUAGES`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

from riik.services.errors import FolderRefused

__all__ = ["LANGUAGES", "begin_folder", "begin_from"]

LANGUAGES = ("en", "et", "vi")

_ID = re.compile(r"[a-z][a-z0-9-]{1,60}")

_TEXTS = {
    "When you want to ask us for something.": (
        "Kui soovid meilt midagi taotleda.",
        "Khi bạn muốn đề nghị chúng tôi giải quyết một việc.",
    ),
    "Anybody may ask.": ("Taotleda võib igaüks.", "Ai cũng có thể đề nghị."),
    "within 14 days": ("14 päeva jooksul", "trong vòng 14 ngày"),
    "at once after the decision": ("kohe pärast otsust", "ngay sau khi có quyết định"),
    "My answers are true.": ("Minu vastused on õiged.", "Tôi cam đoan câu trả lời là đúng."),
    "The law of this service": ("Selle teenuse seadus", "Luật của dịch vụ này"),
    "What do you ask for?": ("Mida soovid?", "Bạn đề nghị điều gì?"),
}


def begin_folder(name: str, *, languages: Sequence[str], today: date) -> dict[str, bytes]:
    """A new service's files by their path.

    Args:
        name: Its id in catalogues.
        languages: Some of `LANGUAGES`; the first is the law's.
        today: On which the guide was changed last.

    Raises:
        FolderRefused: For ``value``: no such id; for ``texts``: no words in a language.
    """
    _check_id(name)
    strange = sorted(set(languages) - set(LANGUAGES))
    if strange or not languages:
        known = ", ".join(LANGUAGES)
        raise FolderRefused(f"a new folder has words in {known}, not in {strange}", why="texts")
    files = {
        "service.toml": _service(name, languages, today),
        "form.json": _FORM,
        "cases/first.toml": f'today = "{today}"\nanswers = {{ wish = "A tree" }}\n\n[[case]]\n'
        'id = "an official decides"\noutcome = "official"\n',
    }
    for place, language in enumerate(LANGUAGES[1:]):
        if language in languages:
            entries = (
                f"msgid {json.dumps(text)}\nmsgstr {json.dumps(said[place], ensure_ascii=False)}\n"
                for text, said in _TEXTS.items()
            )
            files[f"locale/{language}.po"] = "".join(entries)
    return {name: text.encode() for name, text in files.items()}


def begin_from(files: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """A copy of another folder under an id of one's own, at version 0.1.

    Raises:
        FolderRefused: For ``value``.
    """
    _check_id(name)
    service = files["service.toml"].decode()
    service = re.sub(r'(?m)^id = ".*"$', f'id = "{name}"', service, count=1)
    service = re.sub(r'(?m)^version = ".*"$', 'version = "0.1"', service, count=1)
    return {**files, "service.toml": service.encode()}


def _check_id(name: str) -> None:
    if not _ID.fullmatch(name):
        raise FolderRefused(
            f"{name!r} is no id: small letters, digits and hyphens name the folder", why="value"
        )


def _service(name: str, languages: Sequence[str], today: date) -> str:
    names = ", ".join(f'{language} = "{name}"' for language in languages)
    words = ", ".join(f'{language} = ["{name}"]' for language in languages)
    return f"""\
# Replace names, law, words and the question; then `riik service check` until it is content.
id = "{name}"
version = "0.1"
owner = "authority"
law = ["LAW"]
level = "substantial"
deadline-days = 14
languages = {json.dumps(list(languages))}
names = {{ {names} }}

[guide]
changed = {today}
summary = "When you want to ask us for something."
for-whom = ["Anybody may ask."]
fill-minutes = 1
decide = "within 14 days"
deliver = "at once after the decision"
statement = "My answers are true."
events = ["home"]
words = {{ {words} }}
laws = [{{ id = "LAW", name = "The law of this service" }}]
"""


_FORM = """\
{"type": "object", "required": ["wish"], "additionalProperties": false,
 "properties": {"wish": {"title": "What do you ask for?", "type": "string", "maxLength": 300}},
 "x-pages": [{"id": "wish", "fields": ["wish"]}]}
"""
