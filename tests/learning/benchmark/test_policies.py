"""What a policy is measured as: what is stored, and nothing that measuring adds to it."""

from __future__ import annotations

import pytest

from agent.errors import ErrorClass
from agent.policy import Context, FixedPolicy, RandomPolicy
from agent.repairs import REPAIRS, Strategy
from agent.scripted import ScriptedLLM
from datasources.models import Connection
from learning.bandit import arms
from learning.bandit.arms import ALL, Scope
from learning.bandit.sums import Seen, Sums, dense, sparse
from learning.benchmark.policies import agent, policy_maker
from learning.benchmark.tasks import Task
from learning.models import BanditArm

pytestmark = pytest.mark.django_db

ONE, TWO = Task("one", "Which?", ("SELECT 1",)), Task("two", "Which?", ("SELECT 1",))
FAILED = Context(ErrorClass.NO_SUCH_TABLE, 1, 5, Strategy.GENERATE, error_changed=False, streak=1)


def taught(connection: Connection, strategy: Strategy, times: int = 30) -> None:
    """That this strategy helps, and no other."""
    x = dense(sparse(FAILED.vector()))
    seen = [Seen(repair, x, 1.0 if repair is strategy else -1.0) for repair in REPAIRS] * times
    arms.add([ALL, Scope(connection.pk)], Sums.of(seen))


def test_where_several_are_alike_the_same_one_is_taken_each_time(connection: Connection) -> None:
    def chosen() -> list[Strategy]:
        policy = policy_maker("learned", connection)(ONE)
        first = policy.choose(FAILED)
        for _ in range(30):
            policy.learn(first, -1.0)
        return [policy.choose(FAILED).strategy for _ in range(20)]

    assert chosen() == chosen()
    assert len(set(chosen())) > 1


def test_the_learned_one_is_what_the_connection_s_bandit_knows(connection: Connection) -> None:
    taught(connection, Strategy.REWRITE_CTE)
    assert policy_maker("learned", connection)(ONE).choose(FAILED).strategy is Strategy.REWRITE_CTE


def test_without_a_connection_it_is_what_all_of_them_know(connection: Connection) -> None:
    taught(connection, Strategy.REWRITE_CTE)
    assert policy_maker("learned", None)(ONE).choose(FAILED).strategy is Strategy.REWRITE_CTE


def test_each_question_meets_the_learned_one_as_it_is_stored(connection: Connection) -> None:
    maker = policy_maker("learned", connection)
    first = maker(ONE)
    before = first.choose(FAILED).scores
    first.learn(first.choose(FAILED), -1.0)
    assert maker(TWO).choose(FAILED).scores == before


def test_a_learning_one_goes_through_all_questions(connection: Connection) -> None:
    maker = policy_maker("learned", connection, learning=True)
    assert maker(ONE) is maker(TWO)


def test_measuring_stores_nothing(connection: Connection) -> None:
    policy = policy_maker("learned", connection, learning=True)(ONE)
    policy.learn(policy.choose(FAILED), 1.0)
    assert not BanditArm.objects.exists()


def test_a_random_one_depends_on_seed_and_question_only() -> None:
    def chosen(seed: int, task: Task) -> list[Strategy]:
        policy = policy_maker("random", None, seed)(task)
        return [policy.choose(FAILED).strategy for _ in range(20)]

    assert chosen(1, ONE) == chosen(1, ONE)
    assert chosen(1, ONE) != chosen(1, TWO)
    assert chosen(1, ONE) != chosen(2, ONE)


@pytest.mark.parametrize(("choice", "kind"), [("fixed", FixedPolicy), ("random", RandomPolicy)])
def test_each_choice_has_its_policy(choice: str, kind: type) -> None:
    assert isinstance(policy_maker(choice, None, 1)(ONE), kind)


def test_without_repair_one_attempt_is_all() -> None:
    assert [agent(ScriptedLLM([]), choice, 4).attempts for choice in ("none", "fixed")] == [1, 4]
