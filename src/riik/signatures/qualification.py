"""Qualification: is this a qualified signature or seal, and is that enough here?

Implements the outcome names of TS 119 615 §4.6 as SiVa reports them, over what `trust`
finds about the certificate in its list at the time of issuance.
"""

from typing import Final

from riik.formats import oids
from riik.signatures.model import Policy, SubIndication
from riik.signatures.verdicts import undecided
from riik.trust import Certificate, Path, qualify

__all__ = ["check_qualification"]

_SEAL_POLICIES: Final = {oids.POLICY_QCP_L, oids.POLICY_QCP_L_QSCD}


def check_qualification(path: Path, *, policy: Policy) -> str:
    """Name the qualification of a signature with this signer; refuse too little.

    Under `Policy.QUALIFIED` the certificate must be qualified, and a person's key must be
    in a qualified device; a seal's may be elsewhere (advanced seal).

    Raises:
        NotPassed: For SIG_CONSTRAINTS_FAILURE.
    """
    found = qualify(path)
    seal = _is_seal(path.end)
    if found.device:
        name = "QESEAL" if seal else "QESIG"
    elif found.certificate:
        name = "ADESEAL_QC" if seal else "ADESIG_QC"
    else:
        name = "ADESEAL" if seal else "ADESIG"
    enough = found.device or (found.certificate and seal)
    if policy is Policy.QUALIFIED and not enough:
        message = f"{name} is less than the policy wants"
        raise undecided(SubIndication.SIG_CONSTRAINTS_FAILURE, message)
    return name


def _is_seal(certificate: Certificate) -> bool:
    types = certificate.qc_statements.types
    if types:
        return oids.QC_TYPE_ESEAL in types
    return not _SEAL_POLICIES.isdisjoint(certificate.policies)
