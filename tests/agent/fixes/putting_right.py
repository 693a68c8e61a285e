from agent.errors import classify_error
from agent.fixes import Fix, fixed
from datasources.engine import Cell, Database
from datasources.errors import SQLError

MOST_FIXES = 3
Rows = list[tuple[Cell, ...]]


def put_right(database: Database, sql: str) -> Fix | None:
    """What is made of a statement that fails."""
    try:
        database.execute(sql)
    except SQLError as failure:
        error_class = classify_error(failure, database.dialect)
        return fixed(sql, error_class, failure.message, database.schema(), database.dialect)
    raise AssertionError(f"It runs: {sql}")


def rows_in_the_end(database: Database, sql: str) -> Rows:
    """What it gives once it has been put right, in the order of its values."""
    for _ in range(MOST_FIXES):
        fix = put_right(database, sql)
        assert fix, f"Nothing was made of: {sql}"
        sql = fix.sql
        try:
            return sorted(database.execute(sql).rows, key=repr)
        except SQLError:
            continue
    return sorted(database.execute(sql).rows, key=repr)
