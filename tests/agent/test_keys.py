"""How tables belong together where nobody declared it."""

from agent.keys import evident_keys, joinable, neighbours
from datasources.introspect import Column, ForeignKey, Schema, Table
from tests.agent.many_tables import many_tables, table


def bare(name: str, *columns: str, **types: str) -> Table:
    """Declares no key at all; columns are text unless `types` says what they are."""
    return Table(name, tuple(Column(column, types.get(column, "TEXT")) for column in columns))


def keys(*tables: Table) -> list[str]:
    found = evident_keys(Schema(tables))
    return [f"{each.table}.{each.key.columns[0]} = {each.key.table}.{each.key.referenced[0]}" for each in found]


def test_a_column_named_after_a_table_refers_to_its_declared_key() -> None:
    assert keys(table("clubs", "title"), table("players", "club_id")) == ["players.club_id = clubs.id"]


def test_a_table_that_declares_no_key_has_one_by_its_name() -> None:
    assert keys(bare("club", "id", "title"), bare("players", "club_id")) == ["players.club_id = club.id"]


def test_a_key_that_is_called_by_the_first_letter_of_its_table() -> None:
    assert keys(bare("clubs", "cid", "title"), bare("players", "pid", "club_id")) == ["players.club_id = clubs.cid"]


def test_of_two_that_may_be_the_key_it_is_the_one_that_others_have() -> None:
    assert keys(bare("club", "cid", "club_id"), bare("players", "club_id")) == ["players.club_id = club.club_id"]


def test_a_name_may_be_the_key() -> None:
    assert keys(bare("depot", "depot_name", "area"), bare("truck", "truck_name", "depot_name")) == [
        "truck.depot_name = depot.depot_name"
    ]


def test_a_first_column_that_others_have_too_is_the_key_of_its_table() -> None:
    assert keys(bare("places", "depot_name", "zone"), bare("shops", "label", "depot_name")) == [
        "shops.depot_name = places.depot_name"
    ]


def test_a_first_column_that_refers_to_another_table_is_no_key() -> None:
    found = keys(bare("addresses", "shop_id", "street"), bare("shops", "id"), bare("staff", "label", "shop_id"))
    assert found == ["addresses.shop_id = shops.id", "staff.shop_id = shops.id"]


def test_columns_of_different_kinds_are_no_key() -> None:
    assert keys(bare("club", "id", id="BIGINT"), bare("players", "club_id")) == []


def test_a_declared_key_is_not_evident_as_well() -> None:
    assert keys(table("clubs", "title"), table("players", "club_id", club_id="clubs")) == []


def test_tables_that_share_a_column_whose_home_nobody_knows_are_neighbours() -> None:
    schema = Schema((bare("visits", "day", "guest_code"), bare("bills", "amount", "guest_code"), bare("rooms", "size")))
    assert neighbours(schema) == {"visits": {"bills": False}, "bills": {"visits": False}, "rooms": {}}


def test_what_many_tables_have_makes_no_neighbours_but_might_be_joined() -> None:
    schema = Schema(tuple(bare(f"t{number}", "day", "batch_code") for number in range(40)))
    assert set(map(len, neighbours(schema).values())) == {0}
    assert len(joinable(schema, ["t0"])) == 39


def test_everyday_columns_join_nothing() -> None:
    schema = Schema((bare("a", "id", "name", "status", "is_paid"), bare("b", "id", "name", "status", "is_paid")))
    assert neighbours(schema) == {"a": {}, "b": {}}
    assert joinable(schema, ["a"]) == set()


def test_which_of_two_tables_refers_to_the_other_is_known() -> None:
    found = neighbours(many_tables())
    assert found["orders"]["customers"]
    assert not found["customers"]["orders"]


def test_a_key_to_a_table_that_cannot_be_seen_is_left_out() -> None:
    lonely = Table("a", (Column("b_id", "INTEGER"),), foreign_keys=(ForeignKey(("b_id",), "hidden.b", ("id",)),))
    assert neighbours(Schema((lonely,))) == {"a": {}}
