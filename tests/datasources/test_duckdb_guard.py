"""DuckDB's part of the guard: what may run and what may not, a statement a line of two files."""

from pathlib import Path

import duckdb
import pytest

from datasources import duckdb_words
from datasources.errors import NotReadOnly, QueryFailed
from datasources.guard import check

_HERE = Path(__file__).parent
READS = (_HERE / "duckdb_allowed.sql").read_text().splitlines()
WRITES = (_HERE / "duckdb_refused.sql").read_text().splitlines()
# Built-in table functions that may be called: they compute, or describe the open database.
HARMLESS = (
    "duckdb_columns duckdb_constraints duckdb_coordinate_systems duckdb_dependencies duckdb_functions duckdb_indexes"
    " duckdb_keywords duckdb_optimizers duckdb_schemas duckdb_sequences duckdb_tables duckdb_triggers duckdb_types"
    " duckdb_views generate_series histogram histogram_values icu_calendar_names json_each json_tree pg_timezone_names"
    " pragma_collations pragma_database_size pragma_platform pragma_show pragma_storage_info pragma_table_info"
    " pragma_version range repeat repeat_row summary test_all_types test_vector_types unnest"
)


@pytest.mark.parametrize("sql", READS)
def test_a_statement_that_reads_passes_unchanged(sql: str) -> None:
    assert check(sql, "duckdb") == sql


@pytest.mark.parametrize("sql", WRITES)
def test_what_writes_or_reaches_out_of_the_database_is_refused(sql: str) -> None:
    with pytest.raises(NotReadOnly) as refusal:
        check(sql, "duckdb")
    assert refusal.value.message.endswith(".")


def test_every_table_function_of_duckdb_is_judged() -> None:
    """A new version may bring one that reads files: it is added to one of the two lists."""
    query = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('table', 'table_macro')"
    with duckdb.connect() as connection:
        names = {name for (name,) in connection.execute(query).fetchall()}
    assert {name for name in names if not duckdb_words.DENIED_FUNCTIONS.fullmatch(name)} == set(HARMLESS.split())


@pytest.mark.parametrize(
    "sql",
    [
        "FROM t SELEC id",
        "PIVOT t ON (a",
        "SUMMARIZE t t t",
        "FROM (DELETE FROM t RETURNING *)",
        "SUMMARIZE DELETE FROM t RETURNING *",
    ],
)
def test_bad_syntax_is_a_failure_and_no_refusal(sql: str) -> None:
    with pytest.raises(QueryFailed, match="Syntax error"):
        check(sql, "duckdb")


@pytest.mark.parametrize("sql", ["DESCRIBE t", "SELECT list_transform([1], x -> x)", "PIVOT t ON a"])
def test_other_dialects_are_not_widened(sql: str) -> None:
    with pytest.raises((NotReadOnly, QueryFailed)):
        check(sql, "postgres")
