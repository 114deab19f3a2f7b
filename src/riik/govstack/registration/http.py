"""GovStack's Registration over HTTP: of its definition the paths that tell services and forms.

They are open to anyone, as the definition has them: what they answer is published.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from riik.govstack.clients import DoorRefused
from riik.govstack.registration.component import Catalogue

__all__ = ["registration_routes"]


def registration_routes(catalogue: Catalogue, *, at: str) -> list[BaseRoute]:
    """The paths, below one of the node's."""

    def door(told: Callable[[Request], Any]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                return _json(told(request))
            except DoorRefused as refused:
                body = {"code": refused.code, "why": refused.why, "detail": str(refused)}
                return _json(body, status=404)

        return answer

    def services(request: Request) -> Any:
        return catalogue.services(request.query_params.get("name", ""))

    def service(request: Request) -> Any:
        return catalogue.service(request.path_params["id"])

    def forms(request: Request) -> Any:
        return catalogue.forms(request.path_params["id"])

    def form(request: Request) -> Any:
        return catalogue.form(request.path_params["id"])

    return [
        Route(f"{at}/services", door(services), methods=["GET"]),
        Route(f"{at}/services/{{id}}", door(service), methods=["GET"]),
        Route(f"{at}/services/{{id}}/eForms", door(forms), methods=["GET"]),
        Route(f"{at}/eForms/{{id}}", door(form), methods=["GET"]),
    ]


def _json(value: Any, *, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
