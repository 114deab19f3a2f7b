"""`riik register check|publish|history`, as a register's owner uses them."""

import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.registers.folder.house import SCHEMA, TOML, schema

from riik.testing.pki import make_pki

NEXT = schema(depth={"type": "integer"})


@pytest.fixture
def boats(tmp_path):
    """The folder of a register, and its owner's seal beside it."""
    folder = tmp_path / "boats"
    for name, text in {**TOML, "record.json": json.dumps(SCHEMA, indent=1)}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def seal(tmp_path):
    from riik.runtime.clock import SystemClock

    credential = make_pki(at=SystemClock().now()).seal()
    private = credential.key.private
    (tmp_path / "seal.pem").write_bytes(
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (tmp_path / "seal.der").write_bytes(credential.certificate)
    return ("--key", tmp_path / "seal.pem", "--certificate", tmp_path / "seal.der")


def change(folder, name, old, new):
    source = (folder / name).read_text()
    assert old in source
    (folder / name).write_text(source.replace(old, new, 1))


def next_version(folder):
    change(folder, "register.toml", 'version = "1"', 'version = "2"')
    change(folder, "locale/en.toml", "[purposes]", 'depth = "Depth"\n[purposes]')
    (folder / "record.json").write_text(NEXT)


def test_a_register_is_published_and_its_history_told(riik, boats, seal):
    assert riik("register", "publish", boats, *seal).exit_code == 0
    next_version(boats)
    assert riik("register", "publish", boats, *seal).exit_code == 0
    rows = [json.loads(line) for line in
            riik("register", "history", "--json", boats).stdout.splitlines()]  # fmt: skip
    assert [(row["version"], bool(row["by"])) for row in rows] == [("1", True), ("2", True)]
    assert "field depth is new" in rows[1]["changed"]
    assert riik("register", "check", boats).exit_code == 0


def test_what_fails_its_check_is_not_published(riik, boats, seal):
    change(boats, "rights.toml", 'basis = "Ships Act"', 'basis = "Boats Act"')
    done = riik("register", "publish", boats, *seal)
    assert done.exit_code == 1
    assert "rights.toml:7" in done.stderr
    assert not (boats / "signature.jws").exists()


def test_what_fails_its_own_tests_is_not_published(riik, boats, seal):
    change(boats, "cases/rights.toml", 'expect = "fields"', 'expect = "client"')
    assert riik("register", "publish", boats, *seal).exit_code == 1
    assert not (boats / "published").exists()


def test_a_version_is_published_once(riik, boats, seal):
    riik("register", "publish", boats, *seal)
    change(boats, "rights.toml", "insurer", "insurance-fund")
    done = riik("register", "publish", boats, *seal)
    assert done.exit_code == 1
    assert "raise version" in done.stderr


def test_a_version_that_breaks_something_is_told_by_check(riik, boats, seal):
    riik("register", "publish", boats, *seal)
    change(boats, "register.toml", 'version = "1"', 'version = "2"')
    (boats / "record.json").write_text(schema(state={"enum": ["afloat"]}))
    done = riik("register", "check", boats)
    assert done.exit_code == 1
    assert "record.json:13: 'state' is narrower than in version 1" in done.stderr
    assert '[[change]] to = "2"' in done.stderr


def test_a_folder_that_was_changed_since_is_noted(riik, boats, seal):
    riik("register", "publish", boats, *seal)
    change(boats, "locale/en.toml", "Insurance", "Insurances")
    done = riik("register", "check", boats)
    assert done.exit_code == 0
    assert "changed after it was signed" in done.stderr


def test_a_key_that_is_none_publishes_nothing(riik, boats, tmp_path, seal):
    (tmp_path / "seal.pem").write_text("no key")
    assert riik("register", "publish", boats, *seal).exit_code == 1


def test_nobody_publishes_without_saying_with_which_seal(riik, boats):
    assert riik("register", "publish", boats).exit_code == 2


def test_a_register_that_was_never_published_has_no_history(riik, boats):
    done = riik("register", "history", boats)
    assert (done.exit_code, done.stdout) == (1, "")


def test_a_history_is_of_something(riik):
    assert riik("register", "history").exit_code == 2


def test_a_strange_seal_in_the_folder_is_to_be_corrected(riik, boats):
    (boats / "signature.jws").write_text("yes, signed")
    done = riik("register", "check", boats)
    assert done.exit_code == 1
    assert "doesn't hold" in done.stderr
