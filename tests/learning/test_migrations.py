"""What an older installation has is kept and made useful by the migrations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from django.apps.registry import Apps
from django.db import connection as application
from django.db.migrations.executor import MigrationExecutor

from accounts.models import User
from agent.policy import FEATURES
from datasources.models import Connection
from learning.bandit import arms, rebuild, transfer
from learning.bandit.arms import ALL, Scope
from learning.feedback import remarks
from learning.generations import changing
from learning.generations.changing import Rule, Text
from learning.models import BanditArm, Episode, ImportedPolicy
from learning.verified.keys import key_of
from tests.learning.bandit.decided import ended

pytestmark = pytest.mark.django_db(transaction=True)

Migrate = Callable[[str], Apps]


@pytest.fixture
def migrate() -> Iterator[Migrate]:
    """`migrate("0007_…")`: the models as they are after this migration, to which the tables are brought."""

    def to(name: str) -> Any:
        executor = MigrationExecutor(application)
        return executor.migrate([("learning", name)]).apps

    yield to
    executor = MigrationExecutor(application)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_episodes_get_the_keys_of_their_questions(migrate: Migrate) -> None:
    old = migrate("0007_imported_queries")
    team = old.get_model("accounts", "Team").objects.create(name="Team")
    shop = old.get_model("datasources", "Connection").objects.create(team=team, name="shop")
    asked = old.get_model("learning", "Episode").objects
    query = old.get_model("learning", "VerifiedQuery").objects.create(connection=shop, key="recalled", sql="SELECT 1")
    for question in ("How many orders are there?", "And last year?"):
        asked.create(connection=shop, question=question, follows="How many?", model="scripted")
    asked.create(connection=shop, question="How many orders?", recalled=query, model="scripted")
    asked.bulk_create(asked.model(connection=shop, question=f"How many {n}?", model="scripted") for n in range(600))

    migrate("0008_question_keys")
    keys = dict(Episode.objects.values_list("question", "key"))
    assert keys["How many orders are there?"] == key_of("How many orders are there?")
    assert keys["And last year?"] == key_of("And last year?", "How many?")
    assert keys["How many orders?"] == "recalled"
    assert "" not in keys.values()


def test_what_was_learned_before_the_log_is_kept_as_an_imported_policy(
    connection: Connection, migrate: Migrate
) -> None:
    ended(connection)
    [logged] = arms.read([Scope(connection.pk)])
    for arm in BanditArm.objects.filter(strategy="fix_column"):
        gram = np.frombuffer(arm.gram) + 3 * np.eye(len(FEATURES)).ravel()
        arm.gram, arm.pulls, arm.reward_sum = gram.tobytes(), arm.pulls + 3, arm.reward_sum + 1.5
        arm.save()
    [before] = arms.read([Scope(connection.pk)])

    migrate("0008_question_keys")
    migrate("0009_learned_before_the_log")
    migrate("0016_agents")
    assert ImportedPolicy.objects.get().pulls == 3
    assert not (transfer.total(connection) + logged).differing(before)
    assert rebuild.check() == []
    assert int(arms.read([ALL])[0].pulls.sum()) == 1


def test_what_the_log_explains_is_left_alone(connection: Connection, migrate: Migrate) -> None:
    ended(connection)
    migrate("0008_question_keys")
    migrate("0009_learned_before_the_log")
    assert not ImportedPolicy.objects.exists()
    assert int(arms.read([Scope(connection.pk)])[0].pulls.sum()) == 1


def test_a_rule_that_a_generation_said_is_told_again_by_a_release_without_generations(
    connection: Connection, alice: User, migrate: Migrate
) -> None:
    remark = remarks.write(connection, alice, "Revenue is net of refunds.")
    says_it = Text("Answer well.", [Rule("orders.total is net of refunds.", remark.pk)])
    changing.promote(changing.add(changing.seed_of(connection), says_it, "evolved"), alice)
    assert not connection.remarks.rules().exists()

    old = migrate("0011_date_rules")
    assert old.get_model("learning", "Remark").objects.get(pk=remark.pk).absorbed_in is None


def test_what_the_generation_in_use_says_is_told_once(connection: Connection, alice: User, migrate: Migrate) -> None:
    remark = remarks.write(connection, alice, "Revenue is net of refunds.")
    says_it = Text("Answer well.", [Rule("orders.total is net of refunds.", remark.pk)])
    changing.promote(changing.add(changing.seed_of(connection), says_it, "evolved"), alice)
    migrate("0013_activations")
    migrate("0014_rules_come_back")
    assert not connection.remarks.rules().exists()
