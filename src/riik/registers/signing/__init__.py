"""How the changes of a register are signed together; one by one they are in `history`."""

from riik.registers.signing.batches import MOST, sign_together, verify_together

__all__ = ["MOST", "sign_together", "verify_together"]
