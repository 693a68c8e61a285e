"""What clients send, read: the same over HTTP and WebSocket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from datasources.storable import is_storable
from envapi.actions import whole
from envapi.errors import Invalid
from envapi.tasks import Wanted

COOKIE = "openenv_episode"
HEADER = "x-episode-id"
"""Where an episode may be named besides the body and the address."""
LONGEST_ID = 255
LONGEST_TEXT = 200
LARGEST_SEED = 2**63 - 1
MOST_BYTES = 1_000_000
"""Of a message or a body."""


def too_long() -> Invalid:
    return Invalid(f"A request has at most {MOST_BYTES:,} bytes.", ["body"], "too_long")


def read_json(data: bytes | str) -> Any:
    """Raises ValueError for what is no JSON, or no text of it, Invalid for what is too long."""
    if len(data) > MOST_BYTES:
        raise too_long()
    try:
        text = data.decode() if isinstance(data, bytes) else data
        found = _JSON.decode(text)
        if "\\ud" in text or "\\uD" in text:
            # Half a character, that no answer could repeat.
            json.dumps(found, ensure_ascii=False).encode()
    except UnicodeError:
        raise ValueError("It is not UTF-8.") from None
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON.")


_JSON = json.JSONDecoder(parse_constant=_refuse)


def wanted_of(data: dict[str, Any]) -> Wanted:
    """Of a reset. What it does not know it passes over, as the standard says. Raises Invalid."""
    return Wanted(
        task_id=task_id_of(data) or _text(data, "question_id", LONGEST_TEXT),
        difficulty=_text(data, "difficulty", LONGEST_TEXT),
        seed=_seed(data.get("seed")),
        episode_id=episode_id_of(data),
    )


def task_id_of(data: Mapping[str, Any]) -> str:
    """Empty where there is none. Raises Invalid."""
    return _text(data, "task_id", LONGEST_TEXT)


def episode_id_of(data: Mapping[str, Any]) -> str:
    """Empty where there is none. Raises Invalid."""
    return _text(data, "episode_id", LONGEST_ID)


def seconds_of(data: dict[str, Any]) -> float | None:
    """How long a step may take. Raises Invalid."""
    given = data.get("timeout_s")
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given < 1e6:
        raise Invalid("timeout_s is a number of seconds above 0.", ["timeout_s"])
    return float(given)


def _text(data: Mapping[str, Any], name: str, longest: int) -> str:
    given = data.get(name)
    if given is None:
        return ""
    if not isinstance(given, str):
        raise Invalid(f"{name} is a text.", [name], "string_type")
    if len(given) > longest or not is_storable(given):
        raise Invalid(f"{name} is a text of at most {longest} characters.", [name], "string_too_long")
    return given


def _seed(given: object) -> int | None:
    if given is None:
        return None
    number = whole(given)
    if number is None or not 0 <= number <= LARGEST_SEED:
        raise Invalid("seed is a whole number, 0 or more.", ["seed"], "int_type")
    return number
