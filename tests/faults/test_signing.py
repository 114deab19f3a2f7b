"""Signing the application when something is wrong with the card or with the Trust Centre."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from tests.faults.house import at_home, closed_door, post, settle, suspended, until_signature
from tests.journeys.house import LICENCE, until, visit

from riik.demo.browser import PageRefused
from riik.demo.card import CardState
from riik.trust import Person, person_signature
from riik.trust.component import Order

pytestmark = pytest.mark.anyio


async def test_another_person_s_card_does_not_sign(country):
    async with visit(country, "helmi") as journey, at_home(country, "liis") as liis:
        await journey.sign_in()
        await journey.start()
        await journey.answer()
        with pytest.raises(PageRefused) as refused:
            await post(journey, "submission", {"certificate": liis.certificate()})
    assert refused.value.why == "person"


async def test_an_expired_certificate_does_not_sign(country):
    holder = country.holder("helmi")
    card = CardState.from_bytes((country.folder / "cards" / f"{holder.code}.json").read_bytes())
    [expired] = country.nodes["trust"].parts.trust.issue_many(
        [
            Order(
                key="expired/signature",
                profile=person_signature(
                    Person(code=holder.code, given_name="Helmi", surname="Lepik")
                ),
                public_key=card.public_keys()[1],
                not_after=datetime.now(UTC) - timedelta(minutes=1),
            )
        ]
    )
    async with visit(country, "helmi") as journey:
        await journey.sign_in()
        await journey.start()
        await journey.answer()
        with pytest.raises(PageRefused) as refused:
            await post(journey, "submission", {"certificate": b64encode(expired).decode()})
    assert refused.value.why == "expired"


async def test_a_card_suspended_meanwhile_does_not_sign_until_it_is_resumed(country):
    async with visit(country, "helmi") as journey:
        value = await journey.browser.signature(await until_signature(journey))
        async with suspended(country, "helmi"):
            with pytest.raises(PageRefused) as refused:
                await post(journey, "signature", {"value": value})
        assert refused.value.why == "suspended"
        await post(journey, "signature", {"value": value})
        assert journey.next_step == "payment"


async def test_a_value_of_another_key_is_no_signature(country):
    async with visit(country, "helmi") as journey, at_home(country, "liis") as liis:
        value = await liis.signature(await until_signature(journey))
        with pytest.raises(PageRefused) as refused:
            await post(journey, "signature", {"value": value})
    assert refused.value.why == "signature"


async def test_a_value_for_another_paper_is_no_signature(country):
    async with visit(country, "helmi") as journey:
        prepared = await until_signature(journey)
        other = prepared | {"digest": b64encode(bytes(48)).decode()}
        with pytest.raises(PageRefused) as refused:
            await post(journey, "signature", {"value": await journey.browser.signature(other)})
    assert refused.value.why == "signature"


async def test_without_time_stamps_the_signature_waits_and_is_then_taken(country):
    async with visit(country, "helmi") as journey:
        value = await journey.browser.signature(await until_signature(journey))
        async with closed_door(country, "trust"):
            status = await post(journey, "signature", {"value": value})
            assert status["state"] == "waiting-for-provider"
        assert await until(lambda: _next(journey, "payment"))


async def test_without_the_trust_centre_the_decision_waits_and_is_then_sealed(country):
    async with visit(country, "jaan", answers=LICENCE) as journey:
        await until_signature(journey)
        await journey.sign()
        order = (await post(journey, "payment", {}))["payment"]
        # The bank's word waits until the trust centre is silent: paying needs a card, thus OCSP.
        await country.nodes["transport"].close_exchange()
        await settle(journey, order)
        async with closed_door(country, "trust"):
            await country.nodes["transport"].open_exchange()
            assert await until(lambda: _event(journey, "proposed"))
            assert "decision.pdf" not in [one["name"] for one in journey.result.status["documents"]]
        await until(lambda: _next(journey, "none"))
    papers = [one["name"] for one in journey.result.status["documents"]]
    assert papers == ["application.asice", "decision.pdf"]


async def _next(journey, step):
    """True once the case asks for this."""
    await journey.refresh()
    return True if journey.next_step == step else None


async def _event(journey, kind):
    """True once this has happened in the case."""
    await journey.refresh()
    return kind in [event["kind"] for event in journey.result.status["events"]] or None
