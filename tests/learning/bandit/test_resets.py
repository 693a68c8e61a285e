"""A reset: the bandit starts anew, and can be taken back to where it was."""

from __future__ import annotations

import random

import pytest

from accounts.models import User
from agent.errors import ErrorClass
from agent.repairs import Strategy
from datasources.models import AuditEntry, Connection
from learning.bandit import arms, resets
from learning.bandit.arms import ALL, Scope
from learning.feedback import verdicts
from learning.models import BanditArm, BanditDecision, BanditLesson, TeamLearning
from tests.learning.bandit.checks import assert_sums_are_those_of_the_log, assert_the_same, pulls, stored
from tests.learning.bandit.decided import at_random, attempts_of, end, ended, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(connection: Connection) -> Connection:
    return Connection.objects.create(team=connection.team, name="other", path="/nowhere")


def test_what_was_decided_before_counts_nowhere(connection: Connection, other: Connection, alice: User) -> None:
    TeamLearning.objects.create(team=connection.team, is_personal=True)
    ended(connection, user=alice)
    ended(other, user=alice)
    resets.reset(connection, alice)

    assert not BanditArm.objects.filter(connection=connection).exists()
    assert (pulls(Scope(other.pk)), pulls(ALL)) == (1, 1)
    assert_sums_are_those_of_the_log()


def test_the_log_stays(connection: Connection, alice: User) -> None:
    ended(connection)
    resets.reset(connection, alice)
    assert (BanditDecision.objects.count(), BanditDecision.objects.counting().count()) == (1, 0)


def test_what_is_decided_after_it_counts(connection: Connection, alice: User) -> None:
    resets.reset(connection, alice)
    ended(connection)

    assert pulls(Scope(connection.pk)) == 1
    assert_sums_are_those_of_the_log()


def test_what_was_decided_before_it_in_an_answer_that_is_under_way_does_not(
    connection: Connection, alice: User
) -> None:
    episode, attempts = running(connection), attempts_of([ErrorClass.OTHER] * 2, [Strategy.FIX_TABLE])
    resets.reset(connection, alice)
    attempts += [attempts_of([ErrorClass.OTHER] * 3, [Strategy.FIX_TABLE, Strategy.FIX_COLUMN])[2]]
    end(episode, attempts)

    assert list(BanditDecision.objects.counting().values_list("attempt", flat=True)) == [3]
    assert pulls(Scope(connection.pk)) == 1
    assert_sums_are_those_of_the_log()


def test_a_verdict_on_an_answer_from_before_is_kept_and_does_not_count(connection: Connection, alice: User) -> None:
    episode = ended(connection)
    resets.reset(connection, alice)
    verdicts.give(episode, alice, False)

    assert BanditLesson.objects.filter(kind="verdict").count() == 1
    [shared] = arms.read([ALL])
    assert not shared.response.any()
    assert_sums_are_those_of_the_log()


def test_undoing_brings_everything_back(connection: Connection, other: Connection, alice: User) -> None:
    TeamLearning.objects.create(team=connection.team, is_personal=True)
    chance = random.Random(1)
    for _ in range(20):
        at_random(chance, chance.choice([connection, other]), alice)
    before = stored()
    made = resets.reset(connection, alice)
    resets.undo(made, alice)

    assert_the_same(stored(), before)
    assert_sums_are_those_of_the_log()


def test_what_was_learned_and_judged_meanwhile_stays(connection: Connection, alice: User) -> None:
    early = ended(connection)
    made = resets.reset(connection, alice)
    ended(connection)
    verdicts.give(early, alice, False)
    resets.undo(made, alice)

    assert pulls(Scope(connection.pk)) == 2
    assert_sums_are_those_of_the_log()


def test_what_an_earlier_reset_made_void_stays_so(connection: Connection, alice: User) -> None:
    ended(connection)
    first = resets.reset(connection, alice)
    ended(connection)
    second = resets.reset(connection, alice)
    assert resets.last(connection) == second
    resets.undo(second, alice)

    assert pulls(Scope(connection.pk)) == 1
    assert resets.last(connection) == first


def test_undoing_twice_is_undoing_once(connection: Connection, alice: User) -> None:
    ended(connection)
    made = resets.reset(connection, alice)
    resets.undo(made, alice)
    resets.undo(made, alice)

    assert pulls(Scope(connection.pk)) == 1
    assert resets.last(connection) is None


def test_who_did_it_is_in_the_audit(connection: Connection, alice: User) -> None:
    resets.undo(resets.reset(connection, alice), alice)

    said = AuditEntry.objects.filter(user=alice).order_by("at", "pk").values_list("message", flat=True)
    assert list(said) == ["reset what the bandit has learned", "undid a reset of what the bandit has learned"]


def test_a_reset_holds_when_the_connection_is_deleted(connection: Connection, alice: User) -> None:
    ended(connection)
    resets.reset(connection, alice)
    connection.delete()

    assert pulls(ALL) == 0
    assert_sums_are_those_of_the_log()
