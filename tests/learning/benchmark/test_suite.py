"""What a connection is measured by."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.benchmark import running, suite
from learning.benchmark.running import Wanted
from learning.models import Episode, EvaluatedQuestion, VerifiedQuery
from tests.learning.benchmark.test_running import work
from tests.learning.verified.queries import verified

pytestmark = pytest.mark.django_db(transaction=True)


def test_verified_queries_in_use_are_tasks(connection: Connection) -> None:
    query = verified(connection, "How many products?", "SELECT COUNT(*) FROM products")
    verified(connection, "What was?", state=VerifiedQuery.State.RETIRED)
    verified(connection, "What broke?", state=VerifiedQuery.State.BROKEN)
    [task] = suite.suite(connection)
    assert (task.id, task.question, task.gold) == (f"verified-{query.pk}", query.question, (query.sql,))
    assert (task.difficulty, task.instructions, task.ordered) == ("verified", "", False)


def test_what_follows_another_question_is_left_out_and_counted(connection: Connection) -> None:
    verified(connection, "How many products?")
    verified(connection, "And orders?", follows="How many products?")
    assert (len(suite.suite(connection)), suite.left_out(connection)) == (1, 1)


def test_the_newest_of_very_many_are_tasks_and_the_others_counted(connection: Connection) -> None:
    first = verified(connection, "The first?")
    others = range(suite.MOST_VERIFIED)
    VerifiedQuery.objects.bulk_create(
        VerifiedQuery(connection=connection, question=f"{number}?", key=str(number), sql="SELECT 1")
        for number in others
    )
    tasks = suite.suite(connection)
    assert len(tasks) == suite.MOST_VERIFIED
    assert f"verified-{first.pk}" not in {task.id for task in tasks}
    assert suite.left_out(connection) == 1


def test_the_order_of_rows_counts_where_it_is_asked_for(connection: Connection) -> None:
    verified(connection, "Products, sorted by price", "SELECT name FROM products ORDER BY price")
    verified(connection, "All products", "SELECT name FROM products ORDER BY price")
    assert {task.question: task.ordered for task in suite.suite(connection)} == {
        "Products, sorted by price": True,
        "All products": False,
    }


def test_the_sample_has_both_and_asks_the_benchmark_where_nobody_chooses(
    sample: Connection, alice: User, model: ServerHandle
) -> None:
    verified(sample, "How many products?")
    assert {task.difficulty for task in suite.suite(sample)} == {"easy", "medium", "hard", "verified"}
    evaluation = running.start(sample, alice, Wanted())
    assert evaluation.difficulties == ["easy", "medium", "hard"]
    assert not evaluation.questions.filter(difficulty="verified").exists()


def test_the_sample_s_verified_queries_can_be_chosen(sample: Connection, alice: User, model: ServerHandle) -> None:
    verified(sample, "How many products?")
    evaluation = running.start(sample, alice, Wanted(difficulties=("verified",)))
    assert (evaluation.difficulties, evaluation.questions.count(), evaluation.examples) == (["verified"], 1, 1)


def test_whether_there_is_anything_costs_one_query(
    connection: Connection, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert not suite.is_measured(connection)
    verified(connection, "And orders?", follows="How many products?")
    assert not suite.is_measured(connection)
    verified(connection, "How many products?")
    assert suite.is_measured(connection)


def test_a_verified_query_is_asked_and_graded(
    connection: Connection, alice: User, model: ServerHandle, shop_path: Path
) -> None:
    verified(connection, "How many products?", "SELECT COUNT(*) FROM products")
    verified(connection, "How many orders?", "SELECT COUNT(*) FROM orders")
    model.set_script(
        [
            {"when_re": r"products\?$", "text": "```sql\nSELECT COUNT(id) FROM products\n```"},
            {"when_re": r"orders\?$", "text": "```sql\nSELECT 7\n```"},
        ]
    )
    running.start(connection, alice, Wanted(policy="none"))
    work()
    found = EvaluatedQuestion.objects.values_list("question", "is_right", "state")
    assert set(found) == {("How many products?", True, "done"), ("How many orders?", False, "done")}


def test_one_whose_sql_does_not_run_any_more_counts_nowhere(
    connection: Connection, alice: User, model: ServerHandle
) -> None:
    verified(connection, "What is gone?", "SELECT gone FROM products")
    evaluation = running.start(connection, alice, Wanted())
    work()
    assert evaluation.questions.get().state == EvaluatedQuestion.State.SKIPPED


def test_a_question_is_shown_the_others_and_never_its_own_answer(
    connection: Connection, alice: User, model: ServerHandle
) -> None:
    verified(connection, "How many products?", "SELECT COUNT(*) FROM products")
    verified(connection, "How many orders?", "SELECT COUNT(*) FROM orders")
    model.set_script([{"when_re": ".", "text": "```sql\nSELECT 7\n```", "times": 9}])
    running.start(connection, alice, Wanted(policy="none"))
    work()
    asked = {request.body["messages"][-1]["content"] for request in model.requests()}
    [products] = [text for text in asked if text.endswith("How many products?")]
    assert "SELECT COUNT(*) FROM orders" in products
    assert "SELECT COUNT(*) FROM products" not in products
    assert not Episode.objects.exists()


def test_the_groups_are_counted_as_they_are_asked(sample: Connection, connection: Connection) -> None:
    verified(sample, "How many products?")
    assert suite.counts(sample) == Counter(task.difficulty for task in suite.suite(sample))
    assert not suite.counts(connection)
