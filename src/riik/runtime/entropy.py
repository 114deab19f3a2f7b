"""The operating system's random generator behind the port `Entropy`."""

import os
from dataclasses import dataclass

__all__ = ["SystemEntropy"]


@dataclass(frozen=True, slots=True)
class SystemEntropy:
    """Random bytes of the kernel (getrandom)."""

    def bytes(self, count: int) -> bytes:
        """That many bytes, fit for keys and nonces."""
        return os.urandom(count)
