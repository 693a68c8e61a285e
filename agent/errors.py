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
    SUSPICIOUS = "suspicious"
    TIMEOUT = "timeout"
    NOT_READ_ONLY = "not_read_only"
    REJECTED = "rejected"
    OTHER = "other"


SEVERITY = {
    ErrorClass.EMPTY_RESULT: 1,
    ErrorClass.SUSPICIOUS: 1,
    ErrorClass.REJECTED: 1,
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
    "42712": ErrorClass.AMBIGUOUS_COLUMN,
    "42P09": ErrorClass.AMBIGUOUS_COLUMN,
    "42601": ErrorClass.SYNTAX_ERROR,
    "42P10": ErrorClass.SYNTAX_ERROR,
    "42P19": ErrorClass.SYNTAX_ERROR,
    "42803": ErrorClass.AGGREGATION_ERROR,
    "42P20": ErrorClass.AGGREGATION_ERROR,
    "42804": ErrorClass.DATATYPE_MISMATCH,
    "42846": ErrorClass.DATATYPE_MISMATCH,
    "42725": ErrorClass.DATATYPE_MISMATCH,
    "22P02": ErrorClass.DATATYPE_MISMATCH,
    "22003": ErrorClass.DATATYPE_MISMATCH,
    "22007": ErrorClass.DATATYPE_MISMATCH,
    "22008": ErrorClass.DATATYPE_MISMATCH,
    "22023": ErrorClass.DATATYPE_MISMATCH,
    "57014": ErrorClass.TIMEOUT,
    "55P03": ErrorClass.TIMEOUT,
    "25006": ErrorClass.NOT_READ_ONLY,
    "42501": ErrorClass.NOT_READ_ONLY,
}

# MySQL and MariaDB share them up to 2000: https://mariadb.com/kb/en/mariadb-error-code-reference/
_BY_ERRNO = {
    "1054": ErrorClass.NO_SUCH_COLUMN,
    "1049": ErrorClass.NO_SUCH_TABLE,
    "1051": ErrorClass.NO_SUCH_TABLE,
    "1109": ErrorClass.NO_SUCH_TABLE,
    "1146": ErrorClass.NO_SUCH_TABLE,
    "1052": ErrorClass.AMBIGUOUS_COLUMN,
    "1066": ErrorClass.AMBIGUOUS_COLUMN,
    "1064": ErrorClass.SYNTAX_ERROR,
    "1149": ErrorClass.SYNTAX_ERROR,
    "1221": ErrorClass.SYNTAX_ERROR,
    "1222": ErrorClass.SYNTAX_ERROR,
    "1235": ErrorClass.SYNTAX_ERROR,
    "1241": ErrorClass.SYNTAX_ERROR,
    "1248": ErrorClass.SYNTAX_ERROR,
    "4009": ErrorClass.SYNTAX_ERROR,
    "1055": ErrorClass.AGGREGATION_ERROR,
    "1056": ErrorClass.AGGREGATION_ERROR,
    "1111": ErrorClass.AGGREGATION_ERROR,
    "1140": ErrorClass.AGGREGATION_ERROR,
    "3593": ErrorClass.AGGREGATION_ERROR,
    "4015": ErrorClass.AGGREGATION_ERROR,
    "4016": ErrorClass.AGGREGATION_ERROR,
    "1264": ErrorClass.DATATYPE_MISMATCH,
    "1267": ErrorClass.DATATYPE_MISMATCH,
    "1292": ErrorClass.DATATYPE_MISMATCH,
    "1366": ErrorClass.DATATYPE_MISMATCH,
    "1411": ErrorClass.DATATYPE_MISMATCH,
    "1525": ErrorClass.DATATYPE_MISMATCH,
    "1690": ErrorClass.DATATYPE_MISMATCH,
    "4078": ErrorClass.DATATYPE_MISMATCH,
    "1305": ErrorClass.NO_SUCH_FUNCTION,
    "1370": ErrorClass.NO_SUCH_FUNCTION,  # of an account that may call none, also where there is none of that name
    "1582": ErrorClass.NO_SUCH_FUNCTION,
    "1630": ErrorClass.NO_SUCH_FUNCTION,
    "1205": ErrorClass.TIMEOUT,
    "1317": ErrorClass.TIMEOUT,
    "1969": ErrorClass.TIMEOUT,
    "3024": ErrorClass.TIMEOUT,
    "1044": ErrorClass.NOT_READ_ONLY,
    "1142": ErrorClass.NOT_READ_ONLY,
    "1143": ErrorClass.NOT_READ_ONLY,
    "1227": ErrorClass.NOT_READ_ONLY,
    "1290": ErrorClass.NOT_READ_ONLY,
    "1792": ErrorClass.NOT_READ_ONLY,
}

_BY_CODE = {"postgres": _BY_SQLSTATE, "mysql": _BY_ERRNO}
_NOT_PARSED = "PARSE"

# 42883 is "undefined function" for functions and for operators between types that do not compare.
_UNDEFINED_FUNCTION = "42883"
# 42704 is "undefined object": a type, a window, a collation.
_UNDEFINED_OBJECT = "42704"

_LOST_CODES = {
    "postgres": re.compile(r"08...|57P0.|53300|28...|3D000"),
    "mysql": re.compile(r"2006|2013|2055|1040|1045|1053|1203|1698|1927|4031"),
}
_LOST_MESSAGE = re.compile(
    r"server closed the connection|connection is (closed|lost)|terminating connection|lost connection to|"
    r"server has gone away|database has been invalidated",
    re.IGNORECASE,
)

_BY_MESSAGE = tuple(
    (re.compile(pattern, re.IGNORECASE), error_class)
    for pattern, error_class in (
        (
            r"no such column|column .* does not exist|has no column|should be a string literal|unknown column|"
            r"referenced column .* not found|does not have a column named",
            ErrorClass.NO_SUCH_COLUMN,
        ),
        (
            r"no such table|relation .* does not exist|FROM-clause entry for|table with name .* does not exist|"
            r"referenced table .* not found|table .* doesn't exist|unknown (table|database)|"
            r"schema \"?\w+\"? does not exist|cross-database references",
            ErrorClass.NO_SUCH_TABLE,
        ),
        (r"ambiguous|specified more than once|not unique table/alias", ErrorClass.AMBIGUOUS_COLUMN),
        (
            r"no such function|function .* does not exist|wrong number of arguments|"
            r"parameter count in the call to native function|denied to user .* for routine",
            ErrorClass.NO_SUCH_FUNCTION,
        ),
        (
            r"misuse of (aggregate|window)|must appear in the GROUP BY|functions? (are|is) not allowed|"
            r"HAVING clause on a non-aggregate|a GROUP BY clause is required|cannot contain (aggregate|window)|"
            r"function calls cannot be nested|not in GROUP BY|isn't in GROUP BY|use of group function|"
            r"mixing of GROUP columns|window function is allowed only",
            ErrorClass.AGGREGATION_ERROR,
        ),
        (
            r"datatype mismatch|operator does not exist|invalid input syntax|cannot be cast|can't be cast|"
            r"types? .* cannot be matched|invalid date|conversion error|no function matches|"
            r"best candidate function|cannot mix values of type|cast is required|illegal parameter data types|"
            r"incorrect .* value|malformed JSON|(value|integer) (is )?out of range",
            ErrorClass.DATATYPE_MISMATCH,
        ),
        (
            r"syntax error|incomplete input|unrecognized token|could not be parsed|ORDER BY clause should come after|"
            r"LIMIT clause should come after|same number of result columns|each UNION query|error in your SQL syntax|"
            r"parser error|term out of range|not in select list|must appear in select list|"
            r"different number of columns|operand should contain|subquery returns \d+ columns",
            ErrorClass.SYNTAX_ERROR,
        ),
        (r"timed? ?out|statement timeout|interrupted|max_statement_time", ErrorClass.TIMEOUT),
        (
            r"read[- ]?only|not authorized|prohibited|permission denied|command denied|access denied",
            ErrorClass.NOT_READ_ONLY,
        ),
    )
)


def classify(message: str, dialect: str, code: str = "") -> ErrorClass:
    """The class of a driver's error.

    `code` is a SQLSTATE for PostgreSQL and the error number for MySQL; those of SQLite and DuckDB say too little.
    """
    if code == _NOT_PARSED:
        return ErrorClass.SYNTAX_ERROR
    if dialect == "postgres" and code == _UNDEFINED_FUNCTION:
        return ErrorClass.DATATYPE_MISMATCH if message.startswith("operator") else ErrorClass.NO_SUCH_FUNCTION
    if dialect == "postgres" and code == _UNDEFINED_OBJECT:
        return ErrorClass.DATATYPE_MISMATCH if message.startswith("type") else ErrorClass.SYNTAX_ERROR
    known = _BY_CODE.get(dialect, {})
    return known[code] if code in known else _by_message(message)


def classify_error(error: SQLError, dialect: str) -> ErrorClass:
    """The class of any SQLError: its type first, then what the driver said."""
    if isinstance(error, NotReadOnly):
        return ErrorClass.NOT_READ_ONLY
    if isinstance(error, QueryTimeout):
        return ErrorClass.TIMEOUT
    return classify(error.message, dialect, error.code)


def is_connection_lost(error: SQLError, dialect: str) -> bool:
    """Whether it was the way to the database that failed: no other SQL would have done better."""
    codes = _LOST_CODES.get(dialect)
    if codes and error.code:
        return bool(codes.fullmatch(error.code))
    return bool(_LOST_MESSAGE.search(error.message))


def _by_message(message: str) -> ErrorClass:
    return next((found for pattern, found in _BY_MESSAGE if pattern.search(message)), ErrorClass.OTHER)
