"""Officials at their browsers."""

from urllib.parse import urlsplit

from tests.portal.session.house import Browser

MARI_MAASIKAS = {"date_of_birth": "1990-01-01", "given_name": "MARI", "family_name": "MAASIKAS"}


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


async def begin(browser, **fields):
    """An official begins to help somebody who is here."""
    wanted = fields or {"service": "driving-licence"}
    return await browser.post("/desk/help", {**wanted, "csrf": await browser.csrf()})


async def show_card(browser, login, person, sid):
    """Somebody shows their card in this browser; login calls all of them Mari Maasikas."""
    login.person, login.sid = person, sid
    login.claims["profile_attributes"] = MARI_MAASIKAS
    away = await browser.get("/sign-in?to=/desk/with&fresh=yes")
    back = urlsplit(login.sign_in(away.headers["location"]))
    await browser.get(f"{back.path}?{back.query}")
    return await browser.get("/desk/with")
