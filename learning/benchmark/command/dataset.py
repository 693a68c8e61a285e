"""A file of tasks: one JSON object a line, on as many databases as it likes."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from datasources.storable import is_storable
from learning.benchmark.asks_for_order import has_an_order
from learning.benchmark.tasks import Task

DIALECTS = ("sqlite", "duckdb", "postgres", "mysql")
_REQUIRED = ("database", "dialect", "question")
_OPTIONAL = ("id", "category", "difficulty", "instructions")
_FLAGS = ("ordered", "extra_columns")
_FIELDS = (*_REQUIRED, "gold", *_OPTIONAL, *_FLAGS)
# It becomes part of a path, and no file may have a longer name.
_DATABASE = re.compile(r"[^\s./\\\x00-\x1f][^/\\\x00-\x1f]{0,199}")


class BadDataset(Exception):
    """A file that holds no tasks, or a line that is none; the message says which and what is wrong."""


def digest(path: Path) -> str:
    """The SHA-256 of the file. Raises BadDataset."""
    return sha256(_bytes(path)).hexdigest()


def read(path: Path) -> list[Task]:
    """In the order of the file; empty lines are left out. Raises BadDataset."""
    tasks: dict[str, Task] = {}
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            task = _task(_object(line), f"line-{number}")
            if task.id in tasks:
                raise BadDataset(f"the id {task.id} is taken by an earlier line")
        except BadDataset as error:
            raise BadDataset(f"{path.name}, line {number}: {error}.") from None
        tasks[task.id] = task
    if not tasks:
        raise BadDataset(f"{path.name} holds no tasks.")
    return list(tasks.values())


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadDataset(f"{path} could not be read: {error.strerror}.") from None


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadDataset(f"{path.name} is not UTF-8: byte {error.start:,} is none of it.") from None


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise BadDataset(f"it is no JSON ({str(error).partition(':')[0]})") from None
    except RecursionError:
        raise BadDataset("its brackets are nested too deeply") from None
    if not isinstance(found, dict):
        raise BadDataset("it is to be one JSON object")
    unknown = found.keys() - set(_FIELDS)
    if unknown:
        raise BadDataset(f"{', '.join(sorted(unknown))}: no such field. There are {', '.join(_FIELDS)}")
    return found


def _task(fields: dict[str, Any], unnamed: str) -> Task:
    texts = {name: _required(fields, name) for name in _REQUIRED} | {name: _text_of(fields, name) for name in _OPTIONAL}
    if texts["dialect"] not in DIALECTS:
        raise BadDataset(f"dialect is to be one of {', '.join(DIALECTS)}")
    if not _DATABASE.fullmatch(texts["database"]):
        raise BadDataset("database is to be a plain name, without slashes, of 200 characters at most")
    gold, ordered = _gold(fields.get("gold")), _flag(fields, "ordered")
    if ordered is None:
        ordered = has_an_order(texts["question"], texts["instructions"], gold, texts["dialect"])
    return Task(
        id=texts["id"] or unnamed,
        question=texts["question"],
        gold=gold,
        category=texts["category"],
        difficulty=texts["difficulty"],
        instructions=texts["instructions"],
        ordered=ordered,
        extra_columns=bool(_flag(fields, "extra_columns")),
        database=texts["database"],
        dialect=texts["dialect"],
    )


def _required(fields: dict[str, Any], name: str) -> str:
    text = _text_of(fields, name)
    if not text:
        raise BadDataset(f"{name} is missing")
    return text


def _text_of(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, int) and name == "id" and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise BadDataset(f"{name} is to be text")
    return _whole(value, name)


def _flag(fields: dict[str, Any], name: str) -> bool | None:
    value = fields.get(name)
    if not isinstance(value, bool | None):
        raise BadDataset(f"{name} is to be true or false")
    return value


def _gold(value: object) -> tuple[str, ...]:
    golds = [value] if isinstance(value, str) else value
    if not isinstance(golds, list) or not golds or not all(isinstance(sql, str) and sql.strip() for sql in golds):
        raise BadDataset("gold is to be SQL, or a list of SQL that is right")
    return tuple(_whole(sql, "gold") for sql in golds)


def _whole(text: str, name: str) -> str:
    if not is_storable(text):
        raise BadDataset(f"{name} has a character in it that is no text")
    return text.strip()
