"""What stands in each member's `node.toml`: the demonstration country as configuration.

Pure: country, places and public keys in, trees of plain values out. Written anew at each start,
for ports may have changed; keys and state stay.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from riik.demo.country import Country, DemoMember, Place
from riik.demo.people import Told
from riik.profiles import country_profile

__all__ = ["REGISTERS", "SITES", "LogKeys", "configurations"]

REGISTERS: Mapping[str, tuple[str, ...]] = {
    "interior": ("population",),
    "identity": ("identity-documents",),
    "clinic": ("medical-certificates",),
    "school": ("driving-training",),
    "transport": ("driving-rights",),
}
"""Which member keeps which registers; each has a log of looks."""

OWN_DATA: Mapping[str, str] = {
    "population": "person",
    "identity-documents": "documents",
    "medical-certificates": "certificates",
    "driving-training": "courses",
    "driving-rights": "right",
}
"""By which offer of each register people read their own data."""

OWN_LAW: Mapping[tuple[str, str], str] = {("ee", "population"): "Rahvastikuregistri seadus"}
"""By which law they may, where it isn't the country's law of access."""

RELYING: Mapping[str, str] = {
    "portal": "portal",
    "transport": "services",
    "school": "services",
}
"""Who asks login for statements, and by which subsystem: the portal, the desks."""

ACCOUNTS: Mapping[str, Mapping[str, str]] = {
    "ee": {"transport": "EE471000001020145685", "school": "EE101010220034796011"},
    "vn": {"transport": "VN7399010200000000001018", "school": "VN1799010200000000002026"},
}
"""Where fees go, by profile and role: numbers that fit and belong to nobody."""

TSA_POLICY = "1.3.6.1.4.1.99999.7.1"
"""Of the time-stamps; under an arc for examples, as the demonstration has no number of its own."""

SITES: Mapping[str, tuple[str, str]] = {
    "portal": ("portal", "portal"),
    "transport-desk": ("transport", "transport"),
    "school-desk": ("school", "school"),
    "interior-desk": ("interior", "interior"),
    "identity-desk": ("identity", "identity"),
    "clinic-desk": ("clinic", "clinic"),
    "bank-site": ("bank", "bank-site"),
}
"""Sites at which people sign in, by ``client_id``: whose, and at which place."""

DESK: Mapping[str, str] = {"et": "ametniku töölaud", "vi": "bàn làm việc của cán bộ", "en": "desk"}

LogKeys = Mapping[str, str]
"""Verifier keys of logs and of the witness, by role."""

Tree = dict[str, Any]


def configurations(
    country: Country,
    places: Mapping[str, Place],
    *,
    keys: LogKeys,
    officials: Mapping[str, Sequence[Told]],
    secrets: Mapping[str, str],
    began: str,
    patience: int = 2,
) -> dict[str, Tree]:
    """The configuration of every member's node, by role.

    Args:
        country: Whose.
        places: Where the nodes listen.
        keys: Of the logs.
        officials: Who may review, by role.
        secrets: SHA-256 of each site's secret at login, hexadecimal, by the owner's role.
        began: When the country was founded.
        patience: Seconds that a page of the portal waits for a part that somebody else knows.
    """
    own = {
        "authority": _authority(country, places, secrets),
        "trust": _trust(country),
        "identity": _identity(country) | _sign_in("identity-desk", places),
        "interior": _sign_in("interior-desk", places),
        "clinic": _sign_in("clinic-desk", places),
        "portal": _portal(country, keys, patience)
        | _sign_in("portal", places, leads_to=["bank-site"]),
        "bank": _bank(country, places, clerks=officials.get("bank", ())),
        "witness": _witness(country, keys),
        "transport": _provider(country, "transport", [country.service], officials)
        | _sign_in("transport-desk", places, leads_to=["bank-site"]),
        "school": _provider(country, "school", [country.course], officials)
        | _sign_in("school-desk", places),
    }
    trees = {}
    for role, member in country.members.items():
        tree = _common(country, member, places, began=began)
        if role in REGISTERS:
            tree["registers"] = {
                "folders": [f"catalogue:{one}" for one in REGISTERS[role]],
                "inbox": str(country.client("portal", "inbox")),
                "official": [_named(one) for one in officials.get(role, ())],
            }
            tree["log"] = _log(country, role, places, keys)
        tree |= own.get(role, {})
        tree["right"] = _rights(country, role)
        trees[role] = tree
    return trees


def log_origin(country: Country, role: str) -> str:
    """The name of a member's log of looks."""
    return f"riik.example/{country.instance.lower()}/{role}"


def _common(
    country: Country, member: DemoMember, places: Mapping[str, Place], *, began: str
) -> Tree:
    place, trust = places[member.role], places["trust"]
    return {
        "node": {
            "name": member.role,
            "member": str(member.id),
            "profile": country.profile,
            "names": dict(member.names),
            "role": member.role,
            "code": member.id.code,
            "began": began,
            "address": "",
            "demonstration": True,
        },
        "people": {
            "host": "127.0.0.1",
            "port": place.people,
            "origin": place.origin,
            "card": places["card"].origin,
            "front": places["front"].origin if "front" in places else "",
        },
        # The passphrase lies beside the keys: the demonstration's keys protect nothing.
        "state": {"passphrase": "file:passphrase", "key-cost": 1024},
        "exchange": {
            "host": place.host,
            "port": place.port,
            "ocsp-port": place.status_port,
            "anchor": "anchor.xml",
            "ocsp-url": f"{trust.origin}/ocsp",
            "tsa-url": f"{trust.origin}/tsa",
        },
        "roles": {
            role: {"member": str(one.id), "names": dict(one.names)}
            for role, one in country.members.items()
        },
    }


def _authority(country: Country, places: Mapping[str, Place], secrets: Mapping[str, str]) -> Tree:
    return {
        "centre": {"instance": country.instance, "stamping-interval": 2},
        "trusted-list": {
            "operator": country.members["authority"].names["en"],
            "street": "Demonstration street 1",
            "locality": "Nowhere",
            "email": "list@riik.example",
            "provider": country.members["trust"].names["en"],
        },
        "login": {
            "population": str(country.client("interior", "population")),
            "mandate-basis": country.mandate_basis,
            "client": [_site(country, places, name, secrets) for name in SITES],
        },
    }


def _site(
    country: Country, places: Mapping[str, Place], name: str, secrets: Mapping[str, str]
) -> Tree:
    """A site that has people sign in; where it has no place of its own, at its owner's node."""
    role, place = SITES[name]
    origin = places.get(place, places[role]).origin
    names = dict(country.members[role].names)
    if name.endswith("-desk"):
        names = {language: f"{text}: {DESK[language]}" for language, text in names.items()}
    return {
        "id": name,
        "names": names,
        "member": str(country.members[role].id),
        "redirect-uris": [f"{origin}/sign-in/back"],
        "post-logout-uris": [f"{origin}/"],
        "backchannel-uri": f"{origin}/sign-out/back-channel",
        "secret-hash": secrets[role],
        "shared": name.endswith("-desk"),
    }


def _sign_in(client: str, places: Mapping[str, Place], *, leads_to: Sequence[str] = ()) -> Tree:
    """How people sign in at a node's own site, and to which places its forms may lead."""
    return {
        "sign-in": {
            "issuer": places["authority"].origin,
            "client": client,
            "secret": "file:login-client-secret",
            "leads-to": [places[place].origin for place in leads_to],
        }
    }


def _trust(country: Country) -> Tree:
    title = f"Riik Demo {country.profile.upper()}"
    return {"trust": {"country": country.profile.upper(), "title": title, "policy": TSA_POLICY}}


def _identity(country: Country) -> Tree:
    return {"identity": {"trust-centre": str(country.client("trust", "certificates"))}}


def _portal(country: Country, keys: LogKeys, patience: int) -> Tree:
    transport, school = country.members["transport"], country.members["school"]
    access = country_profile(country.profile).access.law
    return {
        "inbox": {"subsystem": "inbox"},
        "portal": {
            "login": str(country.client("authority", "login")),
            "inbox": str(country.client("portal", "inbox")),
            "patience": patience,
            "catalogue": [
                _entry(country.service, transport),
                _entry(country.course, school),
            ],
            "registers": [
                {
                    "client": str(country.client(role, register)),
                    "organisation": dict(country.members[role].names),
                    "own-offer": OWN_DATA[register],
                    "own-basis": OWN_LAW.get((country.profile, register), access),
                    "log-key": keys[role],
                    "witness-keys": [keys["witness"]],
                }
                for role, registers in REGISTERS.items()
                for register in registers
            ],
        },
    }


def _entry(service: str, provider: DemoMember) -> Tree:
    return {
        "id": service,
        "provider": str(provider.client("services")),
        "names": {"en": service},
        "organisation": dict(provider.names),
    }


def _bank(country: Country, places: Mapping[str, Place], *, clerks: Sequence[Told]) -> Tree:
    return {
        "bank": {
            "country": country.profile.upper(),
            "bank-code": "99",
            "login-origin": places["authority"].origin,
            "client-id": "bank-site",
            "site": places["bank-site"].origin,
            "clerks": [str(one.person.code) for one in clerks],
        }
    }


def _witness(country: Country, keys: LogKeys) -> Tree:
    logs = {log_origin(country, role): keys[role] for role in REGISTERS}
    return {"witness": {"name": log_origin(country, "witness"), "logs": logs}}


def _provider(
    country: Country,
    role: str,
    services: Sequence[str],
    officials: Mapping[str, Sequence[Told]],
) -> Tree:
    providers = {
        register: str(country.client(keeper, register))
        for keeper, registers in REGISTERS.items()
        for register in registers
    }
    return {
        "services": {
            "folders": [f"catalogue:{service}" for service in services],
            "zone": country.zone,
            "providers": {**providers, "inbox": str(country.client("portal", "inbox"))},
            "units": {
                code: {"names": dict(unit.names), "services": list(unit.services)}
                for code, unit in country.members[role].units.items()
            },
            "official": [_official(one) for one in officials.get(role, ())],
            "account": ACCOUNTS[country.profile][role],
            "bank": str(country.client("bank", "payments")),
        }
    }


def _named(told: Told) -> Tree:
    name = told.person.name
    return {
        "code": str(told.person.code),
        "given": name.given,
        "middle": name.middle,
        "family": name.family,
    }


def _official(told: Told) -> Tree:
    office, tree = told.office, _named(told)
    if office is not None:
        tree |= {
            "unit": office.unit,
            "roles": list(office.roles),
            "substitutes": list(office.substitutes),
        }
    return tree


def _log(country: Country, role: str, places: Mapping[str, Place], keys: LogKeys) -> Tree:
    return {
        "origin": log_origin(country, role),
        "witness-url": places["witness"].origin,
        "witness-key": keys["witness"],
    }


def _rights(country: Country, role: str) -> list[Tree]:
    """Rights besides those of the registers' folders: who may call which service."""
    portal = str(country.client("portal", "portal"))
    rights = [
        _right(portal, f"{register}/{service}", purpose)
        for register in REGISTERS.get(role, ())
        for service, purpose in (("findUsage", "own-data"), ("corrections", "correction"))
    ]
    if role in ("transport", "school"):
        rights.append(_right(portal, "services/cases"))
        rights.append(_right(str(country.client("bank", "payments")), "services/fees", "state-fee"))
    if role == "portal":
        for provider in ("transport", "school"):
            client = str(country.client(provider, "services"))
            rights.append(_right(client, "inbox/notices", "notice"))
        for keeper, registers in REGISTERS.items():
            rights += [
                _right(str(country.client(keeper, register)), "inbox/notices", "notice")
                for register in registers
            ]
        rights.append(_right(portal, "inbox/notices", "own-notices"))
    if role == "bank":
        for creditor in ("transport", "school"):
            client = str(country.client(creditor, "services"))
            rights.append(_right(client, "payments/orders", "state-fee"))
    if role == "authority":
        rights += [
            _right(str(country.client(relying, subsystem)), f"login/{service}")
            for relying, subsystem in RELYING.items()
            for service in ("sessions", "statements", "mandates")
        ]
    if role == "trust":
        cards = str(country.client("identity", "cards"))
        rights.append(_right(cards, "certificates/cards", "document-issue"))
    return rights


def _right(client: str, service: str, *purposes: str) -> Tree:
    return {"client": client, "service": service, "purposes": list(purposes)}
