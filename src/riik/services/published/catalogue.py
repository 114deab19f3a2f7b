"""The whole catalogue of an organisation: CPSV-AP 3.2, JSON-LD 1.1, one document.

Pure. A provider that is no authority stands in it as any other (law 5 of the architecture):
CPSV-AP knows no other class for who answers for a service than a public organisation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from riik.services.folder.texts import house_texts
from riik.services.model import ServiceDefinition
from riik.services.published.describing import Described
from riik.services.published.vocabulary import CONTEXT, COUNTRIES, CURRENCY, LANGUAGES, TEXTS

__all__ = ["Publisher", "catalogue_document"]

Node = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Whose catalogue it is.

    Attributes:
        address: Where the catalogue is read: what it tells of has an address in it.
        identifier: The member of the exchange.
        names: By language.
        country: ISO 3166-1, two letters.
        site: Where people reach it.
        sources: Names of the organisations that play each role, by language.
    """

    address: str
    identifier: str
    names: Mapping[str, str]
    country: str
    site: str
    sources: Mapping[str, Mapping[str, str]]


def catalogue_document(
    definitions: Iterable[ServiceDefinition], *, publisher: Publisher, today: date
) -> dict[str, Any]:
    """The catalogue as JSON-LD; fees are those of ``today``."""
    services = sorted(definitions, key=lambda one: one.id)
    described = [
        Described(definition=one, base=publisher.address, sources=publisher.sources, today=today)
        for one in services
    ]
    nodes = [node for one in described for node in one.nodes()]
    languages = sorted({one for service in services for one in service.languages} | {"en"})
    concepts = _concepts(nodes, services, base=publisher.address, languages=languages)
    graph = [_dataset(publisher, services, languages), *_organisation(publisher), *nodes, *concepts]
    return {"@context": dict(CONTEXT), "@graph": _each_once(graph)}


def _dataset(
    publisher: Publisher, services: Sequence[ServiceDefinition], languages: Sequence[str]
) -> Node:
    return {
        "@id": publisher.address,
        "@type": "dcat:Dataset",
        "identifier": publisher.address,
        "name": dict(publisher.names),
        "description": _named("catalogue", languages),
        "publisher": f"{publisher.address}#organisation",
        "landingPage": publisher.site,
        "hasPart": [f"{publisher.address}#{one.id}" for one in services],
    }


def _organisation(publisher: Publisher) -> list[Node]:
    place = COUNTRIES[publisher.country]
    return [
        {
            "@id": f"{publisher.address}#organisation",
            "@type": ["cv:PublicOrganisation", "org:Organization", "foaf:Agent"],
            "identifier": publisher.identifier,
            "name": dict(publisher.names),
            "label": dict(publisher.names),
            "spatial": place,
        },
        {"@id": place, "@type": "dct:Location", "identifier": publisher.country},
        {"@id": publisher.site, "@type": "foaf:Document"},
    ]


def _concepts(
    nodes: Iterable[Node],
    services: Sequence[ServiceDefinition],
    *,
    base: str,
    languages: Sequence[str],
) -> list[Node]:
    """The concepts that some service speaks of, and no others."""
    used = {value for node in nodes for value in _links(node)}
    found: list[Node] = []
    for name in TEXTS:
        address = f"{base}#{name}"
        if address in used and name.startswith("event-"):
            related = [
                f"{base}#{one.id}"
                for one in services
                if name.removeprefix("event-") in one.guide.events
            ]
            found.append(
                {
                    "@id": address,
                    "@type": ["cv:LifeEvent", "cv:Event"],
                    "identifier": name,
                    "name": _named(name, languages),
                    "relatedServices": related,
                }
            )
        elif address in used:
            found.append(
                {"@id": address, "@type": "skos:Concept", "label": _named(name, languages)}
            )
    for address in sorted(one for one in used if one.startswith(CURRENCY)):
        code = address.removeprefix(CURRENCY)
        found.append({"@id": address, "@type": "skos:Concept", "identifier": code})
    for language, address in LANGUAGES.items():
        if address in used:
            found.append({"@id": address, "@type": "dct:LinguisticSystem", "identifier": language})
    return found


def _links(node: Node) -> Iterable[str]:
    for value in node.values():
        yield from (one for one in (value if isinstance(value, list) else [value]) if _text(one))


def _text(value: object) -> bool:
    return isinstance(value, str)


def _named(name: str, languages: Sequence[str]) -> dict[str, str]:
    house = house_texts()
    return {one: house.get(one, {}).get(TEXTS[name], TEXTS[name]) for one in languages}


def _each_once(graph: Iterable[Node]) -> list[Node]:
    """Two services name the same law: it stands once, in the words of the first."""
    found: dict[str, Node] = {}
    for node in graph:
        found.setdefault(node["@id"], node)
    return list(found.values())
