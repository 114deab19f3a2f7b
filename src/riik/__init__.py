"""Riik: a digital state that runs."""

__version__ = "0.1.0"
