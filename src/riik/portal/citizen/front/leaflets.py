"""What a guide says, drawn: the same for everybody who reads it in one language.

A service's page differs between visitors in its frame and in the button that begins. All else
follows from the guide, its language and this country's ways, so it is drawn once a content, and
another content is drawn anew. No visitor can get into it: the macros of ``leaflet.html`` are
called without the page's values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, cast

import msgspec
from markupsafe import Markup

from riik.core import Memo
from riik.portal.citizen.front.telling import fee_table, knots_of, known_rows, price_of
from riik.portal.design.formats import Formats
from riik.portal.design.pages import Pages

__all__ = ["Leaflet", "Leaflets"]

TEMPLATE = "leaflet.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaflet:
    """The parts of a page that follow from its guide.

    Attributes:
        terms: Price, time to fill in, time to decide, delivery.
        body: For whom, what is known, what is asked, how it goes, prices.
        margin: Who is responsible, by which law, other ways.
    """

    terms: Markup
    body: Markup
    margin: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaflets:
    """Draws guides for one site.

    Attributes:
        pages: Of the room `riik.portal.citizen`.
        drawn: Leaflets by the digest of the guide and by language; of this site alone, for
            dates and amounts are written as its country does.
    """

    pages: Pages
    drawn: Memo[tuple[bytes, str], Leaflet]

    def of(self, guide: Mapping[str, Any], formats: Formats) -> Leaflet:
        """The leaflet of a guide, in the language in which the guide was told.

        Args:
            guide: As the catalogue tells it; when it was heard stands in no leaflet.
            formats: Of the visitor's language, with this site's country and zone.
        """
        told = {**guide, "as_of": None}
        digest = sha256(msgspec.json.encode(told)).digest()
        question = (digest, formats.language)
        return self.drawn.of(question, lambda: self._draw(told, formats))

    def _draw(self, guide: Mapping[str, Any], formats: Formats) -> Leaflet:
        texts = self.pages.texts[formats.language]
        draw = cast("Any", self.pages.macros(TEMPLATE, formats.language))
        changed = formats.on(date.fromisoformat(guide["changed"]), year=True)
        fees = fee_table(guide, formats, texts)
        return Leaflet(
            terms=draw.terms(guide, price_of(guide["price"], formats, texts)),
            body=draw.body(guide, known_rows(guide), knots_of(guide), fees),
            margin=draw.margin(guide, changed),
        )
