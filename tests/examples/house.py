"""Customers of the bank at their browsers, and orders that somebody sent to the bank."""

import itertools
import re
from base64 import b64encode
from contextlib import asynccontextmanager

from sqlalchemy import text

from riik.core import Money
from riik.demo.browser import Browser
from riik.payments.references import creditor_reference

NUMBERS = itertools.count(1)
ACCOUNT = "EE471000001020145685"


def order(country, *, minor=2_300, purpose="Driving licence"):
    """An order of the Transport Administration's; answers it."""
    node = country.nodes["bank"]
    with node.base.database.work() as work:
        return node.parts.bank.accept(
            creditor=country.country.client("transport", "services"),
            account=ACCOUNT,
            amount=Money("EUR", minor),
            reference=creditor_reference(f"TEST{next(NUMBERS)}"),
            text=purpose,
            work=work,
        )


def is_paid(country, order):
    """Does the bank say that it was paid?"""
    node = country.nodes["bank"]
    with node.base.database.read() as work:
        return node.parts.bank.find(order.id, work=work).paid_at is not None


def no_account(country, who):
    """Somebody closed their account; the bank has nothing for this yet."""
    node = country.nodes["bank"]
    holder = node.base.vault.find(country.holder(who).code)
    with node.base.database.work() as work:
        work.execute(
            text("DELETE FROM payments_account WHERE holder = :holder"), {"holder": holder}
        )


@asynccontextmanager
async def customer(country, who="peeter"):
    """Somebody at their browser, signed in nowhere."""
    async with Browser(country.holder(who), country.folder / "cards") as browser:
        yield browser


def attribute(page, name):
    """The first value of an attribute in a page."""
    found = re.search(rf'{name}="([^"]*)"', page.content.decode())
    return found[1] if found else None


def text_of(page):
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.content.decode()).split())


def cookie(browser, name="bank-session"):
    """A cookie of this browser."""
    return next(one.value for one in browser._http.cookie_jar if one.key == name)


async def confirm(browser, bank, order, query=""):
    """Open an order's page and confirm it with the card."""
    return await browser.submit(await browser.visit(f"{bank}/pay/{order.id}{query}"))


async def at_contract(browser, bank):
    """Sign in and open the contract; its script's requests are allowed from now on."""
    page = await browser.visit(f"{bank}/contract")
    browser._csrf[bank] = attribute(page, "data-csrf") or ""
    return page


def asked_of(page, browser):
    """What the page's script sends when its button is pressed."""
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', page.content.decode())
    return {"certificate": browser.certificate(), "shown": shown[1] if shown else ""}


async def signed(browser, bank, *, value=None):
    """Sign the contract as the page's script does."""
    page = await browser.visit(f"{bank}/contract")
    laid_out = await browser.post(f"{bank}/contract/prepare", asked_of(page, browser))
    own = await browser.signature(laid_out)
    return await browser.post(f"{bank}/contract/sign", {"value": value or own})


def other_value():
    """A signature's value that nobody's card made."""
    return b64encode(bytes(range(96))).decode()
