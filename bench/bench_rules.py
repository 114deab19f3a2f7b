"""How fast are decisions from a rules file, beside the same rules written in Python?

``python -m bench.bench_rules`` prints one JSON object. Loading a file, one decision with
a table, one graph of four decisions with an explanation, and one FEEL expression; the
Python that they are compared to is what a programmer would write by hand, over Decimal,
without explanation, types or limits.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median

from riik.rules import decide, expression, load

MODEL = Path(__file__).parents[1] / "tests" / "vectors" / "rules" / "licence.dmn"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
INPUTS = {
    "Application": {"channel": "online", "express": False},
    "Birth date": date(2000, 1, 1),
    "Suspended": False,
}
ROUNDS = 7


def rate(action: Callable[[], object], count: int) -> float:
    """Runs a second, the median of several rounds."""
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(count):
            action()
        found.append(count / (time.perf_counter() - start))
    return median(found)


def fee_by_hand() -> Decimal:
    application = INPUTS["Application"]
    channel, express = application["channel"], application["express"]
    if channel == "online":
        return Decimal(50) if express else Decimal(23)
    return Decimal(63) if express else Decimal(33)


def outcome_by_hand() -> dict[str, object]:
    birth, day = INPUTS["Birth date"], NOW.date()
    age = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    granted = not INPUTS["Suspended"]
    return {
        "granted": granted,
        "fee": fee_by_hand(),
        "years": (Decimal(5) if age >= 65 else Decimal(10)) if granted else None,
    }


def main() -> None:
    source = MODEL.read_bytes()
    rules = load(source)
    assert decide(rules, "Outcome", INPUTS, now=NOW).value == outcome_by_hand()
    sentence = expression('fee > 0 and channel = "online"')
    known = {"fee": 23, "channel": "online"}
    rates = {
        "load": rate(lambda: load(source), 20),
        "table": rate(lambda: decide(rules, "Fee", INPUTS), 2_000),
        "table_by_hand": rate(fee_by_hand, 20_000),
        "graph": rate(lambda: decide(rules, "Outcome", INPUTS, now=NOW), 1_000),
        "graph_by_hand": rate(outcome_by_hand, 20_000),
        "expression": rate(lambda: sentence.value(known), 5_000),
    }
    told = {
        "a_second": {name: round(each) for name, each in rates.items()},
        "ratio_to_python": {
            "table": round(rates["table_by_hand"] / rates["table"], 1),
            "graph": round(rates["graph_by_hand"] / rates["graph"], 1),
        },
    }
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
