"""What all dialects share: which columns may be looked into."""

import pytest

from datasources.catalogues.sampling import is_private


@pytest.mark.parametrize(
    "column",
    [
        "name", "first_name", "lastName", "Surname", "username", "nickname", "email", "e_mail", "E-Mail", "contactMail",
        "phone", "telephone", "tel", "mobile_no", "fax", "password", "passwd", "pwd", "user_pass", "api_key", "apiKey",
        "APIKey", "secret", "access_token", "sessionId", "address", "street", "birth_date", "iban", "ssn", "card_no",
        "ip", "client_ip", "pin", "hash",
    ],
)  # fmt: skip
def test_people_and_secrets_are_left_alone(column: str) -> None:
    assert is_private(column)


@pytest.mark.parametrize(
    "column",
    [
        "status",
        "country",
        "state",
        "shipping",
        "opinion",
        "hotel",
        "kind",
        "currency",
        "monkey",
        "compass",
        "type",
        "zipper",
    ],
)
def test_categories_are_not(column: str) -> None:
    assert not is_private(column)
