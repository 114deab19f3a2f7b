"""The `riik` command: one file a group, each loaded only when it is asked for.

Results go to standard output, progress and complaints to standard error. Exit status: 0 done,
1 refused or failed, 2 the command itself was wrong.
"""

import click

from riik import __version__
from riik.cli.lazy import LazyCommands

__all__ = ["main"]


@click.group(
    cls=LazyCommands,
    commands={
        "demo": (
            "riik.cli.demo:demo",
            "Start a demonstration country and renew a driving licence in it.",
        ),
        "story": (
            "riik.cli.story:story",
            "Tell a story, such as `driving-licence`; without a NAME, list those there are.",
        ),
        "validate": (
            "riik.cli.validate:validate",
            "Say who signed each FILE, and whether it holds.",
        ),
        "tracker": ("riik.cli.tracker:tracker", "Check records of who looked at your data."),
        "node": ("riik.cli.node:node", "Check and run one organisation's node."),
        "service": (
            "riik.cli.service:service",
            "Begin, check, sign and compare public services, which are folders of data.",
        ),
        "register": (
            "riik.cli.register:register",
            "Make, check and fill registers, which are folders of data.",
        ),
        "payments": ("riik.cli.payments:payments", "Take a bank's file (camt.054), or write one."),
        "provider": (
            "riik.cli.provider:provider",
            "Join a country as a provider: begin, agree on rights, try it among synthetic people.",
        ),
    },
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="riik", message="%(prog)s %(version)s")
def main() -> None:
    """Riik: a digital state that runs.

    Each organisation runs a node; nodes ask each other, with a right and a reason, and leave a
    trace of every look. Begin with `riik demo`.
    """
