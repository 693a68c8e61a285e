"""Plans as trees: of real databases, and as servers that are not at hand print them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from datasources.engine import Database, DuckdbDatabase, ResultSet, ServerDatabase, SqliteDatabase
from tests.postgres import OpenPostgres, PostgresServer
from workbench.editor.plans import reading
from workbench.editor.plans.tree import DEEPEST, Plan, Step


def plan(database: Database, sql: str) -> Plan:
    return reading.plan_of(database.execute(reading.asking(sql, database.dialect)), database.dialect)


def lines(steps: tuple[Step, ...], level: int = 0) -> Iterator[str]:
    for step in steps:
        yield "  " * level + f"{step.what} {step.about}".rstrip()
        yield from lines(step.steps, level + 1)


def test_sqlite_says_what_it_reads_and_how(shop: SqliteDatabase) -> None:
    found = plan(shop, "SELECT status FROM orders WHERE product_id IN (SELECT id FROM products) ORDER BY status")
    told = list(lines(found.steps))
    assert told[0] == "Read all of orders"
    assert "Use temp B-TREE for ORDER BY" in told
    assert any("products" in line for line in told)


def test_sqlite_s_subqueries_stand_below_what_needs_them(shop: SqliteDatabase) -> None:
    found = plan(shop, "SELECT 1 FROM orders UNION SELECT 2 FROM products")
    assert list(lines(found.steps))[:3] == ["Compound query", "  Left-most subquery", "    Read all of orders"]


def test_duckdb_tells_rows_and_conditions(tmp_path_factory: pytest.TempPathFactory) -> None:
    import duckdb

    path = tmp_path_factory.mktemp("plan") / "a.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t AS SELECT range AS a, range % 7 AS b FROM range(10000)")
    database = DuckdbDatabase(path)
    found = plan(database, "SELECT b, count(*) FROM t WHERE a > 5 GROUP BY b ORDER BY b")
    database.close()
    steps = [step for each in found.steps for step in each.all()]
    [scan] = [step for step in steps if "scan" in step.what]
    assert scan.about.endswith("t")
    assert scan.rows
    assert any("a > 5" in fact for fact in scan.facts)


def test_postgres_tells_costs_and_marks_the_dearest(tables: ServerDatabase) -> None:
    found = plan(tables, "SELECT x.a, count(*) FROM big x JOIN big y ON y.a = x.a WHERE x.b > 3 GROUP BY x.a")
    steps = [step for each in found.steps for step in each.all()]
    assert found.total
    assert all(step.cost is not None and step.rows is not None for step in steps)
    assert sum(step.is_dearest for step in steps) == 1
    assert any("big as x" in step.about for step in steps)
    assert any(fact.startswith("Filter: (b > 3)") for step in steps for fact in step.facts)


def test_a_long_plan_of_postgres_is_cut_and_asked_for_as_text(tables: ServerDatabase) -> None:
    sql = " UNION ALL ".join(["SELECT a FROM big WHERE b = 1"] * 60)
    result = tables.execute(reading.asking(sql, "postgres"))
    assert reading.is_cut(result, "postgres")
    shown = reading.plan_of(tables.execute(reading.asking_again(sql, "postgres")), "postgres")
    assert shown.steps == ()
    assert shown.text.startswith("Append")


@pytest.fixture
def tables(postgres: PostgresServer, open_postgres: OpenPostgres) -> ServerDatabase:
    made = "CREATE TABLE IF NOT EXISTS big AS SELECT g AS a, g % 10 AS b FROM generate_series(1, 5000) g"
    postgres.run(f"{made}; ANALYZE big; GRANT SELECT ON big TO reader", user="owner")
    return open_postgres()


MARIADB = {
    "query_block": {
        "select_id": 1,
        "cost": 0.045,
        "filesort": {
            "sort_key": "count(0) desc",
            "temporary_table": {
                "nested_loop": [
                    {
                        "table": {
                            "table_name": "o",
                            "access_type": "ALL",
                            "rows": 3,
                            "cost": 0.01,
                            "filtered": 40,
                            "attached_condition": "o.total > 5",
                        }
                    },
                    {"table": {"table_name": "p", "access_type": "eq_ref", "key": "PRIMARY", "rows": 1}},
                ]
            },
        },
    }
}
MYSQL = {
    "query_block": {
        "select_id": 1,
        "cost_info": {"query_cost": "12.75"},
        "grouping_operation": {
            "using_temporary_table": True,
            "table": {
                "table_name": "orders",
                "access_type": "range",
                "key": "by_date",
                "rows_examined_per_scan": 40,
                "cost_info": {"read_cost": "4.5", "eval_cost": "0.5"},
                "used_columns": ["id"],
            },
        },
    }
}


def as_result(printed: object) -> ResultSet:
    return ResultSet(("EXPLAIN",), ((json.dumps(printed),),), False, 0.01)


def test_mariadb_s_wrappings_are_steps() -> None:
    found = reading.plan_of(as_result(MARIADB), "mysql")
    assert list(lines(found.steps)) == [
        "Query block",
        "  Filesort",
        "    Temporary table",
        "      Nested loop",
        "        Read all of o",
        "        Look up one row in p by PRIMARY",
    ]
    assert found.total == 0.045
    [table] = [step for step in found.steps[0].all() if step.about == "o"]
    assert table.facts == ("Attached condition: o.total > 5", "40 % of them are kept")
    assert table.rows == 3


def test_mysql_s_costs_are_texts() -> None:
    found = reading.plan_of(as_result(MYSQL), "mysql")
    assert found.total == 12.75
    [table] = [step for step in found.steps[0].all() if step.about]
    assert (table.what, table.about) == ("Look up a range in", "orders by by_date")
    assert (table.cost, table.rows) == (5.0, 40)


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "duckdb", "mysql"])
@pytest.mark.parametrize("printed", [[], {}, [1], {"query_block": 3}, [{"Plan": "x"}], "no plan"])
def test_what_is_no_plan_is_shown_as_it_is(dialect: str, printed: object) -> None:
    found = reading.plan_of(as_result(printed), dialect)
    assert found.steps == ()
    assert found.text == json.dumps(printed)


def test_a_table_that_cannot_be_read_stays_a_table() -> None:
    result = ResultSet(("id", "select_type", "table"), ((1, "SIMPLE", "t"),), False, 0.01)
    found = reading.plan_of(result, "mysql")
    assert found.table is not None
    assert found.table.row_count == 1


def test_a_plan_that_is_deeper_than_can_be_drawn_is_bounded() -> None:
    node: dict[str, object] = {"Node Type": "Result"}
    for _ in range(200):
        node = {"Node Type": "Limit", "Plans": [node]}
    found = reading.plan_of(as_result([{"Plan": node}]), "postgres")
    assert len(list(found.steps[0].all())) == DEEPEST


def test_what_asks_for_a_plan_already_is_left_as_it_is() -> None:
    sql = "-- why\nexplain SELECT 1"
    assert reading.asking(sql, "postgres") == sql
