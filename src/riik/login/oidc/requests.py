"""Authorization and logout requests: may this client ask this, in this way?

Implements OpenID Connect Core 1.0 §3.1.2.1, RFC 6749 §3.1 (no parameter twice), RFC 7636
(PKCE, S256 only), RFC 9207 (``iss`` in the answer) and TARA's rules: ``state`` of eight
characters or more, ``acr_values`` one of three levels. Addresses are compared as texts,
exactly (RFC 9700 §2.1): no pattern, no other port, no more path.
Pure. What is wrong before client and address are known to belong together is told to the
person; all else to the client.
"""

import re
from collections.abc import Mapping
from typing import Final, NoReturn
from urllib.parse import urlencode

from riik.login.model import Level
from riik.login.oidc.details import read_details
from riik.login.oidc.errors import AuthorizationRefused, ClientRefused
from riik.login.oidc.model import SCOPES, AuthorizationRequest, Client, Parameters

__all__ = ["answer", "find_client", "read_authorization", "refusal", "single"]

MOST_PARAMETERS: Final = 50
LEAST_STATE, MOST_STATE = 8, 1_000
MOST_TEXT: Final = 2_000
MOST_TOKEN: Final = 8_000
PROMPTS: Final = frozenset({"none", "login", "consent", "select_account"})
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_PRINTABLE: Final = re.compile(r"[\x20-\x7e]*\Z")
_SECONDS: Final = re.compile(r"[0-9]{1,9}\Z")

# Ways of asking that we don't take, with the standard's word for each (Core §3.1.2.6).
_NOT_TAKEN: Final = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}


def single(parameters: Parameters, name: str) -> str:
    """A parameter's one value; empty when there is none.

    Raises:
        AuthorizationRefused: For ``twice`` (RFC 6749 §3.1).
    """
    values = [value for key, value in parameters if key == name]
    if len(values) > 1:
        _refuse(f"{name} came more than once", why="twice")
    return values[0] if values else ""


def find_client(parameters: Parameters, *, clients: Mapping[str, Client]) -> tuple[Client, str]:
    """Who asks, and to which of its addresses the answer goes.

    Raises:
        ClientRefused: For ``size``, ``twice``, ``client`` or ``redirect-uri``: nobody is
            sent anywhere.
    """
    if len(parameters) > MOST_PARAMETERS:
        raise ClientRefused("there are too many parameters", why="size", most=MOST_PARAMETERS)
    try:
        named, address = single(parameters, "client_id"), single(parameters, "redirect_uri")
    except AuthorizationRefused as error:
        raise ClientRefused("the client or its address came twice", why="twice") from error
    client = clients.get(named)
    if client is None:
        raise ClientRefused("nobody of that name may ask here", why="client")
    if address not in client.redirect_uris:
        raise ClientRefused("this address is not the client's", why="redirect-uri")
    return client, address


def read_authorization(
    parameters: Parameters, *, client: Client, redirect_uri: str
) -> AuthorizationRequest:
    """Read what a known client asks.

    Raises:
        AuthorizationRefused: For ``twice``, ``size``, ``response-type``, ``response-mode``,
            ``not-taken``, ``state``, ``scope``, ``challenge``, ``prompt``, ``level``,
            ``max-age`` or ``details``, with the standard's ``error``.
    """
    given = {name: single(parameters, name) for name, _ in parameters}
    _check_sizes(given)
    for name, error in _NOT_TAKEN.items():
        if given.get(name):
            _refuse(f"{name} is not taken here", why="not-taken", error=error)
    if given.get("response_type") != "code":
        error = "unsupported_response_type" if given.get("response_type") else "invalid_request"
        _refuse("response_type is code here", why="response-type", error=error)
    if given.get("response_mode", "query") != "query":
        _refuse("the answer is a query here", why="response-mode")
    state = given.get("state", "")
    if not LEAST_STATE <= len(state) <= MOST_STATE or not _PRINTABLE.match(state):
        _refuse(f"state has {LEAST_STATE} to {MOST_STATE} printable characters", why="state")
    payment = read_details(given.get("authorization_details", ""), taken=client.details)
    return AuthorizationRequest(
        client=client.id,
        redirect_uri=redirect_uri,
        state=state,
        nonce=given.get("nonce", ""),
        challenge=_challenge(given, needed=client.pkce),
        scopes=_scopes(given.get("scope", ""), client),
        level=_level(given.get("acr_values", "")),
        prompts=_prompts(given.get("prompt", ""), pays=payment is not None),
        max_age=_max_age(given.get("max_age", "")),
        languages=tuple(given.get("ui_locales", "").split())[:8],
        hint=given.get("id_token_hint", ""),
        payment=payment,
    )


def refusal(parameters: Parameters, error: AuthorizationRefused) -> dict[str, str]:
    """The parameters by which a client is told; its ``state`` when it sent one we could read."""
    states = [value for key, value in parameters if key == "state"]
    told = {"error": str(error.facts["error"]), "error_description": str(error)}
    if len(states) == 1 and len(states[0]) <= MOST_STATE and _PRINTABLE.match(states[0]):
        told["state"] = states[0]
    return told


def answer(address: str, told: Mapping[str, str], *, issuer: str = "") -> str:
    """An address with the answer in its query; ``iss`` guards against mix-up (RFC 9207 §2)."""
    query = urlencode({**told, "iss": issuer} if issuer else told)
    if not query:
        return address
    return f"{address}{'&' if '?' in address else '?'}{query}"


def _check_sizes(given: Mapping[str, str]) -> None:
    for name, value in given.items():
        most = MOST_TOKEN if name == "id_token_hint" else MOST_TEXT
        if len(value) > most:
            _refuse(f"{name} is too long", why="size")
    if not _PRINTABLE.match(given.get("nonce", "")):
        _refuse("nonce has other characters", why="size")


def _challenge(given: Mapping[str, str], *, needed: bool) -> str:
    challenge = given.get("code_challenge", "")
    if not challenge:
        if needed or given.get("code_challenge_method"):
            _refuse("code_challenge is needed (RFC 7636)", why="challenge")
        return ""
    # The method's default would be plain, which protects nobody (RFC 9700 §2.1.1).
    if given.get("code_challenge_method") != "S256" or not _CHALLENGE.match(challenge):
        _refuse("code_challenge is by S256", why="challenge")
    return challenge


def _scopes(text: str, client: Client) -> tuple[str, ...]:
    asked = {scope for scope in text.split(" ") if scope in SCOPES}
    if "openid" not in asked:
        _refuse("scope has openid", why="scope", error="invalid_scope")
    if not asked <= client.scopes:
        _refuse("this client may not ask for that", why="scope", error="invalid_scope")
    return tuple(sorted(asked))


def _level(text: str) -> Level:
    """The least of the levels that would do; TARA's default is substantial."""
    asked = text.split()
    known = {level.value: level for level in Level}
    if not all(value in known for value in asked):
        _refuse("acr_values is low, substantial or high", why="level")
    order = list(Level)
    found = [known[value] for value in asked]
    return min(found, key=order.index) if found else Level.SUBSTANTIAL


def _prompts(text: str, *, pays: bool) -> tuple[str, ...]:
    asked = frozenset(text.split())
    if not asked <= PROMPTS or ("none" in asked and len(asked) > 1):
        _refuse("prompt has other values, or none with others", why="prompt")
    if pays and "none" in asked:
        _refuse("nobody pays without being asked", why="prompt")
    # A payment is confirmed by the card, never by a session that is still open.
    return tuple(sorted(asked | {"login"} if pays else asked))


def _max_age(text: str) -> int | None:
    if not text:
        return None
    if not _SECONDS.match(text):
        _refuse("max_age is a number of seconds", why="max-age")
    return int(text)


def _refuse(message: str, *, why: str, error: str = "invalid_request") -> NoReturn:
    raise AuthorizationRefused(message, why=why, error=error)
