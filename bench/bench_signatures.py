"""How many containers are signed, and how many judged, a second on one core?

``python -m bench.bench_signatures`` prints one JSON object: ASiC-E of level LT (two files,
one signature) made and validated a CPU second of this process, beside what ``openssl
speed`` signs and verifies a CPU second in the same run. Making is the node's part and the
card's: prepare, sign, time-stamp, OCSP, finish, all in this process. The caches of
certificates and keys are warm, as in a node; each container is another one.
"""

import json
import platform
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

from tests.signatures.house import FILES, LATER, make, sign_value

from riik.core import KeyKind
from riik.signatures import DataFile, finish, prepare, stamped, validate
from riik.testing.pki import AT, Credential, Pki, make_pki

SECONDS = 3.0
CONTAINERS = 50
CURVES = {KeyKind.P256: "ecdsap256", KeyKind.P384: "ecdsap384"}


def rate(action: Callable[[], object]) -> float:
    """How often a CPU second it can be done."""
    count, start = 0, time.process_time()
    while (spent := time.process_time() - start) < SECONDS:
        for _ in range(10):
            action()
        count += 10
    return count / spent


def openssl_speed(kind: KeyKind) -> tuple[float, float]:
    """Signatures and verifications a CPU second of Debian's OpenSSL, by user time."""
    ran = subprocess.run(
        ["openssl", "speed", "-seconds", "2", CURVES[kind]],
        capture_output=True,
        text=True,
        check=True,
    )
    *_, last = [line for line in ran.stdout.splitlines() if line.strip()]
    signs, verifies = (float(number) for number in re.findall(r"[\d.]+", last)[-2:])
    return signs, verifies


def documents() -> Iterator[list[DataFile]]:
    for number in range(1 << 30):
        yield [DataFile("application.txt", b"%d" % number + bytes(3000), "text/plain"), FILES[1]]


def measure(kind: KeyKind) -> dict[str, Any]:
    """One kind of key throughout: card, authority, OCSP and time-stamps."""
    pki = make_pki(kind=kind)
    card, files = pki.person(kind=kind).signature, documents()
    made = cycle([make(pki, card, files=next(files)) for _ in range(CONTAINERS)])

    def judge() -> None:
        assert validate(next(made), anchors=pki.anchors, at=LATER).valid

    signs, verifies = openssl_speed(kind)
    create, check = rate(lambda: make(pki, card, files=next(files))), rate(judge)
    assemble = node_part(pki, card)
    return {
        "create_lt": round(create),
        "node_part_of_create": round(assemble),
        "validate_lt": round(check),
        "openssl_sign": round(signs),
        "openssl_verify": round(verifies),
        "create_per_openssl_sign": round(create / signs, 4),
        "validate_per_openssl_verify": round(check / verifies, 4),
        "bytes": len(next(made)),
    }


def node_part(pki: Pki, card: Credential) -> float:
    """Prepare and finish alone: what is left when card and services are elsewhere."""
    prepared = prepare(FILES, certificate=card.certificate, at=AT)
    value = sign_value(card, prepared)
    token, response = pki.timestamp(stamped(prepared, value)), pki.ocsp(card.certificate)

    def assemble() -> None:
        prepare(FILES, certificate=card.certificate, at=AT)
        finish(
            prepared,
            value,
            timestamp=token,
            ocsp=[response],
            certificates=[pki.ca.certificate],
        )

    return rate(assemble)


if __name__ == "__main__":
    found = {kind.value: measure(kind) for kind in CURVES}
    print(json.dumps({"machine": platform.processor() or platform.machine(), **found}, indent=1))
