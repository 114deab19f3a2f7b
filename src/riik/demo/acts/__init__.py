"""Acts: what a visitor may do to the running country, for real, and what the state does about it.

`described` says what they are; `looking`, `outages`, `forging`, `later` and `attacking` are what
happens; `backstage` runs one at a time and remembers; `client`, `device` and `store` reach the
country. `http` serves the pages.
"""

from riik.demo.acts.backstage import Backstage
from riik.demo.acts.http import act_routes
from riik.demo.acts.page import ActPages
from riik.demo.acts.stage import Stage

__all__ = ["ActPages", "Backstage", "Stage", "act_routes"]
