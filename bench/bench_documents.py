"""How fast are letters printed?

``python -m bench.bench_documents`` prints one JSON object: the first letter of a cold
press, then warm ones, each with other data (typst remembers unchanged input, so equal
letters would be a lie), the same with a signed QR code each, and the share of the process border.
"""

import json
import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from statistics import median, quantiles

import typst

from riik.documents import (
    Attachment,
    Check,
    Documents,
    PaperStatement,
    code_of,
    token_of,
    write_statement,
)
from riik.documents.device import TEMPLATES, TypstPress
from riik.testing.pki import MemoryKey

LETTER = Path(__file__).parents[1] / "tests" / "vectors" / "documents" / "decision-et.json"
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
LETTERS = 100
SEAL = MemoryKey()


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


def check_of(content: bytes, number: int) -> Check:
    """A code of its own for each letter, signed as a node signs it."""
    token = token_of(number.to_bytes(16, "big"))
    said = PaperStatement(
        issuer="EE/GOV/70001490",
        token=token,
        kind="decision",
        day=AT.date(),
        digest=sha256(content).digest(),
    )
    code = code_of("70001490", token)
    address = f"https://portal.ee/check/{code}#{write_statement(said, signer=SEAL)}"
    return Check(place="portal.ee/check", address=address, code=code)


def times(documents: Documents, *, coded: bool = False) -> list[float]:
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
            check=check_of(content, number) if coded else None,
        )
        found.append(time.perf_counter() - start)
    return found


def main() -> None:
    press = TypstPress(seconds=30)
    shut_in = times(Documents(press=press))
    coded = times(Documents(press=press), coded=True)[1:]
    press.close()
    inside = times(Documents(press=PressInside()))
    warm = shut_in[1:]
    told = {
        "first_ms": round(shut_in[0] * 1000),
        "warm_ms": round(median(warm) * 1000, 1),
        "p95_ms": round(quantiles(warm, n=20)[-1] * 1000, 1),
        "letters_a_second": round(len(warm) / sum(warm)),
        "with_code_ms": round(median(coded) * 1000, 1),
        "with_code_p95_ms": round(quantiles(coded, n=20)[-1] * 1000, 1),
        "ratio_with_code_to_without": round(median(coded) / median(warm), 2),
        "ratio_to_typst_alone": round(median(warm) / median(inside[1:]), 2),
    }
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
