"""Signed and logged calls a second over two nodes, beside nginx with two hops of mutual TLS.

``python bench/bench_exchange.py [--seconds 8] [--connections 32]`` prints one JSON object.
Both carry 1 KB each way over loopback on this machine, in one run. Riik's two nodes share one
process and one event loop, as in the demonstration; "cpu" is user and system time a call, of
the caller too, because the caller is the consumer's security server itself.

nginx does a part of the work only: no signature, no log, no right. The ratio says what those
cost here, not who is better.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import platform
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from riik.core import PersonCode
from riik.exchange import Answer, Call
from riik.testing.federation import Federation, simulated_federation
from riik.testing.pki import make_pki

BODY = b"x" * 1024
PERSON = PersonCode("EE49001010001")


# --- two nodes --------------------------------------------------------------------------------


def run_nodes(folder: Path, *, seconds: float, connections: int, subject: bool) -> dict[str, float]:
    """Calls from one node to another, signed and logged four times each."""
    with simulated_federation(
        folder, members=["provider", "consumer"], loop=uvloop.new_event_loop()
    ) as federation:
        service = federation.provider.offer("echo", _echo)
        federation.provider.allow(federation.consumer, service)
        federation.consumer.call(service)
        before, latencies = _cpu(), []
        began = time.perf_counter()
        federation.run(
            _hammer(
                federation,
                service,
                seconds=seconds,
                connections=connections,
                subject=subject,
                latencies=latencies,
            )
        )
        elapsed = time.perf_counter() - began
        used = _cpu() - before
    return _figures(latencies, elapsed, used)


async def _echo(incoming: Any) -> Answer:
    return Answer(headers=(("Content-Type", "application/octet-stream"),), body=BODY)


async def _hammer(
    federation: Federation,
    service: Any,
    *,
    seconds: float,
    connections: int,
    subject: bool,
    latencies: list[float],
) -> None:
    until = time.perf_counter() + seconds
    exchange, client = federation.consumer.exchange, federation.consumer.client
    call = Call(
        client=client,
        service=service,
        method="POST",
        body=BODY,
        purpose="bench",
        legal_basis="Bench Act § 1",
        subject=PERSON if subject else None,
    )

    async def one() -> None:
        while (began := time.perf_counter()) < until:
            await exchange.call(call)
            latencies.append(time.perf_counter() - began)

    await asyncio.gather(*(one() for _ in range(connections)))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _figures(latencies: list[float], elapsed: float, cpu: float) -> dict[str, float]:
    ordered = sorted(latencies)
    return {
        "rate": round(len(ordered) / elapsed, 1),
        "cpu_us": round(cpu / len(ordered) * 1e6),
        "p50_ms": round(ordered[len(ordered) // 2] * 1e3, 1),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1e3, 1),
    }


# --- nginx ------------------------------------------------------------------------------------


def run_nginx(folder: Path, *, seconds: float, connections: int) -> dict[str, Any]:
    """From wrk → nginx → mutual TLS → nginx → nginx that answers; or why not."""
    missing = [name for name in ("nginx", "wrk") if shutil.which(name) is None]
    if missing:
        return {"skipped": f"{' and '.join(missing)} not installed"}
    folder.mkdir(parents=True)
    _certificates(folder)
    (folder / "answer").write_bytes(BODY)
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder))
    script = folder / "post.lua"
    script.write_text('wrk.method = "POST"\nwrk.body = string.rep("x", 1024)\n')
    command = ["wrk", "-t1", f"-c{connections}", f"-d{int(seconds)}s", "-s", str(script)]
    with _nginx(folder) as master:
        subprocess.run(
            [*command[:3], "-d1s", "http://127.0.0.1:18080/"], check=True, capture_output=True
        )
        before = _tree_cpu(master)
        began = time.perf_counter()
        out = subprocess.run(
            [*command, "http://127.0.0.1:18080/"], check=True, capture_output=True, text=True
        ).stdout
        elapsed = time.perf_counter() - began
        used = _tree_cpu(master) - before
    total = next(int(line.split()[0]) for line in out.splitlines() if "requests in" in line)
    failed = [line.strip() for line in out.splitlines() if "Non-2xx" in line]
    if failed:
        return {"skipped": failed[0]}
    return {"rate": round(total / elapsed, 1), "cpu_us": round(used / total * 1e6)}


@contextmanager
def _nginx(folder: Path) -> Iterator[int]:
    process = subprocess.Popen(
        ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")]
    )
    try:
        time.sleep(0.7)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=10)


def _tree_cpu(master: int) -> float:
    """User and system seconds of nginx and its workers."""
    ticks = os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    total = 0
    for pid in [str(master), *children]:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / ticks


def _certificates(folder: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_der_x509_certificate

    from riik.core import MemberId

    pki = make_pki(at=datetime.now(UTC))
    _, tls = pki.member(MemberId("TEST", "GOV", "70000001"), hosts=("localhost",))
    chain = [tls.certificate, pki.ca.certificate, pki.root.certificate]
    pems = [load_der_x509_certificate(each).public_bytes(Encoding.PEM) for each in chain]
    (folder / "chain.pem").write_bytes(b"".join(pems[:2]))
    (folder / "ca.pem").write_bytes(b"".join(pems[1:]))
    (folder / "key.pem").write_bytes(tls.key.pem())


_NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 10000000; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
  scgi_temp_path {folder}/s;
  upstream provider {{ server 127.0.0.1:18443; keepalive 64; keepalive_requests 10000000; }}
  upstream service {{ server 127.0.0.1:18081; keepalive 64; keepalive_requests 10000000; }}
  server {{ listen 127.0.0.1:18080;
    location / {{ proxy_pass https://provider; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_ssl_certificate {folder}/chain.pem;
      proxy_ssl_certificate_key {folder}/key.pem; proxy_ssl_trusted_certificate {folder}/ca.pem;
      proxy_ssl_verify on; proxy_ssl_verify_depth 3; proxy_ssl_name localhost;
      proxy_ssl_session_reuse on; }} }}
  server {{ listen 127.0.0.1:18443 ssl; ssl_certificate {folder}/chain.pem;
    ssl_certificate_key {folder}/key.pem; ssl_client_certificate {folder}/ca.pem;
    ssl_verify_client on; ssl_verify_depth 3;
    location / {{ proxy_pass http://service; proxy_http_version 1.1;
      proxy_set_header Connection ""; }} }}
  server {{ listen 127.0.0.1:18081; location / {{ return 200 "{body}"; }} }}
}}
""".replace("{body}", BODY.decode())


def main() -> None:
    """Run both and print the figures with the machine's."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=float, default=8)
    asked.add_argument("--connections", type=int, default=32)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        asked_of = {"seconds": options.seconds, "connections": options.connections}
        nodes = run_nodes(folder, subject=True, **asked_of)
        nginx = run_nginx(folder / "nginx", **asked_of)
    figures: dict[str, Any] = {
        "machine": f"{platform.machine()}, {multiprocessing.cpu_count()} cores, "
        f"Python {platform.python_version()}",
        "date": datetime.now(UTC).date().isoformat(),
        "load_before": round(os.getloadavg()[0], 1),
        **asked_of,
        "riik": nodes,
        "nginx": nginx,
    }
    if "rate" in nginx:
        figures["ratio"] = {
            "rate": round(nginx["rate"] / nodes["rate"], 1),
            "cpu": round(nodes["cpu_us"] / max(nginx["cpu_us"], 1), 1),
        }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
