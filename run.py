"""Start Riik's demonstration country from a fresh clone: `python3 run.py`.

Makes .venv, installs the hash-pinned packages, then hands over to `riik demo`. Uses the
standard library only, and old syntax only, so that an old Python can say what is missing.
Whatever is missing is told in one line, with the remedy.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
NEEDED_MB = 700


def stop(problem, remedy):
    """End with one line: what is wrong and what to do."""
    sys.stderr.write("riik: " + problem + ". Remedy: " + remedy + "\n")
    raise SystemExit(2)


def check_python():
    """Riik needs Python 3.11 and its venv module."""
    if sys.version_info < (3, 11):
        for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
            found = shutil.which(name)
            if found:
                os.execv(found, [found, os.path.join(ROOT, "run.py")] + sys.argv[1:])
        stop(
            "this is Python " + sys.version.split()[0] + ", Riik needs 3.11 or later",
            "install Python 3.11 (Debian 12, Ubuntu 23.04, `brew install python@3.12`) and rerun",
        )
    try:
        import ensurepip  # noqa: F401  # only to learn whether a venv can be made
        import venv  # noqa: F401
    except ImportError:
        stop(
            "Python's venv module is missing",
            "`sudo apt install python3-venv` (Debian, Ubuntu), then rerun",
        )


def check_disk():
    """The packages and the demonstration's state need room."""
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < NEEDED_MB and not os.path.isdir(VENV):
        stop(
            "only %d MB are free here, %d are needed" % (free, NEEDED_MB),
            "free some space or clone to another disk, then rerun",
        )


def program(name):
    """The path of a program in the virtual environment."""
    if os.name == "nt":
        return os.path.join(VENV, "Scripts", name + ".exe")
    return os.path.join(VENV, "bin", name)


def make_venv():
    """Make .venv where there is none, or where it has lost its Python."""
    if os.path.exists(program("python")):
        return
    sys.stderr.write("Making .venv …\n")
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True
    )
    if done.returncode != 0:
        stop(
            "the virtual environment could not be made",
            "`sudo apt install python3-venv` (Debian, Ubuntu), check that this folder is "
            "writable, then rerun",
        )


# What pip's words mean: all of these must stand in them, the problem, the remedy.
REMEDIES = (
    (("no space left",), "the disk is full", "free %d MB and rerun" % NEEDED_MB),
    (("proxy",), "the proxy did not let pip through", "set HTTPS_PROXY to a working one and rerun"),
    (
        ("certificate_verify_failed",),
        "TLS to the package index failed",
        "set PIP_CERT to your organisation's CA file and rerun",
    ),
    (
        ("hashes", "do not match"),
        "a package differs from its pin",
        "your index serves changed files: use another index and rerun",
    ),
    (
        ("connection",),
        "the package index can't be reached",
        "check the network and `pip config list`, then rerun",
    ),
    (
        ("no matching distribution",),
        "a pinned package is not to be had from your index",
        "check the network and `pip config list`, then rerun",
    ),
)


def remedy_for(output):
    """Tell from pip's words what is in the way."""
    text = output.lower()
    for words, problem, remedy in REMEDIES:
        if all(word in text for word in words):
            return problem, remedy
    return "pip failed", "read " + os.path.join(VENV, "pip.log") + ", then rerun"


def install(which):
    """Install the pinned packages and Riik itself, unless this very list is installed."""
    pins = os.path.join(ROOT, "requirements", which + ".txt")
    with open(pins, "rb") as file:
        wanted = which + " " + hashlib.sha256(file.read() + ROOT.encode()).hexdigest()
    mark = os.path.join(VENV, "riik-installed-" + which)
    if os.path.exists(mark):
        with open(mark) as file:
            if file.read() == wanted:
                return
    sys.stderr.write("Installing the pinned packages (once, about a minute) …\n")
    pip = [program("python"), "-m", "pip", "--log", os.path.join(VENV, "pip.log"), "install", "-q"]
    for arguments in (
        ["--require-hashes", "-r", pins],
        ["--no-deps", "--no-build-isolation", "-e", ROOT],
    ):
        done = subprocess.run(pip + arguments, capture_output=True, text=True, cwd=ROOT)
        if done.returncode != 0:
            stop(*remedy_for(done.stdout + done.stderr))
    with open(mark, "w") as file:
        file.write(wanted)


def main(arguments):
    """`run.py [--install LIST] [options of riik demo]`."""
    check_python()
    check_disk()
    make_venv()
    if arguments[:1] == ["--install"]:
        install(arguments[1])
        return
    if not os.path.exists(os.path.join(VENV, "riik-installed-dev")):
        install("run")
    command = [program("python"), "-m", "riik.cli", "demo"] + arguments
    if os.name == "nt":
        raise SystemExit(subprocess.run(command).returncode)
    os.chdir(ROOT)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
