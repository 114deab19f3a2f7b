"""A folder that its owner sealed: what holds, and everything that doesn't."""

from datetime import timedelta
from pathlib import Path

import pytest

import riik
from riik.core import Refused
from riik.formats.folders import admit_folder, seal_folder, verify_folder
from riik.services import adopt_folder, read_service
from riik.testing.pki import AT, make_pki

SOURCE = Path(riik.__file__).parent
STANDARD = (SOURCE / "services" / "standard.bpmn").read_bytes()
ROOT = SOURCE / "catalogue" / "services" / "driving-course"
PKI = make_pki()
OWNER, STRANGER = PKI.seal(), PKI.seal()


def files():
    return {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in ROOT.rglob("*")
        if path.is_file()
    }


def sealed(one=OWNER, at=AT):
    return seal_folder(files(), signer=one.key, certificate=one.certificate, at=at)


def test_a_seal_holds_and_leaves_the_digest_as_it_was():
    found = verify_folder(sealed(), signers=[OWNER.certificate])
    assert (found.at, found.certificate) == (AT, OWNER.certificate)
    assert read_service(sealed(), standard=STANDARD).digest == found.digest
    assert read_service(files(), standard=STANDARD).digest == found.digest


def test_who_signs_again_replaces_the_signature():
    again = seal_folder(sealed(), signer=STRANGER.key, certificate=STRANGER.certificate, at=AT)
    assert verify_folder(again, signers=[STRANGER.certificate]).certificate == STRANGER.certificate


def swap(old, new):
    return {**sealed(), "rules.dmn": sealed()["rules.dmn"].replace(old, new, 1)}


def spoiled():
    token = sealed()["signature.jws"].strip()
    head, body, value = token.split(b".")
    return {**sealed(), "signature.jws": b".".join([head, body, value[::-1]])}


WRONG = [
    ("nobody signed", files, "unsigned"),
    ("one character of the rules", lambda: swap(b"186", b"187"), "changed"),
    ("one space", lambda: swap(b"\n", b" \n"), "changed"),
    ("a file more", lambda: {**sealed(), "letters/x.typ": b"x"}, "changed"),
    ("a file less", lambda: {k: v for k, v in sealed().items() if k != "cases/age.toml"}, "changed"),
    ("a file by another name", lambda: {("locale/ru.po" if k == "locale/en.po" else k): v for k, v in sealed().items()}, "changed"),
    ("a stranger", lambda: sealed(STRANGER), "signer"),
    ("a signature that doesn't hold", spoiled, "signature"),
    ("a signature that is none", lambda: {**files(), "signature.jws": b"yes, signed"}, "signature"),
    ("bytes", lambda: {**files(), "signature.jws": b"\xff\xfe"}, "signature"),
    ("an empty one", lambda: {**files(), "signature.jws": b""}, "signature"),
]  # fmt: skip


@pytest.mark.parametrize(("folder", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_whatever_its_owner_did_not_seal_is_refused(folder, why):
    with pytest.raises(Refused) as refused:
        verify_folder(folder(), signers=[OWNER.certificate])
    assert refused.value.why == why


def test_nobody_signs_with_anothers_certificate_or_after_its_time():
    for certificate, at in (
        (STRANGER.certificate, AT),
        (OWNER.certificate, AT + timedelta(days=9999)),
        (OWNER.certificate, AT - timedelta(days=9999)),
    ):
        with pytest.raises(Refused) as refused:
            seal_folder(files(), signer=OWNER.key, certificate=certificate, at=at)
        assert refused.value.why == "signer"


def test_an_adopted_folder_has_a_new_owner_and_keeps_where_it_came_from():
    theirs = sealed()
    mine = adopt_folder(theirs, signers=[OWNER.certificate], owner="academy")
    assert read_service(mine, standard=STANDARD).owner == "academy"
    assert "signature.jws" not in mine
    assert mine["origin/1.jws"] == theirs["signature.jws"]
    resealed = seal_folder(mine, signer=STRANGER.key, certificate=STRANGER.certificate, at=AT)
    third = adopt_folder(resealed, signers=[STRANGER.certificate], owner="college")
    assert {"origin/1.jws", "origin/2.jws"} <= set(third)


@pytest.mark.parametrize(
    ("folder", "owner", "why"),
    [
        (files, "academy", "unsigned"),
        (lambda: swap(b"186", b"187"), "academy", "changed"),
        (lambda: sealed(STRANGER), "academy", "signer"),
        (sealed, 'x"\nid = "y', "value"),
    ],
    ids=["unsigned", "changed", "a stranger's", "an owner that is more than a role"],
)
def test_what_cant_be_trusted_is_not_adopted(folder, owner, why):
    with pytest.raises(Refused) as refused:
        adopt_folder(folder(), signers=[OWNER.certificate], owner=owner)
    assert refused.value.why == why


def test_a_node_takes_unsigned_folders_only_where_it_is_told_to():
    admit_folder(files(), unsigned=True, signers=lambda: [OWNER.certificate])
    admit_folder(sealed(), unsigned=False, signers=lambda: [OWNER.certificate])
    with pytest.raises(Refused) as refused:
        admit_folder(files(), unsigned=False, signers=lambda: [OWNER.certificate])
    assert refused.value.why == "unsigned"


@pytest.mark.parametrize("unsigned", [True, False])
def test_a_changed_folder_runs_nowhere_not_even_where_none_need_be_signed(unsigned):
    with pytest.raises(Refused) as refused:
        admit_folder(swap(b"186", b"187"), unsigned=unsigned, signers=lambda: [OWNER.certificate])
    assert refused.value.why == "changed"
