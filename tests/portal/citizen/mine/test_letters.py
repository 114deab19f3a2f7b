"""The inbox: a letter is delivered when its person opens it, and by nothing else."""

import pytest
from tests.portal.citizen.mine.house import HOSTILE, LETTER, NOTICE

pytestmark = pytest.mark.anyio

OPEN = f"/inbox/{NOTICE['sender']}/notice-1"


@pytest.fixture(autouse=True)
def plain(town):
    town.desk.told["notices"]["notices"] = [NOTICE | {"id": "notice-1"}, LETTER]


async def test_the_list_tells_what_is_unread_and_opens_nothing(town):
    page = (await (await town.visitor()).get("/inbox")).text
    assert "One notice is unread." in page
    assert f'href="{OPEN}"' in page
    assert 'lang="et">Sinu postkast on avatud' in page
    assert town.desk.asked == []


async def test_opening_is_delivery_and_says_so(town):
    page = (await (await town.visitor()).get(OPEN)).text
    assert town.desk.asked == [("read", NOTICE["sender"], "notice-1")]
    assert "Delivered at 14:00 on 23" in page
    assert "<p>The card comes by post within ten working days.</p>" in page
    assert f'href="/cases/{NOTICE["case"]}"' in page


@pytest.mark.parametrize(
    "purpose", ["prefetch", "prefetch;anonymous-client-ip", "prefetch;prerender"]
)
async def test_a_browser_that_loads_ahead_opens_nothing(town, purpose):
    page = await (await town.visitor()).get(OPEN, **{"sec-purpose": purpose})
    assert (page.status, town.desk.asked) == (503, [])


async def test_asking_for_the_head_alone_opens_nothing(town):
    mari = await town.visitor()
    assert (await mari.send("HEAD", OPEN)).status == 503
    assert town.desk.asked == []


async def test_nobody_opens_without_signing_in(town):
    assert (await town.browser().get(OPEN)).status == 303
    assert town.desk.asked == []


@pytest.mark.parametrize(
    "path",
    ["/inbox/EE-DEMO/GOV/1/services/none", "/inbox/x/y", f"/inbox/x/{'a' * 201}", "/inbox/x/%00"],
)
async def test_another_s_notice_and_none_look_the_same(town, path):
    page = await (await town.visitor()).get(path)
    assert page.status == 404
    assert "Transport" not in page.text


async def test_a_notice_that_only_informs_has_no_legal_effect(town):
    page = (await (await town.visitor()).get(f"/inbox/{LETTER['sender']}/welcome")).text
    assert "None: it only informs you." in page
    assert "Delivered at" not in page


async def test_markup_in_a_letter_stays_text(town):
    letter = NOTICE | {"id": "n", "title": HOSTILE, "body": HOSTILE, "organisation": HOSTILE}
    town.desk.told["notices"]["notices"] = [letter]
    mari = await town.visitor()
    for path in ("/inbox", f"/inbox/{NOTICE['sender']}/n"):
        page = (await mari.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


async def test_a_letter_says_by_which_law_it_counts_and_that_the_article_is_assumed(town):
    delivered = {
        "delivered": "2026-12-05T10:00:00Z",
        "how": "letter",
        "law": "Administrative Procedure Act § 26: delivered by post",
        "assumed": True,
    }
    town.desk.told["notices"]["notices"] = [NOTICE | delivered | {"id": "notice-1"}]
    page = (await (await town.visitor()).get(OPEN)).text
    assert "Delivered at 12:00 on 5" in page
    assert "The post handed it over on paper." in page
    assert "Administrative Procedure Act § 26" in page
    assert "article assumed" in page
