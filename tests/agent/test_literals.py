"""Texts that no row has, written as the data spells them."""

import pytest

from agent.literals import respelled
from agent.value_index import ValueIndex
from datasources.introspect import Column, Schema, Table

SCHEMA = Schema((Table("rivers", (Column("name", "TEXT"), Column("country", "TEXT"), Column("kind", "TEXT"))),))
VALUES = ValueIndex.of(
    SCHEMA,
    {
        ("rivers", "name"): ("Rio Negro", "Elbe", "Weser", "Weiße Elster"),
        ("rivers", "country"): ("Brasil", "Germany"),
        ("rivers", "kind"): ("Salty", "Fresh"),
    },
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("name = 'elbe'", "name = 'Elbe'"),
        ("name = 'Elbe River'", "name = 'Elbe'"),
        ("name IN ('weser', 'Elbe')", "name IN ('Weser', 'Elbe')"),
        ("'NEGRO' = name", "'Rio Negro' = name"),
        ("country = 'Fresh'", "kind = 'Fresh'"),
    ],
)
def test_what_can_be_meant_is_written(condition: str, expected: str) -> None:
    found = respelled(f"SELECT 1 FROM rivers WHERE {condition}", SCHEMA, "sqlite", VALUES)
    assert found is not None
    assert found.sql == f"SELECT 1 FROM rivers WHERE {expected}"


@pytest.mark.parametrize(
    "condition", ["name = 'Elbe'", "name = 'Danube'", "name LIKE 'elbe'", "kind = 'salty' OR kind = 'non-salty'"]
)
def test_what_is_there_or_cannot_be_meant_stays(condition: str) -> None:
    assert respelled(f"SELECT 1 FROM rivers WHERE {condition}", SCHEMA, "sqlite", VALUES) is None


def test_it_is_said_what_was_written_for_what() -> None:
    found = respelled("SELECT 1 FROM rivers WHERE name = 'elbe'", SCHEMA, "sqlite", VALUES)
    assert found is not None
    assert found.why == "Wrote 'Elbe' for 'elbe', which no name is."
