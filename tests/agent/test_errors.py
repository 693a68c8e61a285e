import pytest

from agent.errors import SEVERITY, ErrorClass, classify, classify_error, is_connection_lost
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
    ("42501", "permission denied for table pg_authid", ErrorClass.NOT_READ_ONLY),
    ("42703", 'column "nothing" specified in USING clause does not exist in left table', ErrorClass.NO_SUCH_COLUMN),
    ("42P01", 'missing FROM-clause entry for table "x"', ErrorClass.NO_SUCH_TABLE),
    ("3F000", 'schema "nowhere" does not exist', ErrorClass.NO_SUCH_TABLE),
    ("42712", 'table name "p" specified more than once', ErrorClass.AMBIGUOUS_COLUMN),
    ("42803", "aggregate functions are not allowed in WHERE", ErrorClass.AGGREGATION_ERROR),
    ("42803", "aggregate function calls cannot be nested", ErrorClass.AGGREGATION_ERROR),
    ("42P20", "window functions are not allowed in WHERE", ErrorClass.AGGREGATION_ERROR),
    ("42P10", "ORDER BY position 7 is not in select list", ErrorClass.SYNTAX_ERROR),
    ("42P10", "for SELECT DISTINCT, ORDER BY expressions must appear in select list", ErrorClass.SYNTAX_ERROR),
    ("42601", "each UNION query must have the same number of columns", ErrorClass.SYNTAX_ERROR),
    ("42804", "UNION types integer and character varying cannot be matched", ErrorClass.DATATYPE_MISMATCH),
    ("22008", 'date/time field value out of range: "2025-13-45"', ErrorClass.DATATYPE_MISMATCH),
    ("22003", "integer out of range", ErrorClass.DATATYPE_MISMATCH),
    ("21000", "more than one row returned by a subquery used as an expression", ErrorClass.OTHER),
    ("22012", "division by zero", ErrorClass.OTHER),
]

# Of MariaDB 10.11 unless they say otherwise.
MYSQL = [
    ("1054", "Unknown column 'titel' in 'SELECT'", ErrorClass.NO_SUCH_COLUMN),
    ("1054", "Unknown column 'p.titel' in 'field list'", ErrorClass.NO_SUCH_COLUMN),  # MySQL 8
    ("1054", "Unknown column '7' in 'ORDER BY'", ErrorClass.NO_SUCH_COLUMN),
    ("1146", "Table 'shop.product' doesn't exist", ErrorClass.NO_SUCH_TABLE),
    ("1049", "Unknown database 'nowhere'", ErrorClass.NO_SUCH_TABLE),
    ("1109", "Unknown table 'p' in field list", ErrorClass.NO_SUCH_TABLE),
    ("1052", "Column 'id' in SELECT is ambiguous", ErrorClass.AMBIGUOUS_COLUMN),
    ("1066", "Not unique table/alias: 'p'", ErrorClass.AMBIGUOUS_COLUMN),
    (
        "1064",
        "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for "
        "the right syntax to use near 'products' at line 1",
        ErrorClass.SYNTAX_ERROR,
    ),
    ("1222", "The used SELECT statements have a different number of columns", ErrorClass.SYNTAX_ERROR),
    ("1241", "Operand should contain 1 column(s)", ErrorClass.SYNTAX_ERROR),
    ("1055", "'shop.orders.amount' isn't in GROUP BY", ErrorClass.AGGREGATION_ERROR),
    (
        "1055",  # MySQL 8
        "Expression #2 of SELECT list is not in GROUP BY clause and contains nonaggregated column 'shop.orders.amount' "
        "which is not functionally dependent on columns in GROUP BY clause; this is incompatible with "
        "sql_mode=only_full_group_by",
        ErrorClass.AGGREGATION_ERROR,
    ),
    ("1111", "Invalid use of group function", ErrorClass.AGGREGATION_ERROR),
    (
        "1140",
        "Mixing of GROUP columns (MIN(),MAX(),COUNT(),...) with no GROUP columns is illegal if there is no GROUP BY "
        "clause",
        ErrorClass.AGGREGATION_ERROR,
    ),
    ("4015", "Window function is allowed only in SELECT list and ORDER BY clause", ErrorClass.AGGREGATION_ERROR),
    ("1305", "FUNCTION shop.strftime does not exist", ErrorClass.NO_SUCH_FUNCTION),
    ("1582", "Incorrect parameter count in the call to native function 'ROUND'", ErrorClass.NO_SUCH_FUNCTION),
    (
        "1370",
        "execute command denied to user 'reader'@'%' for routine 'shop.julianday'",
        ErrorClass.NO_SUCH_FUNCTION,
    ),
    ("1292", "Truncated incorrect DOUBLE value: 'Tent'", ErrorClass.DATATYPE_MISMATCH),
    ("1366", "Incorrect integer value: 'abc' for column 'id' at row 1", ErrorClass.DATATYPE_MISMATCH),
    ("1525", "Incorrect DATE value: '2025-13-45'", ErrorClass.DATATYPE_MISMATCH),
    ("4078", "Illegal parameter data types int and row for operation '='", ErrorClass.DATATYPE_MISMATCH),
    ("1969", "Query execution was interrupted (max_statement_time exceeded)", ErrorClass.TIMEOUT),
    (
        "3024",  # MySQL 8
        "Query execution was interrupted, maximum statement execution time exceeded",
        ErrorClass.TIMEOUT,
    ),
    ("1792", "Cannot execute statement in a READ ONLY transaction", ErrorClass.NOT_READ_ONLY),
    ("1142", "SELECT command denied to user 'reader'@'127.0.0.1' for table `shop`.`orders`", ErrorClass.NOT_READ_ONLY),
    (
        "1143",
        "SELECT command denied to user 'reader'@'127.0.0.1' for column 'name' in table 'products'",
        ErrorClass.NOT_READ_ONLY,
    ),
    ("1044", "Access denied for user 'reader'@'127.0.0.1' to database 'mysql'", ErrorClass.NOT_READ_ONLY),
    (
        "1227",
        "Access denied; you need (at least one of) the FILE privilege(s) for this operation",
        ErrorClass.NOT_READ_ONLY,
    ),
    ("1242", "Subquery returns more than 1 row", ErrorClass.OTHER),
]

# Of DuckDB 2.0, without the lines that point at the place.
DUCKDB = [
    (
        'Binder Error: Referenced column "titel" not found in FROM clause!\nCandidate bindings: "price", "id"',
        ErrorClass.NO_SUCH_COLUMN,
    ),
    ('Binder Error: Table "p" does not have a column named "titel"', ErrorClass.NO_SUCH_COLUMN),
    ('Binder Error: Column "nothing" does not exist on left side of join!', ErrorClass.NO_SUCH_COLUMN),
    (
        'Catalog Error: Table with name product does not exist!\nDid you mean "products"?',
        ErrorClass.NO_SUCH_TABLE,
    ),
    ('Binder Error: Referenced table "x" not found!\nCandidate tables: "p"', ErrorClass.NO_SUCH_TABLE),
    (
        'Catalog Error: Table with name "nowhere.products" does not exist because schema "nowhere" does not exist.',
        ErrorClass.NO_SUCH_TABLE,
    ),
    (
        "Binder Error: Ambiguous reference to column name \"id\" (use: 'products.id' or 'orders.id')",
        ErrorClass.AMBIGUOUS_COLUMN,
    ),
    ('Parser Error: syntax error at or near "products"', ErrorClass.SYNTAX_ERROR),
    ("Binder Error: ORDER term out of range - should be between 1 and 1", ErrorClass.SYNTAX_ERROR),
    ("Binder Error: Subquery returns 2 columns - expected 1", ErrorClass.SYNTAX_ERROR),
    (
        "Binder Error: Set operations can only apply to expressions with the same number of result columns",
        ErrorClass.SYNTAX_ERROR,
    ),
    (
        'Binder Error: column "name" must appear in the GROUP BY clause or must be part of an aggregate function.',
        ErrorClass.AGGREGATION_ERROR,
    ),
    ("Binder Error: WHERE clause cannot contain aggregates!", ErrorClass.AGGREGATION_ERROR),
    ("Binder Error: WHERE clause cannot contain window functions!", ErrorClass.AGGREGATION_ERROR),
    ("Binder Error: aggregate function calls cannot be nested", ErrorClass.AGGREGATION_ERROR),
    (
        'Catalog Error: Scalar Function with name to_char does not exist!\nDid you mean "to_hours"?',
        ErrorClass.NO_SUCH_FUNCTION,
    ),
    (
        "Binder Error: No function matches the given name and argument types 'sum(VARCHAR)'. You might need to add "
        "explicit type casts.",
        ErrorClass.DATATYPE_MISMATCH,
    ),
    ("Conversion Error: Could not convert string 'abc' to INT32", ErrorClass.DATATYPE_MISMATCH),
    ('Conversion Error: date field value out of range: "2025-13-45"', ErrorClass.DATATYPE_MISMATCH),
    (
        "Binder Error: Cannot mix values of type VARCHAR and INTEGER_LITERAL in COALESCE operator - an explicit cast "
        "is required",
        ErrorClass.DATATYPE_MISMATCH,
    ),
    (
        'Invalid Input Error: Cannot execute statement of type "DELETE" on database "shop" which is attached in '
        "read-only mode!",
        ErrorClass.NOT_READ_ONLY,
    ),
    ("INTERRUPT Error: Interrupted!", ErrorClass.TIMEOUT),
    ("Invalid Input Error: missing ]: [", ErrorClass.OTHER),
]

LOST = [
    ("postgres", "57P01", "terminating connection due to administrator command"),
    ("postgres", "08006", "connection failure"),
    ("postgres", "", "the connection is closed"),
    ("postgres", "", "server closed the connection unexpectedly"),
    ("mysql", "2013", "Lost connection to MySQL server during query"),
    ("mysql", "2006", "MySQL server has gone away"),
    ("mysql", "1927", "Connection was killed"),
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


@pytest.mark.parametrize(("code", "message", "expected"), MYSQL)
def test_mysql_codes(code: str, message: str, expected: ErrorClass) -> None:
    assert classify(message, "mysql", code) is expected


@pytest.mark.parametrize(("code", "message", "expected"), MYSQL)
def test_mysql_messages_do_without_the_code(code: str, message: str, expected: ErrorClass) -> None:
    assert classify(message, "mysql") is expected


@pytest.mark.parametrize(("message", "expected"), DUCKDB)
def test_duckdb_messages(message: str, expected: ErrorClass) -> None:
    assert classify(message, "duckdb") is expected


@pytest.mark.parametrize(("dialect", "code", "message"), LOST)
def test_a_lost_connection_is_no_query_s_fault(dialect: str, code: str, message: str) -> None:
    assert is_connection_lost(QueryFailed(message, code), dialect)


@pytest.mark.parametrize(("code", "message", "_"), POSTGRES)
def test_what_the_database_answers_is_no_lost_connection(code: str, message: str, _: ErrorClass) -> None:
    assert not is_connection_lost(QueryFailed(message, code), "postgres")


def test_the_type_of_an_error_says_more_than_its_message() -> None:
    assert classify_error(QueryTimeout("no such column: x"), "sqlite") is ErrorClass.TIMEOUT
    assert classify_error(NotReadOnly("syntax error"), "sqlite") is ErrorClass.NOT_READ_ONLY


def test_what_the_guard_cannot_parse_is_a_syntax_error() -> None:
    assert classify_error(QueryFailed("Expected a table name", "PARSE"), "sqlite") is ErrorClass.SYNTAX_ERROR


def test_every_class_has_a_severity() -> None:
    assert set(SEVERITY) == set(ErrorClass)
