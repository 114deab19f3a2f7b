"""A country that runs with its front page, and one journey behind it."""

import os
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from tests.journeys.house import running

from riik.demo.acts import Backstage, Stage
from riik.demo.browser import Browser
from riik.demo.front import FrontSite
from riik.demo.running import Demonstration
from riik.demo.showing import show_journey
from riik.demo.storytelling import read_story, tell_story
from riik.node import CountryPages
from riik.profiles import country_profile
from riik.runtime.clock import SystemClock
from riik.runtime.logs import open_log


@dataclass
class Theatre:
    """The country, its front site, and the folder of the journey's files."""

    site: FrontSite
    country: Demonstration
    out: Path

    @property
    def backstage(self):
        return self.site.backstage

    async def post(self, path, **fields):
        """Send one of the site's own forms; answers status and where it leads."""
        form = {"csrf": self.site.token, **fields}
        headers = {"Origin": self.site.origin}
        async with (
            aiohttp.ClientSession() as http,
            http.post(
                self.site.origin + path, data=form, headers=headers, allow_redirects=False
            ) as answer,
        ):
            return answer.status, answer.headers.get("location", "")

    async def page(self, path, language="en"):
        """A page of the site."""
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{self.site.origin}{path}?lang={language}") as answer,
        ):
            return await answer.text()


def front_site(profile, out):
    """The site, not serving yet."""
    stage, clock = Stage(profile=profile), SystemClock()
    log = open_log(Path(os.devnull), clock=clock)
    known = country_profile(profile)
    return FrontSite(
        profile=known,
        stage=stage,
        status=CountryPages(profile=known, folder=out, at="/status"),
        backstage=Backstage(stage=stage, out=out, clock=clock, log=log),
        log=log,
    )


async def live(country, out):
    """Somebody's licence is renewed, and its files are left in the folder."""
    service, story = read_story("driving-licence", "renewed")
    clock = time.monotonic
    told = await tell_story(country, service, story, clock=clock, tell=lambda step: None)
    async with Browser(country.holder(story.person), country.folder / "cards") as browser:
        await browser.enter(country.places["portal"].origin)
        await show_journey(country, told.result, browser, out, clock=clock)


@asynccontextmanager
async def theatre(folder, profile="ee", **more):
    """The whole of it."""
    out = folder / "out"
    site = front_site(profile, out)
    port = await site.start(0)
    try:
        async with running(folder / profile, profile, front=port, **more) as country:
            site.let_in(country)
            await live(country, out)
            yield Theatre(site, country, out)
    finally:
        await site.stop()
