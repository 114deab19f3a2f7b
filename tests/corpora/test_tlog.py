"""All shared vectors of transparency logs are judged right, and forged ones are caught."""

import json
import shutil

import pytest
from tests.corpora import corpora
from tests.corpora.tlog import run

SHARED = corpora() / "tlog"

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared corpora are not on this machine"
)


def test_every_case_is_right():
    outcomes = list(run(SHARED, SHARED))
    assert [one for one in outcomes if one.skipped or not one.right] == []
    assert len(outcomes) > 400


def test_a_folder_of_somebody_elses_cases_uses_the_shared_material(tmp_path):
    case = {"id": "x", "kind": "tiled_log", "file": "tessera-log/checkpoint.9", "size": 8}
    key = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
    lines = [
        case | {"vkey": key, "expect": "reject"},
        {"id": "go/incl-1-0", "kind": "inclusion", "expect": "reject", "root": ""},
        {"id": "new", "kind": "no such kind", "expect": "accept"},
    ]
    (tmp_path / "manifest.jsonl").write_text("\n".join(map(json.dumps, lines)))
    outcomes = list(run(tmp_path, SHARED))
    assert [one.right for one in outcomes] == [True, True, False]
    assert outcomes[2].skipped


def test_a_changed_tile_is_caught(tmp_path):
    folder = tmp_path / "tlog"
    shutil.copytree(SHARED / "tessera-log", folder / "tessera-log", copy_function=shutil.copyfile)
    shutil.copy(SHARED / "manifest.jsonl", folder)
    tile = folder / "tessera-log" / "tile" / "entries" / "000.p" / "9"
    tile.parent.chmod(0o755)
    tile.write_bytes(tile.read_bytes()[:-1] + b"?")
    wrong = [one.id for one in run(folder, SHARED) if not one.right]
    assert wrong == ["tessera/9"]
