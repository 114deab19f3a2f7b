"""The demonstration card's own site: it plays the card, its reader and the Web eID application.

`asking` is what pages ask for, `reader` holds the cards, `window` decides what is shown and
answered, `http` serves it at an origin of its own. None of it is a real card: the keys lie
beside the country's data, and the page prints every PIN.
"""

from riik.demo.cardsite.asking import Asker
from riik.demo.cardsite.http import COOKIE, CardSite
from riik.demo.cardsite.opening import card_site

__all__ = ["COOKIE", "Asker", "CardSite", "card_site"]
