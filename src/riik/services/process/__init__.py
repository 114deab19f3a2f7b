"""What happens next in a service: BPMN 2.0 interpreted as pure steps, without code in files.

A process is a graph read from a file. Its state is only where tokens stand, and the times that
they wait for: no data, so it holds nothing personal and stays a few dozen bytes. What tokens wait
for is read off the graph, so after a fall the same work is found again. Conditions are FEEL over
what the case knows; a task names an operation of this platform, never code.

    state = start(process, known, at=now, zone=zone)
    while not state.ended:
        for task in waiting(process, state):   # a service task: run it; a user task: ask
            ...
        state = complete(process, state, task.id, known, at=now, zone=zone)

Clauses: BPMN 2.0.2 (formal/2013-12-09) §13.3 activities, §13.4 gateways, §13.5 events.
"""

from riik.services.process.model import WAITING, Flow, Kind, Node, Process, State
from riik.services.process.moving import complete, due_events, expected, occur, start, waiting
from riik.services.process.reading import read_process

__all__ = [
    "WAITING",
    "Flow",
    "Kind",
    "Node",
    "Process",
    "State",
    "complete",
    "due_events",
    "expected",
    "occur",
    "read_process",
    "start",
    "waiting",
]
