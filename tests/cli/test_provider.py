"""`riik provider`: begin, agree, be granted, and what can't be granted; a sandbox that breaks."""

import tomllib
from importlib.resources import files
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from riik.cli import main
from riik.demo.country import read_country
from riik.demo.joining.agreement import Wish, granted
from riik.demo.joining.provider import ProviderRefused
from riik.formats.jose import sign
from riik.registers import load_register
from riik.runtime.keys import FileSigner

REGISTERS = Path(str(files("riik").joinpath("catalogue/registers")))


def riik(*arguments):
    return CliRunner().invoke(main, ["provider", *map(str, arguments)])


@pytest.fixture
def yard(tmp_path):
    """A second driving school, which teaches as the first one does."""
    made = riik("new", tmp_path / "yard", "--name", "Harbour Yard", "--from", "driving-course")
    assert made.exit_code == 0
    return tmp_path / "yard"


def changed(folder, file, old, new):
    path = folder / file
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def refused(found):
    """The reason by which a command was refused; what it wrote is beside the point."""
    assert found.exit_code != 0
    return f"{found.output}{found.exception or ''}"


def test_a_provider_that_begins_asks_nobody_for_anything(tmp_path):
    assert riik("new", tmp_path / "tutor", "--name", "Tutors").exit_code == 0
    assert "Nothing is asked" in riik("agreement", tmp_path / "tutor").output


def test_a_folder_that_holds_something_is_left_alone(yard):
    assert "not empty" in refused(riik("new", yard, "--name", "Another"))


TAKEN = [
    ("a member's", 'role = "yard"', 'role = "bank"', "role already"),
    ("the portal's", 'role = "yard"', 'role = "portal"', "role already"),
    ("another country's", 'role = "yard"', 'role = "commune"', "role already"),
    ("one that only rights name", 'role = "yard"', 'role = "RIGHTS"', "role already"),
    ("a member's code", 'code = "10009006"', 'code = "CODE"', "member's code"),
]  # fmt: skip


def named_in_rights_only():
    """A role to which a register gives rights, and that is no member's."""
    members = {one for name in ("ee", "vn") for one in read_country(name).members}
    for path in REGISTERS.glob("*/rights.toml"):
        for right in tomllib.loads(path.read_text("utf-8"))["right"]:
            role = right["client"].get("role", "")
            if role and role not in members:
                return role
    return "bank"


@pytest.mark.parametrize(
    ("old", "new", "said"), [one[1:] for one in TAKEN], ids=[one[0] for one in TAKEN]
)
def test_whose_name_or_code_is_somebody_s_already_does_not_join(yard, old, new, said):
    members = read_country("ee").members
    new = new.replace("RIGHTS", named_in_rights_only()).replace("CODE", members["bank"].id.code)
    new = new.replace("commune", next(one for one in read_country("vn").members))
    changed(yard, "provider.toml", old, new)
    for command in (["agreement", yard], ["sandbox", yard, "--once"]):
        assert said in refused(riik(*command))


def test_a_provider_does_not_begin_under_a_member_s_name(tmp_path):
    assert "role already" in refused(riik("new", tmp_path / "bank", "--name", "Bank"))
    assert not (tmp_path / "bank").exists()


def test_the_agreement_asks_what_the_services_name_and_nothing_else(yard):
    asked = riik("agreement", yard).output
    assert asked.count("[[right]]") == 2
    assert 'fields = ["given_names", "family_name", "birth_date"]\nstatement = "required"' in asked
    assert "residence" not in asked


def test_a_keeper_who_agrees_gives_these_rights_and_unseals_its_folder(yard, tmp_path):
    register = tmp_path / "population"
    copytree(REGISTERS / "population", register)
    (register / "signature.jws").write_text("old")
    assert riik("grant", yard, register).exit_code == 0
    rights = (register / "rights.toml").read_text("utf-8")
    assert rights.count('role = "yard"') == 1
    assert not (register / "signature.jws").exists()


def test_a_keeper_of_whom_nothing_is_asked_gives_nothing(yard, tmp_path):
    register = tmp_path / "vehicles"
    copytree(REGISTERS / "vehicles", register)
    assert "nothing is asked" in refused(riik("grant", yard, register))


PURPOSES = [
    'x"\nstatement = "not-needed"\n[[right]]\nclient = { role = "yard" }\naction = "change',
    "driving training", "x\n", "x'", "", "X",
]  # fmt: skip


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_purpose_writes_no_rights_of_its_own(purpose):
    folder = REGISTERS / "population"
    kept = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    definition = load_register(kept)
    offer = next(iter(definition.reads.values()))
    wish = Wish(
        register="population", role="yard", action="read", offer=offer.id, fields=offer.fields[:1],
        purpose=purpose, legal_basis=definition.laws[0].id, names={},
    )  # fmt: skip
    with pytest.raises(ProviderRefused) as refused:
        granted(kept, [wish], register=definition)
    assert refused.value.why == "purpose"


BENT = [
    ("another's service", "services/yard-service/service.toml", 'owner = "yard"', 'owner = "school"', "belongs to"),
    ("an authority", "provider.toml", 'class = "COM"', 'class = "GOV"', "join by law"),
    ("no code", "provider.toml", 'code = "10009006"', 'code = "one"', "business register"),
    ("an unknown key", "provider.toml", "account =", "acount =", "acount"),
]  # fmt: skip


@pytest.mark.parametrize("bent", [b[1:] for b in BENT], ids=[b[0] for b in BENT])
def test_a_folder_that_can_not_join_is_told_why(yard, bent):
    file, old, new, words = bent
    changed(yard, file, old, new)
    assert words in refused(riik("agreement", yard))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('legal-basis = "Liiklusseadus"', 'legal-basis = "Koduseadus"', "knows no 'Koduseadus'"),
        ('service = "person"', 'service = "everyone"', "not 'everyone'"),
        ('"birth_date"]', '"birth_date", "shoe_size"]', "has no 'shoe_size'"),
    ],
    ids=["a law", "a question", "a field"],
)
def test_what_a_register_does_not_have_can_not_be_granted(yard, tmp_path, old, new, words):
    changed(yard, "services/yard-service/needs.toml", old, new)
    register = tmp_path / "population"
    copytree(REGISTERS / "population", register)
    assert words in refused(riik("grant", yard, register))


def test_who_asks_a_price_says_where_it_goes(tmp_path):
    folder = tmp_path / "medic"
    riik("new", folder, "--name", "Second Clinic", "--from", "medical-certificate")
    assert riik("agreement", folder).exit_code == 0
    changed(folder, "provider.toml", 'account = "EE597700000001041003"', 'account = ""')
    assert "to which account" in refused(riik("agreement", folder))


def test_decisions_under_no_seal_are_refused(tmp_path):
    signer = FileSigner(generate_private_key(SECP256R1()))
    path = tmp_path / "decisions.jws"
    path.write_text(sign(b'{"number":1}', signer=signer))
    assert "no certificate" in refused(riik("decisions", path))


@pytest.mark.full
def test_a_provider_lives_falls_silent_and_is_back_in_its_sandbox(yard, tmp_path):
    state = ["--state", tmp_path / "state", "--listen", 1]
    done = riik("sandbox", yard, "--once", "--outage", "--as", "jaan", *state)
    assert done.exit_code == 0, done.output
    assert "The case is granted." in done.output
    assert "decision 2: EE-DEMO/COM/10009006/services offered-again" in done.output
