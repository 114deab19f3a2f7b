"""Verdicts: from what went wrong to the words of EN 319 102-1 §5.1.3.

A check of a signature returns nothing or raises `NotPassed`, which carries the indication
and sub-indication; refusals of `trust` are translated here, in one place.
"""

from typing import Final

from riik.core import Refused
from riik.signatures.errors import SignaturesRefused
from riik.signatures.model import Indication, Judgement, SubIndication
from riik.trust import OcspRefused, PathRefused, SignatureRefused, TimeStampRefused

__all__ = ["NotPassed", "failed", "of_format", "of_path", "of_timestamp", "undecided"]

_PATHS: Final = {
    "expired": SubIndication.OUT_OF_BOUNDS_NO_POE,
    "chain-constraints-failure": SubIndication.CHAIN_CONSTRAINTS_FAILURE,
    "crypto-constraints-failure": SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
    "weak": SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
    "certificate-chain-general-failure": SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
    "no-certificate-chain-found": SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    "service-not-trusted": SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
}


class NotPassed(SignaturesRefused):
    """A signature didn't pass, for the reason in its ``judgement``."""

    code = "signatures.not-passed"

    def __init__(self, judgement: Judgement) -> None:
        sub = judgement.sub_indication
        super().__init__(judgement.message, why=judgement.indication if sub is None else sub)
        self.judgement = judgement


def failed(sub_indication: SubIndication, message: str) -> NotPassed:
    """The signature is wrong: whatever else may be learnt, it stays so."""
    return NotPassed(Judgement(Indication.TOTAL_FAILED, sub_indication, message))


def undecided(sub_indication: SubIndication, message: str) -> NotPassed:
    """What is there doesn't show whether the signature is right."""
    return NotPassed(Judgement(Indication.INDETERMINATE, sub_indication, message))


def of_format(refused: Refused) -> NotPassed:
    """A signature of another shape, or with a part that can't be read (FORMAT_FAILURE)."""
    return failed(SubIndication.FORMAT_FAILURE, str(refused))


def of_path(refused: PathRefused | OcspRefused | SignatureRefused) -> NotPassed:
    """A certificate that leads nowhere; before its time is the one failure for good."""
    if refused.why == "not-yet-valid":
        return failed(SubIndication.NOT_YET_VALID, str(refused))
    sub = _PATHS.get(refused.why, SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE)
    return undecided(sub, str(refused))


def of_timestamp(refused: TimeStampRefused) -> NotPassed:
    """A time-stamp that is over other bytes or broken fails; one not trusted decides nothing."""
    message = f"time-stamp: {refused}"
    if refused.why in _PATHS or refused.why == "not-yet-valid":
        return undecided(_PATHS.get(refused.why, SubIndication.NO_POE), message)
    if refused.why == "imprint":
        return failed(SubIndication.HASH_FAILURE, message)
    if refused.why == "signature":
        return failed(SubIndication.SIG_CRYPTO_FAILURE, message)
    return failed(SubIndication.FORMAT_FAILURE, message)
