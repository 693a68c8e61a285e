"""CSV and Parquet files into the tables of a new DuckDB database. Runs in the import's own process."""

import os
import re
from dataclasses import replace
from pathlib import Path

import duckdb

from datasources.csv_text import as_utf8
from datasources.import_job import BadFile, Source

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "async_threads": 0,
    "memory_limit": "1GB",
    "temp_directory": "",
    "home_directory": "/",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
}
# The whole file is looked at before a column's type is decided.
_ALWAYS = "sample_size = -1, max_line_size = 10000000"
_DROPPING_BAD_LINES = f"{_ALWAYS}, skip = 0, header = true, store_rejects = true, rejects_limit = 100000"
_AS_TEXT = f"{_DROPPING_BAD_LINES}, all_varchar = true, strict_mode = false"
# More bad lines than this share of all is no slip of a pen, and more than that: the columns are no columns.
_SOME, _NEARLY_ALL = 0.2, 0.9
_LONGEST_TITLE = 10
_NAMED_BY_NUMBER = re.compile(r"column\d+")
_DELIMITERS = re.compile(r"[,;|\t]")
_REASON_CHARS = 300
_LIMITS = (
    (r"Out of Memory|bad allocation|failed to allocate", "needs more memory than an import may use."),
    (r"File too large|No space left", "needs more space on the disk than an import may use."),
    (
        r"Maximum line size of \d+ bytes exceeded",
        "has a line of more than 10 MB. Is a quote not closed? Correct it and upload it again.",
    ),
    (r"encrypted", "is encrypted. Upload it without encryption."),
)


def build(target: str, sources: list[Source]) -> list[str]:
    """What people should know of it. Raises BadFile."""
    notes: list[str] = []
    prepared = [_prepared(source, notes) for source in sources]
    with duckdb.connect(target, config=_CONFIG) as connection:
        paths = ", ".join(_text(source.path) for source in prepared)
        connection.execute(f"SET allowed_paths = [{paths}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        for source in prepared:
            try:
                read = _read_parquet if source.kind == "parquet" else _read_csv
                notes += [f"{source.label}: {note}" for note in read(connection, source)]
            except duckdb.Error as error:
                raise BadFile(f"The file {source.label} {_reason(error, source)}") from None
        connection.execute("CHECKPOINT")
    return notes


def _prepared(source: Source, notes: list[str]) -> Source:
    """A CSV file in UTF-8."""
    if source.kind != "csv":
        return source
    try:
        path, assumed = as_utf8(Path(source.path))
    except ValueError as error:
        raise BadFile(f"The file {source.label} {error}") from None
    notes += [f"{source.label}: {assumed}"] if assumed else []
    return replace(source, path=str(path))


def _read_parquet(connection: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    _create(connection, source, f"read_parquet({_text(source.path)})")
    return []


def _read_csv(connection: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    """By what the file itself suggests; else without lines that do not fit its first one; else all of it as text."""
    suggested = _attempt(connection, source, _ALWAYS)
    if suggested is None:
        skipped, notes = _assumed(connection, source)
        if not _is_doubtful(connection, source, skipped):
            return [*notes, *_about(connection, source)]
    if _attempt(connection, source, _DROPPING_BAD_LINES) is None:
        share = _share_of_bad_lines(connection, source)
        if suggested is None and (share >= _NEARLY_ALL or len(_columns(connection, source)) == 1):
            _create_from_csv(connection, source, _ALWAYS)
            return [*notes, *_about(connection, source)]
        if suggested is None or share <= _SOME:
            return [*_bad_lines(connection, source), *_about(connection, source)]
    _create_from_csv(connection, source, _AS_TEXT)
    reason = _first_line(suggested, source) if suggested else "its lines do not fit each other"
    note = f"the types of its columns could not be told, so all of them are text ({reason})."
    return [note, *_bad_lines(connection, source), *_about(connection, source)]


def _attempt(connection: duckdb.DuckDBPyConnection, source: Source, options: str) -> duckdb.Error | None:
    """What went wrong, unless it is a limit: that passes through."""
    try:
        _create_from_csv(connection, source, options)
    except duckdb.Error as error:
        if _is_a_limit(error):
            raise
        return error
    return None


def _is_doubtful(connection: duckdb.DuckDBPyConnection, source: Source, skipped: int) -> bool:
    """Lines with more or fewer values make DuckDB take all lines for one column each, or skip those before them."""
    [first, *others] = _columns(connection, source)
    if not others and _DELIMITERS.search(first):
        return True
    return skipped > _LONGEST_TITLE or skipped > _count(connection, source)


def _assumed(connection: duckdb.DuckDBPyConnection, source: Source) -> tuple[int, list[str]]:
    """How many lines were skipped, and what else is worth a note."""
    query = f"SELECT SkipRows, Quote FROM sniff_csv({_text(source.path)}, {_ALWAYS})"  # noqa: S608
    [(skipped, quote)] = connection.execute(query).fetchall()
    lines = "first line is" if skipped == 1 else f"first {skipped} lines are"
    notes = [f"its {lines} no part of the table."] if skipped else []
    if quote != '"' and _has_quotes(source.path):
        notes.append("not all of its quotes are closed as they should be, so they were kept as parts of the values.")
    return skipped, notes


def _has_quotes(path: str) -> bool:
    with open(path, encoding="utf-8", newline="") as file:
        return any('"' in text for text in iter(lambda: file.read(1 << 20), ""))


def _bad_lines(connection: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    """Raises BadFile when there are too many."""
    query = "SELECT line, error_message FROM reject_errors ORDER BY line LIMIT 1"
    first = connection.execute(query).fetchone()
    if not first:
        return []
    line, message = first[0], str(first[1]).partition("\n")[0].rstrip(".")
    if _share_of_bad_lines(connection, source) > _SOME:
        raise BadFile(
            f"Many lines of the file {source.label} do not fit its first one; line {line} is the first of them"
            f" ({message}). Correct it and upload it again."
        )
    count = _count_bad_lines(connection)
    lines = "1 line was" if count == 1 else f"{count:,} lines were"
    return [f"{lines} left out; the first is line {line} ({message})."]


def _share_of_bad_lines(connection: duckdb.DuckDBPyConnection, source: Source) -> float:
    bad = _count_bad_lines(connection)
    return bad / max(1, bad + _count(connection, source))


def _count_bad_lines(connection: duckdb.DuckDBPyConnection) -> int:
    return _number(connection, "SELECT count(DISTINCT line) FROM reject_errors")


def _count(connection: duckdb.DuckDBPyConnection, source: Source) -> int:
    return _number(connection, f"SELECT count(*) FROM {_name(source.table)}")  # noqa: S608


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    [row] = connection.execute(query).fetchall()
    return int(row[0])


def _about(connection: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    columns = _columns(connection, source)
    rows = _count(connection, source)
    if all(_NAMED_BY_NUMBER.fullmatch(column) for column in columns):
        if not rows:
            raise BadFile(f"The file {source.label} holds no table.")
        return [f"it has no line with the names of its columns: they are called {columns[0]} and so on."]
    names = {column.casefold() for column in columns}
    notes = [] if rows else ["it has the names of columns, and no rows."]
    if any(_NAMED_BY_NUMBER.fullmatch(column) for column in columns):
        notes.append("columns without a name are called by their number.")
    if any(re.sub(r"_\d+$", "", column) in names - {column} for column in names):
        notes.append("columns of the same name are told apart by a number.")
    return notes


def _columns(connection: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE {_name(source.table)}").fetchall()]


def _create_from_csv(connection: duckdb.DuckDBPyConnection, source: Source, options: str) -> None:
    for rejects in ("reject_errors", "reject_scans"):
        connection.execute(f"DROP TABLE IF EXISTS {rejects}")
    _create(connection, source, f"read_csv({_text(source.path)}, {options})")


def _create(connection: duckdb.DuckDBPyConnection, source: Source, reading: str) -> None:
    connection.execute(f"CREATE OR REPLACE TABLE {_name(source.table)} AS FROM {reading}")


def _name(table: str) -> str:
    return '"' + table.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _is_a_limit(error: duckdb.Error) -> bool:
    return any(re.search(pattern, str(error)) for pattern, _ in _LIMITS)


def _reason(error: duckdb.Error, source: Source) -> str:
    for pattern, reason in _LIMITS:
        if re.search(pattern, str(error)):
            return reason
    return f"could not be read: {_first_line(error, source)}."


def _first_line(error: duckdb.Error, source: Source) -> str:
    lines = [line for line in str(error).splitlines() if line and not line.startswith("Original Line")]
    text = " ".join(lines[:2]).replace(source.path, source.label).replace(os.path.dirname(source.path), "")
    return text[:_REASON_CHARS].rstrip(".")
