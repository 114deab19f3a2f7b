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
    "driving-rights/issue": later("a first driving licence"),
    "driving-rights/loss": later("a licence was lost"),
    "driving-rights/suspension": later("the right to drive is suspended"),
    "driving-training/progress": later("lessons and exams of a course"),
    "identity-documents/document": later("is this document valid"),
    "identity-documents/issue": later("an identity document was issued"),
    "identity-documents/status": later("an identity document changed"),
    "medical-certificates/issue": later("a medical certificate was issued"),
    "driving-rights/correction": later("the right to drive is corrected"),
    "driving-training/correction": later("a driving course is corrected"),
    "identity-documents/correction": later("an identity document’s record is corrected"),
    "medical-certificates/correction": later("a medical certificate is corrected"),
    "population/birth": later("a child was born"),
    "population/contact": later("a person’s contact data"),
    "population/correction": later("a person’s record is corrected"),
    "population/temporary-residence": later("a person’s temporary address"),
    "population/children": later("a person’s children"),
    "services/events": later("somebody’s record changed"),
    "population/residence": later("a person’s new address"),
    "dwellings/dwellings": later("which homes a person owns"),
    "dwellings/acquire": later("somebody became owner of a home"),
    "dwellings/dispose": later("somebody owns a home no longer"),
    "dwellings/correction": later("the record of a home is corrected"),
    "vehicles/vehicles": later("a person’s vehicles"),
    "vehicles/vehicle": later("a vehicle by its number"),
    "vehicles/register": later("a vehicle is registered"),
    "vehicles/transfer-out": later("a vehicle leaves its owner"),
    "vehicles/transfer-in": later("a vehicle has a new owner"),
    "vehicles/inspection": later("a vehicle passed its inspection"),
    "vehicles/restraint": later("a vehicle may not be sold"),
    "vehicles/correction": later("the record of a vehicle is corrected"),
    "family-benefits/benefits": later("which family benefits are paid"),
    "family-benefits/own": later("family benefits, for who gets them"),
    "family-benefits/award": later("a family benefit is awarded"),
    "family-benefits/end": later("a family benefit ends"),
    "family-benefits/correction": later("the record of a benefit is corrected"),
    "driving-exams/booking": later("an exam that is booked"),
    "driving-exams/bookings": later("booked exams, for who takes them"),
    "driving-exams/book": later("an exam is booked"),
    "driving-exams/status": later("an exam was held or cancelled"),
    "driving-exams/correction": later("the booking of an exam is corrected"),
    "motor-policies/cover": later("is this vehicle insured"),
    "motor-policies/covers": later("which of a person’s vehicles are insured"),
    "motor-policies/policies": later("motor insurance policies, for their holder"),
    "motor-policies/conclude": later("a vehicle is insured"),
    "motor-policies/end": later("a vehicle’s insurance ends"),
    "motor-policies/correction": later("a policy’s record is corrected"),
    "sanctions-screening/finding": later("what the screening against sanctions found"),
    "sanctions-screening/findings": later("findings of the screening, for whom they are about"),
    "sanctions-screening/screen": later("somebody was screened against sanctions"),
    "sanctions-screening/weigh": later("a finding of the screening was weighed"),
    "sanctions-screening/correction": later("a finding of the screening is corrected"),
    "employment/employment": later("how many hours somebody works already"),
    "employment/employments": later("a person’s work, for that person"),
    "employment/begin": later("somebody begins to work"),
    "employment/end": later("somebody’s work ends"),
    "employment/correction": later("the record of a work is corrected"),
    "payments/accounts": later("an account is opened"),
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

EVERYWHERE: Final = {
    "findUsage": later("who looked at a person’s data, for that person"),
    "corrections": later("a person says that a record is wrong"),
    "measures": later("how often people’s data were looked at"),
}
"""What every register offers, by its service."""


def asked_for(offer: str, texts: Texts) -> str:
    """An offer ``subsystem/service`` in words; one that nobody has named stays as it is."""
    words = OFFERS.get(offer) or EVERYWHERE.get(offer.rpartition("/")[2])
    return texts(words) if words else offer
