"""A joint application as its people see it: who signs, by when, and the text that all of them sign.

Pure. Who was asked to sign sees the same text in the words in which the first one signed it, and
nothing of the application is told to them that does not stand in it.
"""

from hashlib import sha256
from typing import Any

from riik.cases import State
from riik.services.joint.model import DECLINED, INVITED, LAPSED
from riik.services.letters import APPLICATION
from riik.services.shown.rows import Speaker

__all__ = ["file_view", "joint_next", "joint_state", "joint_view", "may_jointly"]

_ENDED = {
    DECLINED: "Ended: somebody did not want to sign",
    LAPSED: "Ended: not everybody signed in time",
}


def joint_view(speaker: Speaker) -> dict[str, Any] | None:
    """Who signs as well and until when; None where one person signs."""
    running = speaker.running
    rule, dossier = running.definition.joint, running.dossier
    if rule is None or not dossier.signers:
        return None
    return {
        "role": "other" if speaker.other else "applicant",
        "until": dossier.signers[0].until,
        "days": rule.days,
        "pays": rule.pays,
        "language": dossier.language,
        "signers": [
            {
                "person": one.person,
                "you": one.person == speaker.viewer,
                "standing": one.standing,
                "at": one.at or None,
            }
            for one in dossier.signers
        ],
    }


def joint_state(speaker: Speaker) -> tuple[str, str] | None:
    """What is told of the state instead of the usual words, with the colour of its tag."""
    state, dossier = speaker.running.case.state, speaker.running.dossier
    if state is State.WITHDRAWN:
        ends = {one.standing for one in dossier.signers}
        return next(((text, "plain") for why, text in _ENDED.items() if why in ends), None)
    if state is not State.TO_COSIGN:
        return None
    if speaker.other and speaker.other.standing == INVITED:
        return "Waits for your signature", "wait"
    return "Waits for another signature", "now"


def joint_next(speaker: Speaker) -> dict[str, Any] | None:
    """What who is told does next, where it is not what the applicant does; else None."""
    running = speaker.running
    if running.task("cosign") is not None:
        signs = speaker.other is not None and speaker.other.standing == INVITED
        return {"step": "submission" if signs else "other"}
    if running.task("pay") is not None and not _pays(speaker):
        return {"step": "other"}
    return None


def may_jointly(speaker: Speaker) -> list[str] | None:
    """What who is told may do while others sign or pay; None for what the applicant may."""
    running, other = speaker.running, speaker.other
    if running.task("cosign") is not None:
        if other is None:
            return ["withdraw"]
        return ["sign", "decline"] if other.standing == INVITED else []
    pay = ["pay"] if running.task("pay") is not None and _pays(speaker) else []
    if other is not None:
        return pay
    return [*pay, "withdraw"] if running.task("pay") is not None else None


def file_view(content: bytes) -> dict[str, Any]:
    """The file that a signature is put to, so that a person can read it before."""
    return {
        "name": APPLICATION,
        "media_type": "application/json",
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
    }


def _pays(speaker: Speaker) -> bool:
    viewer: Any = speaker.viewer
    return viewer is not None and speaker.running.pays(viewer)
