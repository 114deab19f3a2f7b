"""Motor insurance on the pages: a private insurer's service, signed and paid like the state's."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.journeys.browser.house import put_card
from tests.journeys.browser.walking import Walker

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300), pytest.mark.full]

SERVICE = "motor-insurance"
PHONE = {"width": 320, "height": 640}


async def test_an_owner_insures_their_vehicle_in_estonian_on_a_small_phone(chromium, country):
    context = await chromium.new_context(locale="et-EE", viewport=PHONE, is_mobile=True)
    begins = (datetime.now(UTC) + timedelta(days=3)).date()
    answers = {"plate": "101KAJ", "use": "private", "from_day": f"{begins}", "period": "half"}
    walker = Walker(await context.new_page(), country, "kaja", lang="et", answers=answers)
    await put_card(context, country, "kaja")
    await walker.page.goto(f"{walker.portal}/?lang=et")
    await walker.find("kindlustus", SERVICE)
    await walker.begin(SERVICE)
    await walker.answer()
    said = await walker.page.inner_text("main")
    assert "101KAJ" in said
    assert "99" in said
    await walker.sign()
    await walker.pay()
    assert await walker.told() == "Otsus on jaatav"
    await context.close()
