"""What the law says of a case's time: who is told, what silence means, who hears an appeal."""

from dataclasses import dataclass

__all__ = ["APPEALED", "SILENCE", "Terms"]

SILENCE = "silence"
"""Ground of a decision that nobody took: the time to decide is over."""

APPEALED = "appealed"
"""What needs a human in an appeal: the person does not agree with a decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The time limits of one service.

    Attributes:
        escalate_days: So many days before the law's day a lead gets the case; 0 never.
        silence: What it means when nobody decided: ``grant``, ``refuse``, or nothing.
        silence_law: Which law says so.
        appeal_law: Which law lets people appeal to the authority; empty when they can't here.
        appeal_days: Within how many days after the decision.
        appeal_decide_days: Within how many days the appeal is decided.
        keep_years: For how many years a case is kept after its end; 0 for ever.
        keep_law: Which law says so.
        refund_law: Which law lets a paid fee be given back; empty where none is named.
        refund_when: The ends of a case that propose it by themselves.
    """

    escalate_days: int = 0
    silence: str = ""
    silence_law: str = ""
    appeal_law: str = ""
    appeal_days: int = 30
    appeal_decide_days: int = 10
    keep_years: int = 0
    keep_law: str = ""
    refund_law: str = ""
    refund_when: tuple[str, ...] = ()
