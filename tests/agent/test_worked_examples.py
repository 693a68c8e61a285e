"""Questions with their SQL that a program makes from a schema."""

import pytest

from agent.worked_examples import worked_examples
from datasources.engine import SqliteDatabase
from datasources.introspect import Column, ForeignKey, Schema, Table
from datasources.sample import build

GARDENS = Schema(
    (
        Table(
            "plants",
            (
                Column("plant_id", "INTEGER"),
                Column("name", "TEXT"),
                Column("family", "TEXT", values=("Rose", "Mint")),
                Column("height", "REAL"),
                Column("garden_id", "INTEGER"),
            ),
            ("plant_id",),
            (ForeignKey(("garden_id",), "gardens", ("garden_id",)),),
        ),
        Table("gardens", (Column("garden_id", "INTEGER"), Column("Owner Name", "TEXT")), ("garden_id",)),
    )
)


def test_they_group_filter_and_join() -> None:
    assert [sql for _, sql in worked_examples(GARDENS, "sqlite")] == [
        "SELECT family, COUNT(*) FROM plants GROUP BY family",
        "SELECT AVG(height) FROM plants WHERE family = 'Rose'",
        'SELECT plants.name, gardens."Owner Name" FROM plants JOIN gardens ON plants.garden_id = gardens.garden_id',
    ]


def test_the_questions_say_what_the_sql_does() -> None:
    assert [question for question, _ in worked_examples(GARDENS, "sqlite")] == [
        "How many rows of plants are there for each family?",
        "What is the average height where the family is Rose?",
        "Show the name of each plants with the owner name of its gardens.",
    ]


@pytest.mark.parametrize("tables", [(), (Table("empty", ()),), (Table("ids", (Column("id", "INTEGER"),)),)])
def test_where_there_is_nothing_to_ask_there_are_none(tables: tuple[Table, ...]) -> None:
    assert worked_examples(Schema(tables), "sqlite") == ()


def test_those_of_the_sample_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("sample") / "sample.db"
    build(path)
    database = SqliteDatabase(path)
    try:
        examples = worked_examples(database.schema(), "sqlite")
        assert len(examples) == 3
        assert all(database.execute(sql).rows for _, sql in examples)
    finally:
        database.close()
