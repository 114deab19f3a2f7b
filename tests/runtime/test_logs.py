"""A node's log: what stands in it, and what never does."""

import json
import logging
import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.core import Refused
from riik.runtime.clock import SystemClock
from riik.runtime.logs import FIELDS, REQUEST_ID, JsonLog, LibraryHandler, describe, open_log

CODES = ["EE38001085718", "38001085718", "001085012345", "3800108 5718", "380-0108-5718"]


def last(lines):
    return json.loads(lines.getvalue().splitlines()[-1])


def test_a_line_is_one_json_object(log, lines):
    log.write("request", method="GET", status=200, ms=1.5, route="/v1/cases/{id}")
    assert last(lines) == {
        "at": "2026-11-23T12:00:00.000000Z",
        "level": "info",
        "event": "request",
        "node": "test",
        "method": "GET",
        "status": 200,
        "ms": 1.5,
        "route": "/v1/cases/{id}",
    }


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("field", [*FIELDS, "name", "person", "message"])
def test_a_personal_code_slips_in_through_no_field(log, lines, field, code):
    log.write("request", **{field: code})
    log.write("request", **{field: f"/v1/persons/{code}/address"})
    log.write("request", **{field: int("".join(c for c in code if c.isdigit()))})
    written = lines.getvalue().replace('"left_out":1', "")
    assert not any(part in written for part in ("38001085718", "1085012345", "5718"))


@given(text=st.text(max_size=60), field=st.sampled_from(sorted(FIELDS)))
def test_free_text_never_breaks_or_enters_a_line(text, field):
    import io

    stream = io.StringIO()
    JsonLog(stream, clock=SystemClock()).write("request", **{field: f"Mari Maasikas {text}"})
    [line] = stream.getvalue().splitlines()
    assert "Mari" not in line
    assert json.loads(line)["left_out"] == 1


@pytest.mark.parametrize("event", ["Mari Maasikas", "", "ee-38001085718", "a\nb"])
def test_an_event_is_a_word_of_our_code(log, lines, event):
    log.write(event)
    assert last(lines)["event"] == "?"


def test_the_request_is_named_by_its_id(log, lines):
    token = REQUEST_ID.set("dv5gi2s22hrgidgho2am4gug")
    log.write("request")
    REQUEST_ID.reset(token)
    assert last(lines)["request"] == "dv5gi2s22hrgidgho2am4gug"


def test_an_id_from_outside_with_a_personal_code_is_left_out(log, lines):
    token = REQUEST_ID.set("EE38001085718")
    log.write("request")
    REQUEST_ID.reset(token)
    assert "38001085718" not in lines.getvalue()


def raised(error):
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_a_bug_is_told_by_its_class_and_place(log, lines):
    log.failure("request-failed", raised(ValueError("EE38001085718 Mari")))
    line = last(lines)
    assert line["error"] == "ValueError"
    assert "test_logs.py:" in line["where"]
    assert "Mari" not in lines.getvalue()


def test_a_failure_of_ours_is_told_by_code_and_why():
    told = describe(raised(Refused("Mari may not", why="mandate")))
    assert told == {"code": "core.refused", "why": "mandate"}


def test_a_library_is_told_by_its_name_and_place(log, lines):
    logger = logging.getLogger("some.library")
    handler = LibraryHandler(log)
    logger.addHandler(handler)
    try:
        logger.warning("could not parse %s", "EE38001085718")
        logger.error("broke", exc_info=raised(KeyError("Mari")))
    finally:
        logger.removeHandler(handler)
    first, second = (json.loads(line) for line in lines.getvalue().splitlines())
    assert (first["component"], first["level"]) == ("some.library", "warning")
    assert (second["error"], second["level"]) == ("KeyError", "error")
    assert "38001085718" not in lines.getvalue()
    assert "Mari" not in lines.getvalue()


def test_a_log_in_a_file_goes_on_where_it_was(tmp_path, clock):
    for event in ("started", "stopped"):
        log = open_log(tmp_path / "logs" / "node.log", clock=clock, node="test")
        log.write(event)
        log.close()
    events = [json.loads(line)["event"] for line in (tmp_path / "logs/node.log").open()]
    assert events == ["started", "stopped"]


def test_a_log_without_a_file_is_standard_error(clock, capsys):
    open_log(None, clock=clock).write("started")
    assert json.loads(capsys.readouterr().err)["event"] == "started"
    assert sys.stderr is not None


@pytest.fixture
def open_umask():
    """A machine whose new files anybody may read and write."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize(
    ("was", "is_now"), [(None, 0o600), (0o644, 0o640), (0o666, 0o640), (0o640, 0o640)]
)
def test_a_log_is_never_others_to_read(tmp_path, clock, open_umask, was, is_now):
    path = tmp_path / "node.log"
    if was is not None:
        path.touch()
        path.chmod(was)
    open_log(path, clock=clock).close()
    assert path.stat().st_mode & 0o777 == is_now


def test_what_is_no_file_stays_as_it_is(tmp_path, clock, open_umask):
    """A program that runs as root would take the null device from everybody else."""
    path = tmp_path / "pipe"
    os.mkfifo(path, 0o666)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        open_log(path, clock=clock).close()
        assert path.stat().st_mode & 0o777 == 0o666
    finally:
        os.close(reader)
