"""Signatures: who signed this, when, and does it hold?"""

from riik.signatures.model import Indication, Policy, Report
from riik.signatures.validation import validate

__all__ = ["Indication", "Policy", "Report", "validate"]
