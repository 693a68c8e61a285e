"""The admin of the learning is scoped to one's teams, read-only where it is, and cheap."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as app_database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from datasources.models import Connection
from learning.models import Episode, Remark
from tests.learning.admin.things import ALL, READ_ONLY, SECRET, Things, act, address, fill, staff, text
from tests.site import MakeUser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", ALL)
@pytest.mark.parametrize("who", ["operator", "colleague"])
def test_everything_is_listed_and_opened(request: pytest.FixtureRequest, things: Things, model: str, who: str) -> None:
    client = request.getfixturevalue(who)
    assert "1 " in text(client.get(address(model, "changelist")))
    assert address(model, "change", things[model]) in text(client.get(address(model, "changelist")))
    text(client.get(address(model, "change", things[model])))


@pytest.mark.parametrize("model", ALL)
def test_staff_of_another_team_are_shown_nothing(outsider: Client, things: Things, model: str) -> None:
    page = text(outsider.get(address(model, "changelist")))
    assert address(model, "change", things[model]) not in page
    for secret in (SECRET, "shop of alice", "Team of alice"):
        assert secret not in page
    assert outsider.get(address(model, "change", things[model])).status_code == 302


@pytest.mark.parametrize("model", ALL)
def test_staff_without_the_permission_are_refused(alice: User, things: Things, model: str) -> None:
    client = staff(alice)
    alice.user_permissions.clear()
    assert client.get(address(model, "changelist")).status_code == 403
    assert client.get(address(model, "change", things[model])).status_code == 403


@pytest.mark.parametrize("model", READ_ONLY)
def test_what_is_read_only_is_not_changed(operator: Client, things: Things, model: str) -> None:
    before = type(things[model]).objects.values().get(pk=things[model].pk)
    assert operator.post(address(model, "change", things[model]), {"question": "mine"}).status_code == 403
    assert operator.get(address(model, "add")).status_code == 403
    assert type(things[model]).objects.values().get(pk=things[model].pk) == before


@pytest.mark.parametrize("model", [*READ_ONLY[:9], "remark", "teamlearning"])
def test_what_was_said_and_learned_is_not_deleted_by_itself(operator: Client, things: Things, model: str) -> None:
    assert operator.post(address(model, "delete", things[model]), {"post": "yes"}).status_code == 403
    act(operator, model, "delete_selected", [things[model]])
    assert type(things[model]).objects.filter(pk=things[model].pk).exists()


def test_it_goes_with_its_connection(operator: Client, things: Things, connection: Connection) -> None:
    form = {"post": "yes"}
    operator.post(reverse("admin:datasources_connection_delete", args=[connection.pk]), form)
    assert not Connection.objects.exists()
    assert not Episode.objects.exists()
    assert not Remark.objects.exists()


@pytest.mark.parametrize("model", ALL)
def test_a_filter_offers_only_what_one_may_see(outsider: Client, colleague: Client, things: Things, model: str) -> None:
    """And it shows nothing of another team that somebody writes into the address."""
    team = things["teamlearning"].team
    way = {"verdict": "episode__connection__", "evaluatedquestion": "evaluation__connection__", "teamlearning": ""}
    chosen = f"?{way.get(model, 'connection__')}team__id__exact={team.pk}"
    assert address(model, "change", things[model]) in text(colleague.get(address(model, "changelist") + chosen))
    assert address(model, "change", things[model]) not in text(outsider.get(address(model, "changelist") + chosen))


def test_the_operator_chooses_among_all_teams_and_connections(operator: Client, things: Things, bob: User) -> None:
    other = Connection.objects.create(team=bob.teams.get(), name="shop of bob", path="/nowhere.sqlite3")
    page = text(operator.get(address("episode", "changelist")))
    assert "shop of alice (Team of alice)" in page
    assert "shop of bob (Team of bob)" in page
    assert SECRET not in text(operator.get(address("episode", "changelist") + f"?connection__id__exact={other.pk}"))


@pytest.mark.parametrize("model", ALL)
def test_a_page_asks_the_database_as_often_for_many_as_for_one(
    operator: Client, things: Things, alice: User, bob: User, make_user: MakeUser, model: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(app_database) as captured:
            text(operator.get(address(model, "changelist")))
        assert not [one["sql"] for one in captured if "schema_snapshot" in one["sql"]]
        return len(captured)

    once = queries()
    for user in (alice, bob, make_user("carol")):
        for number in range(2):
            name = f"{user} {number}"
            fill(Connection.objects.create(team=user.teams.get(), name=name, path="/nowhere.sqlite3"), user, name)
    assert queries() <= once + 1  # a filter asks once more where it has something to offer


def suggested(client: Client, model: str, field: str) -> Any:
    asked = {"app_label": "learning", "model_name": model, "field_name": field, "term": "alice"}
    return client.get(reverse("admin:autocomplete"), asked)


def test_suggestions_are_of_what_one_may_see(outsider: Client, colleague: Client, things: Things) -> None:
    assert [one["id"] for one in suggested(colleague, "verdict", "episode").json()["results"]] == [
        str(things["episode"].pk)
    ]
    assert suggested(outsider, "verdict", "episode").json()["results"] == []
    for model, field in (("episode", "connection"), ("teamlearning", "team")):
        assert suggested(outsider, model, field).status_code == 403
