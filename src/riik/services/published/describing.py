"""One service in the words of CPSV-AP 3.2: the nodes of the graph that its folder gives.

Pure: a folder's definition in, JSON-LD nodes out. Nothing is written here that the folder does
not say; amounts are what its rules reckon on the day, once for each channel.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from riik.core import Money
from riik.services.folder.catalogue import guide_view
from riik.services.forms.uploads import is_upload
from riik.services.model import ServiceDefinition
from riik.services.published.vocabulary import CURRENCY, LANGUAGES

__all__ = ["Described"]

Node = dict[str, Any]
PAID = {"web": "online", "desk": "desk"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One service of a catalogue.

    Attributes:
        definition: The service.
        base: Address of the catalogue; what it tells of has an address in it.
        sources: Names of the organisations that play each role.
        today: The day for which fees are reckoned.
    """

    definition: ServiceDefinition
    base: str
    sources: Mapping[str, Mapping[str, str]]
    today: date

    def nodes(self) -> Iterator[Node]:
        """The service first, then what it points to; concepts and organisation are shared."""
        guide = guide_view(self.definition, authority={}, sources=self.sources, today=self.today)
        parts = {
            "channels": list(self._channels()),
            "contactPoint": list(self._contact(guide["contact"])),
            "costs": list(self._costs(guide["fees"])),
            "follows": list(self._rules()),
            "inputs": list(self._evidence(guide["known"])),
            "laws": list(self._laws()),
            "outputs": list(self._outputs()),
            "requirements": list(self._requirements(guide["for_whom"])),
        }
        kinds = [self._kind_of(one) for one in parts["inputs"]]
        yield (
            self._service(guide)
            | {name: [node["@id"] for node in nodes] for name, nodes in parts.items() if nodes}
            | ({"inputTypes": [node["@id"] for node in kinds]} if kinds else {})
        )
        for nodes in (*parts.values(), kinds, list(self._pages(guide["contact"]))):
            yield from nodes

    def _service(self, guide: Mapping[str, Any]) -> Node:
        definition = self.definition
        return {
            "@id": self._at(),
            "@type": "cpsv:PublicService",
            "identifier": definition.id,
            "name": _told(definition.names),
            "description": _told(guide["summary"]),
            "keywords": {one: list(words) for one, words in guide["words"].items()},
            "modified": guide["changed"],
            "languages": [LANGUAGES[one] for one in definition.languages if one in LANGUAGES],
            "processingTime": f"P{definition.deadline_days}D",
            "authority": f"{self.base}#organisation",
            "events": [f"{self.base}#event-{one}" for one in guide["events"]],
            "partOf": self.base,
        }

    def _channels(self) -> Iterator[Node]:
        for channel in self.definition.channels:
            yield self._node("cv:Channel", "channel", channel) | {
                "type": f"{self.base}#channel-{channel}",
                "ownedBy": f"{self.base}#organisation",
            }

    def _contact(self, contact: Mapping[str, str]) -> Iterator[Node]:
        told = {"email": contact.get("email"), "telephone": contact.get("phone")}
        node = {name: value for name, value in told.items() if value}
        if contact.get("web"):
            node["contactPage"] = contact["web"]
        if node:
            yield {"@id": self._at("contact"), "@type": "cv:ContactPoint"} | node

    def _pages(self, contact: Mapping[str, str]) -> Iterator[Node]:
        if contact.get("web"):
            yield {"@id": contact["web"], "@type": "foaf:Document"}

    def _costs(self, fees: Iterable[Mapping[str, Any]]) -> Iterator[Node]:
        """A row of fees and a channel make one cost; nobody is told of a cost of nothing."""
        for place, row in enumerate(fees, start=1):
            for channel, told in PAID.items():
                paid = row[told]
                if channel not in self.definition.channels or not paid or not paid["minor"]:
                    continue
                yield self._node("cv:Cost", "cost", f"{place}-{channel}") | {
                    "description": {
                        one: f"{text} ({paid['law']})" if paid["law"] else text
                        for one, text in _told(row["title"]).items()
                    },
                    # In figures: a float never holds money, and JSON would make it one.
                    "value": Money(paid["currency"], paid["minor"]).decimal(),
                    "currency": CURRENCY + paid["currency"],
                    "through": self._at("channel", channel),
                    "definedBy": f"{self.base}#organisation",
                }

    def _rules(self) -> Iterator[Node]:
        """Each ground of the rules, with its article: what can stand against an application."""
        definition = self.definition
        for ground in definition.grounds:
            if not ground.refuses:
                continue
            laws = [one for one in definition.law if ground.law.startswith(one)]
            yield self._node("cpsv:Rule", "rule", ground.code) | {
                "name": self._texts(ground.code, official=True),
                "description": {
                    one: f"{text} ({ground.law})" if ground.law else text
                    for one, text in self._texts(ground.code).items()
                },
                "implements": [self._law(one) for one in laws],
            }

    def _evidence(self, known: Iterable[Mapping[str, Any]]) -> Iterator[Node]:
        for row in known:
            names = _told(row["source"]) or {"en": row["need"]}
            labels = {
                one: ", ".join(label[one] for label in row["labels"] if label.get(one))
                for one in self.definition.languages
            }
            yield self._input(row["need"], names, _told(labels))
        properties = self.definition.form["properties"]
        for field, schema in properties.items():
            if is_upload(schema):
                yield self._input(
                    f"file-{field}",
                    self._texts(str(schema.get("title", field))),
                    self._texts(str(schema.get("description", ""))),
                )

    def _input(self, name: str, names: Mapping[str, str], about: Mapping[str, str]) -> Node:
        node = self._node("cv:Evidence", "evidence", name) | {
            "name": names,
            "conformsTo": self._at("evidence-type", name),
        }
        return node | ({"description": about} if about else {})

    def _kind_of(self, evidence: Node) -> Node:
        name = str(evidence["conformsTo"]).rpartition("/")[2]
        kind = "added" if name.startswith("file-") else "asked"
        return self._node("cv:EvidenceType", "evidence-type", name) | {
            "classification": f"{self.base}#evidence-{kind}"
        }

    def _laws(self) -> Iterator[Node]:
        names = {law.id: self._texts(law.name) for law in self.definition.guide.laws}
        for law in self.definition.law:
            yield {
                "@id": self._law(law),
                "@type": "eli:LegalResource",
                "name": names.get(law) or {self.definition.languages[0]: law},
            }

    def _law(self, law: str) -> str:
        for place, one in enumerate(self.definition.law, start=1):
            if one == law:
                named = [known for known in self.definition.guide.laws if known.id == law]
                return next(
                    (known.address for known in named if known.address),
                    self._at("law", str(place)),
                )
        return self._at("law", "0")

    def _outputs(self) -> Iterator[Node]:
        notice = self.definition.notices.get("granted")
        names = self._texts(notice.title) if notice else _told(self.definition.names)
        node = self._node("cv:Output", "output", "granted") | {
            "name": names,
            "type": f"{self.base}#output-decision",
            "languages": [LANGUAGES[one] for one in self.definition.languages if one in LANGUAGES],
        }
        yield node | ({"description": self._texts(notice.body)} if notice else {})

    def _requirements(self, for_whom: Iterable[Mapping[str, str]]) -> Iterator[Node]:
        for place, sentence in enumerate(for_whom, start=1):
            yield self._node("cv:Requirement", "requirement", str(place)) | {
                "name": _told(sentence)
            }

    def _node(self, kind: str, part: str, name: str) -> Node:
        return {
            "@id": self._at(part, name),
            "@type": kind,
            "identifier": f"{self.definition.id}/{part}/{name}",
        }

    def _at(self, *parts: str) -> str:
        return f"{self.base}#{'/'.join((self.definition.id, *parts))}"

    def _texts(self, text: str, *, official: bool = False) -> dict[str, str]:
        said = self.definition.official_text if official else self.definition.text
        return _told({one: said(text, one) for one in self.definition.languages})


def _told(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts by language without those that say nothing: an empty name is no name."""
    return {language: text for language, text in texts.items() if text}
