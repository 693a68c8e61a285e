"""Nothing is lost when many learn and judge at once, on SQLite and on PostgreSQL, and nobody waits for ever."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.learning.bandit.contention import SCENES, VERDICTS, Found
from tests.programs import Program

pytestmark = pytest.mark.django_db(transaction=True)

Play = Callable[[str], Found]


@pytest.fixture(params=["sqlite", "postgres"])
def play(request: pytest.FixtureRequest) -> Play:
    """`play("answers_end")`: what was found after this scene, on a database that was empty."""
    if request.param == "sqlite":
        return lambda scene: SCENES[scene]()
    program: Program = request.getfixturevalue("on_postgres")
    return lambda scene: Found(**json.loads(program("tests.learning.bandit.contend", scene)))


def test_no_decision_is_lost_when_answers_end_at_once(play: Play) -> None:
    assert play("answers_end") == Found(2 * VERDICTS, 2 * VERDICTS, 0, [0.8])


def test_no_verdict_is_lost_when_many_are_given_at_once(play: Play) -> None:
    assert play("everybody_judges") == Found(VERDICTS, VERDICTS, 0, [-0.5])


def test_several_who_judge_the_same_answers_end_where_their_last_words_say(play: Play) -> None:
    assert play("minds_are_changed") == Found(8, 8, 0, [0.8])


def test_resets_and_rebuilding_come_between_and_lose_nothing(play: Play) -> None:
    assert play("everything_happens") == Found(120, 120, 0, [-0.5, 0.8])


def test_databases_that_are_deleted_while_their_answers_are_judged_stop_nobody(play: Play) -> None:
    found = play("databases_are_deleted")
    assert (found.pulls, found.decisions, found.differences) == (80, 80, 0)


@pytest.mark.parametrize("scene", ["conversations_are_deleted", "people_are_deleted"])
def test_what_is_deleted_while_answers_are_judged_stops_nobody(play: Play, scene: str) -> None:
    found = play(scene)
    assert (found.pulls, found.decisions, found.differences) == (40, 40, 0)


def test_teams_that_are_deleted_while_their_answers_are_judged_stop_nobody(play: Play) -> None:
    found = play("teams_are_deleted")
    assert (found.pulls, found.decisions, found.differences) == (40, 40, 0)
