"""Login's published keys: asked when needed, kept, and not asked at everybody's word."""

import pytest
from tests.payments.house import RsaKey, published

from riik.payments.client import PublishedKeys
from riik.payments.errors import AuthenticationRefused, LoginSilent
from riik.runtime.http_client import HttpClient

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def login():
    async with published() as login:
        yield login


@pytest.fixture
async def keys(login, clock):
    http = HttpClient()
    yield PublishedKeys(http=http, origin=login.origin, clock=clock)
    await http.close()


async def test_a_key_is_asked_for_once(login, keys, login_key):
    login.keys = [login_key.jwk("k1")]
    assert [await keys.key("k1") for _ in range(3)] == [login_key.public_key] * 3
    assert login.asked == 1


async def test_a_new_key_is_found_and_an_old_one_forgotten(login, keys, login_key, clock):
    login.keys, new = [login_key.jwk("k1")], RsaKey.new()
    await keys.key("k1")
    login.keys = [new.jwk("k2")]
    clock.advance(seconds=31)
    assert await keys.key("k2") == new.public_key
    with pytest.raises(AuthenticationRefused):
        await keys.key("k1")


async def test_invented_ids_do_not_make_us_knock(login, keys, login_key):
    login.keys = [login_key.jwk("k1")]
    for number in range(20):
        with pytest.raises(AuthenticationRefused) as refused:
            await keys.key(f"invented-{number}")
    assert (refused.value.why, login.asked) == ("key", 1)


async def test_keys_are_asked_for_again_after_an_hour(login, keys, login_key, clock):
    login.keys = [login_key.jwk("k1")]
    await keys.key("k1")
    login.keys = []
    clock.advance(seconds=3_601)
    with pytest.raises(AuthenticationRefused):
        await keys.key("k1")


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "http://localhost:1"},
        {"issuer": None},
        {"jwks_uri": "http://127.0.0.1:1/oidc/jwks"},
        {"jwks_uri": "http://localhost.evil.example/"},
        {"jwks_uri": None},
    ],
    ids=str,
)
async def test_a_login_that_speaks_for_another_is_not_believed(login, keys, login_key, changes):
    login.keys, login.changes = [login_key.jwk("k1")], changes
    with pytest.raises(LoginSilent) as silent:
        await keys.key("k1")
    assert (silent.value.why, login.asked) == ("issuer", 0)


async def test_keys_of_other_kinds_are_passed_over(login, keys, login_key):
    private = {**login_key.jwk("private"), "d": "AQAB"}
    curve = {"kty": "EC", "kid": "curve"}
    nameless = {name: value for name, value in login_key.jwk("x").items() if name != "kid"}
    login.keys = [private, curve, nameless, "text", None, login_key.jwk("enc", use="enc")]
    for kid in ("private", "enc", "x"):
        with pytest.raises(AuthenticationRefused):
            await keys.key(kid)


@pytest.mark.parametrize("keys_told", [None, {}, "x", 7], ids=str)
async def test_an_answer_without_keys_is_none(login, keys, keys_told):
    login.keys = keys_told
    with pytest.raises(LoginSilent):
        await keys.key("k1")


async def test_a_silent_login_is_not_asked_by_every_request(clock, login_key):
    http = HttpClient()
    keys = PublishedKeys(http=http, origin="http://127.0.0.1:9", clock=clock)
    whys = []
    for _ in range(3):
        with pytest.raises(LoginSilent) as silent:
            await keys.key("k1")
        whys.append(silent.value.why)
    await http.close()
    assert whys == ["refused", "pause", "pause"]
