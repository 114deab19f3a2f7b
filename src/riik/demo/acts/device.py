"""The plugs and the power of the country's nodes, in this process or each in its own."""

import asyncio

from riik.demo.acts.model import ActRefused
from riik.demo.running import Demonstration, node_command, start_process
from riik.node import build, read_config

__all__ = ["kill", "plug", "start", "unplug"]

READY_SECONDS = 20.0


async def unplug(running: Demonstration, role: str) -> None:
    """Close a node's port for other organisations; one in its own process is stopped."""
    if role in running.nodes:
        await running.nodes[role].close_exchange()
        return
    process = running.processes[role]
    process.terminate()
    await process.wait()


async def plug(running: Demonstration, role: str) -> None:
    """Open it again."""
    if role in running.nodes:
        await running.nodes[role].open_exchange()
        return
    await _spawn(running, role)


async def kill(running: Demonstration, role: str) -> None:
    """Stop a node in the middle of its work: SIGKILL, or the same within this process."""
    if role in running.nodes:
        await running.nodes.pop(role).crash()
        return
    process = running.processes[role]
    process.kill()
    await process.wait()


async def start(running: Demonstration, role: str) -> None:
    """Start it again from its files, as its operator would."""
    if role in running.processes:
        await _spawn(running, role)
        return
    node = await asyncio.to_thread(build, read_config(running.folder / role / "node.toml"))
    try:
        await node.start()
    except BaseException:
        await node.stop()
        raise
    running.nodes[role] = node


async def _spawn(running: Demonstration, role: str) -> None:
    if running.lock is None:
        raise AssertionError("a country that runs holds its lock")
    process = await start_process(node_command(running.folder / role), lock=running.lock)
    running.processes[role] = process
    if process.stdout is None:
        raise AssertionError("the process has a pipe")
    async with asyncio.timeout(READY_SECONDS):
        if not await process.stdout.readline():
            raise ActRefused("the node did not start", why="start")
