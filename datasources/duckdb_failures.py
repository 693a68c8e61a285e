"""What DuckDB says when something goes wrong, as sentences for a person."""

import re

import duckdb

from datasources.wire import Failure

# Some of what goes wrong in DuckDB comes as Python's own errors.
ERRORS = (duckdb.Error, RuntimeError, ValueError)
_MESSAGE_CHARS = 1_000
_DAMAGED = re.compile(r"[Cc]orrupt|Could not read enough bytes|[Ss]erializ|Failed to read|checksum|INTERNAL Error")
_CONNECTING = (
    (
        r"lock on file",
        "LOCKED",
        "Another program has the database open for writing. Close it there, or connect a copy.",
    ),
    (r"encrypt", "ENCRYPTED", "The database is encrypted, which is not supported. Connect a copy without encryption."),
    (
        r"version number|newer version|storage version",
        "VERSION",
        f"The file was written by another version of DuckDB, which {duckdb.__version__} cannot read."
        " Export it there and import it with an older or newer one, or have the operator update this server.",
    ),
    (r"not a valid DuckDB|Is a directory|sqlite_scanner", "NOT_A_DATABASE", "The file is not a DuckDB database."),
    (r"does not exist", "NO_DATABASE", "The database file could not be opened: it does not exist."),
    (r"Permission denied", "PERMISSION", "The database file could not be opened: Permission denied."),
    (_DAMAGED.pattern, "CORRUPT", "The database file is damaged: it cannot be read. Connect a sound copy of it."),
)
_EXCERPT = re.compile(r"\n(?P<head>LINE \d+: )(?P<line>[^\n]*)\n(?P<mark> *\^)")
_REFUSED = re.compile(r"read-only|configuration has been locked|disabled by configuration|disabled through config")


def connect_failure(error: Exception, path: str) -> Failure:
    message = str(error)
    for pattern, code, sentence in _CONNECTING:
        if re.search(pattern, message):
            return Failure("connect", sentence, code, fatal=True)
    reason = message.partition("\n")[0].replace(path, "the file")
    return Failure("connect", f"The database could not be opened: {reason}.", _code(error), fatal=True)


def failure(error: Exception, sql: str = "") -> Failure:
    """`sql`: the person's own statement, in which the place is looked for."""
    message = str(error)
    if isinstance(error, duckdb.InterruptException):
        return Failure("timeout", "")
    if isinstance(error, duckdb.OutOfMemoryException):
        return Failure("failed", "The statement needed more memory than it may use.", "MEMORY", fatal=True)
    if isinstance(error, duckdb.PermissionException) or _REFUSED.search(message):
        return Failure("refused", f"The database refused it: {_said(message)}", _code(error))
    if not isinstance(error, _OF_THE_STATEMENT) and _DAMAGED.search(message):
        return Failure("failed", "The database file is damaged: a part of it cannot be read.", "CORRUPT", fatal=True)
    is_fatal = isinstance(error, duckdb.FatalException)
    return Failure("failed", _said(message), _code(error), is_fatal, _position(message, sql))


_OF_THE_STATEMENT = (duckdb.ProgrammingError, duckdb.DataError)


def _said(message: str) -> str:
    """Without the excerpt from a statement in which the person's own is only a part."""
    return message.partition("\n\nLINE ")[0].strip()[:_MESSAGE_CHARS]


def _position(message: str, sql: str) -> int | None:
    """What the mark below the excerpt points at. Ours may stand around the person's statement, and long lines are cut
    at both ends: so the excerpt is looked for."""
    shown = _EXCERPT.search(message)
    if not shown:
        return None
    excerpt = shown["line"].removeprefix("...").removesuffix("...")
    at = len(shown["mark"]) - 1 - (len(shown["head"]) + len(shown["line"]) - len(shown["line"].removeprefix("...")))
    found = sql.find(excerpt)
    return found + at if excerpt and found >= 0 and 0 <= at < len(excerpt) else None


def _code(error: Exception) -> str:
    return type(error).__name__.removesuffix("Exception").upper()
