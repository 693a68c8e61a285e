"""Stored values in what a connection's questions are asked with."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from agent import facts
from agent.errors import ErrorClass
from agent.hints import hint
from datasources import privacy, snapshots
from datasources.models import Connection
from learning.known_values import value_index
from learning.prompts import described_schema, prompt_of, system_prompt

pytestmark = pytest.mark.django_db

QUESTION = "How many of them are in new york or of the kind gold?"


@pytest.fixture
def towns(connection: Connection, tmp_path: Path) -> Connection:
    path = tmp_path / "towns.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "CREATE TABLE town (name TEXT, kind TEXT);INSERT INTO town VALUES ('New York', 'Gold'), ('Oslo', 'Silver');"
        )
    Connection.objects.filter(pk=connection.pk).update(path=str(path), schema_taken_at=None, schema_snapshot=None)
    found = Connection.objects.get(pk=connection.pk)
    snapshots.read_now(found, with_values=True)
    return found


def asked(connection: Connection) -> str:
    fresh = Connection.objects.get(pk=connection.pk)
    return prompt_of(fresh).opening([], QUESTION)[-1].content


def hide(connection: Connection, column: str) -> None:
    [town] = connection.schema().tables
    privacy.save(connection, town, {f"values:{column}": "private"})


def test_the_question_is_asked_with_the_values_that_it_names(towns: Connection) -> None:
    assert asked(towns).endswith("town.name = 'New York'; town.kind = 'Gold'.")


def test_the_stable_prefix_holds_none(towns: Connection) -> None:
    assert "New York" not in system_prompt(towns)


def test_a_private_value_is_in_no_prompt_fact_or_hint(towns: Connection) -> None:
    hide(towns, "kind")
    fresh = Connection.objects.get(pk=towns.pk)
    schema = described_schema(fresh)
    sql = "SELECT * FROM town WHERE kind = 'gold'"
    with closing(fresh.database()) as database:
        told = [str(fact) for fact in facts.probed(sql, database, schema)]
    told += [str(fact) for fact in facts.facts(ErrorClass.EMPTY_RESULT, "", sql, schema, "sqlite")]
    told.append(hint(ErrorClass.EMPTY_RESULT, "", sql, schema, "sqlite"))
    assert "Gold" not in " ".join([asked(towns), *told])
    assert "Silver" not in " ".join(told)
    assert asked(towns).endswith("town.name = 'New York'.")


def test_a_connection_that_was_loaded_before_gets_no_private_value(towns: Connection) -> None:
    before = Connection.objects.get(pk=towns.pk)
    assert "Gold" in asked(towns)
    hide(towns, "kind")
    index = value_index(before)
    assert index is not None
    assert [mention.value for mention in index.mentioned(QUESTION)] == ["New York"]


def test_an_index_is_made_once(towns: Connection, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    first = value_index(towns)
    with django_assert_num_queries(1):
        assert value_index(towns) is first


def test_a_new_reading_makes_another_one(towns: Connection) -> None:
    first = value_index(towns)
    snapshots.read_now(towns, with_values=True)
    assert value_index(towns) is not first


def test_there_is_none_where_the_operator_wants_none(towns: Connection, settings: Settings) -> None:
    settings.VALUE_INDEX = False
    assert value_index(towns) is None
    assert asked(towns) == QUESTION
