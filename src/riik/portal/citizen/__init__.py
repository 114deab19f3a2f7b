"""The citizen's portal: sign in, find a service, follow a case, see who looked."""

from riik.portal.citizen.component import Portal
from riik.portal.citizen.errors import PortalRefused, SignedOut

__all__ = ["Portal", "PortalRefused", "SignedOut"]
