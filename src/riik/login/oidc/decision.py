"""May a request be answered with this session, or must the person act first?

OpenID Connect Core 1.0 §3.1.2.3 (``prompt``, ``max_age``, ``id_token_hint``) and three rules of
our own. A card that is shown answers the one request on whose page it was shown: whatever else
waits in that browser is answered as if the sign-in were old, for the person saw nothing of it.
A site that this session was never given to is told only after the person said so on our page,
or showed the card for it. And a sign-in at a screen that people share is given to no other site
without the card again. Pure.
"""

from datetime import datetime, timedelta
from typing import Final

from riik.login.model import KeptSession
from riik.login.oidc.model import KeptRequest, Need

__all__ = ["error_of", "needed"]

_ASKING: Final = frozenset({"consent", "select_account"})
FRESH: Final = timedelta(minutes=1)
"""So long a card that was just shown is recent enough for any ``max_age``: the way back takes
a moment, and the client sees ``auth_time``."""

_ERRORS: Final = {
    Need.SIGN_IN: ("login_required", "The person must sign in."),
    Need.CONFIRM: ("consent_required", "The person must agree."),
    Need.OTHER: ("login_required", "Another person signed in, or less surely, than was asked."),
}


def needed(
    request: KeptRequest,
    session: KeptSession | None,
    *,
    given: bool,
    confirmed: bool,
    at: datetime,
    shared: bool = False,
) -> Need:
    """What a request still needs.

    Args:
        request: The waiting request.
        session: The browser's live session; None when nobody is signed in.
        given: This session was given to this client before.
        confirmed: The person just said on our page that the site may know.
        at: Now.
        shared: This session was given to another site whose screens people share.
    """
    if session is None:
        return Need.SIGN_IN
    asked, age = request.asked, at - session.began_at
    shown = session.shown_for == request.key
    right = request.hinted in ("", session.subject) and session.level.reaches(asked.level)
    if not right:
        return Need.OTHER if shown else Need.SIGN_IN
    most = None if asked.max_age is None else timedelta(seconds=asked.max_age)
    if shown:
        return Need.SIGN_IN if most is not None and age > max(most, FRESH) else Need.NOTHING
    if (most is not None and age > most) or shared or "login" in asked.prompts:
        return Need.SIGN_IN
    if confirmed or (given and not _ASKING & set(asked.prompts)):
        return Need.NOTHING
    return Need.CONFIRM


def error_of(need: Need) -> dict[str, str]:
    """How a client is told when the person may not be asked, or nothing helps (§3.1.2.6)."""
    error, description = _ERRORS[need]
    return {"error": error, "error_description": description}
