"""The citizen's portal: find a service, follow a case, see who looked."""

from riik.portal.citizen.component import Portal
from riik.portal.citizen.errors import PortalRefused

__all__ = ["Portal", "PortalRefused"]
