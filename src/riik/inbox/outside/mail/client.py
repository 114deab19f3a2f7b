"""E-mail out of the house, through the node's relay, in threads of its own.

A relay that takes its time holds up other e-mail and nothing else: not the loop, not the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from riik.core import Clock, InThread
from riik.inbox.outside.model import Fate, Gone, Leaving
from riik.inbox.outside.wording import Words, said
from riik.runtime.errors import MailRefused
from riik.runtime.mail import Mail, Outcome, Relay

__all__ = ["MailChannel"]

_FATES = {
    Outcome.TAKEN: Fate.SENT,
    Outcome.REFUSED: Fate.BOUNCED,
    Outcome.PUT_OFF: Fate.LATER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChannel:
    """Sends e-mail.

    Attributes:
        in_thread: Threads for this alone.
        link: Where the portal's inbox is.
        settings: Where a person says how they want to be told (List-Unsubscribe).
    """

    relay: Relay
    in_thread: InThread
    clock: Clock
    words: Mapping[str, Words]
    link: str
    settings: str

    async def __call__(self, leaving: Sequence[Leaving], /) -> list[Gone]:
        """Send a batch over one connection; who can't be written to stops nobody else.

        Raises:
            Unavailable: The relay does not answer, or gives no TLS; nothing was sent.
        """
        return await self.in_thread(self._batch, leaving)

    def _batch(self, leaving: Sequence[Leaving]) -> list[Gone]:
        fates: dict[str, Gone] = {}
        ready = []
        for one in leaving:
            mail = self._mail(one)
            try:
                ready.append((mail, self.relay.write(mail)))
            except MailRefused as refused:
                fates[one.id] = Gone(Fate.BOUNCED, refused.why)
        for sent in self.relay.post(ready) if ready else ():
            code = str(sent.code) if sent.code else "line"
            why = "" if sent.outcome is Outcome.TAKEN else code
            fates[sent.id] = Gone(_FATES[sent.outcome], why)
        return [fates[one.id] for one in leaving]

    def _mail(self, one: Leaving) -> Mail:
        words = self.words[one.language].mail
        return Mail(
            id=one.id,
            to=one.contact.email,
            subject=said(words.subject.of(one.kind), organisation=one.organisation),
            text=said(words.body.of(one.kind), organisation=one.organisation, link=self.link),
            at=self.clock.now(),
            language=one.language,
            unsubscribe=self.settings,
        )
