"""Serving a preview: on this machine's own address, looking at the folder again for each page."""

from collections.abc import Callable, Mapping
from pathlib import Path

from riik.core import Finding
from riik.node.preview.hosts import LoopbackOnly
from riik.node.preview.house import Place, Previewed
from riik.node.preview.http import preview_routes
from riik.portal.design.http import KeepsLanguage, problem_pages
from riik.profiles import country_profile
from riik.runtime.clock import SystemClock
from riik.runtime.entropy import SystemEntropy
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.threads import ThreadPool
from riik.runtime.web import Server, edge, free_socket, serve

__all__ = ["Watched", "serve_preview"]

HOST = "127.0.0.1"
MOST_BODY = 6_000_000


class Watched:
    """A folder that is looked at again when one of its files changed.

    Args:
        folder: Where it lies.
        read: Its files by their path in it.
        check: What is to be corrected or looked at in it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        read: Callable[[Path], Mapping[str, bytes]],
        check: Callable[[Path], list[Finding]],
    ) -> None:
        self.folder, self.read, self.check = folder, read, check
        self.here: Previewed | None = None
        self._mark: object = None
        self._found: list[Finding] = []

    def look(self) -> tuple[str, list[Finding]]:
        """The folder's name and what is wrong with it; the service follows its files."""
        mark = self._state()
        if mark != self._mark and self.here is not None:
            self._mark = mark
            self._found = self.check(self.folder)
            self.here.read(self.read(self.folder))
        return self.folder.resolve().name, self._found

    def _state(self) -> object:
        """Names, sizes and times of all files: when these stay, nothing was saved."""
        return tuple(
            (str(path), path.stat().st_mtime_ns, path.stat().st_size)
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        )


async def serve_preview(
    watched: Watched, *, country: str, port: int, standard: bytes, kept: Path
) -> tuple[Server, str]:
    """Serve a folder's pages on this machine; answers the server and its address.

    Args:
        watched: The folder.
        country: Whose rules of writing hold: ``ee`` or ``vn``.
        port: The port, or the next free one.
        standard: The process of a folder that has none of its own.
        kept: Where its cases lie while it runs.
    """
    profile, clock, entropy = country_profile(country), SystemClock(), SystemEntropy()
    log = open_log(kept / "preview.log", clock=clock, node="preview")
    # Pages name their own address, so it is known before anybody listens.
    with free_socket(HOST, port) as found:
        port = int(found.getsockname()[1])
    origin = f"http://localhost:{port}"
    place = Place(
        folder=kept,
        standard=standard,
        clock=clock,
        entropy=entropy,
        in_thread=ThreadPool(name="preview"),
        zone=profile.dates["zone"],
    )
    watched.here = Previewed(place=place, origin=origin)
    watched.look()
    routes = preview_routes(watched.here, look=watched.look, profile=profile, origin=origin)
    app = edge(
        routes,
        metrics=Metrics(),
        logger=log,
        max_body=MOST_BODY,
        pages=problem_pages(profile, home="/"),
    )
    return await serve(LoopbackOnly(KeepsLanguage(app), port), HOST, port), origin
