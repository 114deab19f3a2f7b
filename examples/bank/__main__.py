"""`python -m bank bank.toml`: serve the site until Ctrl-C."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from bank.app import make_app
from bank.settings import read_settings

__all__ = ["main"]


def main(path: str) -> None:
    """Serve at the port of the site's own origin, on this machine only."""
    settings = read_settings(Path(path))
    port = urlsplit(settings.origin).port or 8000
    uvicorn.run(make_app(settings), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1])
