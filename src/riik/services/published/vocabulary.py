"""The words of CPSV-AP 3.2 that a catalogue is written in: context, and concepts of this house.

Pure. The context stands in the document itself: whoever reads it fetches nothing. CPSV-AP leaves
the lists of channels, life events and kinds of evidence open (§ "Controlled vocabularies"); ours
are concepts of the document, with names in every language.
"""

from collections.abc import Mapping
from typing import Any

__all__ = ["CONTEXT", "COUNTRIES", "CURRENCY", "LANGUAGES", "TEXTS"]

_LINKS = {
    "authority": "cv:hasCompetentAuthority",
    "channels": "cv:hasChannel",
    "classification": "cv:evidenceTypeClassification",
    "conformsTo": "dct:conformsTo",
    "contactPage": "cv:contactPage",
    "contactPoint": "cv:contactPoint",
    "costs": "cv:hasCost",
    "currency": "cv:currency",
    "definedBy": "cv:isDefinedBy",
    "events": "cv:isGroupedBy",
    "follows": "cpsv:follows",
    "hasPart": "dct:hasPart",
    "implements": "cpsv:implements",
    "inputs": "cpsv:hasInput",
    "inputTypes": "cv:hasInputType",
    "landingPage": "dcat:landingPage",
    "laws": "cv:hasLegalResource",
    "languages": "dct:language",
    "outputs": "cpsv:produces",
    "ownedBy": "cv:ownedBy",
    "partOf": "dct:isPartOf",
    "publisher": "dct:publisher",
    "requirements": "cv:holdsRequirement",
    "relatedServices": "cv:hasRelatedService",
    "spatial": "dct:spatial",
    "through": "cv:ifAccessedThrough",
    "type": "dct:type",
}
_BY_LANGUAGE = {
    "name": "dct:title",
    "description": "dct:description",
    "keywords": "dcat:keyword",
    "label": "skos:prefLabel",
}

CONTEXT: Mapping[str, Any] = {
    "adms": "http://www.w3.org/ns/adms#",
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "identifier": "dct:identifier",
    "email": "cv:email",
    "telephone": "cv:telephone",
    "modified": {"@id": "dct:modified", "@type": "xsd:date"},
    "processingTime": {"@id": "cv:processingTime", "@type": "xsd:duration"},
    "value": {"@id": "cv:hasValue", "@type": "xsd:double"},
    **{name: {"@id": term, "@type": "@id"} for name, term in _LINKS.items()},
    **{name: {"@id": term, "@container": "@language"} for name, term in _BY_LANGUAGE.items()},
}
"""Of the document itself, so that no reader has to fetch one (JSON-LD 1.1 §3.1)."""

_AUTHORITY = "http://publications.europa.eu/resource/authority"
LANGUAGES = {
    language: f"{_AUTHORITY}/language/{code}"
    for language, code in {"et": "EST", "vi": "VIE", "en": "ENG"}.items()
}
COUNTRIES = {"EE": f"{_AUTHORITY}/country/EST", "VN": f"{_AUTHORITY}/country/VNM"}
CURRENCY = f"{_AUTHORITY}/currency/"

TEXTS: Mapping[str, str] = {
    "event-birth": "Having a child",
    "event-home": "Home and address",
    "event-travel": "Getting around",
    "event-health": "Health",
    "event-work": "Work and taxes",
    "event-business": "Starting a business",
    "event-education": "Learning",
    "event-marriage": "Marriage and divorce",
    "event-care": "Caring for someone",
    "channel-web": "Online",
    "channel-desk": "At a service office",
    "channel-api": "Through a program of another organisation",
    "evidence-asked": "What a register answers; the person brings nothing",
    "evidence-added": "A file that the person adds",
    "output-decision": "A decision",
    "catalogue": "Public services of this organisation",
}
"""What each concept is called: texts of ``services/locale``."""
