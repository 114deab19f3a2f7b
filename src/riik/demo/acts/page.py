"""The pages of acts and attacks, in the visitor's language: what will be, what was. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import riik.demo.acts
from riik.demo.acts.attacking import ATTACKER
from riik.demo.acts.backstage import Backstage, Done
from riik.demo.acts.client import CITIZEN, TRAVELLER
from riik.demo.acts.described import ACTS, ATTACKS
from riik.demo.acts.model import Act, Line
from riik.demo.acts.outages import APPLICANT
from riik.demo.running import Demonstration
from riik.portal.design.formats import Formats
from riik.portal.design.pages import Pages, Shell
from riik.portal.design.texts import Texts

__all__ = ["ActPages"]


@dataclass(frozen=True, slots=True)
class _Words:
    """One language, with the names of the country's people in it."""

    texts: Texts
    formats: Formats
    people: Mapping[str, str]

    def say(self, line: Line) -> dict[str, Any]:
        """A line as the template wants it."""
        values = {name: self._value(value) for name, value in line.values.items()}
        said = self.texts(line.text, **{**self.people, **values})
        return {"text": said, "kind": line.kind, "href": line.href, "code": line.code}

    def all(self, lines: Sequence[Line]) -> list[dict[str, Any]]:
        """Several of them."""
        return [self.say(line) for line in lines]

    def _value(self, value: Any) -> str:
        if isinstance(value, Line):
            return str(self.say(value)["text"])
        if isinstance(value, Mapping):
            return str(value.get(self.texts.language) or next(iter(value.values()), ""))
        if isinstance(value, datetime):
            return self.formats.moment(value)
        if isinstance(value, date):
            return self.formats.date(value)
        return self.formats.number(value) if isinstance(value, int) else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPages:
    """Renders the room's pages."""

    pages: Pages = field(default_factory=lambda: Pages(riik.demo.acts))

    def doors(self, backstage: Backstage, shell: Shell) -> list[dict[str, str]]:
        """The acts as the front page shows them; what is not as it was says so."""
        texts = self.pages.texts[shell.language]
        return [
            {
                "href": f"/acts/{one.id}",
                "icon": one.icon,
                "title": texts(one.title),
                "text": self._standing(one, backstage, shell) or texts(one.text),
            }
            for one in ACTS
        ]

    def _standing(self, act: Act, backstage: Backstage, shell: Shell) -> str:
        """What an act has left, in a few words."""
        texts, running = self.pages.texts[shell.language], backstage.stage.running
        if act.id == "rewrite" and backstage.is_rewritten():
            return texts("The log is rewritten now")
        if running is None:
            return ""
        formats = Formats(shell.profile, shell.language, shell.zone)
        told = []
        for one in (one for one in backstage.hurt if one.act == act.id):
            names = running.country.members[one.role].names
            values = {"name": names[shell.language], "since": formats.clock(one.since)}
            unplugged = one.act == "unplug"
            told.append(
                texts("{name}: unplugged since {since}", **values)
                if unplugged
                else texts("{name}: dead since {since}", **values)
            )
        return ". ".join(told)

    def act(self, act: Act, backstage: Backstage, running: Demonstration, shell: Shell) -> str:
        """One act: what it will do, how things stand, what came of it."""
        words = self._words(running, shell)
        names = running.country.members
        hurt = [one for one in backstage.hurt if one.role in act.roles]
        return self.pages.render(
            "act.html",
            shell,
            act=act,
            will=[words.say(Line(text))["text"] for text in act.will],
            roles=[
                (role, names[role].names[shell.language])
                for role in act.roles
                if not backstage.is_hurt(role)
            ],
            hurt=[
                {
                    "role": one.role,
                    "name": names[one.role].names[shell.language],
                    "act": one.act,
                    "since": words.formats.clock(one.since),
                }
                for one in hurt
            ],
            undone=act.id != "rewrite" or not backstage.is_rewritten(),
            doing=backstage.doing,
            done=self._told(backstage.done.get(act.id), words),
            acts=[one for one in ACTS if one.id != act.id],
        )

    def attacks(self, backstage: Backstage, running: Demonstration, shell: Shell) -> str:
        """All attacks with their last answers."""
        words = self._words(running, shell)
        told = [
            {
                "id": one.id,
                "title": words.texts(one.title),
                "text": words.say(Line(one.text))["text"],
                "done": self._told(backstage.done.get(one.id), words),
            }
            for one in ATTACKS
        ]
        return self.pages.render("attacks.html", shell, attacks=told, doing=backstage.doing)

    def _words(self, running: Demonstration, shell: Shell) -> _Words:
        people = {
            "citizen": running.holder(CITIZEN).name,
            "person": running.holder(TRAVELLER).name,
            "applicant": running.holder(APPLICANT).name,
            "attacker": running.holder(ATTACKER).name,
            "transport": running.country.members["transport"].names[shell.language],
        }
        formats = Formats(shell.profile, shell.language, shell.zone)
        return _Words(self.pages.texts[shell.language], formats, people)

    def _told(self, done: Done | None, words: _Words) -> dict[str, Any] | None:
        if done is None:
            return None
        outcome = done.outcome
        return {
            "at": done.at,
            "did": words.all(outcome.did),
            "state": words.all(outcome.state),
            "see": words.all(outcome.see),
            "held": outcome.held,
        }
