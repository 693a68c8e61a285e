"""A policy as a file, out of one connection and into another; the log as lines."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from accounts.models import User
from agent.policy import FEATURES
from agent.repairs import REPAIRS
from datasources.models import Connection
from learning.bandit import arms, resets, transfer
from learning.bandit.arms import Scope
from learning.bandit.transfer import BadPolicy
from tests.learning.bandit.decided import at_random, ended

pytestmark = pytest.mark.django_db


@pytest.fixture
def trained(connection: Connection, alice: User) -> Connection:
    chance = random.Random(5)
    for _ in range(8):
        at_random(chance, connection, alice)
    return connection


@pytest.fixture
def new(connection: Connection) -> Connection:
    return Connection.objects.create(team=connection.team, name="new", path="/nowhere")


@pytest.fixture
def policy(trained: Connection) -> dict[str, Any]:
    """As it is read from a file."""
    data: dict[str, Any] = json.loads(json.dumps(transfer.export(trained)))
    return data


def test_a_round_trip_loses_nothing(trained: Connection, new: Connection, alice: User, policy: dict[str, Any]) -> None:
    imported = transfer.add(new, alice, "shop", policy)
    [sums] = arms.read([Scope(trained.pk)])
    kept = transfer.total(new)

    for one, two in zip(vars(kept).values(), vars(sums).values(), strict=True):
        assert np.array_equal(one, two)
    assert (imported.pulls, imported.name, imported.user) == (sums.pulls.sum(), "shop", alice)


def test_an_export_names_its_format_and_features(policy: dict[str, Any]) -> None:
    assert (policy["format"], policy["version"]) == ("sqlagent bandit policy", 1)
    assert policy["features"] == list(FEATURES)
    assert set(policy["arms"]) <= set(REPAIRS)


def test_what_was_imported_is_not_exported_again(new: Connection, alice: User, policy: dict[str, Any]) -> None:
    transfer.add(new, alice, "shop", policy)
    assert transfer.export(new)["arms"] == {}


def test_what_is_removed_counts_no_more(new: Connection, alice: User, policy: dict[str, Any]) -> None:
    imported = transfer.add(new, alice, "shop", policy)
    assert list(transfer.active(new)) == [imported]
    transfer.remove(imported)

    assert not transfer.active(new).exists()
    assert transfer.total(new).pulls.sum() == 0


def test_features_are_known_by_name(new: Connection, alice: User, policy: dict[str, Any]) -> None:
    size = len(FEATURES)
    order = [*reversed(range(size))]
    policy["features"] = [*(FEATURES[index] for index in order), "a feature of another version"]
    for arm in policy["arms"].values():
        gram = np.zeros((size + 1, size + 1))
        gram[:size, :size] = np.array(arm["gram"])[np.ix_(order, order)]
        gram[size, size] = 1
        arm["gram"] = gram.tolist()
        arm["response"] = [*(arm["response"][index] for index in order), 0.5]
    expected = transfer.sums_of(json.loads(json.dumps(transfer.export(new.team.connections.get(name="shop")))))
    transfer.add(new, alice, "shop", policy)

    assert transfer.total(new).differing(expected) == []


def test_nothing_else_that_is_in_the_file_is_kept(new: Connection, alice: User, policy: dict[str, Any]) -> None:
    policy["note"] = "x" * 1000
    assert "note" not in transfer.add(new, alice, "shop", policy).data


def test_a_name_is_needed_by_nobody(new: Connection, alice: User, policy: dict[str, Any]) -> None:
    assert transfer.add(new, alice, " \0 ", policy).name == "Imported policy"
    assert len(transfer.add(new, alice, "x" * 500, policy).name) == 200


def arm_of(policy: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(iter(policy["arms"].values()))
    return found


def indefinite(policy: dict[str, Any]) -> None:
    gram = np.zeros((len(FEATURES), len(FEATURES)))
    gram[0, 1] = gram[1, 0] = 1.0
    arm_of(policy)["gram"] = gram.tolist()


def asymmetric(policy: dict[str, Any]) -> None:
    arm_of(policy)["gram"][0][1] += 0.5


def negative(policy: dict[str, Any]) -> None:
    """By little, for so many pulls; but a ridge of 1 does not make up for it."""
    gram = -3.0 * np.eye(len(FEATURES))
    arm_of(policy).update(pulls=10_000_000, gram=gram.tolist())


def out_of_nothing(policy: dict[str, Any]) -> None:
    """Rewards for contexts that were never seen."""
    nothing = np.zeros((len(FEATURES), len(FEATURES)))
    arm_of(policy).update(pulls=1000, gram=nothing.tolist(), response=[1000.0] * len(FEATURES))


SPOILT: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda policy: policy.pop("format"), "not a policy"),
    (lambda policy: policy.update(format="another"), "not a policy"),
    (lambda policy: policy.update(version=2), "another version"),
    (lambda policy: policy.update(features=[]), "name its features"),
    (lambda policy: policy.update(features="bias"), "name its features"),
    (lambda policy: policy.update(features=[f"f{i}" for i in range(201)]), "at most 200"),
    (lambda policy: policy["features"].__setitem__(0, 7), "must have a name"),
    (lambda policy: policy["features"].__setitem__(0, "\x1b[2J"), "must have a name"),
    (lambda policy: policy["features"].__setitem__(0, "bias"), "the same name"),
    (lambda policy: policy.update(arms={}), "learned nothing"),
    (lambda policy: policy.update(arms=[]), "learned nothing"),
    (lambda policy: policy["arms"].update(drop_table={}), "“drop_table”, and there is no such repair"),
    (lambda policy: policy["arms"].update(fix_column=None), "has no sums"),
    (lambda policy: arm_of(policy).update(pulls=0), "whole number"),
    (lambda policy: arm_of(policy).update(pulls=True), "whole number"),
    (lambda policy: arm_of(policy).update(pulls=1.5), "whole number"),
    (lambda policy: arm_of(policy).update(pulls=10**12), "whole number"),
    (lambda policy: arm_of(policy).update(reward_sum=float("nan")), "must be a number"),
    (lambda policy: arm_of(policy).update(reward_sum="1"), "must be a number"),
    (lambda policy: arm_of(policy).update(reward_sum=10**400), "must be a number"),
    (lambda policy: arm_of(policy).update(reward_sum=1e9), "larger than"),
    (lambda policy: arm_of(policy)["response"].pop(), "response of"),
    (lambda policy: arm_of(policy)["response"].__setitem__(0, float("inf")), "response of"),
    (lambda policy: arm_of(policy)["gram"].pop(), "gram of"),
    (lambda policy: arm_of(policy)["gram"][3].pop(), "gram of"),
    (lambda policy: arm_of(policy)["gram"][3].__setitem__(0, None), "gram of"),
    (lambda policy: arm_of(policy)["gram"][0].__setitem__(0, 1e9), "larger than"),
    (asymmetric, "not symmetric and positive"),
    (indefinite, "not symmetric and positive"),
    (negative, "not symmetric and positive"),
    (out_of_nothing, "more than rewards of 1 can make of its gram"),
]


@pytest.mark.parametrize(("spoil", "why"), SPOILT)
def test_what_is_not_a_policy_is_refused_with_a_sentence(
    new: Connection, alice: User, policy: dict[str, Any], spoil: Callable[[dict[str, Any]], object], why: str
) -> None:
    spoilt = copy.deepcopy(policy)
    spoil(spoilt)
    with pytest.raises(BadPolicy, match=why):
        transfer.add(new, alice, "shop", spoilt)
    assert not transfer.active(new).exists()


@pytest.mark.parametrize("data", [None, [], "policy", 7, {}])
def test_so_is_anything_else(new: Connection, alice: User, data: Any) -> None:
    with pytest.raises(BadPolicy, match="not a policy"):
        transfer.add(new, alice, "shop", data)


# The log.


def test_the_log_has_a_line_for_each_decision_with_its_lessons(connection: Connection, alice: User) -> None:
    episode = ended(connection, user=alice)
    [line] = map(json.loads, transfer.log_lines(connection))

    assert (line["episode"], line["user"], line["attempt"]) == (str(episode.pk), alice.pk, 2)
    assert (line["strategy"], line["propensity"], line["counts"]) == ("fix_column", 0.9125, True)
    assert [(lesson["kind"], lesson["amount"]) for lesson in line["lessons"]] == [("attempt", 0.9)]


def test_it_says_what_a_reset_made_void_and_has_nothing_of_others(
    connection: Connection, new: Connection, alice: User
) -> None:
    ended(connection)
    ended(new)
    resets.reset(connection, alice)
    ended(connection)

    assert [json.loads(line)["counts"] for line in transfer.log_lines(connection)] == [False, True]
