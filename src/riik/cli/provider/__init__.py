"""`riik provider`: joining as an organisation that is no authority."""

from riik.cli.provider.command import provider

__all__ = ["provider"]
