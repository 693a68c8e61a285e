"""Relations that only the names tell of."""

import pytest

from datasources.guesses import guesses, singulars
from datasources.introspect import Column, ForeignKey, Schema, Table


def table(name: str, *columns: str, key: str = "", schema: str = "", keys: tuple[ForeignKey, ...] = ()) -> Table:
    """Columns as "name" (a whole number) or "name type"; the first is the key if `key` says none."""
    made = tuple(Column(*(column.split(" ", 1) if " " in column else (column, "INTEGER"))) for column in columns)
    return Table(name, made, (key or made[0].name,), keys, schema=schema)


def found(*tables: Table) -> list[str]:
    schema = Schema(tables)
    return [
        f"{guess.table}.{','.join(guess.key.columns)} → {guess.key.table}.{','.join(guess.key.referenced)}"
        for guess in guesses(schema)
    ]


@pytest.mark.parametrize(
    ("target", "key", "column"),
    [
        ("customers", "id", "customer_id"),
        ("customer", "id", "customer_id"),
        ("customer", "customer_id", "customer_id"),
        ("customers", "customer_id", "customer_id"),
        ("Customers", "CustomerID", "CustomerID"),
        ("Customer", "Id", "customerId"),
        ("categories", "id", "category_id"),
        ("addresses", "id", "address_id"),
        ("boxes", "id", "box_id"),
        ("branches", "id", "branch_id"),
        ("houses", "id", "house_id"),
        ("statuses", "id", "status_id"),
        ("status", "id", "status_id"),
        ("order_items", "id", "order_item_id"),
        ("customers", "id", "billing_customer_id"),
        ("countries", "code", "country_code"),
        ("users", "uid", "user_id"),
        ("order_items", "oiid", "order_item_id"),
        ("books", "isbn", "isbn"),
        ("straße", "id", "straße_id"),
    ],
)
def test_a_column_named_after_a_table_points_to_its_key(target: str, key: str, column: str) -> None:
    assert found(table(target, key), table("orders", "order_no", column)) == [f"orders.{column} → {target}.{key}"]


def test_a_declared_key_needs_no_guess() -> None:
    declared = ForeignKey(("customer_id",), "customers", ("id",))
    assert found(table("customers", "id"), table("orders", "id", "customer_id", keys=(declared,))) == []


def test_a_key_is_not_a_relation_to_its_own_table() -> None:
    assert found(table("customer", "customer_id", "name TEXT")) == []


def test_a_key_that_is_shared_points_to_the_table_it_is_named_after() -> None:
    tables = table("customers", "customer_id"), table("customer_details", "customer_id")
    assert found(*tables) == ["customer_details.customer_id → customers.customer_id"]


def test_of_two_tables_with_the_same_key_none_is_known_to_be_the_first() -> None:
    assert found(table("books", "isbn"), table("stock", "isbn")) == []


def test_another_column_may_point_to_its_own_table() -> None:
    assert found(table("customers", "id", "parent_customer_id")) == ["customers.parent_customer_id → customers.id"]


@pytest.mark.parametrize(
    ("key_type", "column_type"), [("INTEGER", "TEXT"), ("uuid", "bigint"), ("date", "integer"), ("jsonb", "text")]
)
def test_the_types_have_to_be_comparable(key_type: str, column_type: str) -> None:
    assert found(table("customers", f"id {key_type}"), table("orders", "no", f"customer_id {column_type}")) == []


@pytest.mark.parametrize(
    ("key_type", "column_type"), [("bigint", "INTEGER"), ("varchar(20)", "text"), ("serial", "numeric(10,0)")]
)
def test_comparable_types_need_not_be_the_same(key_type: str, column_type: str) -> None:
    assert len(found(table("customers", f"id {key_type}"), table("orders", "no", f"customer_id {column_type}"))) == 1


def test_a_column_without_a_type_fits() -> None:
    assert len(found(table("customers", "id"), table("orders", "no", "customer_id "))) == 1


def test_two_tables_that_could_be_meant_are_none() -> None:
    assert found(table("customer", "id"), table("customers", "id"), table("orders", "no", "customer_id")) == []


def test_of_two_the_one_in_the_same_schema_is_meant() -> None:
    here, there = table("customers", "id", schema="a"), table("customers", "id", schema="b")
    assert found(here, there, table("orders", "no", "customer_id", schema="b")) == [
        "b.orders.customer_id → b.customers.id"
    ]


def test_the_longest_name_wins() -> None:
    tables = table("items", "id"), table("order_items", "id"), table("refunds", "no", "order_item_id")
    assert found(*tables) == ["refunds.order_item_id → order_items.id"]


@pytest.mark.parametrize("column", ["id", "name", "customer", "paid", "customer_name", "ids", "customers_total"])
def test_what_is_no_key_by_its_name_points_nowhere(column: str) -> None:
    assert found(table("customers", "id"), table("orders", "no", column)) == []


def test_a_key_of_another_name_is_not_meant() -> None:
    assert found(table("customers", "account_number"), table("orders", "no", "customer_id")) == []


def test_a_composite_key_is_not_guessed_at() -> None:
    pair = Table("customers", (Column("id", "INTEGER"), Column("region", "TEXT")), ("id", "region"))
    assert found(pair, table("orders", "no", "customer_id")) == []


def test_views_neither_point_nor_are_pointed_at() -> None:
    view = Table("customers", (Column("id", "INTEGER"),), ("id",), is_view=True)
    other = Table("order_list", (Column("product_id", "INTEGER"),), is_view=True)
    assert found(view, table("orders", "no", "customer_id"), other, table("products", "id")) == []


def test_names_without_words_are_no_trouble() -> None:
    assert found(table('"; drop', "!"), table("😀", "_"), table("", "")) == []


@pytest.mark.parametrize(
    ("plural", "one"),
    [("categories", "category"), ("addresses", "address"), ("boxes", "box"), ("houses", "house"), ("heroes", "hero")],
)
def test_what_a_word_may_be_the_plural_of(plural: str, one: str) -> None:
    assert {plural, one} <= singulars(plural)


@pytest.mark.parametrize("word", ["class", "s", "data", ""])
def test_what_is_no_plural(word: str) -> None:
    assert singulars(word) == {word}
