"""A statement with the values beside it, on its way through a form or the application's database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from django.http import QueryDict

from datasources import binding
from datasources.binding import Bound
from datasources.bounded_parsing import MAX_BYTES
from datasources.errors import QueryFailed
from datasources.storable import is_storable

LONGEST_NAME = 300


class NoStatement(Exception):
    """The message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Statement:
    """`name` is the question that it answers; empty where somebody wrote the SQL."""

    sql: str
    bound: tuple[Bound, ...] = ()
    name: str = ""

    @property
    def values(self) -> str:
        """For a field of a form; empty without values."""
        return json.dumps(to_json(self.bound)) if self.bound else ""

    @classmethod
    def of(cls, posted: QueryDict) -> Statement:
        """Raises NoStatement."""
        sql = posted.get("sql", "").replace("\r\n", "\n").replace("\r", "\n")
        name = posted.get("name", "")[:LONGEST_NAME]
        if not sql.strip() or not is_storable(sql + name):
            raise NoStatement("There is no statement that could run.")
        if len(sql.encode(errors="replace")) > MAX_BYTES:
            raise NoStatement(f"The statement is longer than {MAX_BYTES:,} bytes. Write a shorter one.")
        return cls(sql, _read(posted.get("values", "")), name)


def to_json(bound: Sequence[Bound]) -> list[Any]:
    """Dates and exact numbers are told from texts."""
    return [_told(value) for value in bound]


def from_json(data: Sequence[Any]) -> tuple[Bound, ...]:
    """Raises ValueError."""
    return tuple(map(_untold, data))


def _told(value: Bound) -> Any:
    if isinstance(value, Decimal):
        return {"number": str(value)}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def _untold(data: Any) -> Bound:
    match data:
        case {"number": str(digits)} if Decimal(digits).is_finite():
            return Decimal(digits)
        case {"date": str(day)}:
            return date.fromisoformat(day)
        case float() if not isfinite(data):
            raise ValueError(data)
        case None | bool() | int() | float() | str():
            return data
    raise ValueError(data)


def _read(text: str) -> tuple[Bound, ...]:
    try:
        data = json.loads(text or "[]")
        bound = from_json(data) if isinstance(data, list) else None
        binding.require_sendable(bound or ())
    except (ValueError, InvalidOperation, RecursionError):
        bound = None
    except QueryFailed as error:
        raise NoStatement(error.message) from None
    if bound is None:
        raise NoStatement("The values beside the statement cannot be read. Run it again.")
    return bound
