"""The runner of the big corpora: what does Riik say to each case, and was that right?

A corpus has a module of its name here with ``run(folder, shared) -> Iterable[Outcome]``:
``folder`` holds the cases to run, ``shared`` is the corpus as it came. Material that a
folder of somebody else's cases does not carry itself is taken from ``shared``: `material`.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riik.core import Refused, Unavailable

__all__ = ["ACCEPT", "CRASH", "REJECT", "Outcome", "attempt", "corpora", "lines", "material"]

ACCEPT, REJECT, CRASH = "accept", "reject", "crash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one case should be and what it was.

    Attributes:
        id: The case, as the corpus names it.
        expected: What the corpus expects, in its own words.
        got: What Riik said; ``crash …`` for an error of neither family.
        right: The two agree.
        unsafe: Riik called good what the corpus calls bad.
        skipped: Why the case was not tried; a skipped case counts nowhere.
    """

    id: str
    expected: str
    got: str
    right: bool
    unsafe: bool = False
    skipped: str | None = None

    @classmethod
    def judged(cls, case: str, *, expected: str, got: str) -> "Outcome":
        """The outcome of a case that expects ``accept`` or ``reject``."""
        verdict = got.split(":", maxsplit=1)[0]
        unsafe = expected == REJECT and verdict == ACCEPT
        return cls(id=case, expected=expected, got=got, right=verdict == expected, unsafe=unsafe)

    @classmethod
    def left(cls, case: str, *, expected: str, why: str) -> "Outcome":
        """A case that was not tried, and why."""
        return cls(id=case, expected=expected, got="-", right=False, skipped=why)


def attempt(action: Callable[[], Any]) -> str:
    """Do it and say ``accept``, ``reject: why`` or ``crash: kind of error``."""
    try:
        action()
    except (Refused, Unavailable) as refused:
        return f"{REJECT}: {refused.why}"
    except Exception as error:  # noqa: BLE001 - a crash is a result to be shown, not the end
        return f"{CRASH}: {type(error).__name__}"
    return ACCEPT


def corpora() -> Path:
    """The folder of all corpora: ``RIIK_CORPORA``, or the one beside the checkout."""
    beside = Path(__file__).parents[2].parent / "shared" / "corpora"
    return Path(os.environ.get("RIIK_CORPORA", beside))


def material(name: str, *, folder: Path, shared: Path) -> Path:
    """The file or folder ``name`` of a corpus: from ``folder`` if there, else from ``shared``."""
    return folder / name if (folder / name).exists() else shared / name


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The values of a file with one JSON object a line; nothing when it doesn't exist."""
    if path.exists():
        with path.open(encoding="utf-8") as text:
            yield from (json.loads(line) for line in text if line.strip())
