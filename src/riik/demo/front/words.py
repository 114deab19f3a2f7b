"""What members ask each other for, in words: no code of the exchange stands on the front page."""

from typing import Final

from riik.portal.design.texts import Texts, later

__all__ = ["asked_for"]

OFFERS: Final = {
    "population/person": later("name, birth date, place of residence"),
    "population/mandates": later("for whom a person may act"),
    "identity-documents/image": later("photo and signature from the identity card"),
    "identity-documents/documents": later("identity documents, for their holder"),
    "medical-certificates/driver-certificate": later("is the person fit to drive"),
    "medical-certificates/certificates": later("medical certificates, for their holder"),
    "driving-training/training": later("driving courses that were passed"),
    "driving-training/courses": later("driving courses, for who took them"),
    "driving-training/enrol": later("a place on a driving course"),
    "driving-rights/right": later("the right to drive"),
    "driving-rights/renewal": later("write down the renewed licence"),
    "services/cases": later("a step in a person’s case"),
    "services/catalogue": later("which services there are"),
    "services/fees": later("a fee was paid"),
    "services/measures": later("how many cases, how long they took"),
    "payments/orders": later("an order to pay a fee"),
    "inbox/notices": later("a notice for the person"),
    "login/sessions": later("is the person still signed in"),
    "login/statements": later("who the person is, for one case"),
    "login/mandates": later("for whom a person may act"),
    "certificates/cards": later("certificates for a card"),
}

LOOKS: Final = later("who looked at a person’s data, for that person")


def asked_for(offer: str, texts: Texts) -> str:
    """An offer ``subsystem/service`` in words; one that nobody has named stays as it is."""
    if offer.endswith("/findUsage"):
        return texts(LOOKS)
    return texts(OFFERS[offer]) if offer in OFFERS else offer
