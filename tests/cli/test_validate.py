"""`riik validate`: verdicts, trust, exit status."""

import json
import shutil
from datetime import date

import pytest

from riik.documents import PaperStatement, token_of, write_statement
from riik.testing.pki import AT as NOW
from riik.testing.pki import make_pki
from riik.trust import Organisation, organisation_seal

TODAY = NOW.date()
AT = ("--at", "2026-06-01T13:00:00Z")


@pytest.fixture
def trust(signed):
    return (
        "--trusted-list",
        signed / "trusted-list.xml",
        "--signer",
        signed / "trusted-list-signer.pem",
    )


def test_a_signed_file_passes_and_says_who_and_when(riik, signed, trust):
    done = riik("validate", signed / "application.asice", *AT, *trust)
    assert done.exit_code == 0, done.output
    assert "application.asice: valid, ASiC-E" in done.stdout
    assert "verdict  TOTAL-PASSED" in done.stdout
    assert "(proved)" in done.stdout


def test_the_report_is_siva_s(riik, signed, trust):
    done = riik("validate", signed / "application.asice", "--json", *AT, *trust)
    conclusion = json.loads(done.stdout)["validationReport"]["validationConclusion"]
    assert conclusion["signatures"][0]["indication"] == "TOTAL-PASSED"
    assert conclusion["validatedDocument"]["filename"] == "application.asice"


def test_certificates_can_be_trusted_instead_of_a_list(riik, signed):
    anchors = [word for n in ("ca", "tsa", "ocsp") for word in ("--anchors", signed / f"{n}.der")]
    assert riik("validate", signed / "application.asice", *AT, *anchors).exit_code == 0


def test_what_does_not_hold_ends_with_1(riik, signed, trust):
    done = riik("validate", signed / "changed.asice", *AT, *trust)
    assert done.exit_code == 1
    assert "NOT VALID" in done.stdout
    assert done.stderr.endswith("1 of 1 files did not pass.\n")


def test_a_sealed_letter_passes_and_says_who_and_that_it_is_whole(riik, signed, trust):
    done = riik("validate", signed / "signed.pdf", *AT, *trust)
    assert done.exit_code == 0, done.output
    assert "signed.pdf: valid, PAdES" in done.stdout
    assert "who      Transpordiamet" in done.stdout
    assert "what     the whole document" in done.stdout


@pytest.mark.parametrize(
    ("name", "said"), [("decision.pdf", "nobody signed it"), ("cut.pdf", "read safely")]
)
def test_a_letter_without_a_whole_seal_is_not_valid(riik, signed, trust, name, said):
    done = riik("validate", signed / name, *AT, *trust)
    assert done.exit_code == 1
    assert f"{name}: NOT VALID" in done.stdout
    assert said in done.stdout


@pytest.mark.parametrize("name", ["notes.txt", "trusted-list-signer.pem"])
def test_what_nobody_reads_here_is_neither_good_nor_bad_and_does_not_pass(
    riik, signed, trust, name
):
    done = riik("validate", signed / name, *AT, *trust)
    assert done.exit_code == 1
    assert f"{name}: NOT CHECKED" in done.stdout
    assert "verdict  INDETERMINATE, GENERIC" in done.stdout
    assert "VALID," not in done.stdout
    assert "who " not in done.stdout
    assert done.stderr.endswith("1 of 1 files did not pass.\n")


@pytest.mark.parametrize("name", ["changed.asice", "notes.txt"])
def test_a_machine_gets_json_for_what_does_not_hold(riik, signed, trust, name):
    assert json.loads(riik("validate", signed / name, "--json", *AT, *trust).stdout)


def test_one_bad_file_does_not_stop_the_others(riik, signed, trust):
    names = [signed / "changed.asice", signed / "notes.txt", signed / "application.asice"]
    done = riik("validate", *names, *AT, *trust)
    assert "application.asice: valid" in done.stdout
    assert "2 of 3 files did not pass." in done.stderr


REFUSED = [
    ("a list sealed by another", ["--signer", "stranger.pem", "--trusted-list", "trusted-list.xml"], "trust.list-refused"),
    ("a list without its seal's key", ["--trusted-list", "trusted-list.xml"], "no-signer"),
    ("a list that is none", ["--signer", "stranger.pem", "--trusted-list", "notes.txt"], "trust."),
    ("a certificate that is none", ["--anchors", "notes.txt"], "certificate"),
    ("nothing to trust", [], "no-trust"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "why"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_trust_that_is_not_there_is_refused_in_a_line(
    riik, signed, words, why, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    places = [word if word.startswith("--") else signed / word for word in words]
    done = riik("validate", signed / "application.asice", *AT, *places)
    assert done.exit_code == 1
    assert why in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_demonstration_s_list_is_found_and_named(riik, signed, tmp_path, monkeypatch):
    folder = tmp_path / "demo-out"
    folder.mkdir()
    for name in ("trusted-list.xml", "trusted-list-signer.pem"):
        shutil.copy(signed / name, folder)
    monkeypatch.chdir(tmp_path)
    done = riik("validate", signed / "application.asice", *AT)
    assert done.exit_code == 0, done.output
    assert "a demonstration, it binds nobody" in done.stderr


def test_a_list_beside_the_document_is_not_trusted(riik, signed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert riik("validate", signed / "application.asice", *AT).exit_code == 1


def test_a_list_that_has_run_out_is_refused(riik, signed, trust):
    done = riik("validate", signed / "application.asice", "--at", "2030-01-01T00:00:00Z", *trust)
    assert "outdated" in done.stderr


def test_a_day_to_come_is_judged_by_the_list_of_today(riik, signed):
    trust = ["--trusted-list", signed / "list-of-today.xml"]
    trust += ["--signer", signed / "trusted-list-signer.pem"]
    done = riik("validate", signed / "application.asice", "--at", "2066-11-30T00:00:00Z", *trust)
    assert done.exit_code == 0, done.output
    assert "not known yet: judging by the list as it stands today" in done.stderr
    changed = riik("validate", signed / "changed.asice", "--at", "2066-11-30T00:00:00Z", *trust)
    assert changed.exit_code == 1


def test_of_a_day_that_was_no_word_about_the_list_of_today(riik, signed, trust):
    done = riik("validate", signed / "application.asice", *AT, *trust)
    assert "not known yet" not in done.stderr


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    """Text of a QR code by a claimed issuer, its seal's certificate, and the country's CA."""
    folder, pki = tmp_path_factory.mktemp("paper"), make_pki()
    seal = pki.issue(organisation_seal(Organisation(country="EE", name="A", code="70001490")))
    (folder / "seal.der").write_bytes(seal.certificate)
    for name, one in (("ca", pki), ("other", make_pki())):
        for number, anchor in enumerate(one.anchors):
            (folder / f"{name}-{number}.der").write_bytes(anchor.certificate)

    def said(issuer="EE-DEMO/GOV/70001490", day=TODAY):
        statement = PaperStatement(
            issuer=issuer, token=token_of(b"0" * 16), kind="decision", day=day, digest=b"d" * 32
        )
        return write_statement(statement, signer=seal.key)

    return folder, said


def _anchors_of(folder, name):
    return [word for one in sorted(folder.glob(f"{name}-*.der")) for word in ("--anchors", one)]


def test_a_paper_holds_by_its_issuer_s_seal_and_its_chain(riik, paper):
    folder, said = paper
    words = ("validate", "--qr", said(), "--signer", folder / "seal.der", "--json")
    alone, chained = riik(*words), riik(*words, *_anchors_of(folder, "ca"))
    assert (alone.exit_code, json.loads(alone.stdout)["chain"]) == (0, "not looked at")
    assert (chained.exit_code, json.loads(chained.stdout)["chain"]) == (0, "holds")


@pytest.mark.parametrize(
    ("claims", "anchors", "why"),
    [
        ({"issuer": "EE-DEMO/GOV/70001053"}, "", "issuer"),
        ({"issuer": "70001490/GOV/1"}, "", "issuer"),
        ({}, "other", "no-certificate-chain-found"),
        ({"day": date(1999, 1, 1)}, "ca", "not-yet-valid"),
    ],
)
def test_a_paper_of_another_issuer_chain_or_time_does_not(riik, paper, claims, anchors, why):
    folder, said = paper
    more = _anchors_of(folder, anchors) if anchors else ()
    done = riik("validate", "--qr", said(**claims), "--signer", folder / "seal.der", *more)
    assert done.exit_code == 1
    assert f"({why})" in done.stdout
