"""`python -m …`: lines of text become a Parquet file, by DuckDB. Knows no Django: it starts in a moment."""

import json
import sys
from collections.abc import Sequence
from typing import Any

import duckdb

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "160MB",
    "preserve_insertion_order": True,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_ROWS_IN_GROUP = 20_480
_SMALLEST_BUFFER = 1 << 20
_NUMBER = "n"
"""A column of ours: a line of a single NULL would be an empty one, which is none."""


def main() -> None:
    wish = json.load(sys.stdin)
    try:
        convert(wish, wish["types"])
    except duckdb.ConversionException:
        # A date that is none elsewhere, such as 0000-00-00: then they are texts.
        convert(wish, wish["without_dates"])


def convert(wish: dict[str, Any], types: Sequence[str]) -> None:
    read = ", ".join(
        [f"'{_NUMBER}': 'BIGINT'", *(f"'c{number}': '{_read_as(kind)}'" for number, kind in enumerate(types))]
    )
    named = zip(types, wish["names"], strict=True)
    chosen = ", ".join(f"{_made(number, kind)} AS {_name(name)}" for number, (kind, name) in enumerate(named))
    buffer = max(_SMALLEST_BUFFER, 2 * wish["longest"])
    source = (
        f"read_csv({_text(wish['lines'])}, columns = {{{read}}}, header = false, auto_detect = false, delim = ','"
        f", quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, parallel = false, new_line = '\\n',"
        f" max_line_size = {buffer}, buffer_size = {buffer})"
    )
    target = f"{_text(wish['path'])} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS_IN_GROUP})"
    with duckdb.connect(":memory:", config=_CONFIG) as connection:
        connection.execute(f"SET temp_directory = {_text(wish['path'] + '.tmp')}")
        connection.execute(f"COPY (SELECT {chosen} FROM {source}) TO {target}")  # noqa: S608 - all of it is ours


def _read_as(kind: str) -> str:
    return "VARCHAR" if kind == "BLOB" else kind


def _made(number: int, kind: str) -> str:
    return f"unhex(c{number})" if kind == "BLOB" else f"c{number}"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""').replace("\0", "") + '"'


def _text(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"


if __name__ == "__main__":
    main()
