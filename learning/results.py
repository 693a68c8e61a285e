"""A result as JSON, so that an answer can be shown again as it was."""

import base64
import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

from datasources.engine import Cell, ResultSet

_EXACT_IN_JSON = 2**53


def to_json(result: ResultSet) -> dict[str, Any]:
    """What JSON cannot hold is tagged: bytes as {"bytes": base64}, NaN and infinities as {"float": text}, exact numbers
    as {"decimal": text}, whole ones that a browser would round as {"int": text}.

    NUL characters, which PostgreSQL's JSON refuses, are replaced.
    """
    return {
        "columns": list(result.columns),
        "rows": [[_pack(cell) for cell in row] for row in result.rows],
        "truncated": result.truncated,
        "elapsed": result.elapsed,
        "types": list(result.types),
    }


def from_json(data: dict[str, Any]) -> ResultSet:
    return ResultSet(
        columns=tuple(data["columns"]),
        rows=tuple(tuple(_unpack(cell) for cell in row) for row in data["rows"]),
        truncated=data["truncated"],
        elapsed=data["elapsed"],
        types=tuple(data.get("types", ())),
    )


def head(result: ResultSet, most: int) -> ResultSet:
    """Its first rows, for people to look at."""
    rows = result.rows[:most]
    return replace(result, rows=rows, truncated=result.truncated or len(rows) < len(result.rows))


def _pack(cell: Cell) -> Any:
    if isinstance(cell, bytes):
        return {"bytes": base64.b64encode(cell).decode()}
    if isinstance(cell, float) and not math.isfinite(cell):
        return {"float": str(cell)}
    if isinstance(cell, Decimal):
        return {"decimal": str(cell)}
    if isinstance(cell, int) and abs(cell) > _EXACT_IN_JSON:
        return {"int": str(cell)}
    if isinstance(cell, str):
        return cell.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return cell


def _unpack(cell: Any) -> Cell:
    match cell:
        case {"bytes": text}:
            return base64.b64decode(text)
        case {"float": text}:
            return float(text)
        case {"decimal": text}:
            return Decimal(text)
        case {"int": text}:
            return int(text)
    return cell  # type: ignore[no-any-return]
