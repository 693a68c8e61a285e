"""What the pages of the admin say of answers and of the bandit."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agent.repairs import Strategy
from datasources.models import Connection
from learning.models import BanditReset
from tests.learning.admin.things import Things, address, staff, text
from tests.learning.bandit.logs import store, teach

pytestmark = pytest.mark.django_db


def test_an_episode_shows_its_attempts_and_verdicts(colleague: Client, things: Things) -> None:
    page = text(colleague.get(address("episode", "change", things["episode"])))
    assert '<pre class="code">SELECT 1</pre>' in page
    assert "+1.000 success" in page
    assert "alice: Correct" in page


def test_an_episode_says_how_sure_its_answer_was(colleague: Client, things: Things) -> None:
    things["episode"].confidence = 0.834
    things["episode"].save()
    for page in (address("episode", "changelist"), address("episode", "change", things["episode"])):
        assert "Likely right, 83 %" in text(colleague.get(page))


def test_a_decision_shows_what_it_was_made_of_and_what_came_of_it(colleague: Client, things: Things) -> None:
    page = text(colleague.get(address("banditdecision", "change", things["banditdecision"])))
    assert "+1.000 error=no_such_column" in page
    assert "+1.000 fix_column" in page
    assert "+0.50" in page


def test_what_a_decision_lost_has_a_minus_sign(colleague: Client, things: Things) -> None:
    teach(things["banditdecision"], -1.25)
    assert "−0.75" in text(colleague.get(address("banditdecision", "change", things["banditdecision"])))


def test_what_people_wrote_is_escaped(colleague: Client, things: Things) -> None:
    things["episode"].question = things["episode"].sql = "<script>alert(1)</script>"
    things["episode"].save()
    for page in (address("episode", "changelist"), address("episode", "change", things["episode"])):
        assert "<script>alert" not in text(colleague.get(page))


def test_the_reset_of_a_deleted_database_is_still_listed_and_opened(
    things: Things, connection: Connection, alice: User
) -> None:
    reset = things["banditreset"]
    connection.delete()
    operator = Client()
    operator.force_login(User.objects.create_superuser("operator"))
    assert address("banditreset", "change", reset) in text(operator.get(address("banditreset", "changelist")))
    page = text(operator.get(address("banditreset", "change", reset)))
    assert f"deleted database {reset.connection_id}" in page


def heat(client: Client, connection: Connection) -> Any:
    return client.get(reverse("admin:learning_banditarm_heat", args=[connection.pk]))


def test_the_heat_map_says_what_was_tried_and_what_was_not(
    colleague: Client, things: Things, connection: Connection
) -> None:
    BanditReset.objects.all().delete()
    page = text(heat(colleague, connection))
    assert "1×" in page
    assert "earned +0.50" in page
    assert "never tried" in page
    assert "1 decision." in page


def test_the_heat_map_of_another_team_is_not_found(outsider: Client, connection: Connection) -> None:
    assert heat(outsider, connection).status_code == 404


def test_the_heat_map_asks_for_the_permission(alice: User, things: Things, connection: Connection) -> None:
    client = staff(alice)
    alice.user_permissions.clear()
    assert heat(client, connection).status_code == 403


def test_what_all_connections_taught_is_for_superusers(operator: Client, colleague: Client, things: Things) -> None:
    shared = store(None, Strategy.FIX_COLUMN, 0.5)
    assert operator.get(address("banditarm", "change", shared)).status_code == 200
    assert colleague.get(address("banditarm", "change", shared)).status_code == 302
