"""One driving licence, from card to sealed decision: the story every part of the house is in.

Drives the same addresses as browsers do; knows nothing that a person could not see. What each
organisation did meanwhile is read from the answers and, afterwards, from the logs.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from riik.core import Money, Refused
from riik.demo.browser import Browser
from riik.demo.country import Country, Place
from riik.profiles import country_profile

__all__ = ["Journey", "JourneyResult", "PaymentFailed", "Step"]

POLL_SECONDS = 0.02
PATIENCE = 20.0


class PaymentFailed(Refused):
    """The bank did not pay; its page said why."""

    code = "demo.payment-failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step as it was lived.

    Attributes:
        title: What the person did.
        detail: What came of it.
        seconds: How long it took.
    """

    title: str
    detail: str
    seconds: float


@dataclass(slots=True, kw_only=True)
class JourneyResult:
    """What a journey left.

    Attributes:
        status: The case as the person last saw it.
        steps: What happened, in order.
        files: What the person keeps, by name.
        looks: Who looked, by register.
    """

    status: dict[str, Any] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    looks: list[dict[str, Any]] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """Where the case stands."""
        return str(self.status.get("state", "none"))


@dataclass(slots=True, kw_only=True)
class Journey:
    """One person's journey through one service.

    Attributes:
        country: Where it happens.
        places: Where the sites are.
        browser: The person's.
        clock: A stopwatch, seconds.
        tell: Called with each step as it ends.
        answers: What the person answers, by field.
        service: Catalogue id.
        language: The person's.
        person: Whose matter it is, when not the person's own.
    """

    country: Country
    places: Mapping[str, Place]
    browser: Browser
    clock: Callable[[], float]
    tell: Callable[[Step], None]
    answers: Mapping[str, Any]
    service: str
    language: str
    person: str = ""
    result: JourneyResult = field(default_factory=JourneyResult)

    async def run(self) -> JourneyResult:
        """Go all the way, or as far as the case lets the person go."""
        await self.sign_in()
        await self.start()
        await self.answer()
        return await self.go_on()

    async def go_on(self) -> JourneyResult:
        """Do what the case wants of the person until it waits for somebody else, or ended."""
        while self.next_step not in {"none", "review", "waiting", "other"}:
            if self.next_step == "submission":
                await self.sign()
            elif self.next_step == "payment":
                await self.pay()
            elif self.next_step == "working":
                await self.wait()
            else:
                break
        await self.collect()
        return self.result

    @property
    def next_step(self) -> str:
        """What the case waits for."""
        return str(self.result.status.get("next", {}).get("step", "none"))

    @property
    def portal(self) -> str:
        """The portal's address."""
        return self.places["portal"].origin

    @property
    def login(self) -> str:
        """The login's address."""
        return self.places["authority"].origin

    async def sign_in(self) -> None:
        """Into the portal, by way of the national login with card and PIN1."""
        began = self.clock()
        who = await self.browser.enter(self.portal)
        parts = {"given": who["given_names"], "family": who["surname"]}
        order = country_profile(self.country.profile).formal
        name = " ".join(parts[part] for part in order if part in parts)
        self._step("sign in with the ID-card", name, began)

    async def start(self) -> None:
        """Begin the case; registers are asked, the person is not."""
        began = self.clock()
        asked = {"service": self.service, "language": self.language}
        if self.person:
            asked["for"] = self.person
        self.result.status = await self.browser.post(f"{self.portal}/v1/cases", asked)
        await self._settle()
        facts = self.result.status.get("facts", ())
        known = dict.fromkeys(f"{fact['need']} {fact['standing']}" for fact in facts)
        self._step("begin the service", ", ".join(known) or self.result.outcome, began)

    async def answer(self) -> None:
        """Answer what nobody knows yet, page by page."""
        while self.next_step.startswith("answers/"):
            began = self.clock()
            questions = self.result.status["next"]["questions"]
            given = {
                one["field"]: self.answers[one["field"]]
                for one in questions
                if one["field"] in self.answers
            }
            await self._post(self.next_step, given)
            said = ", ".join(f"{field}: {value}" for field, value in given.items())
            self._step(f"answer {_quoted(questions[0]['title'])}", said, began)

    async def sign(self) -> None:
        """Sign the application with the card and PIN2."""
        began = self.clock()
        await self._post("submission", {"certificate": self.browser.certificate()})
        prepared = self.result.status.get("signature")
        if prepared is None:
            self._step("hand in the application", self.result.outcome, began)
            return
        value = await self.browser.signature(prepared)
        await self._post("signature", {"value": value})
        fee = self.result.status.get("fee") or {}
        owed = f"{_amount(fee)} owed" if fee else "no fee"
        self._step("sign the application with PIN2", owed, began)

    async def accept(self) -> JourneyResult:
        """Find in one's own cases what the state offers of this service, and say yes to it."""
        await self.sign_in()
        began = self.clock()
        while self.clock() - began < PATIENCE:
            cases = (await self.browser.get(f"{self.portal}/v1/mine/cases"))["cases"]
            offered = [one for one in cases if one["service"] == self.service]
            if offered:
                address = f"{self.portal}/v1/cases/{offered[0]['case']}"
                self.result.status = await self.browser.get(address)
                if self.next_step not in {"working", "none"}:
                    break
            await asyncio.sleep(POLL_SECONDS)
        self._step("find the offer, without having applied", self.result.outcome, began)
        await self.answer()
        return await self.go_on()

    async def join(self, case: str, *, agrees: bool = True) -> JourneyResult:
        """As somebody whom another asked to sign: read what they signed, then sign it or say no."""
        await self.sign_in()
        began = self.clock()
        # It stands among one's own cases: the portal learns there who has it.
        await self.browser.get(f"{self.portal}/v1/mine/cases")
        self.result.status = await self.browser.get(f"{self.portal}/v1/cases/{case}")
        said = (self.result.status.get("joint") or {}).get("until", "")
        self._step("open the case that another signed", f"until {said[:10]}", began)
        if agrees:
            await self.sign()
            return await self.go_on()
        began = self.clock()
        await self._post("decline", {})
        self._step("say no", self.result.outcome, began)
        return self.result

    async def pay(self) -> None:
        """Pay the fee on the bank's website: the card confirms exactly this order."""
        began = self.clock()
        case, fee = self.result.status["case"], self.result.status["fee"]
        await self._post("payment", {"return": f"{self.portal}/cases/{case}"})
        order = await self.browser.visit(self.result.status["payment"]["url"])
        receipt = await self.browser.submit(order)
        if receipt.form is not None:
            raise PaymentFailed(receipt.said(role="alert"), why="not-paid")
        self._step("pay at the bank", f"{_amount(fee)} paid", began)
        await self.wait()

    async def review(self, provider: str, case: str, decision: Mapping[str, Any]) -> None:
        """As an official: decide a case at the provider's own desk, signed with one's own card."""
        began = self.clock()
        desk = self.places[provider].origin
        session = await self.browser.enter(desk)
        # Whoever decides has seen the case, and that look is on record.
        page = await self.browser.visit(f"{desk}/desk/cases/{case}")
        version = page.form.fields.get("version", "") if page.form else ""
        grounds = {f"ground-{ground}": "yes" for ground in decision.get("grounds", ())}
        # What the page's form sends; the ticket is any text that nobody else has.
        outcome = decision.get("outcome", "")
        sent = {"case": case, "version": version, "outcome": outcome, **grounds}
        sent["ticket"] = sha256(f"{session['csrf']} {case}".encode()).hexdigest()
        prepared = await self.browser.post(
            f"{desk}/desk/sign/prepare", {**sent, "certificate": self.browser.certificate()}
        )
        value = await self.browser.signature(prepared)
        done = await self.browser.post(f"{desk}/desk/sign/complete", {**sent, "value": value})
        self._step("an official decides and signs with PIN2", ", ".join(done["done"]), began)

    async def wait(self) -> None:
        """Wait until the case has ended or is with an official."""
        began = self.clock()
        while self.clock() - began < PATIENCE:
            await self.refresh()
            if self.next_step in {"none", "review", "other", "waiting"}:
                break
            await asyncio.sleep(POLL_SECONDS)
        grounds = ", ".join(
            _quoted(ground["text"]) for ground in self.result.status.get("grounds", ())
        )
        self._step(f"the case is {self.result.outcome}", grounds, began)

    async def refresh(self) -> None:
        """Ask where the case stands."""
        case = self.result.status["case"]
        self.result.status = await self.browser.get(f"{self.portal}/v1/cases/{case}")

    async def collect(self) -> None:
        """Keep the papers of the case."""
        case = self.result.status["case"]
        for name in [one["name"] for one in self.result.status.get("documents", ())]:
            url = f"{self.portal}/v1/cases/{case}/documents/{name}"
            self.result.files[name] = await self.browser.fetch(url)

    async def _post(self, step: str, content: Mapping[str, Any]) -> None:
        case = self.result.status["case"]
        self.result.status = await self.browser.post(
            f"{self.portal}/v1/cases/{case}/{step}", dict(content)
        )
        await self._settle()

    async def _settle(self) -> None:
        """Wait while something runs without the person, such as registers that are asked."""
        began = self.clock()
        while self.next_step == "working" and self.clock() - began < PATIENCE:
            await asyncio.sleep(POLL_SECONDS)
            await self.refresh()

    def _step(self, title: str, detail: str, began: float) -> None:
        step = Step(title=title, detail=detail, seconds=self.clock() - began)
        self.result.steps.append(step)
        self.tell(step)


def _quoted(text: str) -> str:
    """What the person read, in their language, inside our English."""
    return f"“{text}”"


def _amount(fee: Mapping[str, Any]) -> str:
    """A fee as it is written: ``23.00 EUR``."""
    return f"{Money(fee['currency'], fee['amount']).decimal()} {fee['currency']}"
