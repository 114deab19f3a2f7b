"""How fast are letters printed?

``python -m bench.bench_documents`` prints one JSON object: the first letter of a cold
press, then warm ones, each with other data (typst remembers unchanged input, so equal
letters would be a lie), and the share of the process border in it.
"""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

import typst

from riik.documents import Attachment, Documents
from riik.documents.device import TEMPLATES, TypstPress

LETTER = Path(__file__).parents[1] / "tests" / "vectors" / "documents" / "decision-et.json"
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
LETTERS = 100


class PressInside:
    """The same engine in this process, without limits: what the border costs."""

    def __init__(self) -> None:
        self.compiler = typst.Compiler(root=str(TEMPLATES))

    def print(self, source, inputs, *, at):
        return self.compiler.compile(
            input=source.encode(),
            format="pdf",
            sys_inputs=dict(inputs),
            pdf_standards=["ua-1", "a-3a"],
            timestamp=at,
        )


def times(documents: Documents) -> list[float]:
    """Seconds for each letter."""
    letter = json.loads(LETTER.read_bytes())
    template = (TEMPLATES / "decision.typ").read_bytes()
    found = []
    for number in range(LETTERS):
        told = letter | {"reference": f"JL-2026-{number:06d}", "decision": f"{number}. otsus."}
        content = json.dumps(told).encode()
        inside = Attachment(
            name="decision.json", media_type="application/json", content=content, description="d"
        )
        start = time.perf_counter()
        documents.render(
            template,
            told,
            language="et",
            title=letter["title"],
            author=letter["organisation"]["name"],
            at=AT,
            attachments=[inside],
        )
        found.append(time.perf_counter() - start)
    return found


def main() -> None:
    press = TypstPress(seconds=30)
    shut_in = times(Documents(press=press))
    press.close()
    inside = times(Documents(press=PressInside()))
    warm = shut_in[1:]
    told = {
        "first_ms": round(shut_in[0] * 1000),
        "warm_ms": round(median(warm) * 1000, 1),
        "p95_ms": round(quantiles(warm, n=20)[-1] * 1000, 1),
        "letters_a_second": round(len(warm) / sum(warm)),
        "ratio_to_typst_alone": round(median(warm) / median(inside[1:]), 2),
    }
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
