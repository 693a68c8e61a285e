"""The stored bandit: what it starts from, how it chooses, and with what probability."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest

from accounts.models import Team, User
from agent.errors import ErrorClass
from agent.policy import FEATURES, Context, Decision
from agent.repairs import REPAIRS, Strategy
from datasources.models import Connection
from learning.bandit import transfer
from learning.models import BanditArm, TeamLearning
from learning.policy import NATURAL, PRIOR_PULLS, StoredPolicy, propensities
from tests.learning.bandit.decided import CONTEXT, teach
from tests.site import MakeUser

pytestmark = pytest.mark.django_db


def make_connection(name: str = "shop") -> Connection:
    team, _ = Team.objects.get_or_create(name="Team")
    return Connection.objects.create(team=team, name=name, path="/nowhere.sqlite3")


def decision(strategy: Strategy = Strategy.FIX_COLUMN) -> Decision:
    return Decision(strategy, {}, CONTEXT.vector())


def scores(connection: Connection, user: User | None = None) -> dict[Strategy, float]:
    return dict(StoredPolicy.load(connection, user).choose(CONTEXT).scores)


def test_what_was_learned_is_there_after_loading() -> None:
    connection = make_connection()
    teach(connection, Strategy.FIX_COLUMN, 0.9, times=5)
    teach(connection, Strategy.REWRITE_FULL, -0.3, times=5)

    now = scores(connection)
    assert now[Strategy.FIX_COLUMN] > now[Strategy.REWRITE_FULL]


def test_what_is_expected_is_a_score_without_its_uncertainty() -> None:
    connection = make_connection()
    teach(connection, Strategy.FIX_COLUMN, 0.9, times=5000)

    policy = StoredPolicy.load(connection)
    expected, index = policy.expected(CONTEXT), REPAIRS.index(Strategy.FIX_COLUMN)
    assert expected[index] == pytest.approx(0.9, abs=0.01)
    assert all(expected < list(policy.choose(CONTEXT).scores.values()))


@pytest.mark.parametrize("strategy", REPAIRS)
def test_at_first_a_repair_is_chosen_for_the_errors_it_is_named_for(strategy: Strategy) -> None:
    policy = StoredPolicy.load(make_connection(), exploration=0.0)

    for error in NATURAL[strategy]:
        context = Context(error, 1, 5, Strategy.GENERATE, error_changed=False, streak=1)
        assert policy.choose(context).strategy is strategy


def test_a_stored_policy_scores_as_the_one_that_learned() -> None:
    connection = make_connection()
    policy = StoredPolicy.load(connection)
    for strategy in REPAIRS:
        policy.learn(decision(strategy), 0.4)
        teach(connection, strategy, 0.4)

    assert scores(connection) == pytest.approx(dict(policy.choose(CONTEXT).scores))


def test_an_untried_strategy_is_tried() -> None:
    connection = make_connection()
    teach(connection, Strategy.FIX_COLUMN, -0.2, times=6)

    assert StoredPolicy.load(connection, exploration=0.0).choose(CONTEXT).strategy is not Strategy.FIX_COLUMN


def test_a_repair_that_fails_again_and_again_gives_way_to_another() -> None:
    policy = StoredPolicy.load(make_connection(), exploration=0.0)
    chosen = []
    for number in range(1, 5):
        context = Context(ErrorClass.NO_SUCH_COLUMN, number, 5, Strategy.FIX_COLUMN, error_changed=False, streak=number)
        made = policy.choose(context)
        policy.learn(made, -0.2)
        chosen.append(made.strategy)

    assert chosen[0] is Strategy.FIX_COLUMN
    assert len(set(chosen)) > 1


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


# What it starts from.


def test_a_new_connection_starts_from_what_the_others_learned() -> None:
    teach(make_connection("old"), Strategy.FIX_COLUMN, 0.9, times=40)
    teach(make_connection("older"), Strategy.FIX_TABLE, -0.4, times=40)

    now = scores(make_connection("new"))
    assert now[Strategy.FIX_COLUMN] > now[Strategy.FIX_TABLE]


def test_the_shared_prior_gives_way_to_a_connection_s_own_experience() -> None:
    teach(make_connection("others"), Strategy.FIX_COLUMN, 0.9, times=500)
    own = make_connection("own")
    teach(own, Strategy.FIX_COLUMN, -0.5, times=4 * PRIOR_PULLS)
    teach(own, Strategy.FIX_TABLE, 0.5, times=4 * PRIOR_PULLS)

    now = scores(own)
    assert now[Strategy.FIX_TABLE] > now[Strategy.FIX_COLUMN]


@pytest.fixture
def colleague(alice: User, make_user: MakeUser) -> User:
    """Of Alice's team, whose members have bandits of their own."""
    TeamLearning.objects.create(team=alice.teams.get(), is_personal=True)
    return make_user("carol", alice.teams.get())


def test_a_person_s_own_experience_counts_more_than_that_of_colleagues(
    connection: Connection, alice: User, colleague: User
) -> None:
    teach(connection, Strategy.FIX_COLUMN, 0.9, times=500, user=colleague)
    teach(connection, Strategy.FIX_COLUMN, -0.5, times=4 * PRIOR_PULLS, user=alice)
    teach(connection, Strategy.FIX_TABLE, 0.5, times=4 * PRIOR_PULLS, user=alice)

    hers, others = scores(connection, alice), scores(connection, colleague)
    assert hers[Strategy.FIX_TABLE] > hers[Strategy.FIX_COLUMN]
    assert others[Strategy.FIX_COLUMN] > others[Strategy.FIX_TABLE]


def test_who_has_asked_nothing_yet_starts_from_what_colleagues_taught(
    connection: Connection, alice: User, colleague: User
) -> None:
    teach(connection, Strategy.REWRITE_CTE, 0.9, times=20, user=alice)
    teach(connection, Strategy.REWRITE_FULL, -0.4, times=20, user=alice)

    now = scores(connection, colleague)
    assert now[Strategy.REWRITE_CTE] > now[Strategy.REWRITE_FULL]


def test_one_s_own_experience_is_not_counted_again_as_that_of_the_connection_or_of_all(
    connection: Connection, alice: User, colleague: User
) -> None:
    policy = StoredPolicy.load(connection, alice)
    for _ in range(2 * PRIOR_PULLS):
        policy.learn(decision(), 0.9)
    teach(connection, Strategy.FIX_COLUMN, 0.9, times=2 * PRIOR_PULLS, user=alice)

    assert scores(connection, alice) == pytest.approx(dict(policy.choose(CONTEXT).scores))


def test_a_team_that_does_not_ask_for_it_has_one_bandit_for_everybody(connection: Connection, alice: User) -> None:
    teach(connection, Strategy.REWRITE_CTE, 0.9, times=20, user=alice)

    assert not BanditArm.objects.exclude(user=None).exists()
    assert scores(connection, alice) == scores(connection)


def test_an_imported_policy_counts_in_full_beside_one_s_own(alice: User, connection: Connection) -> None:
    teach(connection, Strategy.REWRITE_CTE, 0.9, times=60)
    exported, expected = transfer.export(connection), scores(connection)
    other = Connection.objects.create(team=Team.objects.create(name="Elsewhere"), name="other", path="/nowhere")
    BanditArm.objects.all().delete()  # as in another installation
    transfer.add(other, alice, "from the shop", exported)

    assert scores(other) == pytest.approx(expected)


# Exploring.


def test_the_propensities_of_all_repairs_are_one_together() -> None:
    for ties in range(1, len(REPAIRS) + 1):
        made = np.array([1.0] * ties + [0.5] * (len(REPAIRS) - ties))
        chances = propensities(made, 0.1)
        assert chances.sum() == pytest.approx(1.0)
        assert chances[0] == pytest.approx(0.9 / ties + 0.1 / len(REPAIRS))
        assert chances.min() > 0


@pytest.mark.parametrize("exploration", [0.1, 0.5])
def test_repairs_are_chosen_as_often_as_their_propensities_say(exploration: float) -> None:
    connection = make_connection()
    teach(connection, Strategy.FIX_COLUMN, 0.2, times=3)
    policy = StoredPolicy.load(connection, exploration=exploration, random=Random(7))
    rounds = 20_000
    made = [policy.choose(CONTEXT) for _ in range(rounds)]
    counts = Counter(one.strategy for one in made)
    said = {one.strategy: one.propensity for one in made}

    assert set(said) == set(REPAIRS)
    assert sum(said.values()) == pytest.approx(1.0)
    for strategy, propensity in said.items():
        deviation = (propensity * (1 - propensity) / rounds) ** 0.5
        assert counts[strategy] / rounds == pytest.approx(propensity, abs=4 * deviation)


def test_repairs_that_are_alike_share_evenly() -> None:
    policy = StoredPolicy.load(make_connection(), exploration=0.1, random=Random(7))
    for strategy in (Strategy.FIX_COLUMN, Strategy.REWRITE_FULL):
        for _ in range(50):
            policy.learn(decision(strategy), -0.9)
    made = [policy.choose(CONTEXT) for _ in range(600)]
    best = {one.strategy for one in made if one.scores[one.strategy] == max(one.scores.values())}

    assert len(best) > 1
    tied = [one.propensity for one in made if one.strategy in best]
    assert tied == pytest.approx([0.9 / len(best) + 0.1 / len(REPAIRS)] * len(tied))


def test_without_exploring_the_best_is_chosen_for_certain() -> None:
    made = StoredPolicy.load(make_connection(), exploration=0.0).choose(CONTEXT)

    assert made.scores[made.strategy] == max(made.scores.values())
    assert (made.propensity, made.exploration) == (1.0, 0.0)


def test_a_decision_says_how_much_uncertainty_counted() -> None:
    connection = make_connection()
    assert StoredPolicy.load(connection).choose(CONTEXT).alpha == 1.5
    teach(connection, Strategy.FIX_COLUMN, 0.9, times=100)
    assert StoredPolicy.load(connection).choose(CONTEXT).alpha == pytest.approx(0.75)
