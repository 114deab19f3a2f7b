"""A package whose names are imported when they are asked for (PEP 562).

A command that checks a folder must not read the code that runs services: of half a second,
that was most. Whoever asks for a name gets it as if it had been imported at once.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["on_demand"]


def on_demand(package: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package.

    Args:
        package: Its name.
        places: By module of the package, the names that it gives, a space between;
            ``other=name`` gives ``name`` as ``other``.
    """
    known = {
        word.partition("=")[0]: (module, word.partition("=")[2] or word)
        for module, words in places.items()
        for word in words.split()
    }

    def find(name: str) -> Any:
        if name not in known:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, inside = known[name]
        found = getattr(import_module(f"{package}.{module}"), inside)
        vars(import_module(package))[name] = found
        return found

    return find
