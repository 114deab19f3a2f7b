"""Commands that are imported when they are asked for, and failures told in one line.

The help of all commands comes from a table, so that it shows at once; a command whose module
this installation doesn't have isn't shown.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click

from riik.core import RiikError

__all__ = ["LazyCommands"]


class LazyCommands(click.Group):
    """A group that knows its commands by the place they are in."""

    def __init__(self, *, commands: Mapping[str, tuple[str, str]], **settings: Any) -> None:
        """Remember where the commands are.

        Args:
            commands: By name: ``module:attribute``, and a line for the help.
            settings: What `click.Group` takes.
        """
        super().__init__(**settings)
        self.places = commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands that are here, in the order of the table."""
        return [name for name, (place, _) in self.places.items() if _is_here(place)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module, _, attribute = self.places[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands' lines without importing any of them."""
        rows = [(name, self.places[name][1]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what it refuses becomes a line and the exit status 1."""
        try:
            return super().invoke(ctx)
        except RiikError as error:
            from riik.cli.complaints import complaint

            click.echo(complaint(error), err=True)
            raise SystemExit(1) from error


def _is_here(place: str) -> bool:
    return find_spec(place.partition(":")[0]) is not None
