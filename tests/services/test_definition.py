import json
from pathlib import Path

import pytest

import riik
from riik.core import Refused
from riik.services import FolderRefused, read_service

SOURCE = Path(riik.__file__).parent
STANDARD = (SOURCE / "services" / "standard.bpmn").read_bytes()
CATALOGUE = SOURCE / "catalogue" / "services"


def folder(name):
    root = CATALOGUE / name
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("name", sorted(path.name for path in CATALOGUE.iterdir()))
def test_every_service_of_the_catalogue_can_run(name):
    definition = read_service(folder(name), standard=STANDARD)
    assert definition.id == name
    assert {"et", "vi", "en"} <= set(definition.names)


def form(change):
    files = folder("driving-course")
    source = json.loads(files["form.json"])
    change(source)
    return {**files, "form.json": json.dumps(source).encode()}


def service(old, new):
    files = folder("driving-course")
    assert old in files["service.toml"].decode()
    return {**files, "service.toml": files["service.toml"].decode().replace(old, new).encode()}


def appeal(days):
    files = folder("driving-licence")
    stated = files["service.toml"].replace(b"[letter]", f"[letter]\nappeal-days = {days}".encode())
    return {**files, "service.toml": stated}


WRONG = [
    ("an unknown key is told with the nearest", lambda: service("deadline-days", "dedline-days"), "unknown-key"),
    ("a level that isn't one", lambda: service('"substantial"', '"certain"'), "value"),
    ("a decision that isn't there", lambda: service('"Proposal"', '"Verdict"'), "decision"),
    ("a file with no place", lambda: {**folder("driving-course"), "hook.py": b"import os"}, "file"),
    ("no form", lambda: {k: v for k, v in folder("driving-course").items() if k != "form.json"}, "file"),
    ("a question on no page", lambda: form(lambda f: f["properties"].update(x={"type": "string"})), "pages"),
    ("a page with an unknown key", lambda: form(lambda f: f["x-pages"][0].update(script="1")), "pages"),
    ("a form that nests without end", lambda: {**folder("driving-course"), "form.json": b'{"a":' + b"[" * 100_000}, "schema"),
    ("a schema from elsewhere", lambda: form(lambda f: f["properties"].update(category={"$ref": "http://x"})), "schema"),
    ("a schema that is none", lambda: form(lambda f: f["properties"]["category"].update(type="strng")), "schema"),
    ("an untranslated question", lambda: form(lambda f: f["properties"]["category"].update(title="New?")), "texts"),
    ("a fact that nobody asks for", lambda: form(lambda f: f["properties"]["category"].update({"x-facts": ["person.email"]})), "schema"),
    ("an untranslated sentence for a wrong answer", lambda: form(lambda f: f["properties"]["category"].update({"x-error": "Think again"})), "texts"),
    ("an operation nobody has", lambda: {**folder("driving-course"), "process.bpmn": folder("driving-course")["process.bpmn"].replace(b'"record"', b'"run-shell"')}, "process"),
    ("no day to appeal on", lambda: appeal("0"), "letter"),
    ("an appeal without an end", lambda: appeal("367"), "letter"),
    ("half a day to appeal on", lambda: appeal("0.5"), "value"),
    ("too large", lambda: {**folder("driving-course"), "letters/x": b"x" * 6_000_000}, "size"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_folder_that_cant_run_is_refused(files, why):
    with pytest.raises(Refused) as refused:
        read_service(files(), standard=STANDARD)
    assert refused.value.why == why


def test_the_digest_changes_with_any_file():
    files = folder("driving-course")
    first = read_service(files, standard=STANDARD).digest
    files["locale/en.po"] += b"\n# changed\n"
    assert read_service(files, standard=STANDARD).digest != first


def test_folder_refused_is_a_refusal_with_a_code():
    assert FolderRefused.code == "services.folder-refused"
