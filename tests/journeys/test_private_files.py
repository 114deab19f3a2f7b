"""What a country keeps on the disk is its owner's alone: keys, databases, logs, cards."""

import pytest

pytestmark = pytest.mark.anyio


async def test_nobody_else_reads_a_file_of_the_country(country):
    files = [path for path in country.folder.rglob("*") if path.is_file()]
    open_to_others = [
        str(path.relative_to(country.folder)) for path in files if path.stat().st_mode & 0o077
    ]
    assert open_to_others == []
    assert any(path.suffix == ".db" for path in files)
    assert any(path.name == "node.log" for path in files)
