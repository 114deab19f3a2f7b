"""The HTTP edge: `edge` makes an ASGI application of routes, `serve` listens for it."""

from riik.runtime.web.cookies import Cookies
from riik.runtime.web.edge import Edge, edge
from riik.runtime.web.inputs import body_of, check_own_page, json_answer, json_body, whole_number
from riik.runtime.web.packing import Packs
from riik.runtime.web.problems import InputRefused, Problem
from riik.runtime.web.proxies import BehindProxies
from riik.runtime.web.server import Server, free_socket, serve

__all__ = [
    "BehindProxies",
    "Cookies",
    "Edge",
    "InputRefused",
    "Packs",
    "Problem",
    "Server",
    "body_of",
    "check_own_page",
    "edge",
    "free_socket",
    "json_answer",
    "json_body",
    "serve",
    "whole_number",
]
