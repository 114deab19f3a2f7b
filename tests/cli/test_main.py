"""The command as a whole: what it offers, how fast, and how it fails."""

import re
import subprocess
import sys

import click
import pytest

from riik import __version__
from riik.cli import main
from riik.cli.complaints import complaint
from riik.core import Refused, Unavailable

COMMANDS = ["validate", "tracker", "node", "service", "register"]
HEAVY = ("aiohttp", "cryptography", "lxml", "sqlalchemy", "starlette", "babel", "jsonschema_rs")


def test_help_names_every_command_that_is_here(riik):
    shown = riik("--help").stdout
    assert [name for name in COMMANDS if not re.search(rf"^  {name} ", shown, re.M)] == []


@pytest.mark.parametrize("name", main.list_commands(click.Context(main)))
def test_the_line_in_the_help_is_the_command_s_own(name):
    own = main.get_command(click.Context(main), name)
    assert own.help.splitlines()[0] == main.places[name][1]


def test_help_loads_no_engine():
    program = (
        "import sys; from riik.cli import main; main(['--help'], standalone_mode=False);"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_it_runs_as_a_module_too():
    words = [sys.executable, "-m", "riik.cli", "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout == f"riik {__version__}\n"


def test_a_command_whose_module_is_not_here_is_not_offered():
    from riik.cli.lazy import LazyCommands

    group = LazyCommands(name="x", commands={"ghost": ("riik.cli.ghost:ghost", "Haunt.")})
    assert group.list_commands(click.Context(group)) == []
    assert group.get_command(click.Context(group), "ghost") is None


WRONG = [
    ("no such command", ["licence"]),
    ("no such option", ["--quick"]),
    ("no file", ["validate"]),
    ("a file that isn't there", ["validate", "nowhere.asice"]),
    ("a time without a zone", ["validate", "--at", "2026-11-23", __file__]),
    ("a policy nobody has", ["validate", "--policy", "any", __file__]),
    ("a service that is a file", ["service", "check", __file__]),
    ("no node", ["node", "serve"]),
    ("no proof", ["tracker", "verify"]),
    ("fewer than no witnesses", ["tracker", "verify", __file__, "--threshold", "-1"]),
]


@pytest.mark.parametrize("words", [w[1] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_wrong_command_ends_with_2(riik, words):
    assert riik(*words).exit_code == 2


class Broken(Refused):
    code = "services.broken"


class Away(Unavailable):
    code = "runtime.away"


TOLD = [
    (Broken("form.json\n  is not JSON.", why="schema"), "correct the folder and check it again"),
    (Away("no answer", why="refused"), "try again in a moment"),
    (Refused("no", why="no"), "change what is named and try again"),
]


@pytest.mark.parametrize(("error", "what"), TOLD, ids=["folder", "away", "any"])
def test_a_failure_is_one_line_with_its_remedy(error, what):
    line = complaint(error)
    assert "\n" not in line
    assert f"({error.code}, {error.why})" in line
    assert line.endswith(f"Remedy: {what}.")
