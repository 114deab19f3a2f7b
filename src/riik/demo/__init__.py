"""The demonstration country: members, people and stories, and the card that people hold."""

from riik.demo.command import Options, run_demonstration
from riik.demo.joining.agreement import granted, wishes_of, words_of
from riik.demo.joining.place import Joining
from riik.demo.joining.provider import Provider, begin_provider, read_provider
from riik.demo.joining.sandbox import Trial, try_provider
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
    "Joining",
    "Options",
    "Provider",
    "Step",
    "Story",
    "Told",
    "Trial",
    "begin_provider",
    "countries_of",
    "granted",
    "needs_of",
    "open_demonstration",
    "read_provider",
    "read_story",
    "run",
    "run_demonstration",
    "stories",
    "tell_story",
    "try_provider",
    "wishes_of",
    "words_of",
]
