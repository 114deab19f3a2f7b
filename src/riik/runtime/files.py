"""Files that are there, whole, or not at all: written aside, flushed, renamed, flushed.

A name is durable only when its folder is flushed as well (fsync(2), rename(2)). `Disk`'s
single operations are methods, so that a simulated disk can fail at each of them.
"""

import os
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from tempfile import mkstemp

from riik.runtime.errors import DiskUnavailable

__all__ = ["Disk"]


class Disk:
    """The file system of the machine."""

    def write(self, path: Path, content: bytes, *, mode: int = 0o600) -> None:
        """Replace a file durably; whoever reads meanwhile sees the old or the new one.

        Raises:
            DiskUnavailable: For ``write``; the old file, if any, is untouched.
        """
        aside = self._aside(path, content, mode=mode)
        try:
            self.rename(aside, path)
            self.flush_folder(path.parent)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise _refused("put in place", path, error) from error

    def create(self, path: Path, content: bytes, *, mode: int = 0o600) -> bool:
        """Make a file durably, unless there is one of this name: then answer False.

        Raises:
            DiskUnavailable: For ``write``.
        """
        aside = self._aside(path, content, mode=mode)
        try:
            self.link(aside, path)
        except FileExistsError:
            return False
        except OSError as error:
            raise _refused("put in place", path, error) from error
        finally:
            aside.unlink(missing_ok=True)
        try:
            self.flush_folder(path.parent)
        except OSError as error:
            raise _refused("flushed", path.parent, error) from error
        return True

    def read(self, path: Path) -> bytes | None:
        """What the file holds; None when there is none.

        Raises:
            DiskUnavailable: For ``read``.
        """
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _refused("read", path, error, why="read") from error

    def delete(self, path: Path) -> None:
        """Remove a file durably; none of that name is no error.

        Raises:
            DiskUnavailable: For ``write``.
        """
        try:
            path.unlink(missing_ok=True)
            self.flush_folder(path.parent)
        except OSError as error:
            raise _refused("removed", path, error) from error

    def folder(self, path: Path) -> Path:
        """Make a folder, for its owner only, with those above it.

        Raises:
            DiskUnavailable: For ``write``.
        """
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.flush_folder(path.parent)
        except OSError as error:
            raise _refused("made", path, error) from error
        return path

    def hold(self, path: Path) -> int | None:
        """Take a file's lock until `release` or the end of this process (flock(2)).

        Returns:
            A handle for `release`; None when another process holds it.

        Raises:
            DiskUnavailable: For ``write``.
        """
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _refused("made", path, error) from error
        try:
            flock(handle, LOCK_EX | LOCK_NB)
        except OSError:
            os.close(handle)
            return None
        return handle

    def release(self, handle: int) -> None:
        """Give a lock back."""
        os.close(handle)

    def _aside(self, path: Path, content: bytes, *, mode: int) -> Path:
        """A flushed file beside ``path``, with a name that nobody else has."""
        try:
            handle, name = mkstemp(prefix=".", suffix=".new", dir=path.parent)
        except OSError as error:
            raise _refused("made", path, error) from error
        try:
            os.fchmod(handle, mode)
            self.write_all(handle, content)
            self.flush(handle)
        except OSError as error:
            Path(name).unlink(missing_ok=True)
            raise _refused("written", path, error) from error
        finally:
            os.close(handle)
        return Path(name)

    def write_all(self, handle: int, content: bytes) -> None:
        """Write every byte to an open file."""
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]

    def flush(self, handle: int) -> None:
        """Wait until an open file's bytes are on the disk."""
        os.fsync(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file its name, over any that has it."""
        source.rename(target)

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name, unless there is one."""
        target.hardlink_to(source)

    def flush_folder(self, folder: Path) -> None:
        """Wait until a folder's names are on the disk."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _refused(done: str, path: Path, error: OSError, *, why: str = "write") -> DiskUnavailable:
    """Which file, and what the system says; for logs and terminals, never for a visitor."""
    return DiskUnavailable(f"{path} could not be {done}: {error.strerror}", why=why)
