"""What a check found in a folder; services and registers tell it alike."""

from riik.core import Finding

__all__ = ["Finding"]
