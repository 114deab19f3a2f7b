"""Files and blobs are there whole or not at all, whatever the disk does."""

import errno
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from riik.core import Refused
from riik.runtime.blobs import Blobs
from riik.runtime.errors import DiskUnavailable
from riik.runtime.files import Disk
from riik.testing.ports import FaultyDisk


def test_a_file_is_written_and_replaced(tmp_path):
    disk, path = Disk(), tmp_path / "file"
    disk.write(path, b"old")
    disk.write(path, b"new")
    assert disk.read(path) == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_file_that_is_there_is_not_created_again(tmp_path):
    disk, path = Disk(), tmp_path / "file"
    assert disk.create(path, b"first")
    assert not disk.create(path, b"second")
    assert disk.read(path) == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_of_many_who_create_a_file_one_does(tmp_path):
    contents = [str(number).encode() for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda content: Disk().create(tmp_path / "f", content), contents))
    assert sum(made) == 1
    assert Disk().read(tmp_path / "f") == contents[made.index(True)]


def test_a_file_that_is_not_there_is_none(tmp_path):
    assert Disk().read(tmp_path / "none") is None
    Disk().delete(tmp_path / "none")


def test_a_deleted_file_is_gone(tmp_path):
    Disk().write(tmp_path / "file", b"")
    Disk().delete(tmp_path / "file")
    assert Disk().read(tmp_path / "file") is None


@pytest.mark.parametrize("fail_at", [1, 2, 3])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_failing_write_leaves_the_old_file(tmp_path, fail_at, error):
    path = tmp_path / "file"
    Disk().write(path, b"the old content")
    with pytest.raises(DiskUnavailable):
        FaultyDisk(fail_at=fail_at, error=error).write(path, b"the new content")
    assert path.read_bytes() == b"the old content"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_failing_folder_flush_is_told(tmp_path):
    """The rename may or may not survive a power cut: nobody was told that it would."""
    with pytest.raises(DiskUnavailable):
        FaultyDisk(fail_at=4).write(tmp_path / "file", b"new")


@pytest.mark.parametrize("fail_at", [1, 2, 3])
def test_a_failing_creation_leaves_nothing(tmp_path, fail_at):
    with pytest.raises(DiskUnavailable):
        FaultyDisk(fail_at=fail_at).create(tmp_path / "file", b"new")
    assert list(tmp_path.iterdir()) == []


def test_a_repaired_disk_writes_again(tmp_path):
    disk = FaultyDisk(fail_at=1)
    with pytest.raises(DiskUnavailable):
        disk.write(tmp_path / "file", b"new")
    disk.repair()
    disk.write(tmp_path / "file", b"new")
    assert disk.read(tmp_path / "file") == b"new"


@pytest.mark.parametrize("action", ["read", "write", "folder"])
def test_a_place_that_is_no_folder_is_told(tmp_path, action):
    (tmp_path / "file").write_bytes(b"")
    below = tmp_path / "file" / "below"
    with pytest.raises(DiskUnavailable):
        Disk().write(below, b"") if action == "write" else getattr(Disk(), action)(below)


# --- blobs -----------------------------------------------------------------------------------


@pytest.fixture
def blobs(tmp_path):
    return Blobs(tmp_path)


def test_a_blob_is_named_by_its_bytes(blobs):
    name = blobs.put(b"sealed")
    assert name == blobs.put(b"sealed")
    assert name == sha256(b"sealed").hexdigest()
    assert blobs.get(name) == b"sealed"


def test_a_deleted_blob_is_unknown(blobs):
    name = blobs.put(b"sealed")
    blobs.delete(name)
    blobs.delete(name)
    with pytest.raises(Refused) as refused:
        blobs.get(name)
    assert refused.value.why == "unknown"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_what_is_no_blob_s_name_is_refused(blobs, name):
    with pytest.raises(Refused) as refused:
        blobs.get(name)
    assert refused.value.why == "name"


def test_a_changed_blob_is_refused(blobs, tmp_path):
    name = blobs.put(b"sealed")
    path = tmp_path / name[:2] / name
    path.chmod(0o600)
    path.write_bytes(b"forged")
    with pytest.raises(Refused) as refused:
        blobs.get(name)
    assert refused.value.why == "damaged"


def test_a_blob_on_a_full_disk_is_not_there(tmp_path):
    disk = FaultyDisk()
    blobs = Blobs(tmp_path, disk=disk)
    disk.fail_at = disk.operations + 2
    with pytest.raises(DiskUnavailable):
        blobs.put(b"sealed")
    disk.repair()
    assert blobs.get(blobs.put(b"sealed")) == b"sealed"
