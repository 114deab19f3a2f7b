"""Metaservices: what does this provider offer, what of it may I use, how is it described?

Implements PR-MREST §4–6: ``listMethods``, ``allowedMethods`` and ``getOpenAPI`` of each
provider, which need no right and are not listed themselves. ``listClients`` (PR-META §5) is
answered from the global configuration alone. Pure.
"""

from collections.abc import Callable, Mapping
from json import dumps
from urllib.parse import parse_qs

from riik.core import ClientId, MemberId, ServiceId
from riik.exchange.errors import UnknownService
from riik.exchange.globalconf import GlobalConf
from riik.exchange.model import Answer, Endpoint, Incoming, Offer

__all__ = ["RESERVED", "list_clients", "metaservice"]

RESERVED = frozenset({"listMethods", "allowedMethods", "getOpenAPI", "getWsdl"})

_JSON = (("Content-Type", "application/json"),)


def metaservice(
    service: ServiceId, *, offers: Mapping[ServiceId, Offer], allowed: Callable[[Offer], bool]
) -> Offer | None:
    """The metaservice of that name, if its provider offers anything here.

    Args:
        service: What was asked.
        offers: All that is offered here.
        allowed: Has the caller some right to a service?
    """
    provider = service.provider
    own = [offer for offer in offers.values() if offer.provider == provider]
    if service.service not in RESERVED - {"getWsdl"} or not own:
        return None

    async def answer(incoming: Incoming) -> Answer:
        if incoming.service.service == "getOpenAPI":
            return _description(own, incoming.query)
        shown = own if incoming.service.service == "listMethods" else filter(allowed, own)
        listed = [_listed(offer) for offer in sorted(shown, key=lambda offer: offer.service)]
        return Answer(headers=_JSON, body=dumps({"service": listed}).encode())

    return Offer(
        provider=provider,
        service=service.service,
        endpoints=(Endpoint("GET", "/**"),),
        handler=answer,
        requires_purpose=False,
        open_to_all=True,
    )


def _listed(offer: Offer) -> dict[str, object]:
    return {
        **_identifier("SERVICE", offer.provider),
        "service_code": offer.service,
        "service_type": "OPENAPI" if offer.openapi else "REST",
        "endpoint_list": [{"method": each.method, "path": each.path} for each in offer.endpoints],
    }


def _description(offers: list[Offer], query: str) -> Answer:
    wanted = parse_qs(query).get("serviceCode", [""])[-1]
    for offer in offers:
        if offer.service == wanted and offer.openapi is not None:
            kind = "application/json" if offer.openapi.lstrip()[:1] == b"{" else "text/yaml"
            return Answer(headers=(("Content-Type", kind),), body=offer.openapi)
    raise UnknownService("the service has no description", why="description")


def list_clients(conf: GlobalConf) -> bytes:
    """All members and subsystems with their names, JSON (PR-META §5.2)."""
    listed: list[dict[str, object]] = []
    for member, name in sorted(conf.members.items()):
        listed.append({"id": _identifier("MEMBER", member), "name": name})
        listed += [
            {
                "id": _identifier("SUBSYSTEM", client),
                "name": name,
                "subsystem_name": own_name or client.subsystem,
            }
            for client, own_name in sorted(conf.subsystems.items())
            if client.member == member
        ]
    return dumps({"member": listed}, ensure_ascii=False).encode()


def _identifier(kind: str, client: ClientId | MemberId) -> dict[str, str]:
    member = client.member if isinstance(client, ClientId) else client
    found = {
        "object_type": kind,
        "xroad_instance": member.instance,
        "member_class": member.member_class,
        "member_code": member.code,
    }
    if isinstance(client, ClientId):
        found["subsystem_code"] = client.subsystem
    return found
