"""Files that people send: what they are by their bytes, and whether they are safe to keep."""

from riik.services.forms.media.errors import MediaRefused
from riik.services.forms.media.kinds import KINDS, MEDIA_TYPES, kind_inside

__all__ = ["KINDS", "MEDIA_TYPES", "MediaRefused", "kind_inside"]
