"""What kind of failure an attempt met: the driver's own code where there is one, else its message."""

import re
from enum import StrEnum

from datasources.errors import NotReadOnly, QueryTimeout, SQLError


class ErrorClass(StrEnum):
    NO_SUCH_COLUMN = "no_such_column"
    NO_SUCH_TABLE = "no_such_table"
    AMBIGUOUS_COLUMN = "ambiguous_column"
    SYNTAX_ERROR = "syntax_error"
    AGGREGATION_ERROR = "aggregation_error"
    DATATYPE_MISMATCH = "datatype_mismatch"
    NO_SUCH_FUNCTION = "no_such_function"
    EMPTY_RESULT = "empty_result"
    TIMEOUT = "timeout"
    NOT_READ_ONLY = "not_read_only"
    OTHER = "other"


SEVERITY = {
    ErrorClass.EMPTY_RESULT: 1,
    ErrorClass.TIMEOUT: 2,
    ErrorClass.AMBIGUOUS_COLUMN: 2,
    ErrorClass.DATATYPE_MISMATCH: 2,
    ErrorClass.AGGREGATION_ERROR: 3,
    ErrorClass.NO_SUCH_FUNCTION: 3,
    ErrorClass.NO_SUCH_COLUMN: 3,
    ErrorClass.NO_SUCH_TABLE: 4,
    ErrorClass.SYNTAX_ERROR: 5,
    ErrorClass.NOT_READ_ONLY: 6,
    ErrorClass.OTHER: 6,
}
"""How far from an answer: 1 runs but says nothing, 6 is no query at all. Ranks failures for the reward."""

# PostgreSQL, appendix A: https://www.postgresql.org/docs/current/errcodes-appendix.html
_BY_SQLSTATE = {
    "42703": ErrorClass.NO_SUCH_COLUMN,
    "42P01": ErrorClass.NO_SUCH_TABLE,
    "3F000": ErrorClass.NO_SUCH_TABLE,
    "42702": ErrorClass.AMBIGUOUS_COLUMN,
    "42601": ErrorClass.SYNTAX_ERROR,
    "42803": ErrorClass.AGGREGATION_ERROR,
    "42P20": ErrorClass.AGGREGATION_ERROR,
    "42804": ErrorClass.DATATYPE_MISMATCH,
    "42846": ErrorClass.DATATYPE_MISMATCH,
    "22P02": ErrorClass.DATATYPE_MISMATCH,
    "22007": ErrorClass.DATATYPE_MISMATCH,
    "22008": ErrorClass.DATATYPE_MISMATCH,
    "57014": ErrorClass.TIMEOUT,
    "25006": ErrorClass.NOT_READ_ONLY,
    "42501": ErrorClass.NOT_READ_ONLY,
    "PARSE": ErrorClass.SYNTAX_ERROR,
}

# 42883 is "undefined function" for functions and for operators between types that do not compare.
_UNDEFINED_FUNCTION = "42883"

_BY_MESSAGE = tuple(
    (re.compile(pattern, re.IGNORECASE), error_class)
    for pattern, error_class in (
        (
            r"no such column|column .* does not exist|has no column|should be a string literal",
            ErrorClass.NO_SUCH_COLUMN,
        ),
        (r"no such table|relation .* does not exist|missing FROM-clause", ErrorClass.NO_SUCH_TABLE),
        (r"ambiguous", ErrorClass.AMBIGUOUS_COLUMN),
        (r"no such function|function .* does not exist|wrong number of arguments", ErrorClass.NO_SUCH_FUNCTION),
        (
            r"misuse of (aggregate|window)|must appear in the GROUP BY|aggregate functions? (are|is) not allowed|"
            r"HAVING clause on a non-aggregate|a GROUP BY clause is required",
            ErrorClass.AGGREGATION_ERROR,
        ),
        (
            r"datatype mismatch|operator does not exist|invalid input syntax|cannot be cast|"
            r"types? .* cannot be matched|invalid date",
            ErrorClass.DATATYPE_MISMATCH,
        ),
        (
            r"syntax error|incomplete input|unrecognized token|could not be parsed|ORDER BY clause should come after|"
            r"LIMIT clause should come after|same number of result columns|each UNION query",
            ErrorClass.SYNTAX_ERROR,
        ),
        (r"timed? ?out|statement timeout|interrupted", ErrorClass.TIMEOUT),
        (r"read-?only|not authorized|prohibited|permission denied", ErrorClass.NOT_READ_ONLY),
    )
)


def classify(message: str, dialect: str, code: str = "") -> ErrorClass:
    """The class of a driver's error. `code` is a SQLSTATE for PostgreSQL; SQLite's codes say too little to use."""
    if dialect == "postgres" and code == _UNDEFINED_FUNCTION:
        return ErrorClass.DATATYPE_MISMATCH if "operator" in message else ErrorClass.NO_SUCH_FUNCTION
    if code in _BY_SQLSTATE:
        return _BY_SQLSTATE[code]
    return next((found for pattern, found in _BY_MESSAGE if pattern.search(message)), ErrorClass.OTHER)


def classify_error(error: SQLError, dialect: str) -> ErrorClass:
    """The class of any SQLError: its type first, then what the driver said."""
    if isinstance(error, NotReadOnly):
        return ErrorClass.NOT_READ_ONLY
    if isinstance(error, QueryTimeout):
        return ErrorClass.TIMEOUT
    return classify(error.message, dialect, error.code)
