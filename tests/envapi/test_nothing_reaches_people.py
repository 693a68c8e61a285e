"""What agents in training do stands in the audit list and in the admin, and nowhere among what people ask."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from agent.errors import ErrorClass
from chat.models import Conversation
from datasources.models import AuditEntry, Connection
from learning import warming
from learning.generations import watching
from learning.models import Episode, Warmth
from learning.optimizing import data, triggers
from learning.overview.figures import Figures, figures
from learning.overview.periods import Period
from tests.learning.overview.asked import ask, days_ago

pytestmark = pytest.mark.django_db

QUESTION = "What did an agent ask?"


@pytest.fixture
def of_agent(connection: Connection, alice: User) -> Episode:
    """An older one that failed, with alice's token."""
    failed = [ErrorClass.NO_SUCH_COLUMN, ErrorClass.TIMEOUT]
    return ask(connection, failed, answered=False, at=days_ago(20), source="openenv", question=QUESTION, user=alice)


def shown(connection: Connection) -> Figures:
    return figures(connection, Period(None))


def test_it_is_in_no_figure_of_learning(connection: Connection, of_agent: Episode) -> None:
    ask(connection)
    found = shown(connection)
    assert (found.asked.questions, found.asked.attempts, found.failures) == (1, 1, [])
    assert found.seconds[0].answers == 1


def test_figures_begin_when_people_began_to_ask(connection: Connection, of_agent: Episode) -> None:
    asked = ask(connection, at=days_ago(2))
    assert shown(connection).timeline.starts[0].date() == asked.started_at.date()


def test_the_learning_page_is_as_if_nobody_had_asked(
    alice_client: Client, connection: Connection, of_agent: Episode
) -> None:
    before = alice_client.get(reverse("learning_figures", args=[connection.pk])).content.decode()
    assert "Nothing has been asked yet" in before


def test_no_prompt_learns_from_it(connection: Connection, of_agent: Episode) -> None:
    assert data.gather(connection, seed=1) == []


def test_no_optimization_begins_because_of_it(connection: Connection, of_agent: Episode, settings: Settings) -> None:
    settings.GEPA_OPTIMIZE_EVERY = 1
    Episode.objects.update(finished_at=days_ago(0))
    assert triggers.progress(connection).asked == 0
    assert triggers.consider(connection.pk) is None


def test_no_generation_is_judged_by_it(connection: Connection, of_agent: Episode) -> None:
    assert watching.live_by_number(connection) == {}


def test_it_is_in_nobody_s_chat(alice_client: Client, conversation: Conversation, of_agent: Episode) -> None:
    for address in (reverse("conversation", args=[conversation.pk]), reverse("conversations") + "?q=agent"):
        assert QUESTION not in alice_client.get(address).content.decode()


@pytest.mark.parametrize("route", ["answer", "answer_rows", "verdict", "remark"])
def test_it_is_no_answer_that_can_be_opened_or_judged(
    alice_client: Client, connection: Connection, of_agent: Episode, route: str
) -> None:
    connection.team.memberships.update(role="owner")
    address = reverse(route, args=[of_agent.pk])
    assert alice_client.get(address).status_code in (404, 405)
    assert alice_client.post(address, {"verdict": "right"}).status_code in (404, 405)


@pytest.mark.django_db(transaction=True)
def test_the_model_is_warmed_for_what_people_asked_last(connection: Connection, alice: User) -> None:
    other = Connection.objects.create(team=connection.team, name="other", path=connection.path)
    ask(other, at=days_ago(3))
    ask(connection, at=days_ago(1), source="openenv")
    warming.enqueue_all()
    assert Warmth.objects.get().connection == other


def test_owners_find_it_in_the_audit_list(alice_client: Client, connection: Connection) -> None:
    connection.team.memberships.update(role="owner")
    connection.database(None, "openenv").execute("SELECT 42")
    assert AuditEntry.objects.get().source == "openenv"
    page = alice_client.get(reverse("audit", args=[connection.team_id])).content.decode()
    assert "SELECT 42" in page
    assert '<span class="quiet">openenv</span>' in page


@pytest.mark.parametrize(("by", "shown", "left_out"), [("agents", 42, 43), ("people", 43, 42)])
def test_owners_tell_agents_from_people_there(
    alice_client: Client, connection: Connection, by: str, shown: int, left_out: int
) -> None:
    connection.team.memberships.update(role="owner")
    connection.database(None, "openenv").execute("SELECT 42")
    connection.database(None, "chat").execute("SELECT 43")
    page = alice_client.get(reverse("audit", args=[connection.team_id]), {"by": by}).content.decode()
    assert f"SELECT {shown}" in page
    assert f"SELECT {left_out}" not in page


def test_the_operator_finds_it_by_source_and_by_id(of_agent: Episode) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="pass"))
    address = reverse("admin:learning_episode_changelist")
    for query in ({"source__exact": "openenv"}, {"q": str(of_agent.pk)}):
        assert QUESTION in client.get(address, query).content.decode()
    assert QUESTION not in client.get(address, {"source__exact": "chat"}).content.decode()
