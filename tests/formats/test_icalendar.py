"""iCalendar: folded at 75 octets without breaking a letter, escaped, and nothing slipped in."""

from datetime import UTC, datetime, timedelta

import pytest

from riik.formats.icalendar import CalendarEvent, CalendarRefused, read_lines, write_calendar

AT = datetime(2027, 1, 15, 8, tzinfo=UTC)


def event(**named):
    return CalendarEvent(
        **{
            "uid": "1@town.example",
            "sequence": 0,
            "stamped": AT,
            "begins": AT,
            "ends": AT + timedelta(hours=1),
            "summary": "Ceremony",
        }
        | named
    )


@pytest.mark.parametrize(
    "text",
    [
        "Square 1, Tartu; door C\\D",
        "two\nlines",
        "Thủ tục đăng ký kết hôn " * 9,
        "õ" * 200,
        "🏛" * 50,
    ],
)
def test_texts_come_back_and_no_line_is_longer_than_75_octets(text):
    source = write_calendar([event(description=text)], method="PUBLISH")
    assert all(len(line) <= 75 for line in source.split(b"\r\n"))
    for line in source.split(b"\r\n"):
        line.decode()
    assert dict(read_lines(source))["DESCRIPTION"] == text


def test_the_text_is_as_the_standard_writes_it():
    source = write_calendar([event(location="Hall, 1; a\\b\nc", alarms=(60,))], method="REQUEST")
    assert source.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert b"\r\nLOCATION:Hall\\, 1\\; a\\\\b\\nc\r\n" in source
    assert b"\r\nTRIGGER:-PT60M\r\n" in source
    assert source.endswith(b"END:VEVENT\r\nEND:VCALENDAR\r\n")


def test_nobody_writes_a_line_of_their_own():
    source = write_calendar(
        [event(summary="x\r\nATTENDEE:mailto:a@b", address="https://a\r\nATTACH:b", uid="1\nX:y")],
        method="PUBLISH",
    )
    names = [name for name, _ in read_lines(source)]
    assert "ATTENDEE" not in names
    assert "ATTACH" not in names
    assert "X" not in names


@pytest.mark.parametrize(
    "source",
    [b"BEGIN:VCALENDAR", b"BEGIN VCALENDAR\r\n", b"A:" + b"x" * 80 + b"\r\n", b"A:b\nC:d\r\n"],
)
def test_what_is_no_stream_is_refused(source):
    with pytest.raises(CalendarRefused):
        read_lines(source)


def test_an_event_that_ends_before_it_begins_or_none_is_refused():
    with pytest.raises(CalendarRefused):
        write_calendar([event(ends=AT)], method="PUBLISH")
    with pytest.raises(CalendarRefused):
        write_calendar([], method="PUBLISH")
