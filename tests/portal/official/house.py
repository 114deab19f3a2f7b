"""Officials at their browsers."""

from tests.portal.session.house import Browser


async def as_official(app, login, person):
    """An official's browser, signed in, in English; login calls all of them Anne Ametnik."""
    login.person = person
    login.claims["profile_attributes"] = {
        "date_of_birth": "1980-01-01",
        "given_name": "ANNE",
        "family_name": "AMETNIK",
    }
    browser = Browser(app)
    browser.cookies["riik-lang"] = "en"
    await browser.sign_in(login, to="/desk")
    return browser
