"""CSV and JSON, sent as they are made."""

from __future__ import annotations

import json
from collections.abc import Iterator

from workbench.results import texts
from workbench.results.exports.taking import Taken
from workbench.results.models import Result


def csv(result: Result, taken: Taken) -> Iterator[str]:
    yield texts.csv_line(list(taken.columns))
    for rows in taken:
        yield "".join(texts.csv_lines(rows))


def json_text(result: Result, taken: Taken) -> Iterator[str]:
    """`truncated` comes last: only then it is known."""
    names = texts.once_named(taken.columns)
    head = {
        "question": result.name,
        "sql": result.sql,
        "read_at": taken.read_at.isoformat(timespec="seconds"),
        "columns": [{"name": name, "type": type_} for name, type_ in zip(names, taken.types, strict=True)],
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": ['
    keys = [json.dumps(name, ensure_ascii=False) for name in names]
    between = "\n"
    for rows in taken:
        lines = [
            "{" + ", ".join(f"{key}: {texts.json_value(cell)}" for key, cell in zip(keys, row, strict=True)) + "}"
            for row in rows
        ]
        if lines:
            yield between + ",\n".join(lines)
            between = ",\n"
    yield f'\n], "row_count": {taken.rows}, "truncated": {"true" if taken.is_cut else "false"}}}\n'
