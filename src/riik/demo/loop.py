"""The event loop: uvloop where it is to be had, the standard one elsewhere (Windows)."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from importlib.util import find_spec
from typing import Any, TypeVar

from riik.runtime.threads import at_end_of, collect_seldom

__all__ = ["run", "until_stopped"]

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, as a server does."""
    collect_seldom()
    if find_spec("uvloop") is None:
        return asyncio.run(main)
    import uvloop

    return uvloop.run(main)


async def until_stopped(*, with_parent: bool = False) -> None:
    """Wait until somebody ends the program: Ctrl-C, or a signal to end.

    Args:
        with_parent: Standard input is a pipe of whoever started us; when it ends, so do we.
    """
    stopped = asyncio.Event()
    if with_parent:
        at_end_of(sys.stdin.buffer, stopped.set)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stopped.set)
        except NotImplementedError:
            # Windows: Ctrl-C ends the loop with KeyboardInterrupt instead.
            continue
    await stopped.wait()
