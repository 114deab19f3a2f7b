"""Who signed, when, does it hold, and why not: a report in words that people use.

Pure. The reasons are the sub-indications of EN 319 102-1 §5.1.3; each has one sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from riik.portal.design.formats import Formats
from riik.portal.design.texts import Texts, later
from riik.signatures import Indication, Report, SignatureReport, SubIndication

__all__ = ["Signed", "Verdict", "verdict_of"]

Sub = SubIndication
PDF: Final = "PAdES"

_CHAIN: Final = later("Nobody whom this state trusts vouches for the signer’s certificate.")
_REVOKED: Final = later(
    "The signer’s certificate was suspended or revoked, and nothing proves that the signature is"
    " older."
)
_VALIDITY: Final = later("The signer’s certificate was not valid at the time of signing.")
_TIME: Final = later("The evidence of when it was signed contradicts itself.")

WHY: Final[Mapping[SubIndication, str]] = {
    Sub.HASH_FAILURE: later("A file was changed after it was signed."),
    Sub.SIG_CRYPTO_FAILURE: later("The signature belongs to something else."),
    Sub.FORMAT_FAILURE: later("The signature is not built as European law wants it."),
    Sub.REVOKED: _REVOKED,
    Sub.REVOKED_NO_POE: _REVOKED,
    Sub.SIG_CONSTRAINTS_FAILURE: later(
        "It is not a qualified signature: it does not count as one by hand."
    ),
    Sub.CHAIN_CONSTRAINTS_FAILURE: _CHAIN,
    Sub.CERTIFICATE_CHAIN_GENERAL_FAILURE: _CHAIN,
    Sub.NO_CERTIFICATE_CHAIN_FOUND: _CHAIN,
    Sub.CRYPTO_CONSTRAINTS_FAILURE: later("It was made in a way that is no longer strong enough."),
    Sub.EXPIRED: _VALIDITY,
    Sub.NOT_YET_VALID: _VALIDITY,
    Sub.OUT_OF_BOUNDS_NO_POE: _VALIDITY,
    Sub.NO_SIGNING_CERTIFICATE_FOUND: later("It does not say whose signature it is."),
    Sub.NO_POE: _TIME,
    Sub.TIMESTAMP_ORDER_FAILURE: _TIME,
    Sub.TRY_LATER: later("Nothing in it shows that the certificate was good when it was used."),
    Sub.SIGNED_DATA_NOT_FOUND: later("A file that was signed is missing."),
}
UNREAD: Final = later(
    "We can’t read signatures of this kind yet. Another program can; that says nothing against"
    " the file."
)
WORDS: Final[Mapping[Indication, tuple[str, str]]] = {
    Indication.TOTAL_PASSED: ("yes", later("Holds")),
    Indication.TOTAL_FAILED: ("no", later("Does not hold")),
    Indication.INDETERMINATE: ("wait", later("Can’t be told")),
}
QUALIFIED: Final[Mapping[str, str]] = {
    "QESIG": later("qualified signature: counts as one by hand"),
    "QESEAL": later("qualified seal of an organisation"),
    "ADESEAL_QC": later("seal of an organisation"),
}
DEMONSTRATED: Final[Mapping[str, str]] = {
    "QESIG": later("in a real country it would count like one by hand; here it binds nobody"),
    "QESEAL": later("seal of an organisation that does not exist"),
    "ADESEAL_QC": later("seal of an organisation that does not exist"),
}
"""What signatures count for where the trusted list is that of a demonstration."""

ADDED: Final = later(
    "Something was changed or added after it was signed. What stands there now is not all what was"
    " signed."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One signature.

    Attributes:
        who: The person or organisation; empty when it is not known.
        code: The person's code, as the certificate has it.
        at: When it is proved to have existed, else when the signer says.
        proved: The time is proved.
        tag: Colour of the word.
        word: Whether it holds.
        why: Why not; empty when it holds.
        counts: What kind of signature it is by law.
        files: What it covers; nothing for the one file that it is in.
        again: Others signed the same document after it, and nothing else was added.
    """

    who: str
    code: str
    at: datetime | None
    proved: bool
    tag: str
    word: str
    why: str
    counts: str
    files: tuple[str, ...]
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A file, judged.

    Attributes:
        tag: ``yes``, ``no``, ``wait``, or nothing when nobody signed.
        signatures: Each one.
        files: What is in it.
        digest: SHA-256 in hex.
        unread: It is of a kind whose signatures are not read here.
        whole: It is one document with its signatures inside, not a container of files.
    """

    tag: str
    signatures: tuple[Signed, ...]
    files: tuple[str, ...]
    digest: str
    unread: bool
    whole: bool = False


def verdict_of(
    report: Report, formats: Formats, texts: Texts, *, demonstration: bool = False
) -> Verdict:
    """What a report means; in a demonstration nothing that is signed binds anybody."""
    counting = DEMONSTRATED if demonstration else QUALIFIED
    signatures = tuple(_signed(one, report, formats, texts, counting) for one in report.signatures)
    tags = {one.tag for one in signatures}
    tag = next((one for one in ("no", "wait", "yes") if one in tags), "")
    return Verdict(
        tag=tag,
        signatures=signatures,
        files=report.files,
        digest=report.digest.hex(),
        unread=bool(report.signatures) and all(map(_is_unread, report.signatures)),
        whole=report.form == PDF,
    )


def _signed(
    one: SignatureReport,
    report: Report,
    formats: Formats,
    texts: Texts,
    counting: Mapping[str, str],
) -> Signed:
    tag, word = WORDS[one.judgement.indication]
    who, code = _who(one.signed_by, formats)
    sub = one.judgement.sub_indication
    why = "" if one.passed else UNREAD if _is_unread(one) else WHY.get(sub or Sub.GENERIC, "")
    if report.form == PDF and sub is Sub.HASH_FAILURE:
        why = ADDED
    counts = counting.get(one.qualification, "")
    return Signed(
        who=who,
        code=code,
        at=one.best_time or one.claimed_time,
        proved=one.best_time is not None,
        tag=tag,
        word=texts(word),
        why=texts(why) if why else "",
        counts=texts(counts) if counts else "",
        files=() if report.form == PDF else one.scopes or (report.files if one.passed else ()),
        again=one.signed_again,
    )


def _is_unread(one: SignatureReport) -> bool:
    return not one.passed and one.judgement.sub_indication is Sub.GENERIC


def _who(name: str, formats: Formats) -> tuple[str, str]:
    """``KASK,LIIS,60001010001`` as people write it, and the code (ESTEID profile §2.2.3)."""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) != 3:
        return name, ""
    family, given, code = parts
    return formats.name(given, family), code
