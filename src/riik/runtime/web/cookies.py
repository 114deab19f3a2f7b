"""Cookies of a site: out of scripts' reach, told apart where many sites share a host."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

__all__ = ["Cookies"]


@dataclass(frozen=True, slots=True)
class Cookies:
    """Names and rules of a node's cookies.

    All nodes of a demonstration live on ``localhost``, and cookies know no ports: names
    tell them apart. Over https a name is bound to its host (``__Host-``, RFC 6265bis §4.1.3).

    Attributes:
        node: The node's name.
        secure: The origin is https.
    """

    node: str
    secure: bool

    @classmethod
    def of(cls, origin: str, *, node: str) -> "Cookies":
        """The rules that fit an origin."""
        return cls(node, origin.startswith("https://"))

    def name(self, what: str) -> str:
        """The full name of a cookie."""
        return f"{'__Host-' if self.secure else ''}riik-{self.node}-{what}"

    def read(self, request: Request, what: str) -> str:
        """Its value; empty when the browser sent none."""
        return request.cookies.get(self.name(what), "")

    def put(self, response: Response, what: str, value: str) -> None:
        """Set it until the browser closes: out of scripts' reach, not for others' forms."""
        response.set_cookie(
            self.name(what), value, path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def drop(self, response: Response, what: str) -> None:
        """Take it back."""
        response.delete_cookie(
            self.name(what), path="/", secure=self.secure, httponly=True, samesite="lax"
        )
