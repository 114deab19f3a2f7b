"""Keys turn over without surprising anybody."""

import pytest
from tests.login.oidc.conftest import claims_of

from riik.formats import jose
from riik.login.oidc import KeyMissing
from riik.login.oidc.keyring import Keyring
from riik.login.oidc.store import SqlProviderStore

pytestmark = pytest.mark.anyio


def shown(provider):
    return [key["kid"] for key in provider.jwks()["keys"]]


def signing(provider):
    token = provider.logout_token("portal", "sid")
    assert claims_of(token)["sid"] == "sid"
    return jose.read(token, algorithms={"RS256"}).header["kid"]


def test_a_ring_has_one_key_and_signs_with_it(provider):
    assert shown(provider) == [signing(provider)]
    provider.keyring.turn()
    assert len(shown(provider)) == 1


def test_a_new_key_is_shown_for_an_hour_before_it_signs(provider, clock):
    first = signing(provider)
    clock.advance(days=90)
    provider.keyring.turn()
    assert len(shown(provider)) == 2
    assert signing(provider) == first
    clock.advance(hours=1)
    assert signing(provider) != first
    assert first in shown(provider)


def test_no_more_than_three_keys_are_shown(provider, clock):
    for _ in range(4):
        clock.advance(days=90)
        provider.keyring.turn()
        clock.advance(hours=2)
    assert len(shown(provider)) == 2


async def test_a_hint_by_an_old_key_is_still_ours(provider, clock, signed_in, redeem):
    token = (await redeem((await signed_in())["code"])).json["id_token"]
    for _ in range(3):
        clock.advance(days=91)
        provider.keyring.turn()
    assert provider.hint(token).client == "portal"


def test_the_keys_are_public_and_for_signatures(provider):
    [key] = provider.jwks()["keys"]
    assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}


def test_a_ring_without_a_key_signs_nothing(login, keys):
    ring = Keyring(
        member="N",
        store=SqlProviderStore(),
        keys=keys,
        database=login.database,
        clock=login.clock,
    )
    with login.database.read() as work, pytest.raises(KeyMissing):
        ring.signing(work=work)
