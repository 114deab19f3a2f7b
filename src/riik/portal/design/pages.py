"""Templates: the frame that all pages share, with a room's own templates inside it.

Pure but for reading the package's own files, once. Everything is escaped (Jinja2's autoescape).
"""

from hashlib import sha256
from importlib.resources import files
from types import ModuleType
from typing import Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

__all__ = ["ASSETS", "asset_address", "environment"]

ASSETS: Final = {
    "riik.css": "text/css; charset=utf-8",
    "belt.svg": "image/svg+xml",
    "cloth.svg": "image/svg+xml",
    "mark.svg": "image/svg+xml",
    "live.js": "text/javascript; charset=utf-8",
    "webeid.js": "text/javascript; charset=utf-8",
}
"""The files that pages link, with their media types."""


def environment(room: ModuleType) -> Environment:
    """A template environment for one room of the portal; a name that is missing is an error."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(room.__name__), PackageLoader(__package__)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = asset_address
    return made


def asset_address(name: str) -> str:
    """Where a page finds a file of the design: another content has another address."""
    content = files(__package__).joinpath(name).read_bytes()
    return f"/design/{name}?v={sha256(content).hexdigest()[:12]}"
