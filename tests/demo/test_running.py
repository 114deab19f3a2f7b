"""What keeps a country's state whole before anything of it is opened."""

import pytest

from riik.demo.running import DemonstrationRefused, open_demonstration
from riik.runtime.files import Disk

pytestmark = pytest.mark.anyio


async def test_two_commands_never_run_one_country(tmp_path):
    held = Disk().hold(tmp_path / ".ee.lock")
    with pytest.raises(DemonstrationRefused) as refused:
        await open_demonstration("ee", tmp_path / "ee", tell=print)
    assert refused.value.why == "busy"
    assert not (tmp_path / "ee").exists()
    Disk().release(held)


def test_a_lock_that_was_given_back_is_free(tmp_path):
    disk, path = Disk(), tmp_path / "lock"
    first = disk.hold(path)
    assert disk.hold(path) is None
    disk.release(first)
    again = disk.hold(path)
    assert again is not None
    disk.release(again)
