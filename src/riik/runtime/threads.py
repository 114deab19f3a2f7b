"""The node's thread pool behind the port `InThread`, and a server's process: leash and memory.

A thread runs one store transaction or one computation, and never waits for another node.
"""

import asyncio
import gc
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import Thread
from typing import Any, BinaryIO, TypeVar

__all__ = ["ThreadPool", "at_end_of", "collect_seldom"]

NEW_OBJECTS, GENERATIONS = 50_000, 50

T = TypeVar("T")


class ThreadPool:
    """Threads of one node; they are started as they are needed."""

    def __init__(self, size: int = 16, *, name: str = "riik") -> None:
        """Prepare up to ``size`` threads, named after the node.

        More threads than cores are wanted: units of work that wait for the same commit
        share it.
        """
        self._executor = ThreadPoolExecutor(size, thread_name_prefix=name)

    async def __call__(self, action: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Call ``action`` in a thread, with the caller's context, and wait for its answer.

        When the caller is cancelled the action still ends: what it wrote stays written.
        """
        call = partial(copy_context().run, action, *args, **kwargs)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, call)

    def close(self) -> None:
        """Wait for what runs, take nothing new."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def at_end_of(stream: BinaryIO, act: Callable[[], object]) -> None:
    """Call ``act`` in the running loop once a stream ends, such as a pipe whose other end died.

    Whatever is written there before is read and forgotten.
    """
    loop = asyncio.get_running_loop()

    def wait() -> None:
        # Not the stream's own reading: it holds a lock that the end of the program wants.
        while os.read(stream.fileno(), 4096):
            pass
        loop.call_soon_threadsafe(act)

    Thread(target=wait, name="riik-leash", daemon=True).start()


def collect_seldom() -> None:
    """Look for garbage in circles after 50,000 new objects, not after 700 as Python does by itself.

    A submission makes tens of thousands of small objects and hardly a circle; looking at them took
    an eighth of its time. What waits meanwhile is a few megabytes a process.
    """
    gc.set_threshold(NEW_OBJECTS, GENERATIONS, GENERATIONS)
