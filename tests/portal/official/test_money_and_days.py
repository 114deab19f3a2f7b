"""The desk's pages of money and of appointments in a real browser; who answers them is plain data."""

import re
from datetime import date

import pytest
from axe_playwright_python.async_playwright import Axe
from tests.portal.citizen.mine.house import served
from tests.portal.official.house import as_official
from tests.portal.official.test_sight import signed_in
from tests.portal.sight import FEW
from tests.services.house import ANNELI

from riik.payments import FeeRefused
from riik.portal.design.http import KeepsLanguage, design_routes
from riik.portal.official.http import routes
from riik.portal.official.payments.http import money_routes
from riik.portal.official.times.http import times_routes
from riik.portal.session.door.http import door_routes
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.web import edge

pytestmark = pytest.mark.anyio

RECEIPT, CASE, LAW = "a" * 32, "case-of-a-test-0001", "Riigilõivuseadus § 15"
MOVEMENT = {
    "id": RECEIPT, "day": "2026-11-30", "minor": 2500, "currency": "EUR", "surplus": 200,
    "reference": "100017", "number": "2026-000001", "came": True, "standing": "over",
    "waits": True,
}  # fmt: skip
REFUND = {
    "id": "b" * 32, "receipt": RECEIPT, "minor": 200, "currency": "EUR", "number": "2026-000001",
    "law": LAW, "reason": "Paid 25", "by": "Tiina", "at": "2026-11-30T10:00:00Z",
    "state": "proposed", "answer": "", "mine": False,
}  # fmt: skip
SUM = {"currency": "EUR", "came": 2500, "settled": 2300, "surplus": 200, "went": 0, "refunded": 0,
       "difference": 1}  # fmt: skip
ROWS = [
    {"id": "b-1", "begins": "2026-11-30T08:00:00Z", "number": "2026-000001", "case": CASE,
     "what": "Driving exam", "with": "Rein Kask", "standing": "booked", "may": ["arrived", "no-show"]},
    {"id": "b-2", "begins": "2026-11-30T09:00:00Z", "number": "", "case": "",
     "what": "Driving exam", "with": "Rein Kask", "standing": "done", "may": []},
]  # fmt: skip


class Money:
    """An account with too much on it, and a colleague's proposal."""

    empty = False

    def __init__(self):
        self.taken, self.why = [], ""

    async def take(self, reader, number, *, amount):
        if self.why:
            raise FeeRefused("not taken", why=self.why)
        self.taken.append((number, amount))

    async def overview(self, reader):
        rows = ([], [], []) if self.empty else ([MOVEMENT], [REFUND], [SUM])
        return {"account": "EE382200221020145685", **dict(zip(("waiting", "refunds", "sums"), rows, strict=True))}  # fmt: skip

    async def open(self, reader, receipt):
        return {**MOVEMENT, "other": "EE471000001020145685", "left": 200, "usual": "2.00",
                "law": LAW, "resolution": "", "case": CASE, "refunds": [REFUND]}  # fmt: skip


class Days:
    """One office with two appointments on the last of November, and none on another day."""

    async def day(self, place, day, *, language):
        day = day or date(2026, 11, 30)
        places = [{"id": "hall", "name": "Town hall"}, {"id": "manor", "name": "Manor"}]
        rows = ROWS if day == date(2026, 11, 30) else []
        return {"places": places, "place": place or "hall", "day": day, "rows": rows}


@pytest.fixture
def money():
    return Money()


@pytest.fixture
def app(room, money, tmp_path, clock):
    """The desk with its pages of money and of days."""
    log = open_log(tmp_path / "node.log", clock=clock, node="transport")
    rooms = [*door_routes(room.site), *routes(room), *money_routes(room, money)]
    return KeepsLanguage(
        edge([*rooms, *times_routes(room, Days()), *design_routes()], metrics=Metrics(), logger=log)
    )


@pytest.fixture
async def anneli(app, login):
    return await as_official(app, login, ANNELI)


PAGES = [
    "/desk/payments",
    f"/desk/payments/{RECEIPT}",
    "/desk/appointments?day=2026-11-30",
    "/desk/appointments?day=2026-12-01",
]


@pytest.mark.parametrize(("language", "scheme", "width"), FEW)
async def test_money_and_days_are_for_everyone(anneli, app, chromium, language, scheme, width):
    async with served(app) as address:
        size = {"width": width, "height": 700}
        page = await signed_in(
            anneli, chromium, address, language=language, viewport=size, color_scheme=scheme
        )
        for path in PAGES:
            assert (await page.goto(f"{address}{path}")).ok, path
            found = await Axe().run(page)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert await page.locator("h1").count() == 1, path


async def test_an_account_without_anything_says_what_will_come(anneli, money):
    money.empty = True
    page = (await anneli.get("/desk/payments")).text
    assert "Everything that came settles a fee" in page
    assert "Nothing was given back yet." in page


async def test_a_law_of_a_refund_is_named_in_the_language_of_the_page(anneli):
    for path in PAGES[:2]:
        assert "State Fees Act § 15" in (await anneli.get(path)).text


async def take(anneli, **fields):
    """Sends the form as the page has it."""
    page = (await anneli.get(PAGES[0])).text
    once = re.search(r'name="once" value="([^"]+)"', page)[1]
    given = {"number": "2026-000017", "amount": "23,00", "once": once, **fields}
    return once, await anneli.post(PAGES[0], given | {"csrf": await anneli.csrf()})


async def test_a_fee_is_taken_once_however_often_it_is_sent(anneli, money):
    once, done = await take(anneli)
    _, again = await take(anneli, once=once)
    assert ([done.status, again.status], money.taken) == ([303, 303], [("2026-000017", "23,00")])
    assert "Taken. The case goes on by itself." in (await anneli.get(done.headers["location"])).text


NOT_TAKEN = [
    ("number", "No case with this number owes a fee here"),
    ("not-here", "This fee is paid at the bank, not at the desk"),
    ("paid", "This fee is paid already"),
    ("unit", "This case belongs to another unit"),
    ("own-case", "This is your own case: somebody else takes the money"),
    ("amount", "Write an amount of more than nothing, like 2.00"),
    ("short", "That is less than the fee"),
    ("over", "That is more than the fee"),
]


@pytest.mark.parametrize(("why", "words"), NOT_TAKEN)
async def test_why_a_fee_is_not_taken_stands_at_the_field_and_what_was_typed_stays(
    anneli, money, why, words
):
    money.why = why
    _, page = await take(anneli, number="2026-<17>")
    assert (page.status, words in page.text, 'value="2026-&lt;17&gt;"' in page.text) == (
        422,
        True,
        True,
    )
    assert money.taken == []
