"""Every figure again: ``python -m bench [NAME …]``, all of them without a name.

Runs each ``bench_<name>.py`` in a process of its own, one after another, and writes what it
printed to ``bench/results/<name>.json`` with the machine, the day, the command and the load,
so that two files are only compared when their machines agree. A line of progress for each
goes to standard error. Exit status: 0 all ran, 1 one did not, 2 there is no such name.
"""

import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results"
SECONDS = 600
TOLD_HERE = frozenset({"bench", "date", "machine", "load_before", "load_at_end"})


def names() -> list[str]:
    """What can be measured."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def machine() -> dict[str, str | int | float]:
    """This machine, as far as figures depend on it."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count() or 0,
        "memory_gb": _memory_gb(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _cpu_model() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    found = {
        key.strip(): value.strip()
        for key, _, value in (line.partition(":") for line in lines)
        if value.strip()
    }
    model = found.get("model name") or platform.processor() or "unknown"
    numbers = [found[key] for key in ("cpu family", "model", "stepping") if key in found]
    return f"{model} (family, model, stepping: {', '.join(numbers)})" if numbers else model


def _memory_gb() -> float:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return 0
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)


def run(name: str) -> dict[str, Any]:
    """Run one and answer its result file's content.

    Raises:
        RuntimeError: It failed or took longer than ten minutes.
    """
    before, began = _load(), time.monotonic()
    try:
        ran = subprocess.run(
            [sys.executable, "-m", f"bench.bench_{name}"],
            cwd=HERE.parent,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"took longer than {SECONDS} s") from error
    if ran.returncode != 0:
        last = ran.stderr.strip().splitlines()[-1:] or ["nothing was said"]
        raise RuntimeError(last[0])
    told = json.loads(ran.stdout)
    figures = told.get("figures", told)
    return {
        "bench": name,
        "date": datetime.now(UTC).date().isoformat(),
        "command": f"python -m bench.bench_{name}",
        "machine": machine(),
        "load": {"before": before, "after": _load()},
        "seconds": round(time.monotonic() - began, 1),
        "figures": {key: figures[key] for key in figures if key not in TOLD_HERE},
    }


def _load() -> float:
    """How busy the machine was in the last minute: over its cores, figures mean little."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0


def main(wanted: list[str]) -> int:
    """Run what is wanted; answers the exit status."""
    known = names()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"no bench {', '.join(unknown)}; known: {', '.join(known)}", file=sys.stderr)
        return 2
    failed = 0
    chosen = wanted or known
    for number, name in enumerate(chosen, 1):
        print(f"[{number}/{len(chosen)}] {name} …", end=" ", flush=True, file=sys.stderr)
        try:
            result = run(name)
        except RuntimeError as error:
            failed += 1
            print(f"failed: {error}", file=sys.stderr)
            continue
        path = RESULTS / f"{name}.json"
        path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{result['seconds']} s → {path.relative_to(HERE.parent)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
