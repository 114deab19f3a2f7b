"""GovStack's Registration building block: so far its catalogue of services and forms."""

from riik.govstack.registration.component import Catalogue, Offered

__all__ = ["Catalogue", "Offered"]
