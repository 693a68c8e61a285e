import pytest

from agent.errors import SEVERITY, ErrorClass, classify, classify_error
from datasources.errors import NotReadOnly, QueryFailed, QueryTimeout

SQLITE = [
    ("no such column: p.title", ErrorClass.NO_SUCH_COLUMN),
    ('no such column: "Tent" - should this be a string literal in single-quotes?', ErrorClass.NO_SUCH_COLUMN),
    ("no such table: product", ErrorClass.NO_SUCH_TABLE),
    ("ambiguous column name: id", ErrorClass.AMBIGUOUS_COLUMN),
    ('near "FORM": syntax error', ErrorClass.SYNTAX_ERROR),
    ("incomplete input", ErrorClass.SYNTAX_ERROR),
    ("ORDER BY clause should come after UNION not before", ErrorClass.SYNTAX_ERROR),
    ("misuse of aggregate: SUM()", ErrorClass.AGGREGATION_ERROR),
    ("a GROUP BY clause is required before HAVING", ErrorClass.AGGREGATION_ERROR),
    ("no such function: YEAR", ErrorClass.NO_SUCH_FUNCTION),
    ("wrong number of arguments to function round()", ErrorClass.NO_SUCH_FUNCTION),
    ("datatype mismatch", ErrorClass.DATATYPE_MISMATCH),
    ("attempt to write a readonly database", ErrorClass.NOT_READ_ONLY),
    ("database disk image is malformed", ErrorClass.OTHER),
]

POSTGRES = [
    ("42703", 'column "title" does not exist', ErrorClass.NO_SUCH_COLUMN),
    ("42P01", 'relation "product" does not exist', ErrorClass.NO_SUCH_TABLE),
    ("42702", 'column reference "id" is ambiguous', ErrorClass.AMBIGUOUS_COLUMN),
    ("42601", 'syntax error at or near "FORM"', ErrorClass.SYNTAX_ERROR),
    ("42803", 'column "p.name" must appear in the GROUP BY clause', ErrorClass.AGGREGATION_ERROR),
    ("42883", "function year(date) does not exist", ErrorClass.NO_SUCH_FUNCTION),
    ("42883", "operator does not exist: text > integer", ErrorClass.DATATYPE_MISMATCH),
    ("22P02", 'invalid input syntax for type integer: "a"', ErrorClass.DATATYPE_MISMATCH),
    ("57014", "canceling statement due to statement timeout", ErrorClass.TIMEOUT),
    ("25006", "cannot execute UPDATE in a read-only transaction", ErrorClass.NOT_READ_ONLY),
]


@pytest.mark.parametrize(("message", "expected"), SQLITE)
def test_sqlite_messages(message: str, expected: ErrorClass) -> None:
    assert classify(message, "sqlite") is expected


@pytest.mark.parametrize(("code", "message", "expected"), POSTGRES)
def test_postgres_codes(code: str, message: str, expected: ErrorClass) -> None:
    assert classify(message, "postgres", code) is expected


@pytest.mark.parametrize(("code", "message", "expected"), POSTGRES)
def test_postgres_messages_do_without_the_code(code: str, message: str, expected: ErrorClass) -> None:
    assert classify(message, "postgres") is expected


def test_the_type_of_an_error_says_more_than_its_message() -> None:
    assert classify_error(QueryTimeout("no such column: x"), "sqlite") is ErrorClass.TIMEOUT
    assert classify_error(NotReadOnly("syntax error"), "sqlite") is ErrorClass.NOT_READ_ONLY


def test_what_the_guard_cannot_parse_is_a_syntax_error() -> None:
    assert classify_error(QueryFailed("Expected a table name", "PARSE"), "sqlite") is ErrorClass.SYNTAX_ERROR


def test_every_class_has_a_severity() -> None:
    assert set(SEVERITY) == set(ErrorClass)
