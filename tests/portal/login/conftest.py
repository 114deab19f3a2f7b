"""The login's pages over a provider with three sites; the browser is that of the protocol's tests."""

import pytest
from starlette.applications import Starlette
from tests.login.conftest import (  # noqa: F401 - pytest finds fixtures here
    ORIGIN,
    card,
    country,
    login,
    ports,
    responder,
    vault,
)
from tests.login.oidc.conftest import (  # noqa: F401
    browser,
    enter,
    keys,
    provider,
)

from riik.login.http import routes
from riik.login.oidc.http import provider_routes
from riik.portal.login import LoginPages
from riik.portal.login.http import login_page_routes, shown_to_people
from riik.profiles import country_profile
from riik.runtime.web import Cookies


@pytest.fixture
def app(login, provider):  # noqa: F811
    cookies = Cookies.of(ORIGIN, node="login")
    pages = LoginPages(
        profile=country_profile("ee"),
        origin=ORIGIN,
        sites=provider.clients,
        members={},
        card="https://card.demo.ee",
    )
    return Starlette(
        routes=[
            *routes(login, cookies=cookies),
            *shown_to_people(
                provider_routes(provider, cookies=cookies),
                provider=provider,
                pages=pages,
                cookies=cookies,
            ),
            *login_page_routes(provider, pages=pages, cookies=cookies),
        ]
    )
