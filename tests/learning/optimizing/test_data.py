"""What is learned from, and what it is judged by."""

from __future__ import annotations

import pytest

from accounts.models import User
from datasources.models import Connection
from learning.benchmark.tasks import Part as BuiltInPart
from learning.benchmark.tasks import built_in
from learning.feedback import remarks
from learning.models import Attempt
from learning.optimizing.data import LEAST_GOLD, SEARCHED, Example, Part, gather, gold_of
from tests.learning.overview.asked import COLUMN, ask, judge
from tests.learning.verified.queries import verified

pytestmark = pytest.mark.django_db


def of(connection: Connection, part: str) -> list[Example]:
    return [example for example in gather(connection, seed=1) if example.part == part]


def questions(examples: list[Example]) -> list[str]:
    return [example.question for example in examples]


def test_without_failures_there_is_nothing_to_train_on(connection: Connection) -> None:
    ask(connection)
    assert of(connection, Part.TRAIN) == []


def test_failed_repaired_and_wrong_come_first(connection: Connection, alice: User) -> None:
    ask(connection, question="Went well")
    ask(connection, [COLUMN], question="Was repaired")
    ask(connection, [COLUMN], question="Failed", answered=False)
    judge(ask(connection, question="Was wrong"), alice, is_right=False)
    assert questions(of(connection, Part.TRAIN)) == ["Was wrong", "Failed", "Was repaired", "Went well"]


def test_what_was_wrong_goes_with_its_sql(connection: Connection, alice: User) -> None:
    judge(ask(connection, question="Was wrong", sql="SELECT 1"), alice, is_right=False)
    assert of(connection, Part.TRAIN)[0].rejected == ("SELECT 1",)


def test_failures_go_with_their_messages_and_hints(connection: Connection) -> None:
    episode = ask(connection, [COLUMN], question="Was repaired")
    Attempt.objects.filter(episode=episode, number=1).update(message="no such column: town", hint="It is city.")
    assert of(connection, Part.TRAIN)[0].failures == ("no_such_column: no such column: town It is city.",)


def test_only_accepted_remarks_are_told(connection: Connection, alice: User) -> None:
    episode = ask(connection, [COLUMN], question="Was wrong")
    pending = remarks.give(episode, alice, "Use paid_at.")
    assert pending
    assert of(connection, Part.TRAIN)[0].remarks == ()
    remarks.accept(pending, alice, "Use orders.paid_at.")
    assert of(connection, Part.TRAIN)[0].remarks == ((pending.pk, "Use orders.paid_at."),)


def test_a_question_that_was_asked_often_is_there_once(connection: Connection) -> None:
    for _ in range(3):
        ask(connection, [COLUMN], question="How many?")
    assert len(of(connection, Part.TRAIN)) == 1


def test_a_verified_question_is_not_trained_on(connection: Connection) -> None:
    ask(connection, [COLUMN], question="How many?")
    verified(connection, "how  many")
    assert of(connection, Part.TRAIN) == []
    assert questions(of(connection, Part.SEARCH)) == ["how  many"]


def test_a_question_that_follows_brings_the_one_before_it(connection: Connection) -> None:
    ask(connection, question="Orders of 2024?", sql="SELECT 24")
    ask(connection, [COLUMN], question="And of those, the paid ones?", follows="Orders of 2024?")
    follower = of(connection, Part.TRAIN)[0]
    assert follower.history == (("Orders of 2024?", "SELECT 24"),)


def test_recalled_answers_teach_nothing(connection: Connection) -> None:
    query = verified(connection, "Another one")
    ask(connection, [COLUMN], question="How many?", recalled=query)
    assert of(connection, Part.TRAIN) == []


def test_of_many_verified_queries_some_are_held(connection: Connection) -> None:
    for number in range(SEARCHED + 5):
        verified(connection, f"Question {number} of many")
    assert (len(of(connection, Part.SEARCH)), len(of(connection, Part.HELD))) == (SEARCHED, 5)


def test_the_sample_has_tasks_that_are_kept_for_this(sample: Connection) -> None:
    kept = {task.question for task in built_in(BuiltInPart.VALIDATION)}
    assert set(questions([*of(sample, Part.SEARCH), *of(sample, Part.HELD)])) == kept
    assert gold_of(gather(sample, seed=1)) >= LEAST_GOLD


def test_an_example_survives_being_stored(connection: Connection, alice: User) -> None:
    verified(connection, "How many are there?")
    episode = ask(connection, [COLUMN], question="Was wrong", sql="SELECT 1")
    judge(episode, alice, is_right=False)
    examples = gather(connection, seed=1)
    assert [Example.of_json(example.as_json()) for example in examples] == examples
