"""Plays GovStack's Information Mediator on this machine, for the suite of Digital Registries.

The suite sends no token: a mediator knows its clients otherwise. This one believes whoever calls
it on 127.0.0.1, so it is for tests alone. It adds the token, passes the client's header on, and
knows what the suite calls by names of its own (`Aliases`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

__all__ = ["Aliases", "Node", "mediator"]

PASSED = ("information-mediator-client", "content-type")


@dataclass(slots=True)
class Aliases:
    """What the suite calls something, and what the node does.

    Attributes:
        databases: Numbers of databases.
        registers: Ids of registers in a query.
        services: Ids of services.
    """

    databases: dict[str, str] = field(default_factory=dict)
    registers: dict[str, str] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)

    def path(self, asked: str) -> str:
        """The node's path for the suite's."""
        number = re.match(r"/database/(\d+)\Z", asked)
        if number:
            return f"/database/{self.databases.get(number[1], number[1])}"
        service = re.match(r"/services/([^/?]+)(.*)\Z", asked)
        if service:
            return f"/services/{self.services.get(service[1], service[1])}{service[2]}"
        head, sign, register = asked.partition("DatabaseID=")
        return f"{head}{sign}{self.registers.get(register, register)}"


@dataclass(frozen=True, slots=True)
class Node:
    """The door that is called, and the token that opens it."""

    url: str
    token: str

    def call(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, str, bytes]:
        """Status, content type and body of the answer."""
        asked = Request(f"{self.url}{path}", data=body or None, method=method)  # noqa: S310
        for name in PASSED:
            if name in headers:
                asked.add_header(name, headers[name])
        asked.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urlopen(asked, timeout=30) as answer:  # noqa: S310 - the address that was given
                return answer.status, answer.headers.get("Content-Type", ""), answer.read()
        except HTTPError as error:
            return error.code, error.headers.get("Content-Type", ""), error.read()


def mediator(node: Node, aliases: Aliases, *, port: int) -> ThreadingHTTPServer:
    """A server that is ready to serve; whoever calls it stops it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, kind, body = node.call(
                self.command, aliases.path(self.path), headers, self.rfile.read(length)
            )
            self.send_response(status)
            if kind:
                self.send_header("Content-Type", kind)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the server's names

        def log_message(self, *_: object) -> None:
            """Nothing: what is asked names people."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
