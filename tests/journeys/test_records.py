"""Two officials suspend a right to drive at the register's desk; the person sees who and why."""

import re
from hashlib import sha256

import pytest
from tests.journeys.house import visit

from riik.demo.browser import Browser, PageRefused

pytestmark = pytest.mark.anyio

CASE = {"purpose": "register-keeping", "case": "KORD-7/2026"}
ASKED = "purpose=register-keeping&case=KORD-7%2F2026"


async def sign(browser, desk, step, **sent):
    """Sign as the page's script does, with the official's own card."""
    given = {**sent, "certificate": browser.certificate()}
    prepared = await browser.post(f"{desk}/desk/records/sign/{step}", given)
    value = await browser.signature(prepared)
    done = {"ticket": sent["ticket"], "value": value}
    return await browser.post(f"{desk}/desk/records/sign/complete", done)


async def test_a_suspension_by_hand_is_signed_by_two_and_seen_by_the_person(country):
    desk = country.places["transport"].origin
    code = country.holder("eha").code
    cards = country.folder / "cards"
    async with (
        visit(country, "eha") as eha,
        Browser(country.holder("anneli"), cards) as anneli,
        Browser(country.holder("tiina"), cards) as tiina,
    ):
        session = await anneli.enter(desk)
        form = {"register": "driving-rights", "by": "person", "value": code, **CASE}
        page = await anneli._walk(
            "POST", f"{desk}/desk/records/find", {**form, "csrf": session["csrf"]}
        )
        record = re.search(r"/in/driving-rights/([0-9a-f]{32})/suspension", page.content.decode())[
            1
        ]
        ticket = sha256(record.encode()).hexdigest()[:40]
        sent = {"register": "driving-rights", **CASE, "record": record, "offer": "suspension",
                "value.status": "suspended", "value.suspended_from": "2026-11-30", "since": "",
                "reason": "Kohus peatas õiguse", "correction": "", "ticket": ticket}  # fmt: skip
        done = await sign(anneli, desk, "prepare", **sent)
        assert done["location"].endswith("told=proposed")
        with pytest.raises(PageRefused):
            await sign(anneli, desk, "agree", ticket=ticket)

        await tiina.enter(desk)
        proposed = await tiina.visit(f"{desk}/desk/records/orders/{ticket}")
        assert "Kohus peatas õiguse" in proposed.content.decode()
        done = await sign(tiina, desk, "agree", ticket=ticket)
        told = (await tiina.visit(f"{desk}{done['location']}")).content.decode()
        assert "Anneli Põder, Tiina Žukova" in told

        await eha.sign_in()
        looks = str(await eha.browser.get(f"{eha.portal}/v1/mine/looks?language=en&days=1"))
        assert "Anneli Põder" in looks
        assert "Tiina Žukova" in looks
        assert "KORD-7/2026" in looks
