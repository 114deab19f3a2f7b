"""What the card's window shows next, and what it answers to the page that asks.

The window keeps nothing: each of its steps brings the whole question again, and it is checked
again. Card, PIN and tries are the card's own matter (`reader`); texts are the templates'.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from riik.demo.cardsite.asking import ALGORITHMS, CERTIFICATE, Asked, Asker
from riik.demo.cardsite.reader import Face, Reader
from riik.demo.seeding import Holder
from riik.identity import CardRefused
from riik.node import Pin

__all__ = ["UNFIT", "View", "Window"]

UNFIT: Final = "ERR_WEBEID_NATIVE_INVALID_ARGUMENT"
STRANGER: Final = "ERR_RIIK_STRANGER"
REMOVED: Final = "ERR_RIIK_CARD_REMOVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One state of the window.

    Attributes:
        name: Of its template: ``question``, ``empty``, ``expired``, ``blocked``, ``dead``,
            ``other``, ``given``, ``stranger``, ``out``, ``unfit``, ``idle``
            or ``done``.
        face: The card in the reader.
        asker: Who asks.
        problem: What was wrong with what the person entered: a card's ``why``.
        fresh: The PIN was just unblocked.
        answer: What the page gets, when the question is answered.
        failure: What it gets when it will not be; an error code of Web eID's, or ours.
        close: The window has nothing more to do.
    """

    name: str
    face: Face | None = None
    asker: Asker | None = None
    problem: str = ""
    fresh: bool = False
    answer: Mapping[str, Any] = field(default_factory=dict)
    failure: str = ""
    close: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Decides for one demonstration.

    Attributes:
        reader: The cards.
        askers: The country's sites, by their origin: nobody else may ask.
    """

    reader: Reader
    askers: Mapping[str, Asker]

    def ask(self, asked: Asked, holder: Holder | None) -> View:
        """The question, or why it can't be put."""
        asker = self.askers.get(asked.origin)
        if asker is None:
            return View(name="stranger", failure=STRANGER)
        if holder is None:
            return View(name="empty", asker=asker)
        face = self.reader.face(holder)
        name = self._state(asked, face)
        answer = self._certificate(face) if name == "given" else {}
        return View(name=name, face=face, asker=asker, answer=answer)

    def confirm(self, asked: Asked, holder: Holder | None, *, pin: str) -> View:
        """Let the card do it, if it takes the PIN."""
        view = self.ask(asked, holder)
        if holder is None or view.name != "question":
            return view
        try:
            answer = self._done(asked, holder, pin=pin)
        except CardRefused as refused:
            again = self.ask(asked, holder)
            if again.name != "question":
                return again
            return View(name="question", face=again.face, asker=again.asker, problem=refused.why)
        return View(name="done", face=view.face, asker=view.asker, answer=answer, close=True)

    def unblock(self, asked: Asked, holder: Holder | None, *, puk: str) -> View:
        """Unblock the PIN that the question needs, then put the question."""
        view = self.ask(asked, holder)
        if holder is None or view.name != "blocked":
            return view
        problem = self.try_puk(holder, Pin.PIN2 if asked.signs else Pin.PIN1, puk=puk)
        again = self.ask(asked, holder)
        return View(
            name=again.name,
            face=again.face,
            asker=again.asker,
            problem=problem if again.name == "blocked" else "",
            fresh=not problem,
            answer=again.answer,
        )

    def choose(self, asked: Asked, holder: Holder | None) -> View:
        """All cards, whichever is in the reader."""
        face = None if holder is None else self.reader.face(holder)
        return View(name="empty", face=face, asker=self.askers.get(asked.origin))

    def remove(self, asked: Asked) -> View:
        """The card was taken out in the middle of a question."""
        return View(name="out", asker=self.askers.get(asked.origin), failure=REMOVED)

    def try_puk(self, holder: Holder, pin: Pin, *, puk: str) -> str:
        """Unblock a PIN; answers what was wrong with the PUK, or nothing."""
        try:
            self.reader.unblock(holder, pin, puk=puk)
        except CardRefused as refused:
            return refused.why
        return ""

    def _state(self, asked: Asked, face: Face) -> str:
        if face.expired(signs=asked.signs):
            return "expired"
        if face.left(signs=asked.signs) == 0:
            return "blocked" if face.puk_left else "dead"
        if asked.action == CERTIFICATE:
            return "given"
        another = asked.signs and asked.certificate != self.reader.certificate(face.holder)
        return "other" if another else "question"

    def _certificate(self, face: Face) -> Mapping[str, Any]:
        """The certificate, without a question: the sites of the country know whose it is.

        The Web eID application asks for a click here, for it serves any site of the web.
        """
        return {
            "certificate": b64encode(self.reader.certificate(face.holder)).decode(),
            "supportedSignatureAlgorithms": ALGORITHMS,
        }

    def _done(self, asked: Asked, holder: Holder, *, pin: str) -> Mapping[str, Any]:
        if not asked.signs:
            return self.reader.token(holder, origin=asked.origin, nonce=asked.nonce, pin=pin)
        value = self.reader.sign(holder, asked.digest, pin=pin)
        return {
            "signature": b64encode(value).decode(),
            "signatureAlgorithm": ALGORITHMS[0],
        }
