"""``python -m tests.corpora NAME [DIR]``: run one corpus and print a line a case.

Exit status: 0 nothing bad was called good, 1 something was, 2 the command was wrong.
"""

import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import tests.corpora
from tests.corpora import Outcome, corpora


def names() -> list[str]:
    """The corpora that have a module here."""
    found = (module.name for module in iter_modules(tests.corpora.__path__))
    return sorted(name for name in found if not name.startswith(("_", "test_")))


def count(outcomes: Iterable[Outcome]) -> tuple[str, int]:
    """Print each outcome; the closing line and how many were unsafe."""
    right = counted = unsafe = skipped = 0
    for outcome in outcomes:
        print(describe(outcome), flush=True)
        skipped += outcome.skipped is not None
        counted += outcome.skipped is None
        right += outcome.right and outcome.skipped is None
        unsafe += outcome.unsafe
    return f"right {right} of {counted}, unsafe {unsafe}, skipped {skipped}", unsafe


def describe(outcome: Outcome) -> str:
    """One case in one line, columns apart by tabs."""
    if outcome.skipped is not None:
        return f"{outcome.id}\t{outcome.expected}\tskipped: {outcome.skipped}"
    mark = "" if outcome.right else "\tUNSAFE" if outcome.unsafe else "\tWRONG"
    return f"{outcome.id}\t{outcome.expected}\t{outcome.got}{mark}"


def main(arguments: list[str]) -> int:
    """Run the corpus named in the arguments; the exit status."""
    if not 1 <= len(arguments) <= 2 or arguments[0] not in names():
        print("usage: python -m tests.corpora NAME [DIR]", file=sys.stderr)
        print(f"NAME is one of: {', '.join(names())}", file=sys.stderr)
        return 2
    shared = corpora() / arguments[0]
    folder = Path(arguments[1]) if len(arguments) == 2 else shared
    if not folder.is_dir():
        print(f"{folder} is no folder; RIIK_CORPORA names the folder of all", file=sys.stderr)
        return 2
    summary, unsafe = count(import_module(f"tests.corpora.{arguments[0]}").run(folder, shared))
    print(summary)
    return 1 if unsafe else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
