"""Lines of the log: as JSON with ids and without secrets, or for people."""

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.contextvars import bind_contextvars, clear_contextvars

from sqlagent_site.logs import JsonLines, PlainLines, config, put_as_json


@pytest.fixture(autouse=True)
def ids() -> Iterator[None]:
    clear_contextvars()
    bind_contextvars(request_id="r1", user_id=7, episode_id="e1")
    yield
    clear_contextvars()


def record(message: str, *arguments: object, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord("chat.live", logging.WARNING, "live.py", 1, message, arguments, None)
    made.__dict__.update(extra)
    return made


def broken() -> logging.LogRecord:
    made = record("episode %s broke", "e1")
    try:
        raise RuntimeError("postgres://reader:hunter2@db/shop is away")
    except RuntimeError:
        made.exc_info = sys.exc_info()
    return made


def as_json(made: logging.LogRecord) -> dict[str, Any]:
    line = JsonLines().format(made)
    assert "\n" not in line
    return dict(json.loads(line))


def test_a_json_line_says_what_when_where_and_for_whom() -> None:
    said = as_json(record("slow: %s", 3, ms=12.5))

    assert said.pop("timestamp").endswith("Z")
    assert said == {
        "event": "slow: 3", "level": "warning", "logger": "chat.live", "part": "command", "ms": 12.5,
        "request_id": "r1", "user_id": 7, "episode_id": "e1",
    }  # fmt: skip


def test_the_part_is_the_supervisor_s_name_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLAGENT_PART", "thinker")
    assert as_json(record("x"))["part"] == "thinker"


def test_an_exception_is_in_its_line_without_the_dsn_it_tells() -> None:
    said = as_json(broken())

    assert "RuntimeError: postgres://reader:…@db/shop is away" in said["exception"]
    assert "hunter2" not in json.dumps(said)


def test_a_secret_with_a_quote_in_it_is_left_out_of_json() -> None:
    assert "hunter" not in JsonLines().format(record('postgres://reader:hunter"2\\é@db/shop'))


def test_a_line_for_people_ends_with_the_ids() -> None:
    assert PlainLines().format(record("slow")) == "WARNING chat.live: slow episode_id=e1 request_id=r1 user_id=7"


def test_a_line_for_people_has_no_secret_either() -> None:
    line = PlainLines().format(broken())
    assert "is away" in line
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("log_format", "level", "expected"), [("text", "", "WARNING"), ("json", "", "INFO"), ("json", "error", "ERROR")]
)
def test_programs_are_told_more_unless_the_operator_wants_otherwise(log_format: str, level: str, expected: str) -> None:
    assert config(log_format, level)["root"]["level"] == expected


def test_what_is_no_json_becomes_a_line_of_its_part() -> None:
    said = json.loads(put_as_json("model", "loading, password=hunter2"))
    assert (said["part"], said["event"]) == ("model", "loading, password=…")


def test_what_is_json_already_stays_as_it_is() -> None:
    line = '{"event": "x", "part": "web"}'
    assert put_as_json("web", line) == line
