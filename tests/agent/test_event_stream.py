"""Server-sent events, however their bytes are cut."""

from __future__ import annotations

import pytest

from agent.event_stream import EventReader

STREAM = b"""data: {"a": 1}

: a comment
event: chunk
id: 7
data: {"b":
data:  "zw\xc3\xb6lf"}

data: [DONE]

data: {"c": 3}

"""
EVENTS = [b'{"a": 1}', b'{"b":\n"zw\xc3\xb6lf"}']


def read(stream: bytes, size: int) -> list[bytes]:
    reader = EventReader()
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    return [data for piece in pieces for data in reader.feed(piece)]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_events_are_read_up_to_the_one_that_says_done(size: int) -> None:
    assert read(STREAM, size) == EVENTS


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_lines_may_end_as_on_windows(size: int) -> None:
    assert read(STREAM.replace(b"\n", b"\r\n"), size) == EVENTS


def test_an_event_that_is_not_complete_is_none() -> None:
    assert read(b'data: {"a": 1}\n', 1000) == []
