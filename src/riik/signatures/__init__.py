"""Signatures: who signed this, when, and does it hold?"""

from riik.signatures.model import Indication, Report
from riik.signatures.validation import validate

__all__ = ["Indication", "Report", "validate"]
