"""Verified queries as JSONL: one object a line, in UTF-8. Files of questions with `gold` are read, too.

A line that cannot be read is told with its number; none is left out in silence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from datasources.storable import REPLACEMENT, is_storable, storable
from learning.verified.keys import key_of

MOST_BYTES = 5_000_000
MOST_LINES = 2_000
STATES = ("active", "broken", "retired")
_TEXTS = ("question", "follows", "sql", "reason", "instructions", "dialect")
_NOT_TAKEN = (
    "id",
    "database",
    "category",
    "difficulty",
    "ordered",
    "extra_columns",
    "is_curated",
    "created_by",
    "created_at",
)
_FIELDS = frozenset((*_TEXTS, *_NOT_TAKEN, "state", "gold"))


class BadFile(Exception):
    """Nothing of it can be read; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Line:
    """Line `number` of a file. `problem` says why it is none of a query; `note` what was made of it that one might not
    expect."""

    number: int
    question: str = ""
    follows: str = ""
    sql: str = ""
    state: str = "active"
    reason: str = ""
    dialect: str = ""
    note: str = ""
    problem: str = ""

    @property
    def key(self) -> str:
        return key_of(self.question, self.follows)


def read(content: bytes) -> list[Line]:
    """Without empty lines. Raises BadFile."""
    if len(content) > MOST_BYTES:
        raise BadFile(
            f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it, and import one after the other."
        )
    lines = [(number, line) for number, line in enumerate(_text(content).split("\n"), 1) if line.strip()]
    if not lines:
        raise BadFile("The file is empty.")
    if len(lines) > MOST_LINES:
        raise BadFile(
            f"The file has {len(lines):,} lines, and at most {MOST_LINES:,} can be imported at once. Split it."
        )
    return [_line(number, line) for number, line in lines]


def written(fields: dict[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(f"The file is not UTF-8: byte {error.start:,} is none of it.") from None


class _Unreadable(Exception):
    """A line that is no query; the message says why."""


def _line(number: int, text: str) -> Line:
    try:
        fields = _object(text)
        texts = {name: _text_of(fields, name) for name in _TEXTS}
        sql = texts["sql"] or _gold(fields.get("gold"))
        state = _state(fields.get("state"))
    except _Unreadable as error:
        return Line(number, question=_start(text), problem=str(error))
    question = "\n\n".join(filter(None, (texts["question"], texts["instructions"])))
    return Line(
        number,
        question=question,
        follows=texts["follows"],
        sql=sql,
        state=state,
        reason=texts["reason"],
        dialect=texts["dialect"],
        note=" ".join(_notes(fields, texts)),
    )


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except ValueError as error:
        raise _Unreadable(f"It is no JSON ({str(error).partition(':')[0]}).") from None
    except RecursionError:
        raise _Unreadable("Its brackets are nested too deeply.") from None
    if not isinstance(found, dict):
        raise _Unreadable("It is no JSON object.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two would count, nobody could see."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise _Unreadable(f"It says “{_start(name)}” twice.")
        fields[name] = value
    return fields


def _text_of(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Unreadable(f"“{name}” is no text.")
    return _whole(value, name)


def _gold(value: object) -> str:
    golds = [value] if isinstance(value, str) else value
    if golds is None:
        return ""
    if not isinstance(golds, list) or not all(isinstance(sql, str) for sql in golds):
        raise _Unreadable("“gold” is neither SQL nor a list of SQL.")
    return _whole(golds[0], "gold") if golds else ""


def _state(value: object) -> str:
    if value is None:
        return "active"
    if value not in STATES:
        raise _Unreadable(f"“state” is none of {', '.join(STATES)}.")
    return str(value)


def _whole(text: str, name: str) -> str:
    if not is_storable(text):
        raise _Unreadable(f"“{name}” has a character in it that is no text.")
    return text.strip()


def _notes(fields: dict[str, Any], texts: dict[str, str]) -> Iterator[str]:
    gold = fields.get("gold")
    if isinstance(gold, list) and len(gold) > 1 and not texts["sql"]:
        yield f"Of its {len(gold)} gold SQLs the first is taken."
    if texts["instructions"]:
        yield "Its instructions are appended to the question."
    if unknown := sorted(fields.keys() - _FIELDS):
        yield f"Not kept: {_start(', '.join(unknown))}."


def _start(text: str) -> str:
    """For showing."""
    return storable(text[:200], nul=REPLACEMENT)
