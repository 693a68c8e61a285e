"""What the doubts say, what they ask the database, and when they keep silent."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from agent.reading import DoubtKind
from agent.suspicion import doubts
from datasources.binding import Bound
from datasources.engine import ResultSet, SqliteDatabase
from datasources.errors import QueryFailed
from datasources.introspect import Column, Schema
from tests.agent.suspicion.conftest import ASKED, Examined

SAID = [
    (
        "What is the insured value of all treated hives?",
        "SELECT SUM(h.insured_value) FROM hives AS h JOIN harvests AS r ON r.hive_id = h.hive_id",
        "The join with harvests repeats each row of hives 3.6 times on average, so that SUM(hives.insured_value) "
        "counts them more than once. Add up first and join then, or leave that join out.",
    ),
    (
        "How many keepers are in charge of hives in the orchards?",
        "SELECT COUNT(*) FROM apiaries WHERE region = 'orchard belt'",
        "In no row apiaries.region is 'orchard belt'. What it has is 'Orchard Belt'.",
    ),
    (
        "Which keepers have no e-mail address?",
        "SELECT full_name FROM keepers WHERE email = ''",
        "No row has an empty text in keepers.email. Write IS NULL if rows without one are meant.",
    ),
    (
        "How many keepers have the e-mail of nobody?",
        "SELECT COUNT(*) FROM keepers WHERE full_name = 'Zebulon Quux'",
        "In no row keepers.full_name is 'Zebulon Quux'. Look for the value elsewhere, or leave the condition out.",
    ),
    (
        "How many harvests were there in each year?",
        "SELECT COUNT(*) FROM harvests",
        "The question asks for each year, but all rows are added up together. Add GROUP BY.",
    ),
    (
        "How many hives of each type are there?",
        "SELECT hive_type, COUNT(*) FROM hives",
        "hive_type stands beside an aggregate without GROUP BY, and so is of any row. Add GROUP BY hive_type.",
    ),
    (
        "How many harvests were there in 2022?",
        "SELECT COUNT(*) FROM harvests WHERE strftime('%Y', harvested_on) = 2022",
        "STRFTIME('%Y', harvested_on) is a text and 2022 is a number: SQLite never finds them equal, and takes any "
        "text for greater. Write '2022' in quotes, or CAST(STRFTIME('%Y', harvested_on) AS INTEGER).",
    ),
    (
        "How many keepers are active?",
        "SELECT COUNT(*) FROM keepers WHERE is_active = 'yes'",
        "keepers.is_active is a number (INTEGER) and is compared with the text 'yes', which no row has.",
    ),
    (
        "What are the names and emails of the keepers?",
        "SELECT full_name FROM keepers",
        "The question asks for the emails, which the statement does not select. Add that column.",
    ),
    (
        "How many keepers are there?",
        "SELECT * FROM keepers",
        "The question asks for a number, but the statement shows rows with all their columns. Count them.",
    ),
    (
        "How many hives are there in each apiary?",
        "SELECT a.apiary_name FROM apiaries AS a JOIN hives AS h ON h.apiary_id = a.apiary_id GROUP BY a.apiary_name",
        "The question asks how many, but the statement selects no number. Add COUNT.",
    ),
    (
        "What are the two apiaries with the highest altitude?",
        "SELECT apiary_name FROM apiaries",
        "The question asks for two, but the statement shows 12 rows. Sort and limit them.",
    ),
    (
        "Which mothers do the first twelve queens have?",
        "SELECT mother_id, breed FROM queens WHERE queen_id <= 12",
        "The column mother_id is NULL in every row. Select another one, or look at how its table is joined.",
    ),
]


@pytest.mark.parametrize(("question", "sql", "sentence"), SAID)
def test_a_doubt_says_what_was_found_and_what_to_do(bees: Examined, question: str, sql: str, sentence: str) -> None:
    assert sentence in [doubt.why for doubt in bees.doubts(question, sql)]


def test_what_is_most_surely_wrong_comes_first(bees: Examined) -> None:
    sql = "SELECT full_name FROM keepers WHERE full_name = 'ilse brandt'"
    assert bees.kinds("Who is Ilse Brandt?", sql) == [DoubtKind.UNKNOWN_VALUE, DoubtKind.EMPTY]


@pytest.mark.parametrize("sql", ["SELECT FROM WHERE", "EXPLAIN SELECT 1", "", "VALUES (1)"])
def test_what_is_no_query_raises_no_doubt(bees: Examined, sql: str) -> None:
    assert doubts("How many?", sql, ResultSet(("a",), ((1,),), False, 0.1), bees.database, bees.schema) == ()


@dataclass
class Counting(SqliteDatabase):
    """The database itself, of which it is seen what it is asked."""

    def __init__(self, database: SqliteDatabase) -> None:
        super().__init__(database._path)
        self.asked: list[str] = []

    def execute(self, sql: str, bound: Sequence[Bound] = ()) -> ResultSet:
        self.asked.append(sql)
        return super().execute(sql, bound)


class Refusing(SqliteDatabase):
    def execute(self, sql: str, bound: Sequence[Bound] = ()) -> ResultSet:
        raise QueryFailed("It refuses.")


UNSURE = (
    "How many different keepers inspected hives in each region where a hive was treated?",
    "SELECT COUNT(i.keeper_id), SUM(h.frames) FROM inspections AS i JOIN hives AS h ON h.hive_id = i.hive_id "
    "JOIN apiaries AS a ON a.apiary_id = h.apiary_id JOIN hive_treatments AS g ON g.hive_id = h.hive_id "
    "WHERE a.region = 'heath' AND i.temper = 'CALM' AND h.status = 'LOST' AND i.inspected_on = '2022-01-01' "
    "AND h.hive_type = 'warre' AND a.apiary_name > '100'",
)


@pytest.fixture
def counting(bees: Examined) -> Counting:
    assert isinstance(bees.database, SqliteDatabase)
    return Counting(bees.database)


def test_a_database_is_asked_four_things_at_most(bees: Examined, counting: Counting) -> None:
    question, sql = UNSURE
    assert doubts(question, sql, bees.result(sql), counting, bees.schema)
    assert 1 <= len(counting.asked) <= 4


def test_every_probe_is_bounded(bees: Examined, counting: Counting) -> None:
    for one in ASKED:
        for wrong in one.get("wrong", ()):
            doubts(one["question"], wrong["sql"], bees.result(wrong["sql"]), counting, bees.schema)
    assert counting.asked
    unbounded = [sql for sql in counting.asked if "LIMIT" not in sql and "COUNT(" not in sql]
    assert unbounded == []


def test_nothing_is_asked_after_a_statement_that_took_long(bees: Examined, counting: Counting) -> None:
    question, sql = UNSURE
    doubts(question, sql, replace(bees.result(sql), elapsed=2.5), counting, bees.schema)
    assert counting.asked == []


def test_nothing_is_searched_in_a_large_table(bees: Examined, counting: Counting) -> None:
    sql = "SELECT COUNT(*) FROM hives WHERE hive_type = 'warre'"
    large = Schema(tuple(replace(table, rows=5_000_000) for table in bees.schema.tables))
    doubts("How many Warre hives?", sql, bees.result(sql), counting, large)
    assert counting.asked == []


def test_a_probe_that_fails_says_nothing(bees: Examined) -> None:
    question, sql = "How many lost hives?", "SELECT COUNT(*) FROM hives WHERE status = 'Lost'"
    assert isinstance(bees.database, SqliteDatabase)
    found = doubts(question, sql, bees.result(sql), Refusing(bees.database._path), bees.schema)
    assert [doubt.kind for doubt in found] == [DoubtKind.EMPTY]


def test_where_the_database_does_not_tell_keys_say_what_a_join_repeats(bees: Examined) -> None:
    sql = "SELECT SUM(h.insured_value) FROM hives AS h JOIN harvests AS r ON r.hive_id = h.hive_id"
    assert isinstance(bees.database, SqliteDatabase)
    found = doubts("What are they insured for?", sql, bees.result(sql), Refusing(bees.database._path), bees.schema)
    assert [doubt.why for doubt in found] == [
        "The join with harvests repeats rows of hives, so that SUM(hives.insured_value) counts them more than once. "
        "Add up first and join then, or leave that join out."
    ]


@pytest.mark.parametrize(
    ("sql", "doubted"),
    [
        ("SELECT a.region, a.apiary_name, COUNT(*) FROM apiaries AS a GROUP BY a.region", True),
        ("SELECT a.region, MAX(a.altitude_m), a.apiary_name FROM apiaries AS a GROUP BY a.region", False),
        ("SELECT a.apiary_name, a.region, COUNT(*) FROM apiaries AS a GROUP BY a.apiary_name", False),
        ("SELECT full_name, COUNT(*) FROM keepers WHERE keeper_id = 3", False),
        ("SELECT full_name, COUNT(*) FROM keepers WHERE is_active = 1", True),
    ],
)
def test_a_column_of_any_row_of_a_group_is_doubted(bees: Examined, sql: str, *, doubted: bool) -> None:
    assert (DoubtKind.NO_GROUPING in bees.kinds("What is there?", sql)) is doubted


@dataclass(frozen=True, slots=True)
class PrivateColumn(Column):
    is_private: bool = True


def test_of_a_private_column_no_value_is_looked_for(bees: Examined, counting: Counting) -> None:
    private = PrivateColumn("full_name", "TEXT", values=("Ilse Brandt",))
    keepers = bees.schema.table("keepers")
    assert keepers
    others = tuple(table for table in bees.schema.tables if table.name != "keepers")
    columns = tuple(private if column.name == "full_name" else column for column in keepers.columns)
    schema = Schema((*others, replace(keepers, columns=columns)))
    sql = "SELECT COUNT(*) FROM keepers WHERE full_name = 'ilse brandt'"
    found = doubts("How many are called Ilse Brandt?", sql, bees.result(sql), counting, schema)
    assert counting.asked == []
    assert not any("Ilse Brandt" in doubt.why for doubt in found)


def test_what_the_schema_knows_is_not_asked_for(bees: Examined, counting: Counting) -> None:
    hives = bees.schema.table("hives")
    assert hives
    columns = tuple(
        replace(one, values=("strong", "weak", "lost")) if one.name == "status" else one for one in hives.columns
    )
    sql = "SELECT COUNT(*) FROM hives WHERE status = 'lost'"
    doubts("How many are lost?", sql, bees.result(sql), counting, Schema((replace(hives, columns=columns),)))
    assert counting.asked == []


def test_what_rows_of_the_result_prove_is_not_asked_for(bees: Examined, counting: Counting) -> None:
    sql = "SELECT hive_id FROM hives WHERE status = 'lost'"
    doubts("Which hives are lost? Give the ids.", sql, bees.result(sql), counting, bees.schema)
    assert counting.asked == []


def test_alternatives_are_looked_for_together(bees: Examined) -> None:
    sql = "SELECT COUNT(*) FROM hives WHERE status IN ('lost', 'Lost', 'gone')"
    assert bees.kinds("How many hives are lost?", sql) == []


def test_without_probes_it_takes_a_few_milliseconds(bees: Examined) -> None:
    assert isinstance(bees.database, SqliteDatabase)
    mute = Refusing(bees.database._path)
    some = ResultSet(("a",), ((1,),), False, 0.01)
    begun = time.thread_time()
    statements = [(one["question"], sql) for one in ASKED for sql in one["right"]]
    for question, sql in statements:
        doubts(question, sql, some, mute, bees.schema)
    assert (time.thread_time() - begun) / len(statements) < 0.01
