"""What a connection's questions are asked with."""

import pytest
from pytest_django import Settings

from agent import prompt
from agent.endpoint import Endpoint
from datasources.models import Connection, Description
from learning.prompts import prompt_of, prompt_text, system_prompt
from tests.agent.many_tables import many_tables

pytestmark = pytest.mark.django_db


def describe(connection: Connection, table: str, column: str, text: str) -> None:
    Description.objects.create(connection=connection, table=table, column=column, text=text)


def test_without_notes_and_descriptions_the_prefix_is_schema_dialect_and_generation(connection: Connection) -> None:
    expected = prompt.system_prompt(connection.schema().to_prompt(), "sqlite", prompt_text(connection))
    assert system_prompt(connection) == expected
    assert " -- " not in expected


def test_descriptions_stand_at_what_they_describe(connection: Connection) -> None:
    describe(connection, "orders", "", "One line for each purchase")
    describe(connection, "orders", "amount", "In euros,\nwithout VAT")
    system = system_prompt(connection)

    assert "CREATE TABLE orders ( -- One line for each purchase\n" in system
    assert "  amount REAL, -- In euros, without VAT\n" in system


def test_a_description_of_what_is_gone_harms_nothing(connection: Connection) -> None:
    before = system_prompt(connection)
    describe(connection, "gone", "", "It was dropped")
    describe(connection, "orders", "gone", "It was dropped")
    assert system_prompt(connection) == before


def test_notes_come_last_whatever_they_hold(connection: Connection) -> None:
    connection.notes = "Revenue = {amount} of {{ paid }} orders"
    assert system_prompt(connection).endswith("Notes on this database:\nRevenue = {amount} of {{ paid }} orders")


def test_a_description_helps_to_find_its_table(connection: Connection) -> None:
    connection.schema_snapshot = many_tables().to_dict()
    connection.save()
    describe(connection, "audit_log", "", "Who has climbed which mountain")
    asked = prompt_of(connection).opening([], "Which mountain was climbed most?")
    assert "CREATE TABLE audit_log" in asked[-1].content


@pytest.mark.parametrize(("local", "is_whole"), [(True, False), (False, True)])
def test_an_endpoint_is_trusted_with_a_larger_schema_than_the_embedded_model(
    connection: Connection, settings: Settings, local: bool, is_whole: bool
) -> None:
    settings.LLM_ENDPOINT = Endpoint("http://127.0.0.1:9/v1", "model", "key", local=local)
    connection.schema_snapshot = {"tables": many_tables().to_dict()["tables"][:200]}
    assert prompt_of(connection).is_whole is is_whole


def test_a_server_s_names_are_spelled_its_way(connection: Connection) -> None:
    connection.dialect = Connection.Dialect.MYSQL
    connection.schema_snapshot = {
        "tables": [
            {
                "name": "order",
                "columns": [{"name": "id", "type": "int", "nullable": False}],
                "primary_key": [],
                "foreign_keys": [],
                "is_view": False,
            }
        ]
    }
    assert "CREATE TABLE `order` (" in system_prompt(connection)
