"""What is counted of a connection's questions, errors and verdicts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from datasources.models import Connection
from learning.models import Episode, Remark, VerifiedQuery
from learning.overview.figures import Figures, figures
from learning.overview.periods import Period
from tests.learning.overview.asked import COLUMN, SYNTAX, TABLE, ask, days_ago, judge
from tests.site import MakeUser

pytestmark = pytest.mark.django_db


def of(connection: Connection, days: int | None = 90) -> Figures:
    return figures(connection, Period(days))


def test_questions_are_counted_by_how_they_ended(connection: Connection) -> None:
    ask(connection)
    ask(connection, [COLUMN])
    ask(connection, [COLUMN, SYNTAX, TABLE], answered=False)
    asked = of(connection).asked
    assert (asked.questions, asked.answered, asked.at_first, asked.attempts) == (3, 2, 1, 6)
    assert asked.success_rate == pytest.approx(2 / 3)
    assert asked.first_rate == pytest.approx(1 / 3)
    assert asked.attempts_each == 2


@pytest.mark.parametrize("status", [Episode.Status.RUNNING, Episode.Status.STOPPED, Episode.Status.INTERRUPTED])
def test_what_nobody_waited_for_is_no_question(connection: Connection, status: str) -> None:
    ask(connection, status=status)
    assert of(connection).slots == []


def test_what_never_reached_model_or_database_counts_nowhere_else(connection: Connection) -> None:
    ask(connection, answered=False)
    ask(connection)
    asked = of(connection).asked
    assert (asked.unreached, asked.questions, asked.success_rate) == (1, 1, 1)


def test_other_connections_do_not_count(connection: Connection, sample: Connection, alice: User) -> None:
    judge(ask(sample, [COLUMN]), alice, is_right=True)
    found = of(connection)
    assert (found.slots, found.failures, found.judged.answers, found.seconds) == ([], [], 0, [])


def test_a_generation_has_its_own_line(connection: Connection) -> None:
    ask(connection, [COLUMN], generation=0)
    ask(connection, generation=1)
    ask(connection, generation=1)
    [first, second] = of(connection).slots
    assert (first.generation, first.asked.first_rate) == (0, 0)
    assert (second.generation, second.asked.questions, second.asked.first_rate) == (1, 2, 1)
    assert first.start == second.start


def test_time_passes_in_pieces(connection: Connection) -> None:
    ask(connection, at=days_ago(2))
    ask(connection)
    found = of(connection)
    assert [slot.start for slot in found.slots] == [found.timeline.starts[0], found.timeline.starts[2]]
    assert found.slots[1].start == timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def test_a_period_leaves_out_what_was_before(connection: Connection) -> None:
    ask(connection, [SYNTAX], at=days_ago(100))
    ask(connection)
    assert of(connection, 90).asked.questions == 1
    assert of(connection, 90).failures == []
    assert of(connection, None).asked.questions == 2


def test_days_are_the_site_s(connection: Connection) -> None:
    today = timezone.now().astimezone(UTC).date()
    late = datetime(today.year, today.month, today.day, 0, 0, 1, tzinfo=UTC)
    ask(connection, at=late)
    with timezone.override("America/Los_Angeles"):
        [slot] = of(connection).slots
        assert timezone.localdate(slot.start) == timezone.localdate(late)
        assert timezone.localdate(slot.start) < today


def test_errors_are_counted_with_how_many_were_repaired(connection: Connection) -> None:
    ask(connection, [COLUMN, COLUMN])
    ask(connection, [COLUMN, SYNTAX], answered=False)
    [column, syntax] = of(connection).failures
    assert (column.error_class, column.attempts, column.questions, column.repaired) == (COLUMN, 3, 2, 1)
    assert (syntax.error_class, syntax.attempts, syntax.questions, syntax.repaired_share) == (SYNTAX, 1, 1, 0)


def test_an_answer_is_right_as_most_say(connection: Connection, alice: User, make_user: MakeUser) -> None:
    others = [make_user(name, connection.team) for name in ("ann", "ben")]
    by_most, even, wrong = ask(connection), ask(connection), ask(connection)
    for user, is_right in zip([alice, *others], [True, True, False], strict=True):
        judge(by_most, user, is_right)
    judge(even, alice, is_right=True)
    judge(even, others[0], is_right=False)
    judge(wrong, alice, is_right=False)
    judged = of(connection).judged
    assert (judged.answers, judged.right) == (2, 1)
    [said] = judged.over_time
    assert (said.right, said.wrong) == (3, 3)


def test_a_verdict_counts_when_it_was_given(connection: Connection, alice: User) -> None:
    judge(ask(connection, at=days_ago(200)), alice, is_right=True, at=days_ago(3))
    found = of(connection, 30)
    assert (found.slots, found.judged.answers) == ([], 1)
    assert found.judged.over_time[0].start <= days_ago(3)


def test_tokens_are_of_each_question(connection: Connection) -> None:
    ask(connection, prompt_tokens=2000, cached_tokens=1500, completion_tokens=100)
    ask(connection, prompt_tokens=1000, cached_tokens=500, completion_tokens=300)
    asked = of(connection).asked
    assert (asked.fresh_each, asked.cached_each, asked.completion_each) == (500, 1000, 200)


def test_half_and_95_of_100_answers_took_at_most_so_long(connection: Connection) -> None:
    for second in range(1, 102):
        ask(connection, seconds=second)
    ask(connection, [COLUMN], answered=False, seconds=900)
    whole, today = of(connection).seconds
    assert (whole.start, whole.answers, whole.p50, whole.p95) == (None, 101, 51, 96)
    assert (today.answers, today.p50) == (101, 51)


def test_what_helped_is_counted(connection: Connection) -> None:
    query = VerifiedQuery.objects.create(connection=connection, question="Which?", key="k", sql="SELECT 1")
    ask(connection, recalled=query)
    ask(connection, examples=[query.pk])
    ask(connection)
    asked = of(connection).asked
    assert (asked.recalled, asked.with_examples) == (1, 1)


def test_what_is_in_use_is_counted(connection: Connection, sample: Connection) -> None:
    for key, state in (("a", "active"), ("b", "retired"), ("c", "broken")):
        VerifiedQuery.objects.create(connection=connection, question=key, key=key, sql="SELECT 1", state=state)
    for state in ("pending", "accepted", "accepted", "rejected", "withdrawn"):
        Remark.objects.create(connection=connection, origin="curator", text="x", rule="x", state=state)
    Remark.objects.create(connection=sample, origin="curator", text="x", state="pending")
    used = of(connection).in_use
    assert (used.verified, used.rules, used.waiting) == (1, 2, 1)


def test_the_number_of_queries_does_not_grow(
    connection: Connection, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for days in (0, 1, 10, 300):
        judge(ask(connection, [COLUMN], at=days_ago(days)), alice, is_right=True)
    with django_assert_num_queries(12):
        of(connection, None)
