"""The acts and the attacks, described. Pure data; what happens is in the modules beside."""

from typing import Final

from riik.demo.acts.model import Act, Attack
from riik.portal.design.texts import later

__all__ = ["ACTS", "ATTACKS", "act", "attack"]

ACTS: Final = (
    Act(
        id="look",
        icon="eye",
        title=later("Look without a case"),
        text=later(
            "A bank asks for an address it has no right to. The person can see that it tried."
        ),
        will=(
            later(
                "The bank’s server asks the population register where {citizen} lives: without a "
                "case, without a purpose the law knows."
            ),
            later("Then {citizen} opens “Who looked” with her own card."),
        ),
        button=later("Let the bank ask"),
    ),
    Act(
        id="rewrite",
        icon="pen",
        title=later("Change a log entry"),
        text=later("Rewrite the clinic’s log in its own database. The witness remembers."),
        will=(
            later(
                "You are the clinic’s administrator, with its database and its keys. The newest "
                "look at {person}’s certificate disappears from the log; all tree heads and hashes "
                "are made anew, so that the log agrees with itself."
            ),
            later("The clinic stays like this until you put the entry back."),
        ),
        button=later("Rewrite the log"),
        undo=later("Put the entry back"),
        harm=True,
    ),
    Act(
        id="unplug",
        icon="plug",
        title=later("Unplug a register"),
        text=later("What needs it goes to an official. Everything else goes on."),
        will=(
            later(
                "The register’s port for other organisations is closed. {applicant} then begins a "
                "licence application, to see what becomes of it."
            ),
            later("It stays unplugged until you plug it in again."),
        ),
        button=later("Unplug it"),
        undo=later("Plug it in again"),
        roles=("clinic", "identity", "interior"),
        harm=True,
    ),
    Act(
        id="kill",
        icon="power",
        title=later("Kill a node"),
        text=later("In the middle of a signed application. It wakes up where it stopped."),
        will=(
            later(
                "{applicant} signs a licence application. Before it arrives, the node is stopped "
                "in the middle of its work, as when the power fails: only its files stay."
            ),
            later("It stays dead until you start it again."),
        ),
        button=later("Kill it"),
        undo=later("Start it again"),
        roles=("transport", "bank", "clinic"),
        harm=True,
    ),
    Act(
        id="later",
        icon="clock",
        title=later("See what holds later"),
        text=later("The signed application in one, six and forty years."),
        will=(
            later(
                "The application that {person} signed is validated as of other days, by the same "
                "program that validates it today, and the certificate of her card beside it."
            ),
            later("The country’s clock is not turned: only the day of the question is."),
        ),
        button=later("Validate it"),
    ),
    Act(
        id="reset",
        icon="reset",
        title=later("Found the country anew"),
        text=later("Ten seconds, and nothing has happened yet."),
        will=(
            later(
                "All organisations stop; their keys, databases and logs are deleted; the country "
                "is founded again with new keys and the same people. One licence is renewed, so "
                "that there is something to see."
            ),
            later("Cases, signatures and sessions of before are gone for good."),
        ),
        button=later("Delete and found anew"),
        harm=True,
    ),
)

ATTACKS: Final = (
    Attack(
        id="link",
        title=later("Another’s case by a forged link"),
        text=later(
            "{attacker} is signed in with a card of his own and knows the number of {person}’s "
            "case. He opens its address, and that of the signed application."
        ),
    ),
    Attack(
        id="replay",
        title=later("A sign-in recorded and played again"),
        text=later(
            "Somebody recorded what {attacker}’s card answered to the login, every byte of it, and "
            "sends it again from another computer."
        ),
    ),
    Attack(
        id="message",
        title=later("A signed message changed on its way"),
        text=later(
            "Between two servers, one byte is changed in a question that {transport} has signed "
            "already."
        ),
    ),
    Attack(
        id="statement",
        title=later("Consent that was given to another"),
        text=later(
            "The bank may identify customers. It has got hold of the statement by which {person} "
            "let {transport} ask, and shows it as its own."
        ),
    ),
    Attack(
        id="cookie",
        title=later("A session stolen before its owner left"),
        text=later(
            "The cookie of {attacker}’s session at the portal was copied. He signs out; the copy "
            "is used a moment later."
        ),
    ),
)


def act(name: str) -> Act | None:
    """An act by its id."""
    return next((one for one in ACTS if one.id == name), None)


def attack(name: str) -> Attack | None:
    """An attack by its id."""
    return next((one for one in ATTACKS if one.id == name), None)
