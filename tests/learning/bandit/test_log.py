"""The log of decisions and lessons, and that the sums are always those over it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from agent.attempt import Attempt
from agent.errors import ErrorClass
from agent.policy import FEATURES
from agent.repairs import REPAIRS, Strategy
from datasources.models import Connection
from learning.bandit import log
from learning.bandit.arms import ALL, Scope
from learning.models import BanditArm, BanditDecision, BanditLesson, TeamLearning
from tests.learning.bandit.checks import assert_sums_are_those_of_the_log, pulls
from tests.learning.bandit.decided import at_random, attempts_of, end, ended, running

pytestmark = pytest.mark.django_db

COLUMN, TABLE = ErrorClass.NO_SUCH_COLUMN, ErrorClass.NO_SUCH_TABLE


def test_a_decision_is_kept_with_all_that_it_was_made_by(connection: Connection, alice: User) -> None:
    episode = ended(connection, [COLUMN], [Strategy.FIX_COLUMN], user=alice)

    [decision] = BanditDecision.objects.all()
    assert (decision.connection, decision.user, decision.episode) == (connection, alice, episode)
    assert (decision.attempt, decision.error_class, decision.strategy) == (2, "no_such_column", "fix_column")
    assert decision.context == {
        "error=no_such_column": 1.0, "attempt": 0.2, "previous=generate": 1.0, "streak": 0.2, "bias": 1.0,
    }  # fmt: skip
    assert set(decision.scores) == set(REPAIRS)
    assert (decision.propensity, decision.exploration, decision.alpha) == (0.9125, 0.1, 1.5)


def test_it_is_of_the_time_at_which_it_was_made(connection: Connection) -> None:
    attempts = attempts_of([COLUMN], [Strategy.FIX_COLUMN])
    episode = running(connection)
    end(episode, attempts)

    assert BanditDecision.objects.get().at == attempts[1].started_at


def test_a_reward_is_kept_with_its_parts(connection: Connection) -> None:
    ended(connection, [COLUMN, TABLE], [Strategy.FIX_COLUMN])

    [lesson] = BanditLesson.objects.all()
    assert lesson.kind == BanditLesson.Kind.ATTEMPT
    assert set(lesson.parts) == {"failure", "changed", "severity"}
    assert lesson.amount == pytest.approx(sum(lesson.parts.values()))


def test_hindsight_is_a_lesson_of_its_own(connection: Connection) -> None:
    ended(connection, [COLUMN, COLUMN], [Strategy.FIX_COLUMN, Strategy.REWRITE_FULL])

    first, second = BanditDecision.objects.order_by("attempt")
    lessons = {lesson.kind: lesson.amount for lesson in first.lessons.all()}
    assert lessons == pytest.approx({"attempt": -0.2, "hindsight": 0.2})
    assert [lesson.kind for lesson in second.lessons.all()] == ["attempt"]


def test_the_first_attempt_was_nobody_s_decision(connection: Connection) -> None:
    ended(connection, [], [])
    assert not BanditDecision.objects.exists()


def test_what_was_stopped_or_broke_off_teaches_nothing(connection: Connection) -> None:
    _, repaired = attempts_of([COLUMN], [Strategy.FIX_COLUMN])
    stopped = Attempt(3, Strategy.FIX_TABLE, repaired.decision, "SELECT")
    spoiled = Attempt(4, Strategy.FIX_TABLE, repaired.decision, spoiled=True, reward=repaired.reward)
    end(running(connection), [Attempt(1, Strategy.GENERATE), repaired, stopped, spoiled])

    assert list(BanditDecision.objects.values_list("attempt", flat=True)) == [2]
    assert pulls() == 1


def test_an_episode_that_is_closed_twice_is_logged_once(connection: Connection) -> None:
    attempts = attempts_of([COLUMN], [Strategy.FIX_COLUMN])
    episode = running(connection)
    end(episode, attempts)
    with transaction.atomic():
        log.append(episode, attempts)

    assert BanditDecision.objects.count() == 1
    assert_sums_are_those_of_the_log()


def test_rows_and_sums_are_kept_together_or_not_at_all(connection: Connection) -> None:
    attempts = attempts_of([COLUMN, TABLE], [Strategy.FIX_COLUMN, Strategy.FIX_TABLE])
    assert attempts[2].decision
    attempts[2].decision = replace(attempts[2].decision, propensity=0.0)
    episode = running(connection)
    with pytest.raises(IntegrityError), transaction.atomic():
        log.append(episode, attempts)

    assert not BanditDecision.objects.exists()
    assert not BanditArm.objects.exists()


def test_what_is_learned_counts_for_the_connection_and_for_all(connection: Connection) -> None:
    other = Connection.objects.create(team=connection.team, name="other", path="/nowhere")
    ended(connection)
    ended(other)

    assert (pulls(Scope(connection.pk)), pulls(Scope(other.pk)), pulls(ALL)) == (1, 1, 2)


def test_and_for_the_person_where_the_team_asks_for_it(connection: Connection, alice: User) -> None:
    ended(connection, user=alice)
    assert pulls(Scope(connection.pk, alice.pk)) == 0

    TeamLearning.objects.create(team=connection.team, is_personal=True)
    ended(connection, user=alice)
    ended(connection)
    assert pulls(Scope(connection.pk, alice.pk)) == 1
    assert pulls(Scope(connection.pk)) == 3


@pytest.mark.parametrize("seed", range(5))
def test_the_sums_are_those_of_the_log_whatever_happened(connection: Connection, alice: User, seed: int) -> None:
    chance = random.Random(seed)
    TeamLearning.objects.create(team=connection.team, is_personal=True)
    other = Connection.objects.create(team=connection.team, name="other", path="/nowhere")
    for _ in range(20):
        at_random(chance, chance.choice([connection, other]), chance.choice([alice, None]))

    assert pulls() == BanditDecision.objects.count() > 0
    assert_sums_are_those_of_the_log()


def test_a_context_is_kept_by_name_so_that_other_features_can_come(connection: Connection) -> None:
    ended(connection)
    decision = BanditDecision.objects.get()
    decision.context = {**decision.context, "a feature of another version": 1.0}
    decision.save()

    [seen] = log.seen(BanditDecision.objects.all())
    assert seen.x.shape == (len(FEATURES),)
    assert_sums_are_those_of_the_log()


def test_the_log_of_a_deleted_connection_stays_and_counts_for_all(connection: Connection) -> None:
    ended(connection)
    connection.delete()

    assert BanditDecision.objects.count() == 1
    assert pulls() == 1
    assert_sums_are_those_of_the_log()
