"""The card's client against the demonstration card: PINs, tries, keys, and cards that misbehave."""

import json
from hashlib import sha384

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import load_der_public_key
from tests.corpora import corpora

from riik.demo.card import CardState, DemonstrationCard
from riik.identity import CardRefused, CardSilent
from riik.identity.device import EstEidCard, Pin
from riik.testing.cards import bound_card, new_card

DIGEST = sha384(b"what is signed").digest()


@pytest.fixture
def inserted(trust_centre):
    return bound_card(trust_centre)


@pytest.fixture
def card(inserted):
    return EstEidCard(inserted.transmit)


def holds(key, signature):
    r, s = (int.from_bytes(half, "big") for half in (signature[:48], signature[48:]))
    public = load_der_public_key(key)
    public.verify(encode_dss_signature(r, s), DIGEST, ec.ECDSA(Prehashed(SHA384())))
    return True


def refused(action, why, tries=None):
    with pytest.raises(CardRefused) as caught:
        action()
    assert (caught.value.why, caught.value.tries) == (why, tries)


def test_a_card_tells_its_holder_without_a_pin(card):
    person = card.personal_data()
    assert (person.surname, person.given_names, person.code) == (
        "JÕEORG",
        "JAAK-KRISTJAN",
        "38001085718",
    )
    assert (str(person.birth_date), person.birth_place) == ("1980-01-08", "EST")
    assert card.document_number() == person.document_number == "AS0012345"


def test_certificates_are_read_whole(card, inserted):
    assert card.authentication_certificate() == inserted.state.authentication_certificate
    assert card.signature_certificate() == inserted.state.signature_certificate


def test_each_pin_opens_its_own_key(card, inserted):
    authentication, signature = inserted.state.public_keys()
    assert holds(authentication, card.authenticate(DIGEST, pin="1234"))
    assert holds(signature, card.sign(DIGEST, pin="12345"))


def test_pin1_is_wrong_thrice_and_blocked(card):
    refused(lambda: card.authenticate(DIGEST, pin="0000"), "pin-wrong", 2)
    refused(lambda: card.verify_pin(Pin.PIN1, "0000"), "pin-wrong", 1)
    refused(lambda: card.authenticate(DIGEST, pin="0000"), "pin-blocked", 0)
    refused(lambda: card.authenticate(DIGEST, pin="1234"), "pin-blocked", 0)
    assert [card.tries_left(pin) for pin in (Pin.PIN1, Pin.PIN2, Pin.PUK)] == [0, 3, 3]


def test_the_right_pin_gives_all_tries_again(card):
    refused(lambda: card.verify_pin(Pin.PIN2, "00000"), "pin-wrong", 2)
    card.verify_pin(Pin.PIN2, "12345")
    assert card.tries_left(Pin.PIN2) == 3


@pytest.mark.parametrize("pin", [Pin.PIN1, Pin.PIN2])
def test_the_puk_unblocks_with_a_new_pin(card, pin):
    for _ in range(3):
        with pytest.raises(CardRefused):
            card.verify_pin(pin, "000000")
    refused(lambda: card.unblock_pin(pin, puk="00000000", new="777777"), "pin-wrong", 2)
    card.unblock_pin(pin, puk="12345678", new="777777")
    card.verify_pin(pin, "777777")


def test_a_pin_is_changed_by_who_knows_it(card):
    refused(lambda: card.change_pin(Pin.PIN1, old="0000", new="4321"), "pin-wrong", 2)
    card.change_pin(Pin.PIN1, old="1234", new="4321")
    refused(lambda: card.verify_pin(Pin.PIN1, "1234"), "pin-wrong", 2)
    card.verify_pin(Pin.PIN1, "4321")


@pytest.mark.parametrize(
    ("pin", "value"),
    [
        (Pin.PIN1, "123"),
        (Pin.PIN2, "1234"),
        (Pin.PUK, "1234567"),
        (Pin.PIN1, "1234567890123"),
        (Pin.PIN1, "12a4"),
        (Pin.PIN1, ""),
        (Pin.PIN1, "１２３４"),
    ],
)
def test_what_is_no_pin_costs_no_try(card, pin, value):
    refused(lambda: card.verify_pin(pin, value), "pin-shape")
    assert card.tries_left(pin) == 3


def test_the_same_pin_is_no_new_pin(card):
    refused(lambda: card.change_pin(Pin.PIN1, old="1234", new="1234"), "pin-same")


@pytest.mark.parametrize("digest", [b"", DIGEST[:32], DIGEST + b"\0"])
def test_only_a_sha_384_is_signed(card, digest):
    refused(lambda: card.sign(digest, pin="12345"), "digest")


def test_pin2_counts_for_one_signature(inserted, card):
    card.sign(DIGEST, pin="12345")
    again = inserted.transmit(bytes.fromhex("002a9e9a30") + DIGEST + b"\0")
    assert again.hex() == "6982"


def test_pin1_doesn_t_open_the_signature_key(inserted, card):
    card.authenticate(DIGEST, pin="1234")
    inserted.transmit(bytes.fromhex("002241b60680015484019f"))
    assert inserted.transmit(bytes.fromhex("002a9e9a30") + DIGEST + b"\0").hex() == "6982"


def test_taking_power_away_forgets_the_pin_and_not_the_tries(inserted, card):
    refused(lambda: card.verify_pin(Pin.PIN1, "0000"), "pin-wrong", 2)
    card.verify_pin(Pin.PIN2, "12345")
    inserted.reset()
    inserted.transmit(bytes.fromhex("002241b60680015484019f"))
    assert inserted.transmit(bytes.fromhex("002a9e9a30") + DIGEST + b"\0").hex() == "6982"
    assert card.tries_left(Pin.PIN1) == 2


def test_a_try_is_lost_before_the_card_answers():
    kept = []
    card = EstEidCard(DemonstrationCard(new_card(), remember=kept.append).transmit)
    card.verify_pin(Pin.PIN1, "1234")
    assert [state.tries[Pin.PIN1.reference] for state in kept] == [2, 3]


def test_a_card_is_the_same_after_a_stay_in_a_file(trust_centre):
    state = bound_card(trust_centre).state
    assert CardState.from_bytes(state.to_bytes()) == state


def test_a_card_that_is_taken_out_is_silent():
    def gone(_):
        raise CardSilent("the card was taken out", why="removed")

    with pytest.raises(CardSilent):
        EstEidCard(gone).document_number()


@pytest.mark.parametrize(
    "answer", ["", "90", "6a82", "6f00", "9000", "62049000", "6280ffff9000", "62039f9f9f9000"]
)
def test_an_answer_that_makes_no_sense_is_a_silent_card(answer):
    card = EstEidCard(lambda _: bytes.fromhex(answer))
    for ask in (card.document_number, card.authentication_certificate, card.personal_data):
        with pytest.raises(CardSilent):
            ask()
    with pytest.raises(CardSilent):
        card.tries_left(Pin.PIN1)


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("", "6700"),
        ("00a4", "6700"),
        ("00200001ff31", "6700"),
        ("00ff0000", "6d00"),
        ("00a4040c021234", "6a82"),
        ("00a4020c02ffff", "6a82"),
        ("00b0000000", "6986"),
        ("0020000f0431323334", "6a82"),
        ("002c020104" + "31" * 4, "6982"),
        ("0024000104" + "31" * 4, "6a80"),
        ("002000010100", "63c2"),
    ],
)
def test_the_card_answers_wrong_commands_as_cards_do(command, status):
    assert DemonstrationCard(new_card()).transmit(bytes.fromhex(command)).hex() == status


def test_without_le_the_card_holds_its_answer_back(inserted):
    inserted.transmit(bytes.fromhex("00a4010c025000"))
    assert inserted.transmit(bytes.fromhex("00a40204025001")).hex() == "6106"
    assert inserted.transmit(bytes.fromhex("00c0000006")).hex() == "6204800200079000"


TRANSCRIPT = "apdu/esteid-idemia-v1-select-auth-certificate-and-authenticate.json"


@pytest.mark.skipif(not (corpora() / "eid" / TRANSCRIPT).exists(), reason="no corpus here")
def test_the_card_answers_a_recorded_session_as_the_real_card_did():
    rows = json.loads((corpora() / "eid" / TRANSCRIPT).read_text())
    rows = [(bytes.fromhex(row["c"]), bytes.fromhex(row["r"])) for row in rows if row["c"]]
    certificate = b"".join(answer[:-2] for sent, answer in rows if sent[1] == 0xB0)
    card = DemonstrationCard(new_card().bound(certificate, b""))
    *read, (signs, signed) = rows
    assert [card.transmit(sent) for sent, _ in read] == [answer for _, answer in read]
    answer = card.transmit(signs)
    assert (len(answer), answer[-2:]) == (len(signed), signed[-2:])
