"""Verdicts, resets, deletions and personal bandits in any order: the sums are always those of the log."""

from __future__ import annotations

import random
from typing import Any

import pytest

from accounts.models import User
from datasources.models import Connection
from learning.bandit import resets
from learning.feedback import choices, verdicts
from learning.models import BanditDecision, BanditReset, Episode
from tests.learning.bandit.checks import assert_sums_are_those_of_the_log
from tests.learning.bandit.decided import at_random, ended
from tests.site import MakeUser

pytestmark = pytest.mark.django_db


class Team:
    """People of a team with two databases, who do this and that."""

    def __init__(self, connection: Connection, people: list[User], seed: int) -> None:
        other = Connection.objects.create(team=connection.team, name="other", path="/nowhere")
        self.team, self.databases, self.people = connection.team, [connection, other], people
        self.chance = random.Random(seed)

    def ask(self) -> None:
        at_random(self.chance, self.chance.choice(self.databases), self.chance.choice(self.people))

    def judge(self) -> None:
        for answer in self.some(list(Episode.objects.filter(status="succeeded").order_by("started_at"))):
            verdicts.give(answer, self.chance.choice(self.people), self.chance.choice([True, False, None]))

    def reset(self) -> None:
        resets.reset(self.chance.choice(self.databases), self.people[0])

    def undo(self) -> None:
        for reset in self.some(list(BanditReset.objects.order_by("pk"))):
            resets.undo(reset, self.people[0])

    def choose(self) -> None:
        choices.choose(self.team, self.people[0], accepts_remarks=False, is_personal=self.chance.random() < 0.5)

    def delete(self) -> None:
        for answer in self.some(list(Episode.objects.order_by("started_at"))):
            answer.delete()

    def some(self, things: list[Any]) -> list[Any]:
        """One of them, if there is any."""
        return self.chance.sample(things, min(1, len(things)))


@pytest.mark.parametrize("seed", range(3))
def test_the_sums_are_those_of_the_log(connection: Connection, alice: User, make_user: MakeUser, seed: int) -> None:
    team = Team(connection, [alice, *(make_user(name, connection.team) for name in ("carol", "dora"))], seed)
    steps = [team.ask, team.judge, team.reset, team.undo, team.choose, team.delete]
    for step in team.chance.choices(steps, weights=[5, 10, 1, 1, 1, 1], k=40):
        step()
        assert_sums_are_those_of_the_log()


@pytest.mark.parametrize("seed", range(3))
def test_the_last_word_counts_whatever_was_said_before(connection: Connection, alice: User, seed: int) -> None:
    chance, judged, untouched = random.Random(seed), ended(connection), ended(connection)
    for _ in range(12):
        verdicts.give(judged, alice, chance.choice([True, False, None]))
    verdicts.give(judged, alice, None)

    assert rewards(judged) == rewards(untouched)
    kept, same = ([attempt.reward for attempt in each.attempts.all()] for each in (judged, untouched))
    assert kept == same


def rewards(episode: Episode) -> list[float]:
    """Of its decisions, as the log has them."""
    decisions = BanditDecision.objects.filter(episode=episode).order_by("attempt")
    return [round(sum(lesson.amount for lesson in one.lessons.all()), 6) for one in decisions]
