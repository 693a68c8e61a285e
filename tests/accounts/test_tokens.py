"""Personal API tokens: shown once, kept as a hash, tried with /api/me/, gone when revoked or expired."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, Team, User
from tests.accounts.conftest import client_of, text

pytestmark = pytest.mark.django_db


def make(client: Client, name: str = "report", days: str = "90", uses: tuple[str, ...] = ("ask", "train")) -> str:
    page = text(client.post("/account/tokens/", {"name": name, "days": days, "uses": uses}))
    found = re.search(r'id="new-token">([^<]+)<', page)
    assert found, page
    return found[1]


def me(token: str, method: str = "get") -> Any:
    return getattr(Client(), method)("/api/me/", HTTP_AUTHORIZATION=f"Token {token}")


@pytest.fixture
def token(owner_client: Client) -> str:
    return make(owner_client)


def test_a_token_acts_as_its_user(token: str, team: Team) -> None:
    response = me(token)
    assert response.status_code == 200
    assert response.json() == {
        "username": "olive",
        "teams": [{"id": team.pk, "name": "Analysts", "role": "owner"}],
    }


def test_the_page_shows_how_to_try_it(owner_client: Client) -> None:
    page = text(owner_client.post("/account/tokens/", {"name": "report", "days": "", "uses": ["ask", "train"]}))
    found = re.search(
        r"curl -H &quot;Authorization: Token (\S+)&quot; (\S+)<|curl -H \"Authorization: Token (\S+)\"", page
    )
    assert found
    assert "http://testserver/api/me/" in page


def test_the_page_shows_what_agents_do_with_it(owner_client: Client) -> None:
    token = make(owner_client)
    for shown, page in (
        ("TOKEN", text(owner_client.get("/account/tokens/"))),
        (
            r"sqla_\w+|\w{30,}",
            text(owner_client.post("/account/tokens/", {"name": "report", "days": "", "uses": ["ask", "train"]})),
        ),
    ):
        assert re.search(rf'GenericEnvClient\("http://agent:({shown})@testserver"\)\.sync\(\)', page), page
        assert re.search(rf'curl -X POST -H "Authorization: Bearer ({shown})" http://testserver/reset<', page)
    assert token not in page


@pytest.mark.parametrize(
    ("uses", "expected"), [(("ask",), (True, False)), (("train",), (False, True)), (("ask", "train"), (True, True))]
)
def test_it_may_do_what_was_chosen(owner_client: Client, uses: tuple[str, ...], expected: tuple[bool, bool]) -> None:
    token = make(owner_client, uses=uses)
    made = ApiToken.objects.get()
    assert (made.may_ask, made.may_train) == expected
    asked = Client().get("/api/v1/connections", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert (asked.status_code == 200) is expected[0]
    trained = Client().get("/env/tasks", HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_HOST="testserver")
    assert (trained.status_code == 200) is expected[1]


def test_one_that_is_older_than_the_choice_is_an_agent_s(olive: User) -> None:
    made, _ = ApiToken.objects.create(olive, name="old")
    assert (made.may_ask, made.may_train) == (False, True)


def test_only_what_it_is_good_for_is_shown(owner_client: Client) -> None:
    page = text(owner_client.post("/account/tokens/", {"name": "report", "days": "", "uses": ["ask"]}))
    assert "http://testserver/api/mcp" in page
    assert "GenericEnvClient" not in page


def test_it_is_shown_once(token: str, owner_client: Client) -> None:
    page = text(owner_client.get("/account/tokens/"))
    assert token not in page
    assert token[:15] in page
    assert "report" in page


def test_the_page_that_shows_it_is_kept_by_no_browser(owner_client: Client) -> None:
    response = owner_client.post("/account/tokens/", {"name": "report", "days": "90", "uses": ["ask"]})
    assert "no-store" in response["Cache-Control"]


def test_the_database_does_not_hold_it(token: str) -> None:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert token not in str(cursor.fetchall()), table


@pytest.mark.parametrize(("days", "expected"), [("30", 30), ("90", 90), ("365", 365), ("", None)])
def test_it_lives_as_long_as_was_chosen(owner_client: Client, days: str, expected: int | None) -> None:
    make(owner_client, days=days)
    expiry = ApiToken.objects.get().expiry
    assert (expiry and round((expiry - timezone.now()) / timedelta(days=1))) == expected


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "a" * 61}, {"days": "9999"}, {"days": "x"}, {"uses": "x"}, {"uses": []}]
)
def test_a_wrong_form_makes_none_and_keeps_what_was_typed(owner_client: Client, wrong: dict[str, str]) -> None:
    typed = {"name": "report", "days": "90", "uses": "ask"} | wrong
    response = owner_client.post("/account/tokens/", typed)
    assert response.status_code == 422
    assert typed["name"] in text(response)
    assert not ApiToken.objects.exists()


def test_a_revoked_token_is_refused(token: str, owner_client: Client) -> None:
    public_id = ApiToken.objects.get().public_id
    page = text(owner_client.post(f"/account/tokens/{public_id}/revoke/", follow=True))
    assert "“report” is revoked." in page
    assert me(token).status_code == 401


def test_nobody_revokes_another_s(token: str, bob: User) -> None:
    public_id = ApiToken.objects.get().public_id
    assert client_of(bob).post(f"/account/tokens/{public_id}/revoke/").status_code == 404
    assert me(token).status_code == 200


def test_nobody_sees_another_s(token: str, bob: User) -> None:
    assert token[:15] not in text(client_of(bob).get("/account/tokens/"))


def test_an_expired_token_is_refused(token: str) -> None:
    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert me(token).status_code == 401


def test_a_token_of_somebody_switched_off_is_refused(token: str, olive: User) -> None:
    User.objects.update(is_active=False)
    assert me(token).status_code == 401


@pytest.mark.parametrize("wrong", ["sqla_wrong", "", "a b", "ünknown", "\xff\xfe", "x" * 5000])
def test_whatever_else_is_sent_is_refused(token: str, wrong: str) -> None:
    response = Client().get("/api/me/", HTTP_AUTHORIZATION=f"Token {wrong}")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"


def test_the_start_of_a_token_is_not_enough(token: str) -> None:
    assert me(token[:15]).status_code == 401
    assert me(token[:-1]).status_code == 401


def test_a_browser_s_session_is_no_token(owner_client: Client) -> None:
    assert owner_client.get("/api/me/").status_code == 401


def test_a_token_is_no_session(token: str) -> None:
    assert Client().get("/account/", HTTP_AUTHORIZATION=f"Token {token}").status_code == 302


def test_there_is_only_get(token: str) -> None:
    assert me(token, "post").status_code == 405


def test_the_page_says_when_it_was_used_last(token: str, owner_client: Client) -> None:
    assert ApiToken.objects.get().last_used_at is None
    me(token)
    used = ApiToken.objects.get().last_used_at
    assert used is not None
    assert "ago" in text(owner_client.get("/account/tokens/"))
    me(token)
    assert ApiToken.objects.get().last_used_at == used, "a use is noted once a minute"
