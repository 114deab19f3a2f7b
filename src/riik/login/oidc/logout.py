"""Logout requests of clients: may this one end the session, and where does the browser go?

OpenID Connect RP-Initiated Logout 1.0 §2–§3. A client proves with an ID token of this very
session that it speaks for the person; without that the person is asked. Nobody is sent to an
address that the client didn't register. Pure.
"""

from collections.abc import Mapping

from riik.login.oidc.errors import AuthorizationRefused, ClientRefused
from riik.login.oidc.model import Client, Farewell, Parameters
from riik.login.oidc.requests import answer, single
from riik.login.oidc.tokens import Hint

__all__ = ["farewell", "logout_parameters"]

MOST_STATE = 1_000
NAMES = ("id_token_hint", "post_logout_redirect_uri", "client_id", "state")


def logout_parameters(parameters: Parameters) -> dict[str, str]:
    """The parameters of a logout request, each at most once.

    Raises:
        ClientRefused: For ``twice`` or ``size``.
    """
    try:
        given = {name: single(parameters, name) for name in NAMES}
    except AuthorizationRefused as error:
        raise ClientRefused("a parameter came twice", why="twice") from error
    if len(given["state"]) > MOST_STATE:
        raise ClientRefused("state is too long", why="size", most=MOST_STATE)
    return given


def farewell(
    given: Mapping[str, str], *, clients: Mapping[str, Client], hint: Hint | None, sid: str
) -> Farewell:
    """What a logout request comes to.

    Args:
        given: From `logout_parameters`.
        clients: By ``client_id``.
        hint: What ``id_token_hint`` says, if one came and is ours.
        sid: Of the browser's own session; empty when nobody is signed in.

    Raises:
        ClientRefused: For ``client`` or ``post-logout-uri``: nobody is sent anywhere.
    """
    named, address = given["client_id"], given["post_logout_redirect_uri"]
    if hint is not None and named not in ("", hint.client):
        raise ClientRefused("the hint is another client's", why="client")
    client = clients.get(hint.client if hint is not None else named)
    if named and client is None:
        raise ClientRefused("nobody of that name may ask here", why="client")
    if address:
        if client is None or address not in client.post_logout_uris:
            raise ClientRefused("this address is not the client's", why="post-logout-uri")
        address = answer(address, {"state": given["state"]} if given["state"] else {})
    proved = hint is not None and hint.sid == sid
    return Farewell(address=address, ask=bool(sid) and not proved, client=client)
