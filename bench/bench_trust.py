"""How many OCSP answers, time-stamps, certificates and judgements a second on one core?

``python -m bench.bench_trust`` prints one JSON object: operations a CPU second of this
process, beside what ``openssl speed`` signs and verifies a CPU second in the same run. The
answers are made from the request's bytes to the response's; seeding writes to SQLite.
"""

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from tests.trust.house import POLICY, Centre

from riik.core import KeyKind, PersonCode
from riik.testing.pki import AT, MemoryKey, make_pki
from riik.trust import (
    Order,
    Person,
    make_ocsp_request,
    make_timestamp_request,
    person_authentication,
    person_signature,
    validate_path,
    verify_ocsp,
    verify_timestamp,
)
from riik.trust.certificates import read_certificate
from riik.trust.responders import make_timestamp_response, make_token, read_timestamp_request

SECONDS = 1.0
RESIDENTS = 1000
CURVES = {KeyKind.P256: "ecdsap256", KeyKind.P384: "ecdsap384"}


def rate(action: Callable[[], object]) -> float:
    """How often a CPU second it can be done."""
    count, start = 0, time.process_time()
    while (spent := time.process_time() - start) < SECONDS:
        for _ in range(20):
            action()
        count += 20
    return count / spent


def openssl_speed(kind: KeyKind) -> tuple[float, float]:
    """Signatures and verifications a CPU second of Debian's OpenSSL, by user time."""
    if shutil.which("openssl") is None:
        return float("nan"), float("nan")
    ran = subprocess.run(
        ["openssl", "speed", "-seconds", "1", CURVES[kind]],
        capture_output=True,
        text=True,
        check=True,
    )
    *_, last = [line for line in ran.stdout.splitlines() if line.strip()]
    signs, verifies = (float(number) for number in re.findall(r"[\d.]+", last)[-2:])
    return signs, verifies


def signing(kind: KeyKind) -> dict[str, float]:
    pki = make_pki(kind=kind)
    card = pki.person(kind=kind).signature.certificate
    nonce, said = b"n" * 32, sha256(b"said").digest()
    asked = make_timestamp_request(said, nonce=77)
    profile = person_signature(Person(code=PersonCode("EE1"), given_name="A", surname="B"))

    def stamp() -> bytes:
        token = make_token(
            read_timestamp_request(asked),
            certificate=pki.tsa.certificate,
            signer=pki.tsa.key,
            policy=POLICY,
            serial=1 << 126,
            at=AT,
        )
        return make_timestamp_response(token)

    key = MemoryKey(kind)
    return {
        "sign_here": rate(lambda: key.sign(b"m" * 200)),
        "ocsp": rate(lambda: pki.ocsp(card, nonce=nonce)),
        "time_stamp": rate(stamp),
        "certificate": rate(lambda: pki.issue(profile, key=key)),
    }


def verifying(kind: KeyKind) -> dict[str, float]:
    pki = make_pki(kind=kind)
    card = pki.person(kind=kind).signature.certificate
    response, token = pki.ocsp(card), pki.timestamp(b"said")
    imprint = sha256(b"said").digest()
    cards = [pki.person(kind=kind).signature.certificate for _ in range(1500)]
    waiting = iter(cards * 100)
    return {
        "path": rate(lambda: validate_path(card, anchors=pki.anchors, at=AT)),
        "path_of_another_each_time": rate(
            lambda: validate_path(next(waiting), anchors=pki.anchors, at=AT)
        ),
        "read_certificate": rate(lambda: read_certificate.__wrapped__(card)),
        "ocsp": rate(
            lambda: verify_ocsp(response, certificate=card, issuer=pki.ca.certificate, at=AT)
        ),
        "time_stamp": rate(lambda: verify_timestamp(token, imprint=imprint, anchors=pki.anchors)),
    }


def seeding() -> dict[str, float]:
    """Two certificates for each resident, in one unit of work, on SQLite with its vault."""
    with tempfile.TemporaryDirectory() as folder:
        centre = Centre(Path(folder))
        trust = centre.trust()
        key = MemoryKey(KeyKind.P384)
        people = [
            Person(code=PersonCode(f"EE4{n:010d}"), given_name="Mari", surname=f"Tamm{n}")
            for n in range(RESIDENTS)
        ]
        orders = [
            Order(key=f"{make.__name__}/{n}", profile=make(person), public_key=key.public_key)
            for n, person in enumerate(people)
            for make in (person_authentication, person_signature)
        ]
        start = time.perf_counter()
        made = trust.issue_many(orders)
        seconds = time.perf_counter() - start
        asked = make_ocsp_request(made[7], issuer=trust.hierarchy.issuing.certificate)
        answers = rate(lambda: trust.answer_ocsp(asked))
        centre.close()
    return {
        "residents": RESIDENTS,
        "seconds": round(seconds, 2),
        "certificates_per_second": round(len(made) / seconds),
        "ocsp_from_the_database_per_second": round(answers),
    }


def main() -> None:
    figures: dict[str, object] = {}
    for kind in CURVES:
        signs, verifies = openssl_speed(kind)
        made, judged = signing(kind), verifying(kind)
        figures[kind.value] = {
            "openssl_speed_sign": round(signs),
            "openssl_speed_verify": round(verifies),
            "made_per_second": {name: round(value) for name, value in made.items()},
            "made_to_openssl": {name: round(value / signs, 2) for name, value in made.items()},
            "judged_per_second": {name: round(value) for name, value in judged.items()},
            "judged_to_openssl": {
                name: round(value / verifies, 2) for name, value in judged.items()
            },
        }
    figures["seeding"] = seeding()
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
