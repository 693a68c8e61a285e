"""What agents in training teach a bandit, and what is told of it."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agent.errors import ErrorClass
from agent.repairs import Strategy
from datasources.models import Connection
from learning.bandit import rebuild, resets, transfer
from learning.bandit.comparison import compare
from learning.models import BanditArm, BanditDecision, Episode, TeamLearning
from learning.overview import steering
from tests.datasources.connect_form import text_of
from tests.learning.bandit import decided, logs

pytestmark = pytest.mark.django_db


def by_agent(connection: Connection, user: User | None = None) -> Episode:
    """An answer of an agent that needed a repair, as one that trains the bandit leaves it."""
    episode = decided.running(connection, user)
    episode.source = Episode.Source.OPENENV
    decided.end(episode, decided.attempts_of([ErrorClass.NO_SUCH_COLUMN], [Strategy.FIX_COLUMN]))
    return episode


def pulls(connection: Connection | None, user: User | None = None) -> int:
    return sum(BanditArm.objects.filter(connection=connection, user=user).values_list("pulls", flat=True))


def test_a_decision_of_an_agent_is_told_from_others(connection: Connection, alice: User) -> None:
    decided.ended(connection, user=alice)
    by_agent(connection, alice)
    found = BanditDecision.objects.order_by("pk").values_list("by_agent", "user")
    assert list(found) == [(False, alice.pk), (True, None)]


def test_it_counts_for_its_connection_and_a_little_for_all(connection: Connection, alice: User) -> None:
    by_agent(connection, alice)
    assert (pulls(connection), pulls(None)) == (1, 1)


def test_it_is_no_experience_with_the_questions_of_whose_token_it_was(connection: Connection, alice: User) -> None:
    TeamLearning.objects.create(team=connection.team, is_personal=True)
    by_agent(connection, alice)
    assert (pulls(connection), pulls(connection, alice)) == (1, 0)


def test_the_log_made_anew_says_the_same(connection: Connection, alice: User) -> None:
    TeamLearning.objects.create(team=connection.team, is_personal=True)
    decided.ended(connection, user=alice)
    by_agent(connection, alice)
    assert rebuild.check() == []
    assert rebuild.rebuild() == []


def test_it_stays_when_its_episode_is_cleared(connection: Connection) -> None:
    by_agent(connection).delete()
    assert BanditDecision.objects.by_agents().count() == 1
    assert rebuild.check() == []


def test_a_reset_forgets_it_like_others(connection: Connection, alice: User) -> None:
    by_agent(connection)
    decided.ended(connection)
    resets.reset(connection, alice)
    assert (pulls(connection), steering.standing_of(connection).by_agents) == (0, 0)


def test_other_policies_are_judged_by_people_s_questions_alone(connection: Connection) -> None:
    logs.write(connection, 2, {ErrorClass.TIMEOUT: Strategy.REWRITE_CTE}, lambda error, strategy: 1.0)
    by_agent(connection)
    comparison = compare(connection)
    assert (comparison.decisions, comparison.unexplored) == (4, 0)


def test_exported_decisions_say_whose_they_are(connection: Connection) -> None:
    decided.ended(connection)
    by_agent(connection)
    assert [json.loads(line)["by_agent"] for line in transfer.log_lines(connection)] == [False, True]


@pytest.mark.parametrize("route", ["learning", "learning_reset"])
def test_a_curator_is_told_how_many_are_theirs(alice_client: Client, connection: Connection, route: str) -> None:
    connection.team.memberships.update(role="curator")
    decided.ended(connection)
    for _ in range(2):
        by_agent(connection)
    page = text_of(alice_client.get(reverse(route, args=[connection.pk])))
    assert "3 decisions" in page
    assert "2 by agents in training" in page or "2 of them by agents in training" in page


def test_where_there_are_none_nothing_is_said_of_agents(alice_client: Client, connection: Connection) -> None:
    connection.team.memberships.update(role="curator")
    decided.ended(connection)
    assert "agents in training" not in text_of(alice_client.get(reverse("learning", args=[connection.pk])))
