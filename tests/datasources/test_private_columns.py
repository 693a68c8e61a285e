"""Columns whose names say that what they hold is read by nobody."""

import pytest

from datasources.introspect import Column, Schema, Table
from datasources.private_columns import Privacy, looks_secret, readable

SECRET = [
    "password", "user_password", "PasswordHash", "pwd", "api_key", "apiKey", "APIKEY", "access_token", "ssn", "SSN_no",
    "secret", "client_secret", "hash", "pin", "salt", "email", "eMail", "phone_number", "credit_card", "card_number",
    "iban", "birth_date", "home_address", "ip", "sessionId", "session", "mobile_no",
]  # fmt: skip
OPEN = [
    "name", "first_name", "city", "title", "key", "keyword", "country_code", "shipping_method", "pinned", "hashtag",
    "card_type", "session_start", "street_name", "mobile_app", "status", "state", "monkey", "zipper",
]  # fmt: skip


@pytest.mark.parametrize("name", SECRET)
def test_names_of_secrets_are_private(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", OPEN)
def test_names_of_names_are_not(name: str) -> None:
    assert not looks_secret(name)


def test_what_a_curator_said_counts_more_than_the_name() -> None:
    privacy = Privacy({("t", "city"): True, ("t", "pin"): False})
    assert privacy.is_private("t", "city")
    assert not privacy.is_private("t", "pin")
    assert not privacy.is_private("other", "city")
    assert privacy.is_private("other", "pin")


def test_marked_columns_have_no_values_and_are_not_told_to_who_reads_values() -> None:
    columns = (Column("city", "text", values=("Oslo",)), Column("kind", "text", values=("a",)))
    [table] = Privacy({("t", "city"): True}).marked(Schema((Table("t", columns),))).tables
    assert table.columns[0] == Column("city", "text", is_private=True)
    assert [column.name for column in readable(table).columns] == ["kind"]


def test_a_mark_that_is_lifted_is_gone() -> None:
    schema = Schema((Table("t", (Column("city", "text", is_private=True),)),))
    assert not Privacy().marked(schema).tables[0].columns[0].is_private
