"""A late verdict revises what was learned, and can be taken back without a trace in the sums."""

from __future__ import annotations

import random

import pytest

from accounts.models import User
from agent.errors import ErrorClass
from agent.repairs import Strategy
from datasources.models import Connection
from learning.bandit.arms import Scope
from learning.feedback import verdicts
from learning.models import BanditDecision, BanditLesson, Episode, TeamLearning
from tests.learning.bandit.checks import assert_sums_are_those_of_the_log, assert_the_same, pulls, stored
from tests.learning.bandit.decided import at_random, ended
from tests.site import MakeUser

pytestmark = pytest.mark.django_db

COLUMN = ErrorClass.NO_SUCH_COLUMN


def earned(episode: Episode) -> list[float]:
    """What each decision has earned, by its lessons."""
    decisions = BanditDecision.objects.filter(episode=episode).order_by("attempt")
    return [sum(lesson.amount for lesson in decision.lessons.all()) for decision in decisions]


def attempts(episode: Episode) -> list[float]:
    return list(episode.attempts.values_list("reward", flat=True))


def test_wrong_makes_a_failure_of_the_answer_and_takes_hindsight_back(connection: Connection, alice: User) -> None:
    episode = ended(connection, [COLUMN, COLUMN], [Strategy.FIX_COLUMN, Strategy.REWRITE_FULL])
    assert earned(episode) == [pytest.approx(0.0), pytest.approx(0.8)]
    verdicts.give(episode, alice, False)

    assert earned(episode) == [pytest.approx(-0.2), pytest.approx(-0.5)]
    assert attempts(episode) == [pytest.approx(-0.15), *map(pytest.approx, earned(episode))]
    assert_sums_are_those_of_the_log()


def test_what_a_verdict_changes_is_appended(connection: Connection, alice: User) -> None:
    episode = ended(connection)
    before = list(BanditLesson.objects.values())
    verdicts.give(episode, alice, False)
    verdicts.give(episode, alice, True)

    now = list(BanditLesson.objects.values())
    assert now[: len(before)] == before
    added = now[len(before) :]
    assert [row["kind"] for row in added] == ["verdict", "verdict"]
    assert [row["amount"] for row in added] == pytest.approx([-1.4, 1.4])


def test_no_verdict_is_another_observation(connection: Connection, alice: User) -> None:
    episode = ended(connection)
    verdicts.give(episode, alice, False)
    assert pulls(Scope(connection.pk)) == 1


@pytest.mark.parametrize("back", [None, True])
def test_a_verdict_that_is_changed_or_taken_back_leaves_the_sums_as_they_were(
    connection: Connection, alice: User, back: bool | None
) -> None:
    TeamLearning.objects.create(team=connection.team, is_personal=True)
    chance = random.Random(1)
    episodes = [at_random(chance, connection, alice) for _ in range(12)]
    answers = [episode for episode in episodes if episode.status == Episode.Status.SUCCEEDED]
    before = stored()
    for episode in answers:
        verdicts.give(episode, alice, False)
    with pytest.raises(AssertionError):
        assert_the_same(stored(), before)
    for episode in answers:
        verdicts.give(episode, alice, back)

    assert_the_same(stored(), before)
    assert_sums_are_those_of_the_log()


def test_the_same_verdict_again_changes_nothing(connection: Connection, alice: User) -> None:
    episode = ended(connection)
    verdicts.give(episode, alice, False)
    lessons, sums = BanditLesson.objects.count(), stored()
    verdicts.give(episode, alice, False)

    assert BanditLesson.objects.count() == lessons
    assert_the_same(stored(), sums)


def test_of_several_persons_the_majority_counts_once(connection: Connection, alice: User, make_user: MakeUser) -> None:
    people = [alice, *(make_user(name, connection.team) for name in ("carol", "dave"))]
    episode = ended(connection)
    said = []
    for person, is_right in zip(people, (False, True, False), strict=True):
        verdicts.give(episode, person, is_right)
        said.append(earned(episode)[0])

    assert said == [pytest.approx(-0.5), pytest.approx(0.9), pytest.approx(-0.5)]
    assert_sums_are_those_of_the_log()


def test_a_first_attempt_that_is_wrong_changes_its_own_reward_alone(connection: Connection, alice: User) -> None:
    episode = ended(connection, [], [])
    verdicts.give(episode, alice, False)

    assert attempts(episode) == [-0.5]
    assert not BanditLesson.objects.exists()
