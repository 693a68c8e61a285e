"""What may run and what may not, as tables of statements."""

import time
from contextlib import suppress

import pytest

from datasources.bounded_parsing import MAX_BYTES
from datasources.errors import NotReadOnly, QueryFailed, SQLError
from datasources.guard import check

READS = {
    "sqlite": [
        "SELECT 1",
        "select * from books where title like '%x%' group by author_id having count(*) > 1 order by 1 desc limit 5",
        "WITH a AS (SELECT 1 AS n) SELECT n FROM a",
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT n FROM c",
        "WITH a AS MATERIALIZED (SELECT 1) SELECT * FROM a",
        "SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4",
        "VALUES (1, 2), (3, 4)",
        "SELECT * FROM (VALUES (1, 2))",
        "EXPLAIN SELECT 1",
        "EXPLAIN QUERY PLAN SELECT * FROM books",
        "explain query\n plan select 1",
        "/* why */ EXPLAIN SELECT 1",
        "-- a comment\nSELECT 1 -- another",
        "SELECT strftime('%Y-%m', due), date(due, '-1 month'), julianday('now'), printf('%.2f', 1.0) FROM loans",
        "SELECT group_concat(DISTINCT title), total(id), iif(id > 1, 'a', 'b'), json_extract(title, '$.a') FROM books",
        "SELECT row_number() OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
        "SELECT sum(x) FILTER (WHERE y) OVER w FROM t WINDOW w AS (ORDER BY z)",
        "SELECT a ->> '$.x', b || c, x'00ff', 0x1F, CAST(a AS REAL), a GLOB 'x*', a COLLATE NOCASE FROM t",
        "SELECT `a`, [b], c FROM t NATURAL JOIN u LEFT JOIN v USING (id) CROSS JOIN w",
        "SELECT CASE a WHEN 1 THEN 2 ELSE 3 END, a ISNULL, a IS NOT b, a BETWEEN 1 AND 2, NOT EXISTS (SELECT 1) FROM t",
        "SELECT * FROM json_each('[1]') WHERE value IN (SELECT 1)",
        "SELECT 'DROP TABLE books; --' AS [delete]",
        "SELECT replace(title, 'a', 'b'), round(1.5), random(), coalesce(a, b) FROM books",
        "SELECT date_trunc('month', due) FROM loans",
        "SELECT 'ünïcødé 🙂' AS naïve",
        "SELECT id FROM books LIMIT 2 - (SELECT count(*) FROM books) % 2 OFFSET 5 % 2",
        'SELECT \'a "b" c\' -- "d"',
    ],
    "postgres": [
        "SELECT a::text, b ILIKE 'x%', c ~ 'y' FROM t WHERE d = ANY(ARRAY[1, 2]) FETCH FIRST 3 ROWS ONLY",
        "SELECT date_trunc('month', d), extract(year FROM d), count(*) FILTER (WHERE x) FROM t GROUP BY 1, 2",
        "SELECT d + interval '1 day' FROM t",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x), array_agg(x ORDER BY y) FROM t GROUP BY ROLLUP (a, b)",
        "SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, b NULLS LAST",
        "SELECT * FROM generate_series(1, 3) AS g(n), LATERAL (SELECT n) AS x",
        "SELECT now() AT TIME ZONE 'utc', current_date, data -> 'a' ->> 'b' FROM t",
        "SELECT * FROM t GROUP BY GROUPING SETS ((a), (b)), CUBE (c)",
        "EXPLAIN (FORMAT JSON) SELECT 1",
        "EXPLAIN VERBOSE SELECT 1",
        "SELECT id FROM t LIMIT 7 % 4",
    ],
    "mysql": ["SELECT `a`, date_format(d, '%Y') FROM t LIMIT 5", "EXPLAIN FORMAT=JSON SELECT 1"],
    "duckdb": ["SELECT a, count(*) FROM t GROUP BY ALL QUALIFY row_number() OVER () = 1", "EXPLAIN SELECT 1"],
}

WRITES = {
    "sqlite": [
        "INSERT INTO books VALUES (1)",
        "REPLACE INTO books VALUES (1)",
        "UPDATE books SET title = 'x'",
        "DELETE FROM books",
        "DROP TABLE books",
        "CREATE TABLE x (a)",
        "CREATE TABLE x AS SELECT 1",
        "CREATE TEMP VIEW x AS SELECT 1",
        "CREATE VIRTUAL TABLE x USING fts3(a)",
        "ALTER TABLE books RENAME TO b",
        "WITH a AS (SELECT 1) INSERT INTO books SELECT * FROM a",
        "WITH a AS (DELETE FROM books RETURNING *) SELECT * FROM a",
        "ATTACH 'other.db' AS other",
        "DETACH main",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA table_info(books)",
        "VACUUM",
        "VACUUM INTO '/tmp/x'",
        "REINDEX",
        "ANALYZE",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT x",
        "RELEASE x",
        "EXPLAIN DELETE FROM books",
        "EXPLAIN QUERY PLAN DROP TABLE books",
        "EXPLAIN EXPLAIN SELECT 1",
        "EXPLAIN SELECT 1; DROP TABLE books",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE books",
        "SELECT 1 /* /* */ ; DROP TABLE books; -- */",
        "",
        " ; ",
        "-- nothing",
        "I cannot answer that question.",
        "checkpoint",
        "LISTEN x",
    ],
    "postgres": [
        "WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a",
        "WITH a AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM a",
        "SELECT * INTO x FROM t",
        "SELECT 1 INTO TEMP x",
        "SELECT * FROM t FOR UPDATE",
        "SELECT * FROM t FOR SHARE SKIP LOCKED",
        "SELECT * FROM (SELECT * FROM t FOR UPDATE) AS x",
        "EXPLAIN ANALYZE SELECT 1",
        "EXPLAIN ANALYSE SELECT 1",
        "EXPLAIN/**/ANALYZE SELECT 1",
        "EXPLAIN (ANALYZE) SELECT 1",
        "EXPLAIN (FORMAT JSON, ANALYZE) SELECT 1",
        "EXPLAIN /* ( */ -- )\n (VERBOSE, /* ) */ analyse) SELECT 1",
        "EXPLAIN VERBOSE DELETE FROM t",
        "COPY t TO PROGRAM 'id'",
        "COPY (SELECT 1) TO '/tmp/x'",
        "DO $$ BEGIN END $$",
        "CALL f()",
        "MERGE INTO t USING s ON 1 = 1 WHEN MATCHED THEN DELETE",
        "SET transaction_read_only = off",
        "SET LOCAL transaction_read_only = off",
        "RESET ALL",
        "SHOW ALL",
        "LISTEN x",
        "NOTIFY x",
        "NOTIFY x, 'y'",
        "DISCARD ALL",
        "SAVEPOINT x",
        "DEALLOCATE ALL",
        "PREPARE x AS DELETE FROM t",
        "EXECUTE x",
        "DECLARE c CURSOR FOR SELECT 1",
        "FETCH ALL FROM c",
        "LOCK TABLE t",
        "TRUNCATE t",
        "GRANT ALL ON t TO public",
        "REFRESH MATERIALIZED VIEW x",
        "CHECKPOINT",
        "BEGIN; SELECT 1; END",
        "BEGIN; COMMIT; DROP TABLE t",
    ],
    "mysql": [
        "SELECT 1 INTO @x",
        "SELECT * FROM t LOCK IN SHARE MODE",
        "TRUNCATE t",
        "HANDLER t OPEN",
        "LOAD DATA INFILE 'x' INTO TABLE t",
    ],
    "duckdb": ["COPY t TO 'x'", "INSTALL httpfs", "LOAD httpfs", "ATTACH 'x'", "EXPORT DATABASE 'x'"],
}

DENIED_CALLS = {
    "sqlite": [
        "SELECT load_extension('x')",
        "SELECT \"load_extension\"('x')",
        "SELECT `Load_Extension` ('x')",
        "SELECT [load_extension]/**/('x')",
        "SELECT fts3_tokenizer('simple', x'00')",
        "SELECT readfile('/etc/passwd')",
        "SELECT 1 FROM books ORDER BY writefile('x', 'y')",
        "SELECT edit('x')",
        "SELECT zeroblob(1000000000)",
        "SELECT hex(randomblob(1000000000))",
        "SELECT * FROM pragma_table_info('books')",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM dbstat",
        "SELECT * FROM sqlite_dbpage",
        "SELECT * FROM sqlite_stmt",
    ],
    "postgres": [
        "SELECT pg_sleep(60)",
        'SELECT "pg_sleep"(60)',
        "SELECT pg_catalog.pg_read_file('x')",
        "SELECT pg_catalog.\"pg_read_file\" ('x')",
        "SELECT * FROM pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT dblink('host=x', 'select 1')",
        "SELECT query_to_xml('delete from t', true, true, '')",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SELECT current_setting('data_directory')",
        "SELECT nextval('s')",
        "SELECT ts_stat('select 1')",
        "SELECT (SELECT max(x) FROM (SELECT pg_terminate_backend(1) AS x) AS y)",
    ],
    "mysql": ["SELECT load_file('/etc/passwd')", "SELECT sleep(9)", "SELECT benchmark(1e9, 1)", "SELECT @@datadir"],
    "duckdb": ["SELECT * FROM read_csv('/etc/passwd')", "SELECT getenv('X')", "SELECT * FROM glob('*')"],
}

TRAPS = {
    "a null character": "SELECT 1\x00; DROP TABLE books",
    "a control character": "SELECT \x1b 1",
    "half a character": "SELECT '\ud800'",
    "more than 20 kB": "SELECT '" + "x" * MAX_BYTES + "'",
    "more than 20 kB in bytes": "SELECT '" + "é" * (MAX_BYTES // 2) + "'",
    "an escaped name": 'SELECT U&"\\0070g_sleep"(1)',
    "an escaped text": "SELECT u&'\\0061'",
    "a comment that MySQL executes": "SELECT 1 /*! INTO OUTFILE '/tmp/x' */",
    "a comment that MariaDB executes": "SELECT 1 /*M! INTO OUTFILE '/tmp/x' */",
    "a hint": "SELECT /*+ SET_VAR(x = 1) */ 1",
    "deep parentheses": "SELECT " + "(" * 2000 + "1" + ")" * 2000,
    "deep subqueries": "SELECT " + "(SELECT " * 500 + "1" + ")" * 500,
    "deep functions": "SELECT " + "abs(" * 2000 + "1" + ")" * 2000,
}


def _rows(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(dialect, sql) for dialect, statements in table.items() for sql in statements]


@pytest.mark.parametrize(("dialect", "sql"), _rows(READS))
def test_a_statement_that_reads_passes_unchanged(dialect: str, sql: str) -> None:
    assert check(sql, dialect) == sql


@pytest.mark.parametrize(("dialect", "sql"), _rows(WRITES))
def test_any_other_statement_is_refused(dialect: str, sql: str) -> None:
    with pytest.raises(NotReadOnly) as refusal:
        check(sql, dialect)
    assert refusal.value.message.endswith(".")


@pytest.mark.parametrize(("dialect", "sql"), _rows(DENIED_CALLS))
def test_functions_that_reach_out_of_the_database_are_refused(dialect: str, sql: str) -> None:
    with pytest.raises(NotReadOnly):
        check(sql, dialect)


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql", "duckdb"])
@pytest.mark.parametrize("sql", TRAPS.values(), ids=TRAPS.keys())
def test_what_a_parser_can_be_fooled_with_is_refused(sql: str, dialect: str) -> None:
    with pytest.raises(NotReadOnly):
        check(sql, dialect)


@pytest.mark.parametrize(
    ("sql", "near"),
    [
        ("SELECT title FROM books WHRE id = 1", '"id" at line 1, column'),
        ("SELECT id\nFROM books\nGROUP author_id", '"author_id" at line 3, column'),
        ("WITH a AS (SELECT 1 SELECT * FROM a", '"SELECT" at line 1'),
        ("SELECT (1", "Syntax error"),
        ("SELECT 'open", "not closed"),
        ("SELECT 1 /* open", "not closed"),
        ("(SELECT 1", "Syntax error"),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", "Syntax error"),
        ("SELECT ?", "placeholder"),
        ("SELECT :name", "placeholder"),
    ],
)
def test_bad_syntax_is_a_failure_that_says_where(sql: str, near: str) -> None:
    with pytest.raises(QueryFailed) as failure:
        check(sql, "sqlite")
    assert failure.value.code == "PARSE"
    assert near in failure.value.message


@pytest.mark.parametrize(
    ("sql", "statement"),
    [
        ("  SELECT 1 ;\n", "SELECT 1"),
        ("SELECT 1;;", "SELECT 1"),
        ("SELECT 1; -- done", "SELECT 1"),
        ("SELECT 'a;b' ; ", "SELECT 'a;b'"),
        ("SELECT '🙂' AS x; /* bye */", "SELECT '🙂' AS x"),
        ("EXPLAIN SELECT 1 ;", "EXPLAIN SELECT 1"),
        ("SELECT 1\r\n-- x\rFROM t", "SELECT 1\n-- x\nFROM t"),
    ],
)
def test_what_ends_a_statement_is_taken_off(sql: str, statement: str) -> None:
    assert check(sql, "sqlite") == statement


@pytest.mark.timeout(10)
@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql", "duckdb"])
@pytest.mark.parametrize("comment", ["/**/", "/* */ ", "--\n"])
def test_many_comments_take_no_time(comment: str, dialect: str) -> None:
    comments = comment * 2_000
    assert check(f"EXPLAIN {comments}SELECT 1", dialect) == f"EXPLAIN {comments}SELECT 1"
    with pytest.raises(NotReadOnly, match="it runs the statement"):
        check(f"EXPLAIN {comments}ANALYZE SELECT 1", dialect)
    with pytest.raises(NotReadOnly):
        check(f"{comments}!", dialect)


@pytest.mark.parametrize(
    ("sql", "statement"),
    [
        ('SELECT "a" FROM "t"', "SELECT `a` FROM `t`"),
        ('SELECT "a""b", "c`d" FROM t', 'SELECT `a"b`, `c``d` FROM t'),
        ('SELECT \'🙂\' AS "naïve 🙂", "b" -- "c"', "SELECT '🙂' AS `naïve 🙂`, `b` -- \"c\""),
        ('EXPLAIN QUERY PLAN SELECT "a" FROM t;', "EXPLAIN QUERY PLAN SELECT `a` FROM t"),
        ("""SELECT 'it''s "so"', `"`, ["] FROM t""", """SELECT 'it''s "so"', `"`, ["] FROM t"""),
    ],
)
def test_sqlite_gets_names_that_it_cannot_take_for_texts(sql: str, statement: str) -> None:
    assert check(sql, "sqlite") == statement


def test_other_databases_get_names_as_they_are() -> None:
    assert check('SELECT "a" FROM "t"', "postgres") == 'SELECT "a" FROM "t"'


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql", "duckdb"])
@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT {'struct(' * 98}1{')' * 98}",
        f"SELECT {'decimal(' * 98}1{')' * 98}",
        f"SELECT CAST(1 AS {'decimal(' * 98}1{')' * 98})",
        f"SELECT {'CAST(a AS int[' * 40}{']' * 40}",
        f"SELECT a{'[1]' * 6000}",
    ],
    ids=["struct", "decimal", "type", "cast", "subscripts"],
)
def test_no_statement_keeps_the_guard_busy(sql: str, dialect: str) -> None:
    """It runs in the site's own process, where nothing can stop it."""
    started = time.monotonic()
    with suppress(SQLError):
        check(sql, dialect)
    assert time.monotonic() - started < 5


def test_a_long_statement_is_checked_all_the_same() -> None:
    columns = ", ".join(f"sum(CASE WHEN a.c{n} > {n} THEN coalesce(b.d{n}, 0) END) AS x{n}" for n in range(250))
    assert check(f"SELECT {columns} FROM a JOIN b ON a.id = b.id", "postgres")


def test_what_breaks_the_parser_is_bad_syntax() -> None:
    with pytest.raises(QueryFailed) as failure:
        check("SELECT DATE_ADD(hired, WHERE INTERVAL 1 MONTH) FROM drivers", "mysql")
    assert failure.value.code == "PARSE"
