"""The stored bandit: what it keeps, what it starts from, and that nothing is lost when episodes end at once."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from django.db import connection as database_connection

from accounts.models import Team
from agent.errors import ErrorClass
from agent.policy import FEATURES, Context, Decision
from agent.repairs import REPAIRS, Strategy
from datasources.models import Connection
from learning.models import BanditArm
from learning.policy import NATURAL, PRIOR_PULLS, StoredPolicy

CONTEXT = Context(ErrorClass.NO_SUCH_COLUMN, 1, 5, Strategy.GENERATE, error_changed=False, streak=1)


def make_connection(name: str = "shop") -> Connection:
    team, _ = Team.objects.get_or_create(name="Team")
    return Connection.objects.create(team=team, name=name, path="/nowhere.sqlite3")


def decision(strategy: Strategy = Strategy.FIX_COLUMN) -> Decision:
    return Decision(strategy, {}, CONTEXT.vector())


def teach(connection: Connection, strategy: Strategy, reward: float, times: int = 1) -> None:
    policy = StoredPolicy.load(connection)
    for _ in range(times):
        policy.learn(decision(strategy), reward)
    policy.save()


@pytest.mark.django_db
def test_what_was_learned_is_there_after_loading() -> None:
    connection = make_connection()
    teach(connection, Strategy.FIX_COLUMN, 0.9, times=5)
    teach(connection, Strategy.REWRITE_FULL, -0.3, times=5)

    scores = StoredPolicy.load(connection).choose(CONTEXT).scores
    assert scores[Strategy.FIX_COLUMN] > scores[Strategy.REWRITE_FULL]


@pytest.mark.django_db
@pytest.mark.parametrize("strategy", REPAIRS)
def test_at_first_a_repair_is_chosen_for_the_errors_it_is_named_for(strategy: Strategy) -> None:
    policy = StoredPolicy.load(make_connection())

    for error in NATURAL[strategy]:
        context = Context(error, 1, 5, Strategy.GENERATE, error_changed=False, streak=1)
        assert policy.choose(context).strategy is strategy


@pytest.mark.django_db
def test_a_stored_policy_scores_as_the_one_that_learned() -> None:
    connection = make_connection()
    policy = StoredPolicy.load(connection)
    for strategy in REPAIRS:
        policy.learn(decision(strategy), 0.4)
    before = policy.choose(CONTEXT).scores
    policy.save()

    assert StoredPolicy.load(connection).choose(CONTEXT).scores == pytest.approx(before)


@pytest.mark.django_db
def test_an_untried_strategy_is_tried() -> None:
    connection = make_connection()
    teach(connection, Strategy.FIX_COLUMN, -0.2, times=6)

    assert StoredPolicy.load(connection).choose(CONTEXT).strategy is not Strategy.FIX_COLUMN


@pytest.mark.django_db
def test_a_new_connection_starts_from_what_the_others_learned() -> None:
    teach(make_connection("old"), Strategy.FIX_COLUMN, 0.9, times=40)
    teach(make_connection("older"), Strategy.FIX_TABLE, -0.4, times=40)

    scores = StoredPolicy.load(make_connection("new")).choose(CONTEXT).scores
    assert scores[Strategy.FIX_COLUMN] > scores[Strategy.FIX_TABLE]


@pytest.mark.django_db
def test_the_shared_prior_gives_way_to_a_connection_s_own_experience() -> None:
    teach(make_connection("others"), Strategy.FIX_COLUMN, 0.9, times=500)
    own = make_connection("own")
    teach(own, Strategy.FIX_COLUMN, -0.5, times=4 * PRIOR_PULLS)
    teach(own, Strategy.FIX_TABLE, 0.5, times=4 * PRIOR_PULLS)

    scores = StoredPolicy.load(own).choose(CONTEXT).scores
    assert scores[Strategy.FIX_TABLE] > scores[Strategy.FIX_COLUMN]


@pytest.mark.django_db
def test_a_correction_moves_the_reward_and_counts_no_pull() -> None:
    connection = make_connection()
    policy = StoredPolicy.load(connection)
    policy.learn(decision(), -0.2)
    policy.correct(decision(), 0.25)
    policy.save()

    arm = BanditArm.objects.get(connection=connection)
    assert arm.pulls == 1
    assert arm.reward_sum == pytest.approx(0.05)


@pytest.mark.django_db
def test_a_repair_that_fails_again_and_again_gives_way_to_another() -> None:
    policy = StoredPolicy.load(make_connection())
    chosen = []
    for number in range(1, 5):
        context = Context(ErrorClass.NO_SUCH_COLUMN, number, 5, Strategy.FIX_COLUMN, error_changed=False, streak=number)
        made = policy.choose(context)
        policy.learn(made, -0.2)
        chosen.append(made.strategy)

    assert chosen[0] is Strategy.FIX_COLUMN
    assert len(set(chosen)) > 1


@pytest.mark.django_db
def test_arms_survive_a_change_of_features() -> None:
    connection = make_connection()
    teach(connection, Strategy.FIX_COLUMN, 0.9, times=5)
    for arm in BanditArm.objects.all():
        size = len(FEATURES)
        arm.features = ["gone", *FEATURES[:-1]]
        arm.gram = np.eye(size).tobytes()
        arm.response = np.arange(size, dtype=np.float64).tobytes()
        arm.save()

    assert StoredPolicy.load(connection).choose(CONTEXT).strategy in REPAIRS


@pytest.mark.django_db(transaction=True)
def test_no_update_is_lost_when_episodes_end_at_once() -> None:
    connection = make_connection()

    def end_of_an_episode(_: int) -> None:
        try:
            teach(connection, Strategy.FIX_COLUMN, 0.5)
        finally:
            database_connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(end_of_an_episode, range(80)))

    assert list(BanditArm.objects.values_list("pulls", flat=True)) == [80, 80]
    response = np.frombuffer(BanditArm.objects.get(connection=connection).response)
    assert response[-1] == pytest.approx(80 * 0.5)
