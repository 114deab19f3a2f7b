"""The counter's API: whoever asks it brings a token, and learns nothing without."""

import aiohttp
import pytest
from tests.payments.conftest import CLERK, MARI
from tests.payments.house import claims_of, token
from tests.payments.house import shown as shown_by_login

from riik.payments.http import counter_routes
from riik.runtime.clock import SystemClock
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.web import edge, serve

pytestmark = pytest.mark.anyio
NAMES = {"EE-DEMO/GOV/70001053": {"en": "Transport Administration"}}


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def ask(counter, tmp_path):
    """Sends a request to the counter; answers status and JSON."""
    log = open_log(tmp_path / "log", clock=SystemClock(), node="bank")
    app = edge(
        counter_routes(counter, names=NAMES, site="http://bank.example"),
        metrics=Metrics(),
        logger=log,
    )
    server = await serve(app, "127.0.0.1", 0)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:

        async def send(method, path, bearer=None):
            headers = {} if bearer is None else {"Authorization": bearer}
            async with session.request(method, path, headers=headers) as answer:
                text = await answer.read()
                return answer.status, await answer.json(content_type=None) if text else None

        yield send
    await server.stop()


@pytest.fixture
def proof(clock, login_key, fee_order):
    claims = claims_of(MARI, at=clock.now(), **shown_by_login(fee_order))
    return f"Bearer {token(login_key, claims)}"


async def test_an_order_says_what_is_paid_to_whom(ask, fee_order):
    status, shown = await ask("GET", f"/v1/orders/{fee_order.id}")
    assert status == 200
    assert (shown["amount"], shown["currency"], shown["paid_at"]) == ("23.00", "EUR", None)
    assert shown["creditor"]["names"] == {"en": "Transport Administration"}
    assert shown["account"] == fee_order.account


async def test_a_proof_pays(ask, account, fee_order, proof):
    status, shown = await ask("POST", f"/v1/orders/{fee_order.id}/payment", proof)
    assert (status, shown["paid_at"]) == (200, "2026-11-23T12:00:00.000000Z")
    status, shown = await ask("POST", f"/v1/orders/{fee_order.id}/payment", proof)
    assert (status, shown["why"]) == (401, "replayed")


async def test_a_visit_from_beginning_to_end(ask, account, proof):
    status, begun = await ask("POST", "/v1/visits", proof)
    assert status == 201
    bearer = f"Bearer {begun['visit']}"
    status, seen = await ask("GET", "/v1/account?limit=1", bearer)
    assert (status, seen["account"], seen["balance"]["minor"]) == (200, account.iban, 10_000)
    assert (await ask("DELETE", "/v1/visits", bearer))[0] == 204
    assert (await ask("GET", "/v1/account", bearer))[1]["why"] == "ended"


@pytest.mark.parametrize("bearer", [None, "", "Bearer", "Bearer  ", "Basic eDp5", "x"], ids=str)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/orders/x/payment"),
        ("POST", "/v1/visits"),
        ("DELETE", "/v1/visits"),
        ("GET", "/v1/account"),
    ],
)
async def test_who_brings_nothing_gets_nothing(ask, method, path, bearer):
    status, told = await ask(method, path, bearer)
    assert (status, told["why"]) == (401, "missing")


@pytest.mark.parametrize("query", ["limit=0", "limit=999", "limit=x", "before=-1", "before=x"])
async def test_a_page_that_is_none_is_refused(ask, proof, account, query):
    _, begun = await ask("POST", "/v1/visits", proof)
    status, _ = await ask("GET", f"/v1/account?{query}", f"Bearer {begun['visit']}")
    assert status == 422


async def test_an_order_that_is_not_there(ask):
    status, told = await ask("GET", "/v1/orders/x")
    assert (status, told["why"]) == (404, "unknown")


async def test_a_clerk_reads_orders_that_do_not_say_who_pays(
    ask, account, fee_order, clock, login_key
):
    proof = token(login_key, claims_of(CLERK, at=clock.now()))
    status, begun = await ask("POST", "/v1/desk/visits", f"Bearer {proof}")
    assert status == 201
    bearer = f"Bearer {begun['visit']}"
    period = "since=2026-11-23T00:00:00.000000Z&until=2026-11-24T00:00:00.000000Z"
    status, told = await ask("GET", f"/v1/desk/orders?{period}", bearer)
    assert (status, [one["id"] for one in told["orders"]]) == (200, [fee_order.id])
    assert account.iban not in str(told)
    for bad in ("", "since=x&until=y", "since=2026-11-23&until=2026-11-24"):
        status, said = await ask("GET", f"/v1/desk/orders?{bad}", bearer)
        assert (status, said["why"]) == (409, "period")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/desk/visits"), ("GET", "/v1/desk/orders")]
)
async def test_nobody_comes_to_the_desk_without_a_word(ask, method, path):
    status, said = await ask(method, path)
    assert (status, said["why"]) == (401, "missing")
