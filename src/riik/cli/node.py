"""`riik node`: check the configuration of one organisation's node, and run it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riik.cli.complaints import CommandRefused

if TYPE_CHECKING:
    from riik.node import NodeConfig

__all__ = ["node"]

PATH = click.Path(exists=True, dir_okay=False, path_type=Path)
DEMONSTRATION = "-DEMO"


@click.group()
def node() -> None:
    """Check and run one organisation's node."""


@node.command()
@click.argument("file", metavar="NODE.TOML", type=PATH)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a value.")
def check(file: Path, *, as_json: bool) -> None:
    """Print every value of NODE.TOML with where it came from.

    A key that nobody knows is refused with the nearest that somebody does. Secrets are shown as
    the references they are.

    Exit status: 0 the file can be used, 1 it can't, 2 the command was wrong.
    """
    from riik.node import explain, read_config

    rows = explain(read_config(file))
    widest = max(len(name) for name, _, _ in rows)
    for name, value, source in rows:
        if as_json:
            row = {"key": name, "value": value, "from": source}
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(f"{name:<{widest}}  {source:<7}  {value}")
    click.echo(f"{file}: {len(rows)} values, nothing unknown.", err=True)


@node.command()
@click.argument("file", metavar="NODE.TOML", type=PATH)
@click.option("--demonstration", is_flag=True, help="Accept a demonstration's trust anchors.")
@click.option("--json", "as_json", is_flag=True, help="Print where it serves as JSON, once ready.")
@click.option("--with-parent", is_flag=True, help="Stop when standard input ends.")
def serve(file: Path, *, demonstration: bool, as_json: bool, with_parent: bool) -> None:
    """Run the node of NODE.TOML until it is told to stop.

    A demonstration's node starts only when its file says so and --demonstration is given: keys
    that anybody may know must not serve real people by mistake.

    Exit status: 0 stopped when told, 1 it could not start, 2 the command was wrong.
    """
    from riik.node import read_config

    config = read_config(file)
    check_demonstration(config, allowed=demonstration)
    # Whatever a library may write for this node is nobody else's to read.
    os.umask(0o077)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(config, as_json=as_json, with_parent=with_parent))


def check_demonstration(config: "NodeConfig", *, allowed: bool) -> None:
    """Refuse a demonstration's node that isn't meant to be one.

    Raises:
        CommandRefused: For ``demonstration``.
    """
    is_one = config.member.instance.endswith(DEMONSTRATION)
    said = config.file.node.demonstration
    if is_one and not (said and allowed):
        instance = config.member.instance
        raise CommandRefused(f"{instance} is a demonstration country", why="demonstration")
    if said and not is_one:
        raise CommandRefused(
            f"{config.member.instance} is no demonstration country, but the file says it is",
            why="demonstration",
        )


async def _serve(config: "NodeConfig", *, as_json: bool, with_parent: bool) -> None:
    from riik.node import build
    from riik.runtime.threads import at_end_of, collect_seldom

    collect_seldom()
    stop = asyncio.Event()
    _on_signals(stop.set)
    if with_parent:
        # Whoever started us holds the other end of a pipe; killed, it can't tell us to stop.
        at_end_of(sys.stdin.buffer, stop.set)
    running = build(config)
    try:
        await running.start()
        _tell(config, as_json=as_json)
        await stop.wait()
        click.echo(f"{config.file.node.name}: stopping …", err=True)
    finally:
        await running.stop()


def _tell(config: "NodeConfig", *, as_json: bool) -> None:
    file = config.file
    server = f"{file.exchange.host}:{file.exchange.port}"
    if as_json:
        place = {"name": file.node.name, "origin": file.people.origin, "server": server}
        click.echo(json.dumps(place))
        sys.stdout.flush()
    click.echo(f"{file.node.name}: people {file.people.origin}, servers {server}", err=True)


def _on_signals(stop: Callable[[], None]) -> None:
    """Stop cleanly when told: by Ctrl-C or by who started us."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:
            # Windows' loop has no handlers of its own; this one wakes it.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster loop where it is installed."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
