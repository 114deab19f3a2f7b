"""What the site must be told: one file, `bank.toml`. Secrets are files of their own."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Settings", "read_settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The site's settings.

    Attributes:
        folder: Where the file lies; its paths start there, and the site keeps its things there.
        origin: The site itself, such as ``https://bank.example``.
        names: The bank's name by language.
        zone: Time zone of the dates that are shown.
        name_order: Order of a person's names: ``given``, ``family``.
        login: Origin of the national login.
        client_id: What the login calls this site.
        secret: What the login knows it by.
        api: Origin of the bank's own API.
        clerks: Personal codes of who works here, with the country in front: ``EE38001085718``.
        returns: Sites that people may be sent back to, each with its names.
        card: Origin of the demonstration card; empty where cards are real.
        demonstration: Address of the demonstration's front page; empty where it is earnest.
        tsa: Where time-stamps are asked (RFC 3161).
        ocsp: Where the state of certificates is asked (RFC 6960).
        trusted_list: Address of the country's trusted list (ETSI TS 119 612).
        list_signer: Certificate of who seals it, DER.
    """

    folder: Path
    origin: str
    names: Mapping[str, str]
    zone: str
    name_order: tuple[str, ...]
    login: str
    client_id: str
    secret: str
    api: str
    clerks: frozenset[str]
    returns: Mapping[str, Mapping[str, str]]
    card: str
    demonstration: str
    tsa: str
    ocsp: str
    trusted_list: str
    list_signer: bytes


def read_settings(path: Path) -> Settings:
    """Read the file and the secrets beside it; a setting that is missing is a KeyError."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    login, signing = told["login"], told["signing"]
    return Settings(
        folder=path.parent,
        origin=told["origin"],
        names=told["names"],
        zone=told["zone"],
        name_order=tuple(told["name-order"]),
        login=login["origin"],
        client_id=login["client-id"],
        secret=(path.parent / login["secret"]).read_text(encoding="utf-8").strip(),
        api=told["api"],
        clerks=frozenset(told.get("clerks", ())),
        returns=told.get("returns", {}),
        card=told.get("card", ""),
        demonstration=told.get("demonstration", ""),
        tsa=signing["tsa"],
        ocsp=signing["ocsp"],
        trusted_list=signing["trusted-list"],
        list_signer=(path.parent / signing["list-signer"]).read_bytes(),
    )
