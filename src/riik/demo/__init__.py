"""The demonstration country: members, people and stories, and the card that people hold."""

from riik.demo.command import Options, run_demonstration
from riik.demo.journey import Step
from riik.demo.loop import run
from riik.demo.running import Demonstration, open_demonstration
from riik.demo.storytelling import (
    Story,
    Told,
    countries_of,
    needs_of,
    read_story,
    stories,
    tell_story,
)

__all__ = [
    "Demonstration",
    "Options",
    "Step",
    "Story",
    "Told",
    "countries_of",
    "needs_of",
    "open_demonstration",
    "read_story",
    "run",
    "run_demonstration",
    "stories",
    "tell_story",
]
