"""A small bank's website: an ordinary private client of the national login. MIT-0: copy it.

It uses what any company can use: OpenID Connect over HTTP, the bank's own API, the Web eID
script in a page, and ``riik.signatures`` for a contract. README.md tells the rest.
"""

from bank.app import make_app
from bank.settings import Settings, read_settings

__all__ = ["Settings", "make_app", "read_settings"]
