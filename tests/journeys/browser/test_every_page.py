"""Every page that the country has, by people who may see it: axe, zoom, keyboard, weight, headers.

Pages are found from the routes of the running sites (`atlas`), so that none can be forgotten.
"""

from dataclasses import dataclass, field

import pytest
from tests.journeys.browser.atlas import NOT_OF_A_LICENCE, Atlas, explore, openable, sites_of
from tests.journeys.browser.conftest import PATIENCE
from tests.journeys.browser.house import enter, put_card
from tests.journeys.browser.sights import SCHEMES, Sight, look

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]

MOST_BYTES = 60 * 1024
OTHERS = ("trust", "identity", "interior", "bank", "clinic", "witness")
VISITS = [
    ("front", ""),
    ("portal", ""),
    ("portal", "mari"),
    ("authority", ""),
    ("authority", "mari"),
    ("transport", ""),
    ("transport", "anneli"),
    ("interior", "eha"),
    ("bank-site", ""),
    ("bank-site", "mari"),
    ("bank-site", "kalev"),
    ("card", "mari"),
    *((role, "") for role in OTHERS),
]
ENTRANCES: dict[str | tuple[str, str], tuple[str, str]] = {
    "authority": ("portal", "/"),
    "bank-site": ("bank-site", "/account"),
    ("bank-site", "kalev"): ("bank-site", "/desk"),
    "interior": ("interior", "/desk/corrections"),
}
"""Where one signs in for a site, and the page that one reads then."""
RECORDS = ("/desk/records/in/", "/desk/records/orders/", "/desk/payments/")
"""Behind a search by a whole key; `tests/portal/official/test_records.py` looks at all of them."""


@dataclass
class Survey:
    """What one person saw of one site; ``who`` is empty for a stranger."""

    site: str
    who: str
    atlas: Atlas
    sights: list[Sight] = field(default_factory=list)

    def failing(self, what: str) -> list[str]:
        """Of all pages, what there should be none of."""
        return [f"{one.url} {told}" for one in self.sights for told in getattr(one, what)]


OFTEN = [("portal", "mari"), ("transport", "anneli"), ("authority", ""), ("bank-site", "")]
"""Of these, each run looks at one page of each route, in one scheme; `make full` at every page."""


def _params():
    named = [(one, f"{one[0]}-{one[1] or 'nobody'}") for one in VISITS]
    return [
        *(pytest.param((*one, False), id=name) for one, name in named if one in OFTEN),
        *(
            pytest.param((*one, True), id=f"{name}-whole", marks=pytest.mark.full)
            for one, name in named
        ),
    ]


def to_look_at(sheets, *, whole):
    """Addresses with the schemes in which each is looked at."""
    if whole:
        return [(sheet.url, SCHEMES) for sheet in sheets]
    first = {sheet.route: sheet.url for sheet in reversed(sheets)}
    return [(url, (SCHEMES[number % 2],)) for number, url in enumerate(first.values())]


@pytest.fixture(scope="session", params=_params())
async def survey(request, country, front, chromium, lives):
    """One person's survey of one site."""
    role, who, whole = request.param
    context = await chromium.new_context(locale="en-GB")
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    if who:
        await put_card(context, country, who)
        if role != "card":
            site, to = ENTRANCES.get((role, who)) or ENTRANCES.get(role, (role, "/"))
            await enter(page, country, site, who, to)
    routes, origin = openable(sites_of(country, front)[role]), country.places[role].origin
    found = Survey(
        role, who, await explore(context.request, origin, routes, hints=lives.hints(role))
    )
    for url, schemes in to_look_at(found.atlas.sheets, whole=whole):
        found.sights.append(await look(page, url, schemes=schemes))
    yield found
    await context.close()


def test_axe_finds_nothing_in_either_scheme(survey):
    none_of(survey.failing("axe"))


def test_nothing_moves_sideways_at_four_times_the_size(survey):
    none_of(survey.failing("wide"))


def test_a_thumb_hits_every_control(survey):
    none_of(survey.failing("small"))


def test_where_one_is_can_be_seen_by_keyboard(survey):
    none_of(survey.failing("unseen"))


def test_a_page_has_one_heading_that_names_it(survey):
    none_of([f"{one.url} has {one.headings}" for one in survey.sights if one.headings != 1])


def test_a_page_comes_over_a_thin_line(survey):
    pages = [one for one in survey.sights if "/design/" not in one.url]
    none_of([f"{one.url} has {one.weight} bytes" for one in pages if one.weight > MOST_BYTES])


def test_no_page_can_be_framed_nor_runs_what_is_written_into_it(survey):
    for one in survey.sights:
        policy = one.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy, one.url
        assert "default-src 'none'" in policy, one.url
        assert "unsafe-" not in policy, one.url
        assert one.headers["x-content-type-options"] == "nosniff", one.url
        assert "no-store" in one.headers["cache-control"], one.url


def test_every_link_leads_somewhere(survey):
    none_of(survey.atlas.dead)


def test_no_page_is_out_of_reach(survey):
    if not survey.who:
        pytest.skip("a stranger does not get everywhere")
    none_of(
        [
            one
            for one in survey.atlas.unseen
            if one not in NOT_OF_A_LICENCE
            and not is_for_programs(one)
            and not is_of_two(one, survey.site)
            and not is_of_clerks(one, survey)
            and not one.startswith(RECORDS)
        ]
    )


def none_of(told):
    """Nothing of it was found; else each is told."""
    assert not told, "\n" + "\n".join(told)


def is_of_two(route, site):
    """At a desk, the pages of whom an official helps: `test_assisted` looks at all of them."""
    return site == "transport" and route.startswith(("/cases/", "/services/"))


def is_of_clerks(route, survey):
    """At the bank, the pages of those who work there."""
    return survey.site == "bank-site" and survey.who != "kalev" and route.startswith("/desk/")


def is_for_programs(route):
    """Addresses with parameters that no person types and no page links to."""
    return route.startswith(("/v1/", "/ocsp/", "/tile/", "/V6/", "/static/", "/{rest:path}"))
