"""A register of boats, as small as a folder may be, and its next versions."""

import json

from riik.registers import draft_register

SCHEMA = {
    "type": "object",
    "properties": {
        "number": {"type": "string", "maxLength": 20, "x-index": True},
        "length": {"type": "integer", "minimum": 1},
        "state": {"enum": ["afloat", "sunk"]},
        "note": {"type": "string", "maxLength": 10},
    },
    "required": ["number", "state"],
    "additionalProperties": False,
}
TOML = {
    "register.toml": """
id = "boats"
version = "1"
owner = "transport"
subject = "person"
records = "many"
languages = ["en"]
names = { en = "Boats" }
[[law]]
id = "Ships Act"
names = { en = "Ships Act" }
articles = ["3"]
[retention]
years-after-close = 10
ground = "Ships Act"
""",
    "offers.toml": """
[[read]]
id = "boat"
names = { en = "A boat" }
fields = ["number", "length", "state", "note"]
records = "all"
look-up = ["number"]
[[change]]
id = "enter"
kind = "open"
names = { en = "Entry" }
fields = ["number", "length", "state", "note"]
[[change]]
id = "correction"
kind = "correct"
names = { en = "Correction" }
fields = ["length", "state"]
""",
    "rights.toml": """
[[right]]
client = { role = "transport" }
action = "read"
offers = ["boat"]
purpose = "register-keeping"
legal-basis = "Ships Act"
fields = ["number", "length", "state", "note"]
statement = "not-needed"
[[right]]
client = { role = "transport" }
action = "change"
offers = ["enter"]
purpose = "register-keeping"
legal-basis = "Ships Act"
fields = ["number", "length", "state", "note"]
statement = "not-needed"
[[right]]
client = { role = "transport" }
action = "correct"
offers = ["correction"]
purpose = "register-keeping"
legal-basis = "Ships Act"
fields = ["length", "state"]
statement = "not-needed"
[[right]]
client = { role = "insurer" }
action = "read"
offers = ["boat"]
purpose = "insurance"
legal-basis = "Ships Act"
fields = ["number", "state"]
statement = "not-needed"
""",
    "locale/en.toml": """
[fields]
number = "Number"
length = "Length"
state = "State"
note = "Note"
[purposes]
register-keeping = "Keeping the register"
insurance = "Insurance"
[values]
"state.afloat" = "afloat"
"state.sunk" = "sunk"
""",
    "cases/rights.toml": """
[[case]]
id = "an insurer sees whether a boat floats"
client = { role = "insurer" }
offer = "boat"
purpose = "insurance"
legal-basis = "Ships Act"
given = ["number", "state"]
expect = "ok"
[[case]]
id = "an insurer may not read notes"
client = { role = "insurer" }
offer = "boat"
purpose = "insurance"
legal-basis = "Ships Act"
fields = ["note"]
expect = "fields"
""",
}


def boats(**files):
    """The folder, with other files instead or besides."""
    return files_of(TOML, SCHEMA, **files)


def files_of(texts, record, **others):
    """The files of a register's folder.

    Of ``others`` a name with ``_`` for ``.`` or ``/`` replaces a file or adds one; None leaves it out.
    """
    made = {**texts, "record.json": json.dumps(record, indent=1)}
    for name, content in others.items():
        whole = name.replace("locale_", "locale/").replace("cases_", "cases/")
        made[f"{whole.rpartition('_')[0]}.{whole.rpartition('_')[2]}"] = content
    return {
        name: content if isinstance(content, bytes) else content.encode()
        for name, content in made.items()
        if content is not None
    }


def text(name, *pairs):
    """A file of the folder with pieces exchanged."""
    found = TOML.get(name) or json.dumps(SCHEMA, indent=1)
    for old, new in pairs:
        assert old in found, (name, old)
        found = found.replace(old, new, 1)
    return found


def schema(required=None, **fields):
    """The record's schema with fields exchanged, added, or (None) left out."""
    properties = {**SCHEMA["properties"], **fields}
    kept = {name: one for name, one in properties.items() if one is not None}
    return json.dumps(
        {**SCHEMA, "properties": kept, "required": required or SCHEMA["required"]}, indent=1
    )


def version(number, **files):
    """The folder as its next version."""
    return boats(
        register_toml=text("register.toml", ('version = "1"', f'version = "{number}"')), **files
    )


def draft(files):
    return draft_register(files)
