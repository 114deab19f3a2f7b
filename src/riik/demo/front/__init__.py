"""The demonstration's front page: who you are today, the state as it is now, and what to break.

`doors` says which card and which site go with a role, `words` what members ask each other for,
`laws` what all of it is about, `page` puts them together, `http` serves them. What the buttons
do is `riik.demo.acts`.
"""

from riik.demo.acts import Stage
from riik.demo.front.http import FrontSite

__all__ = ["FrontSite", "Stage"]
