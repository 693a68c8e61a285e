"""How tables can be joined."""

from __future__ import annotations

from agent.fixes import join_path, joins
from datasources.engine import Database
from datasources.introspect import Column, Schema, Table


def _table(name: str, *columns: str, key: str = "") -> Table:
    return Table(name, tuple(Column(column, "int") for column in columns), (key,) if key else ())


def test_declared_keys_join_in_both_directions(yard: Database) -> None:
    graph = joins(yard.schema())
    assert [(link.other, link.is_unique) for link in graph["trips"]] == [("drivers", True)]
    assert ("trips", False) in [(link.other, link.is_unique) for link in graph["drivers"]]


def test_a_path_leads_over_tables_in_between(yard: Database) -> None:
    path = join_path(["trips", "depots"], yard.schema(), yard.dialect)
    assert path == "trips.driver_id = drivers.driver_id AND drivers.depot_id = depots.id"


def test_tables_that_nothing_joins_have_no_path() -> None:
    assert join_path(["a", "b"], Schema((_table("a", "x", key="x"), _table("b", "y", key="y")))) == ""


def test_a_column_called_after_a_table_is_a_key_without_being_declared() -> None:
    schema = Schema((_table("boats", "id", key="id"), _table("crews", "id", "boat_id", key="id")))
    assert join_path(["crews", "boats"], schema) == "crews.boat_id = boats.id"


def test_so_it_is_where_no_table_declares_a_key() -> None:
    schema = Schema((_table("boats", "boat_id", "length"), _table("crews", "crew_id", "boat_id")))
    assert join_path(["crews", "boats"], schema) == "crews.boat_id = boats.boat_id"


def test_two_tables_with_the_same_key_tell_of_the_same_things() -> None:
    schema = Schema((_table("boats", "hull_no", key="hull_no"), _table("paints", "hull_no", "colour", key="hull_no")))
    assert join_path(["boats", "paints"], schema) == "boats.hull_no = paints.hull_no"
    assert all(link.is_unique for links in joins(schema).values() for link in links)


def test_an_id_of_its_own_joins_no_table() -> None:
    assert join_path(["a", "b"], Schema((_table("a", "id", key="id"), _table("b", "id", key="id")))) == ""
