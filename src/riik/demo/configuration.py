"""What stands in each member's `node.toml`: the demonstration country as configuration.

Pure: country, places and public keys in, trees of plain values out. Written anew at each start,
for ports may have changed; keys and state stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riik.demo.country import Country, DemoMember, Place
from riik.demo.people import Told
from riik.profiles import country_profile

__all__ = ["LogKeys", "Wishes", "configurations", "sites"]

TSA_POLICY = "1.3.6.1.4.1.99999.7.1"
"""Of the time-stamps; under an arc for examples, as the demonstration has no number of its own."""

NOTICE_LAW = {"ee": "Rahvastikuregistri seadus", "vn": "VN 26/2023"}
"""By which law the population register says where a person is reached, by profile."""

VIETQR_BANK = "970499"
"""The demonstration bank at NAPAS: a number that no bank has."""
DESK: Mapping[str, str] = {"et": "ametniku töölaud", "vi": "bàn làm việc của cán bộ", "en": "desk"}

LogKeys = Mapping[str, str]
"""Verifier keys of logs and of the witness, by role."""

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What may be otherwise than usual in a demonstration.

    Attributes:
        patience: Seconds that a page of the portal waits for a part that somebody else knows.
        listen: Every how many seconds the portal asks providers whether they are there.
        beginnings: So many applications of one service a person may begin a day, and have
            unfinished; as `node.toml` has it by default.
    """

    patience: int = 2
    listen: int = 60
    beginnings: int | None = None


def sites(country: Country) -> dict[str, tuple[str, str]]:
    """Sites at which people sign in, by ``client_id``: whose, and at which place."""
    desks = {f"{role}-desk": (role, role) for role, one in country.members.items() if one.has_desk}
    return {"portal": ("portal", "portal"), **desks, "bank-site": ("bank", "bank-site")}


def configurations(
    country: Country,
    places: Mapping[str, Place],
    *,
    keys: LogKeys,
    officials: Mapping[str, Sequence[Told]],
    secrets: Mapping[str, str],
    began: str,
    wishes: Wishes | None = None,
) -> dict[str, Tree]:
    """The configuration of every member's node, by role.

    Args:
        country: Whose.
        places: Where the nodes listen.
        keys: Of the logs.
        officials: Who may review, by role.
        secrets: SHA-256 of each site's secret at login, hexadecimal, by the owner's role.
        began: When the country was founded.
        wishes: What is to be otherwise than usual.
    """
    wishes = wishes or Wishes()
    own = {
        "authority": _authority(country, places, secrets),
        "trust": _trust(country),
        "identity": _identity(country),
        "portal": _portal(country, keys, wishes, places) | _sign_in("portal", places),
        "bank": _bank(country, places, clerks=officials.get("bank", ())),
        "witness": _witness(country, keys),
    }
    trees = {}
    for role, member in country.members.items():
        tree = _common(country, member, places, began=began)
        if member.registers:
            tree["registers"] = {
                "folders": [member.folder(one) for one in member.registers],
                "inbox": str(country.client("portal", "inbox")),
                "official": [_named(one) for one in officials.get(role, ())],
                "follower": _followers(country, member),
            }
        if role in country.keepers:
            tree["log"] = _log(country, role, places, keys)
        if member.services:
            asked = officials.get(role, ())
            tree |= _provider(country, member, asked, wishes, places["portal"].origin)
        if member.has_desk:
            tree |= _sign_in(f"{role}-desk", places)
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
            "client": [
                _site(country, places, name, whose, secrets)
                for name, whose in sites(country).items()
            ],
        },
    }


def _site(
    country: Country,
    places: Mapping[str, Place],
    name: str,
    whose: tuple[str, str],
    secrets: Mapping[str, str],
) -> Tree:
    """A site that has people sign in; where it has no place of its own, at its owner's node."""
    role, place = whose
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
        "details": ["payment_initiation"] if name == "bank-site" else [],
    }


def _sign_in(client: str, places: Mapping[str, Place]) -> Tree:
    """How people sign in at a node's own site; its forms may lead to the bank, where they pay."""
    return {
        "sign-in": {
            "issuer": places["authority"].origin,
            "client": client,
            "secret": "file:login-client-secret",
            "leads-to": [places["bank-site"].origin],
        }
    }


def _trust(country: Country) -> Tree:
    title = f"Riik Demo {country.profile.upper()}"
    return {"trust": {"country": country.profile.upper(), "title": title, "policy": TSA_POLICY}}


def _identity(country: Country) -> Tree:
    return {"identity": {"trust-centre": str(country.client("trust", "certificates"))}}


def _inbox(country: Country, places: Mapping[str, Place]) -> Tree:
    """Who is told outside, where there is a front page: it plays the phones of everybody."""
    front = places.get("front")
    if front is None:
        return {"subsystem": "inbox"}
    return {
        "subsystem": "inbox",
        "population": str(country.client("interior", "population")),
        "basis": NOTICE_LAW[country.profile],
        "text": {"address": f"{front.origin}/phone/messages"},
        "letters": {"folder": "letters"},
    }


def _portal(country: Country, keys: LogKeys, wishes: Wishes, places: Mapping[str, Place]) -> Tree:
    access = country_profile(country.profile).access.law
    return {
        "inbox": _inbox(country, places),
        "portal": {
            "login": str(country.client("authority", "login")),
            "inbox": str(country.client("portal", "inbox")),
            "patience": wishes.patience,
            "listen": wishes.listen,
            "catalogue": [
                _entry(service, country.members[role])
                for service, role in country.providers.items()
            ],
            "registers": [
                {
                    "client": str(member.client(register)),
                    "organisation": dict(member.names),
                    "own-offer": kept.own,
                    "own-basis": kept.own_law or access,
                    "log-key": keys[role],
                    "witness-keys": [keys["witness"]],
                }
                for role, member in country.members.items()
                for register, kept in member.registers.items()
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
    logs = {log_origin(country, role): keys[role] for role in country.keepers}
    return {"witness": {"name": log_origin(country, "witness"), "logs": logs}}


def _provider(
    country: Country,
    member: DemoMember,
    officials: Sequence[Told],
    wishes: Wishes,
    portal: str,
) -> Tree:
    most = (
        {}
        if wishes.beginnings is None
        else {"most-unfinished": wishes.beginnings, "most-a-day": wishes.beginnings}
    )
    registers = {
        register: str(country.client(keeper, register))
        for register, keeper in country.registers.items()
    }
    return {
        "services": {
            "folders": [member.folder(service) for service in member.services],
            "zone": country.zone,
            "providers": {
                **registers,
                "inbox": str(country.client("portal", "inbox")),
                "payments": str(country.client("bank", "payments")),
            },
            "units": {
                code: {"names": dict(unit.names), "services": list(unit.services)}
                for code, unit in member.units.items()
            },
            "official": [_official(one, member) for one in officials],
            "account": member.account,
            "bank": str(country.client("bank", "payments")),
            **({"bank-number": VIETQR_BANK} if country.profile == "vn" else {}),
            "papers": portal,
            **most,
        },
        **_appointments(member),
    }


def _appointments(member: DemoMember) -> Tree:
    if not member.appointments:
        return {}
    return {"appointments": {"file": f"catalogue:{member.appointments}"}}


def _followers(country: Country, keeper: DemoMember) -> list[Tree]:
    return [
        {
            "register": followed.register,
            "kind": followed.kind,
            "client": str(member.client("services")),
            "purpose": followed.purpose,
            "legal-basis": followed.legal_basis,
        }
        for member in country.members.values()
        for followed in member.follows
        if followed.register in keeper.registers
    ]


def _named(told: Told) -> Tree:
    name = told.person.name
    return {
        "code": str(told.person.code),
        "given": name.given,
        "middle": name.middle,
        "family": name.family,
    }


def _official(told: Told, member: DemoMember) -> Tree:
    office, tree = told.office, _named(told)
    if office is not None and office.unit in member.units:
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
    member = country.members[role]
    portal = str(country.client("portal", "portal"))
    rights = [
        _right(portal, f"{register}/{service}", purpose)
        for register in member.registers
        for service, purpose in (("findUsage", "own-data"), ("corrections", "correction"))
    ]
    if member.services:
        rights.append(_right(portal, "services/cases"))
        rights.append(_right(str(country.client("bank", "payments")), "services/fees", "state-fee"))
    rights += [
        _right(
            str(country.client(country.registers[followed.register], followed.register)),
            "services/events",
            followed.purpose,
        )
        for followed in member.follows
    ]
    own = {"portal": _of_inbox, "bank": _of_orders, "authority": _of_login, "trust": _of_cards}
    return rights + (own[role](country) if role in own else [])


def _offering(country: Country) -> list[str]:
    """The subsystems that offer services."""
    return [str(one.client("services")) for one in country.members.values() if one.services]


def _of_inbox(country: Country) -> list[Tree]:
    registers = [str(country.client(role, one)) for one, role in country.registers.items()]
    tellers = [*_offering(country), *registers]
    own = _right(str(country.client("portal", "portal")), "inbox/notices", "own-notices")
    return [*(_right(client, "inbox/notices", "notice") for client in tellers), own]


def _of_orders(country: Country) -> list[Tree]:
    orders = [
        _right(client, f"payments/{service}", "state-fee")
        for client in _offering(country)
        for service in ("orders", "transfers")
    ]
    own = country.members["bank"]
    if own.services:
        # The ledger opens accounts for the bank's own service only.
        service = str(own.client("services"))
        orders.append(_right(service, "payments/accounts", "account-opening"))
    return orders


def _of_login(country: Country) -> list[Tree]:
    """The portal and the desks ask login for statements."""
    relying = [str(country.client("portal", "portal")), *_offering(country)]
    return [
        _right(client, f"login/{service}")
        for client in relying
        for service in ("sessions", "statements", "mandates")
    ]


def _of_cards(country: Country) -> list[Tree]:
    return [
        _right(str(country.client("identity", "cards")), "certificates/cards", "document-issue")
    ]


def _right(client: str, service: str, *purposes: str) -> Tree:
    return {"client": client, "service": service, "purposes": list(purposes)}
