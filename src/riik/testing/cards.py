"""Cards in a box: a demonstration card with certificates, and what a browser does with it.

The card answers APDUs, the client sends them; nothing between the two is skipped. For
tests, and for the demonstration's people, who have no reader.
"""

import json
from base64 import b64encode
from datetime import date
from hashlib import sha384

from riik.core import PersonCode
from riik.demo.card import CardState, DemonstrationCard, make_card
from riik.identity import Sex, estonian
from riik.identity.device import EstEidCard
from riik.testing.pki import Pki
from riik.trust import Person, Profile, person_authentication, person_signature

__all__ = ["PINS", "bound_card", "new_card", "web_eid_token"]

PINS = ("1234", "12345", "12345678")
"""PIN1, PIN2 and PUK of cards made here."""


def new_card(
    code: str = "EE38001085718",
    *,
    given_names: str = "JAAK-KRISTJAN",
    surname: str = "JÕEORG",
    number: str = "AS0012345",
    expires_on: date = date(2031, 11, 22),
) -> CardState:
    """A card with new keys for an Estonian code, without certificates."""
    facts = estonian(code[2:])
    return make_card(
        document_number=number,
        surname=surname,
        given_names=given_names,
        sex=Sex(facts.sex).value,
        citizenship="EST",
        birth_date=facts.birth_date or date(facts.birth_year, 1, 1),
        code=code[2:],
        expires_on=expires_on,
        pins=PINS,
    )


def bound_card(
    pki: Pki,
    code: str = "EE38001085718",
    *,
    given_names: str = "JAAK-KRISTJAN",
    surname: str = "JÕEORG",
    expired: bool = False,
    authentication: Profile | None = None,
) -> DemonstrationCard:
    """A card whose keys ``pki`` certified.

    Args:
        pki: Who certifies.
        code: Country and personal code.
        given_names: Of the holder.
        surname: Of the holder.
        expired: The certificates ended an hour ago.
        authentication: Another profile for the authentication certificate.
    """
    state = new_card(code, given_names=given_names, surname=surname)
    person = Person(code=PersonCode(code), given_name=given_names, surname=surname)
    keys = state.public_keys()
    profiles = (authentication or person_authentication(person), person_signature(person))
    certificates = [
        pki.issue(profile, public_key=key, expired=expired).certificate
        for profile, key in zip(profiles, keys, strict=True)
    ]
    return DemonstrationCard(state.bound(*certificates))


def web_eid_token(
    card: DemonstrationCard, *, origin: str, nonce: str, pin: str = PINS[0], signing: bool = False
) -> str:
    """The token that the Web eID app would make with this card.

    Args:
        card: In the reader.
        origin: The page's.
        nonce: The challenge.
        pin: PIN1, or PIN2 with ``signing``.
        signing: Misuse the signature key and certificate.
    """
    client = EstEidCard(card.transmit)
    digest = sha384(sha384(origin.encode()).digest() + sha384(nonce.encode()).digest()).digest()
    if signing:
        certificate, signature = client.signature_certificate(), client.sign(digest, pin=pin)
    else:
        certificate = client.authentication_certificate()
        signature = client.authenticate(digest, pin=pin)
    token = {
        "unverifiedCertificate": b64encode(certificate).decode(),
        "algorithm": "ES384",
        "signature": b64encode(signature).decode(),
        "format": "web-eid:1.0",
        "appVersion": "https://web-eid.eu/web-eid-app/releases/2.9.0+0",
    }
    return json.dumps(token)
