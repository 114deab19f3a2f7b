"""Attempts that were refused: whose data was wanted learns of them as of any look.

Nothing was given, yet somebody tried; the record goes into the same log, with the reason's
code. Who acted is not written down: what was refused may be a lie in every part but its
sender. Who is unknown to this node leaves no trace here, for nothing could be given.
"""

from collections.abc import Sequence
from typing import Final

from riik.core import PersonCode, ServiceId
from riik.registers.component import Registers
from riik.registers.model import Caller
from riik.transparency import Action

__all__ = ["note_refusal"]

MOST_FIELDS: Final = 50
LONGEST: Final = 200
UNSTATED: Final = "unstated"


def note_refusal(
    registers: Registers,
    caller: Caller,
    *,
    subject: PersonCode,
    service: ServiceId,
    fields: Sequence[str],
    why: str,
) -> None:
    """Write down an attempt at a person's data that was refused.

    Args:
        registers: The registers of this node.
        caller: Who tried, and what they said it was for.
        subject: Whose data was wanted.
        service: Which offer was asked.
        fields: What was asked for, as far as it was said.
        why: The reason's code.
    """
    known = registers.vault.find(subject)
    if known is None:
        return
    with registers.database.work() as work:
        registers.record_access(
            known,
            reader=caller.client,
            purpose=caller.purpose[:LONGEST] or UNSTATED,
            legal_basis=caller.legal_basis[:LONGEST] or UNSTATED,
            service=str(service),
            work=work,
            action=Action.CONSULT,
            fields=tuple(name[:LONGEST] for name in fields[:MOST_FIELDS] if name.strip()),
            acting=None,
            case=(caller.issue or "")[:LONGEST] or None,
            message_id=caller.message_id or None,
            refused=why,
        )
