"""Two officials suspend a right to drive; the police, which follows it, and the person see it."""

import json
import re
from hashlib import sha256

import pytest
from tests.journeys.house import until, visit

from riik.core import ServiceId
from riik.demo.browser import Browser, PageRefused
from riik.exchange import Answer, Call, Endpoint, Offer

pytestmark = pytest.mark.anyio

CASE = {"purpose": "register-keeping", "case": "outside:KORD-7/2026"}
ASKED = "purpose=register-keeping&case=outside%3AKORD-7%2F2026"


async def sign(browser, desk, step, **sent):
    """Sign as the page's script does, with the official's own card."""
    given = {**sent, "certificate": browser.certificate()}
    prepared = await browser.post(f"{desk}/desk/records/sign/{step}", given)
    value = await browser.signature(prepared)
    done = {"ticket": sent["ticket"], "value": value}
    return await browser.post(f"{desk}/desk/records/sign/complete", done)


async def follow(country, method, path="", query="", body=b""):
    """The police asks the register's subscriptions, over the exchange."""
    answer = await country.nodes["identity"].exchange.call(
        Call(
            client=country.country.client("identity", "cards"),
            service=ServiceId(
                country.country.client("transport", "driving-rights"), "subscriptions"
            ),
            method=method,
            path=path,
            query=query,
            headers=(("Content-Type", "application/json"),) if body else (),
            body=body,
            purpose="traffic-supervision",
            legal_basis="Liiklusseadus",
        )
    )
    answer.accepted()
    return json.loads(answer.body)


def taking(country):
    """The police's own service that takes batches of events; answers the list of them."""
    batches = []

    async def take(incoming):
        batches.append(json.loads(incoming.body))
        return Answer(status=204)

    country.nodes["identity"].exchange.offer(
        Offer(
            provider=country.country.client("identity", "cards"),
            service="changes",
            endpoints=(Endpoint("POST", "/"),),
            handler=take,
            open_to_all=True,
        )
    )
    return batches


async def test_a_suspension_by_hand_is_signed_by_two_and_seen_by_the_person(country):
    desk = country.places["transport"].origin
    code = country.holder("eha").code
    cards = country.folder / "cards"
    async with (
        visit(country, "eha") as eha,
        Browser(country.holder("anneli"), cards) as anneli,
        Browser(country.holder("tiina"), cards) as tiina,
    ):
        told = taking(country)
        await follow(country, "POST", body=b'{"offer": "right", "service": "changes"}')
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
                "value.status": "suspended", "day.suspended_from": "30.11.2026", "from": "today",
                "reason": "Kohus peatas õiguse", "correction": "", "ticket": ticket}  # fmt: skip
        done = await sign(anneli, desk, "prepare", **sent)
        assert done["location"].endswith("told=proposed")
        with pytest.raises(PageRefused):
            await sign(anneli, desk, "agree", ticket=ticket)

        await tiina.enter(desk)
        proposed = await tiina.visit(f"{desk}/desk/records/orders/{ticket}")
        assert "Kohus peatas õiguse" in proposed.content.decode()
        done = await sign(tiina, desk, "agree", ticket=ticket)
        page = (await tiina.visit(f"{desk}{done['location']}")).content.decode()
        assert "Anneli Põder, Tiina Žukova" in page

        async def brought():
            return [event for batch in told for event in batch["events"]] or None

        [event] = await until(brought)
        assert (event["record"], event["fields"]) == (record, ["status"])
        again = await follow(country, "GET", "/events", "offer=right&after=0")
        assert again["events"][0]["number"] == event["number"]
        now = await follow(country, "GET", "/record", f"offer=right&number={event['number']}")
        assert now["values"]["status"] == "suspended"
        assert "photo" not in now["values"]

        await eha.sign_in()
        looks = str(await eha.browser.get(f"{eha.portal}/v1/mine/looks?language=en&days=1"))
        assert "Anneli Põder" in looks
        assert "Tiina Žukova" in looks
        assert "KORD-7/2026" in looks
