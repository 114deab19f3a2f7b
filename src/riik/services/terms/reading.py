"""``[deadline]``, ``[appeal]``, ``[retention]`` and ``[refund]`` of a service's folder."""

from collections.abc import Iterator

from riik.formats.toml import Shape
from riik.services.errors import FolderRefused
from riik.services.terms.model import Terms

__all__ = ["AppealSection", "DeadlineSection", "RefundSection", "RetentionSection", "terms_of"]

MOST_DAYS, MOST_YEARS = 366, 150
REFUNDED_ENDS = ("withdrawn", "refused")


class DeadlineSection(Shape):
    """What happens as the law's day comes near, and after it."""

    escalate_days: int = 0
    silence: str = ""
    law: str = ""


class AppealSection(Shape):
    """A right to appeal to the authority itself."""

    law: str
    decide_days: int = 10


class RetentionSection(Shape):
    """For how long a case is kept after its end."""

    years: int
    law: str


class RefundSection(Shape):
    """When a paid fee is given back."""

    law: str
    when: tuple[str, ...] = ()


def terms_of(
    deadline: DeadlineSection | None,
    appeal: AppealSection | None,
    retention: RetentionSection | None,
    refund: RefundSection | None,
    *,
    deadline_days: int,
    appeal_days: int,
) -> Terms:
    """The time limits that the sections give.

    Raises:
        FolderRefused: For ``deadline``, ``appeal``, ``retention`` or ``refund``: a limit or an end
            that can't be.
    """
    one = deadline or DeadlineSection()
    for why, text in _wrong(one, appeal, retention, deadline_days=deadline_days):
        raise FolderRefused(text, why=why)
    if refund and not refund.law.strip():
        raise FolderRefused("'refund': what is given back a law says: [refund] law", why="refund")
    if refund and not set(refund.when) <= set(REFUNDED_ENDS):
        ends = "'withdrawn' and 'refused'"
        raise FolderRefused(f"'refund': [refund] when names ends: {ends}", why="refund")
    return Terms(
        escalate_days=one.escalate_days,
        silence=one.silence,
        silence_law=one.law,
        appeal_law=appeal.law if appeal else "",
        appeal_days=appeal_days,
        appeal_decide_days=appeal.decide_days if appeal else 10,
        keep_years=retention.years if retention else 0,
        keep_law=retention.law if retention else "",
        refund_law=refund.law if refund else "",
        refund_when=refund.when if refund else (),
    )


def _wrong(
    deadline: DeadlineSection,
    appeal: AppealSection | None,
    retention: RetentionSection | None,
    *,
    deadline_days: int,
) -> Iterator[tuple[str, str]]:
    if deadline.silence not in ("", "grant", "refuse"):
        yield "deadline", "'deadline': silence means 'grant' or 'refuse', or nothing"
    if deadline.silence and not deadline.law.strip():
        yield "deadline", "'deadline': what silence means a law says: [deadline] law"
    if not 0 <= deadline.escalate_days < max(1, deadline_days):
        yield "deadline", "'deadline': escalate-days are fewer than deadline-days"
    if appeal and not appeal.law.strip():
        yield "appeal", "'appeal': a right to appeal has its law: [appeal] law"
    if appeal and not 1 <= appeal.decide_days <= MOST_DAYS:
        yield "appeal", f"'appeal': an appeal's decide-days are 1 to {MOST_DAYS}"
    if retention and not retention.law.strip():
        yield "retention", "'retention': for how long a case is kept a law says: [retention] law"
    if retention and not 1 <= retention.years <= MOST_YEARS:
        yield "retention", f"'retention': a case is kept for 1 to {MOST_YEARS} years"
