"""What models really write, and the SQL in it."""

import random

import pytest

from agent.extract import SqlStream

SQL_IN = {
    # fences
    "```sql\nSELECT 1\n```": "SELECT 1",
    "```SQL\nSELECT 1;\n```": "SELECT 1",
    "```sqlite\nSELECT 1\n```": "SELECT 1",
    "```postgresql\nSELECT a::text FROM t\n```": "SELECT a::text FROM t",
    "```\nSELECT 1\n```": "SELECT 1",
    "```\nsql\nSELECT 1\n```": "SELECT 1",
    "~~~sql\nSELECT 1\n~~~": "SELECT 1",
    "````sql\nSELECT '```' AS fence\n````": "SELECT '```' AS fence",
    "```sql SELECT name FROM people ```": "SELECT name FROM people",
    "```SELECT name FROM people```": "SELECT name FROM people",
    "``` sql\r\nSELECT 1\r\n```\r\n": "SELECT 1",
    "1. First:\n   ```sql\n   SELECT a\n   FROM t\n   ```\n2. Done.": "SELECT a\n   FROM t",
    "Sure! Here it is: ```sql\nSELECT 1\n``` Enjoy.": "SELECT 1",
    # an unclosed fence of an answer that its model ended
    "```sql\nSELECT 1": "SELECT 1",
    "```sql\nSELECT 1\n``": "SELECT 1\n``",
    # prose around it
    "Select the rows you want with this query:\n```sql\nSELECT a FROM t\n```": "SELECT a FROM t",
    "With this query you can count:\n\n```sql\nSELECT count(*) FROM t\n```\nIt counts.": "SELECT count(*) FROM t",
    "SELECT statements read data.\n```sql\nSELECT 1\n```": "SELECT 1",
    "Select all rows from the table.\n```sql\nSELECT * FROM t\n```": "SELECT * FROM t",
    "Select 3 rows:\n```sql\nSELECT * FROM t LIMIT 3\n```": "SELECT * FROM t LIMIT 3",
    "Values are in cents.\n\nExplain: see below.\n```sql\nSELECT 1\n```": "SELECT 1",
    "(With care.)\n```sql\nSELECT 1\n```": "SELECT 1",
    "Use the `orders` table.\n```sql\nSELECT 1 FROM orders\n```": "SELECT 1 FROM orders",
    # several fences, several statements
    "```sql\nSELECT 1\n```\nor\n```sql\nSELECT 2\n```": "SELECT 1",
    '```json\n{"a": 1}\n```\nso\n```sql\nSELECT 2\n```': "SELECT 2",
    "```\nname | age\n```\n```\nSELECT 3\n```": "SELECT 3",
    "```sql\n```\n```sql\nSELECT 4\n```": "SELECT 4",
    "```sql\n-- nothing yet\n```\n```sql\nSELECT 4\n```": "SELECT 4",
    "```sql\nSELECT 1; DROP TABLE t;\n```": "SELECT 1",
    "```sql\n;\nSELECT 1\n```": "SELECT 1",
    # a semicolon or a fence that ends nothing
    "```sql\nSELECT ';' AS a; SELECT 2\n```": "SELECT ';' AS a",
    "```sql\nSELECT 'it''s; so' AS a\n```": "SELECT 'it''s; so' AS a",
    '```sql\nSELECT "a;b" FROM t;\n```': 'SELECT "a;b" FROM t',
    "```sql\nSELECT `a;b` FROM t;\n```": "SELECT `a;b` FROM t",
    "```sql\nSELECT `a````": "SELECT `a`",
    "```sql\nSELECT 1 -- one; two\nFROM t\n```": "SELECT 1 -- one; two\nFROM t",
    "```sql\nSELECT /* one; ```two``` */ 1;\n```": "SELECT /* one; ```two``` */ 1",
    "```sql\nSELECT $$a;b$$, $x$;$x$;\n```": "SELECT $$a;b$$, $x$;$x$",
    "```sql\nSELECT 5 - -3 / 2 * 1\n```": "SELECT 5 - -3 / 2 * 1",
    # a quote that was forgotten ends with its fence
    "```sql\nSELECT 'O'Brien'\n```\nI hope it's right.": "SELECT 'O'Brien'",
    # what the guard shall refuse, with its reason
    "```sql\nDELETE FROM t\n```": "DELETE FROM t",
    "```\nDROP TABLE t\n```": "DROP TABLE t",
    # in the open
    "SELECT 1": "SELECT 1",
    "select name, age from people": "select name, age from people",
    "Select name from people": "Select name from people",
    "Select * from people": "Select * from people",
    "SELECT name n, age FROM people;": "SELECT name n, age FROM people",
    "SELECT DISTINCT city FROM people": "SELECT DISTINCT city FROM people",
    "SELECT CASE WHEN a THEN b END FROM t": "SELECT CASE WHEN a THEN b END FROM t",
    "SELECT t.name FROM t": "SELECT t.name FROM t",
    "SELECT\n  name,\n\n  age\nFROM t": "SELECT\n  name,\n\n  age\nFROM t",
    "SELECT name\n\nFROM people\n\nWHERE a = (\n\n1)": "SELECT name\n\nFROM people\n\nWHERE a = (\n\n1)",
    "WITH a AS (SELECT 1) SELECT * FROM a": "WITH a AS (SELECT 1) SELECT * FROM a",
    "with recursive a(n) as (select 1) select n from a": "with recursive a(n) as (select 1) select n from a",
    "VALUES (1), (2)": "VALUES (1), (2)",
    "EXPLAIN QUERY PLAN SELECT 1": "EXPLAIN QUERY PLAN SELECT 1",
    "(SELECT 1) UNION (SELECT 2)": "(SELECT 1) UNION (SELECT 2)",
    "-- the orders\nSELECT count(*) FROM orders": "-- the orders\nSELECT count(*) FROM orders",
    "/* a; b */ SELECT 1": "/* a; b */ SELECT 1",
    "SQL: SELECT 1 FROM t": "SELECT 1 FROM t",
    "**SQL:** SELECT 1 FROM t": "SELECT 1 FROM t",
    "Here is the query:\n\nSELECT a FROM t;\n\nIt lists a.": "SELECT a FROM t",
    "SELECT a FROM t\n\nThis lists all of a; good luck.": "SELECT a FROM t",
    "SELECT a FROM t\nThis lists all of a.": "SELECT a FROM t",
    "SELECT a FROM t\n\n**Explanation**: all of a.": "SELECT a FROM t",
    # thoughts
    "<think>\n```sql\nSELECT 0\n```\n</think>\n```sql\nSELECT 1\n```": "SELECT 1",
    "<think>SELECT 0;</think>SELECT 1": "SELECT 1",
    "So, no fence yet.\n</think>\n\n```sql\nSELECT 1\n```": "SELECT 1",
    "```sql\nSELECT 1 WHERE 2 <think\n```": "SELECT 1 WHERE 2 <think",
}

NO_SQL_IN = [
    "",
    "   \n",
    "I cannot answer that with the given schema.",
    "Select the rows that you want.",
    "With this schema, nobody can say.",
    "With orders (see above) it is hard.",
    "Values differ.",
    "Explain what you mean, please.",
    "SELECT statements need a table.",
    "Selection is hard; withdraw.",
    "```python\nprint(1)\n```",
    "```sql\n```",
    "```sql\n-- the schema has no such data\n```",
    "```",
    "<think>SELECT 1 FROM t;",
    "(",
    "- a\n- b",
]


def read(reply: str, *, pieces: list[str] | None = None, complete: bool = True) -> tuple[str | None, str]:
    """The SQL, and what was shown of it meanwhile."""
    stream = SqlStream()
    shown = [delta for piece in pieces or [reply] for delta in stream.feed(piece)]
    sql = stream.finish(complete)
    return sql, "".join([*shown, stream.rest]).strip()


def pieces_of(reply: str, chance: random.Random) -> list[str]:
    cuts = sorted({chance.randrange(len(reply) + 1) for _ in range(chance.randrange(len(reply) + 1))})
    return [reply[start:end] for start, end in zip([0, *cuts], [*cuts, len(reply)], strict=True)]


@pytest.mark.parametrize(("reply", "sql"), SQL_IN.items())
def test_the_sql_of_a_reply(reply: str, sql: str) -> None:
    assert read(reply) == (sql, sql)


@pytest.mark.parametrize("reply", NO_SQL_IN)
def test_a_reply_without_sql(reply: str) -> None:
    assert read(reply) == (None, "")


@pytest.mark.parametrize("reply", [*SQL_IN, *NO_SQL_IN])
def test_the_pieces_in_which_a_reply_arrives_do_not_matter(reply: str) -> None:
    chance = random.Random(reply)
    sql = SQL_IN.get(reply)
    splits = [list(reply), *(pieces_of(reply, chance) for _ in range(20))]
    for pieces in splits:
        assert read(reply, pieces=pieces) == (sql, sql or ""), pieces


@pytest.mark.parametrize("reply", [*SQL_IN, *NO_SQL_IN])
def test_a_cut_reply_gives_its_whole_first_statement_or_nothing(reply: str) -> None:
    for length in range(len(reply)):
        sql, _ = read(reply[:length], complete=False)
        assert sql in (None, SQL_IN.get(reply))


def test_an_unfinished_fence_of_a_cut_stream_is_no_sql() -> None:
    assert read("```sql\nDELETE FROM t WHERE id = 1", complete=False)[0] is None
    assert read("SELECT a FROM t", complete=False)[0] is None


def test_reading_may_stop_once_the_statement_is_complete() -> None:
    stream = SqlStream()
    assert stream.feed("Sure.\n```sql\nSELECT 1") == ["SELECT 1"]
    assert not stream.closed
    stream.feed("\n```")
    assert stream.closed
    assert stream.finish(complete=False) == "SELECT 1"


def test_sql_is_shown_as_it_comes() -> None:
    stream = SqlStream()
    shown = [stream.feed(token) for token in ["```", "sql", "\n", "SELECT", " name", ",", " age", " FROM", " people"]]
    assert shown == [[], [], [], ["SELECT"], [" name"], [","], [" age"], [" FROM"], [" people"]]


def test_prose_is_what_was_said_besides() -> None:
    stream = SqlStream()
    stream.feed("<think>hm</think>I cannot answer that. ")
    stream.feed("There is no `weather` table")
    assert stream.prose == "I cannot answer that. There is no `weather` table"
    stream.feed("\n```sql\n-- none\n```")
    assert stream.finish(complete=True) is None
    assert "weather" in stream.prose


LONG = {
    "a text": ("Here:\n```sql\nSELECT '", "x", "' AS a\n```"),
    "a list of columns": ("SELECT ", "some_column, ", "other FROM t;"),
    "empty lines": ("Here:", "\n", "SELECT a FROM t;"),
    "empty lines after SQL": ("SELECT a.b FROM t", "\n ", "WHERE a = 1;"),
    "EXPLAIN again and again": ("", "explain ", "\n```sql\nSELECT 1\n```"),
    "options of EXPLAIN": ("EXPLAIN ", "query plan ", "SELECT a.b FROM t;"),
    "stars": ("", "*", "!\nSELECT a FROM t;"),
    "parentheses": ("", "(", "SELECT a.b FROM t;\n```sql\nSELECT 1\n```"),
    "comments": ("", "/* - */ ", "SELECT a.b FROM t;"),
    "dollars": ("```sql\nSELECT ", "$a", "$a$;\n```"),
    "what follows a fence": ("```", "x", "\n```\nSELECT a FROM t;"),
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize(("start", "repeated", "end"), LONG.values(), ids=LONG)
def test_a_long_reply_in_single_characters_takes_no_time(start: str, repeated: str, end: str) -> None:
    reply = start + repeated * (20_000 // len(repeated)) + end
    sql, shown = read(reply, pieces=list(reply))
    assert sql
    assert shown == sql


def test_a_long_list_of_columns_is_known_to_be_sql_when_the_reply_is_cut_after_it() -> None:
    reply = f"SELECT {'some_column, ' * 100}other FROM t WHERE a.b = 1;"
    assert read(reply, pieces=list(reply), complete=False)[0] == reply[:-1]
