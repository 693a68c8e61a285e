"""What costs the server much, one person may do only so often; and so may a person's tokens."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts import pacing
from accounts.models import ApiToken, Team, User
from tests.accounts.conftest import client_of, text

pytestmark = pytest.mark.django_db

EXPORTS = int(pacing.EXPORTS[0].partition("/")[0])


@pytest.fixture(autouse=True)
def nobody_has_done_anything(db: None) -> None:
    cache.clear()


def exported(client: Client, team: Team, times: int = 1, **headers: Any) -> Any:
    """The last answer."""
    for _ in range(times):
        answer: Any = client.get(f"/teams/{team.pk}/audit/export/", **headers)
        if answer.streaming:
            b"".join(answer.streaming_content)
    return answer


def test_one_export_too_many_says_so_and_for_how_long(owner_client: Client, team: Team) -> None:
    assert exported(owner_client, team, EXPORTS).status_code == 200

    refused = exported(owner_client, team)
    assert refused.status_code == 429
    assert "That is 20 exports within a minute. Try again in " in text(refused)
    assert 1 <= int(refused["Retry-After"]) <= 60


def test_htmx_is_told_the_sentence_alone(owner_client: Client, team: Team) -> None:
    exported(owner_client, team, EXPORTS)

    refused = exported(owner_client, team, HTTP_HX_REQUEST="true")
    assert (refused.status_code, refused["Content-Type"]) == (429, "text/plain; charset=utf-8")
    assert text(refused).startswith("That is 20 exports within a minute.")


def test_exports_of_all_kinds_count_together(owner_client: Client, team: Team) -> None:
    exported(owner_client, team, EXPORTS)

    assert owner_client.get(f"/teams/{team.pk}/usage/export/").status_code == 429


def test_others_go_on(owner_client: Client, team: Team, olive: User) -> None:
    other = User.objects.create_user("oscar")
    team.memberships.create(user=other, role="owner")
    exported(owner_client, team, EXPORTS + 1)

    assert exported(client_of(other), team).status_code == 200


def test_looking_at_a_form_counts_as_nothing(owner_client: Client, team: Team) -> None:
    for _ in range(3):
        owner_client.get(f"/teams/{team.pk}/databases/new/")
    assert not cache.get(f"pace:connect:{team.memberships.get().user_id}")

    owner_client.post(f"/teams/{team.pk}/databases/new/", {})
    assert len(cache.get(f"pace:connect:{team.memberships.get().user_id}")) == 1


def test_a_person_s_tokens_have_so_many_requests_a_minute_together(olive: User, settings: Settings) -> None:
    settings.RATE_TOKEN_REQUESTS = 2
    tokens = [ApiToken.objects.create(olive, name=name)[1] for name in ("one", "two", "three")]
    answers = [Client().get("/api/me/", HTTP_AUTHORIZATION=f"Token {token}") for token in tokens]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert "throttled" in answers[-1].json()["detail"]


def test_without_a_limit_they_have_any_number(olive: User, settings: Settings) -> None:
    settings.RATE_TOKEN_REQUESTS = 0
    token = ApiToken.objects.create(olive, name="one")[1]
    answers = [Client().get("/api/me/", HTTP_AUTHORIZATION=f"Token {token}") for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
