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
_SNIFFED = _ALWAYS
_DROPPING_BAD_LINES = f"{_ALWAYS}, header = true, store_rejects = true, rejects_limit = 100000"
_AS_TEXT = f"{_DROPPING_BAD_LINES}, all_varchar = true, strict_mode = false"
# More bad lines than this share of all is no slip of a pen, and more than that: the columns are no columns.
_SOME, _NEARLY_ALL = 0.2, 0.9
_NAMED_BY_NUMBER = re.compile(r"column\d+")
_DELIMITERS = re.compile(r"[,;|\t]")
_REASON_CHARS = 300
_LIMITS = (
    (r"Out of Memory|bad allocation|failed to allocate", "needs more memory than an import may use."),
    (r"File too large|No space left", "needs more space on the disk than an import may use."),
    (r"[Mm]aximum line size", "has a line of more than 10 MB. Is a quote not closed? Correct it and upload it again."),
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
    """By what the file itself suggests; then without its bad lines; then all of it as text."""
    try:
        _create_from_csv(connection, source, _SNIFFED)
    except duckdb.Error as error:
        if _is_a_limit(error):
            raise
        _create_from_csv(connection, source, _AS_TEXT)
        note = f"the types of its columns could not be told, so all of them are text ({_first_line(error, source)})."
        return [note, *_bad_lines(connection, source), *_about(connection, source)]
    notes: list[str] = []
    [first, *others] = _columns(connection, source)
    if not others and _DELIMITERS.search(first):
        notes = _read_unevenly(connection, source)
    return [*notes, *_about(connection, source)]


def _read_unevenly(connection: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    """Its lines were taken for one column each because some have more or fewer values than others."""
    _create_from_csv(connection, source, _DROPPING_BAD_LINES)
    share = _share_of_bad_lines(connection, source)
    if share >= _NEARLY_ALL or len(_columns(connection, source)) == 1:
        _create_from_csv(connection, source, _SNIFFED)
        return []
    return _bad_lines(connection, source)


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
