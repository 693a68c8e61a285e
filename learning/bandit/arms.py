"""The stored sums: a cache of the log, kept for a person, for a connection, and for all connections together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Q

from agent.policy import FEATURES
from agent.repairs import REPAIRS, Strategy
from learning.bandit.sums import Sums, fitted
from learning.linucb import Floats
from learning.models import BanditArm, TeamLearning


@dataclass(frozen=True)
class Scope:
    """Whose arms: a person's on a connection, everybody's there, or (without either) those of all connections."""

    connection_id: int | None = None
    user_id: int | None = None

    @classmethod
    def of(cls, arm: BanditArm) -> Scope:
        return cls(arm.connection_id, arm.user_id)

    @property
    def fields(self) -> dict[str, Any]:
        return {"connection": self.connection_id, "user": self.user_id}


ALL = Scope()
_SUMS = ["features", "gram", "response", "pulls", "reward_sum"]


def is_personal(connection_id: int) -> bool:
    """Whether each person has a bandit of their own there."""
    return TeamLearning.objects.filter(team__connections=connection_id, is_personal=True).exists()


def scopes_of(connection_id: int, user_id: int | None) -> list[Scope]:
    """Where a decision that this person's question led to counts, the widest first."""
    scopes = [ALL, Scope(connection_id)]
    if user_id is not None and is_personal(connection_id):
        scopes.append(Scope(connection_id, user_id))
    return scopes


def lock() -> None:
    """Have nobody else change the log or the arms until this transaction ends.

    Whoever learns, judges, resets or rebuilds takes this one lock first, so that no two of them ever wait for each
    other. It is the shared arms, which almost all of them change anyway; they are therefore never deleted. (On SQLite
    the transaction itself is the lock: it is IMMEDIATE.) An episode that is locked too is locked before.
    """
    shared = BanditArm.objects.select_for_update().filter(connection=None).order_by("strategy").values_list("pk")
    if len(shared) < len(REPAIRS):
        new = [_new(ALL, strategy) for strategy in REPAIRS]
        BanditArm.objects.bulk_create(new, ignore_conflicts=True)
        list(shared.all())


def read(scopes: Sequence[Scope]) -> list[Sums]:
    """The sums of each, in one statement: none has learned what another has not yet."""
    arms = list(BanditArm.objects.filter(_any(scopes)))
    return [sums_of(arm for arm in arms if Scope.of(arm) == scope) for scope in scopes]


def sums_of(arms: Iterable[BanditArm]) -> Sums:
    """What these arms hold, which are of one scope."""
    sums = Sums.zero()
    for arm in arms:
        index = REPAIRS.index(Strategy(arm.strategy))
        sums.gram[index], sums.response[index] = fitted(arm.features, *_stored(arm))
        sums.pulls[index], sums.rewards[index] = arm.pulls, arm.reward_sum
    return sums


def add(scopes: Sequence[Scope], sums: Sums) -> None:
    """The same to each of them. Called with the lock held."""
    changed = [index for index in range(len(REPAIRS)) if sums.pulls[index] or sums.response[index].any()]
    arms = list(BanditArm.objects.filter(_any(scopes), strategy__in=[REPAIRS[index] for index in changed]))
    filled = []
    for scope in scopes:
        known = {arm.strategy: arm for arm in arms if Scope.of(arm) == scope}
        total = sums_of(known.values()) + sums
        filled += [_fill(known.get(REPAIRS[index]) or _new(scope, REPAIRS[index]), total, index) for index in changed]
    _save(filled)


def replace(scope: Scope, sums: Sums) -> None:
    """Called with the lock held. Arms that were never pulled are not kept, but for the shared ones."""
    known = {arm.strategy: arm for arm in BanditArm.objects.filter(**scope.fields)}
    kept = [(index, strategy) for index, strategy in enumerate(REPAIRS) if sums.pulls[index] or scope == ALL]
    _save([_fill(known.get(strategy) or _new(scope, strategy), sums, index) for index, strategy in kept])
    gone = known.keys() - {strategy for _, strategy in kept}
    BanditArm.objects.filter(strategy__in=gone, **scope.fields).delete()


def _save(arms: Sequence[BanditArm]) -> None:
    """New ones, and those that are there, in a statement each."""
    BanditArm.objects.bulk_create(arms, update_conflicts=True, unique_fields=["pk"], update_fields=_SUMS)


def _any(scopes: Iterable[Scope]) -> Q:
    wanted = Q()
    for scope in scopes:
        wanted |= Q(**scope.fields)
    return wanted


def _new(scope: Scope, strategy: Strategy) -> BanditArm:
    arm = BanditArm(connection_id=scope.connection_id, user_id=scope.user_id, strategy=strategy)
    return _fill(arm, Sums.zero(), 0)


def _fill(arm: BanditArm, sums: Sums, index: int) -> BanditArm:
    arm.features = list(FEATURES)
    arm.gram, arm.response = sums.gram[index].tobytes(), sums.response[index].tobytes()
    arm.pulls, arm.reward_sum = int(sums.pulls[index]), float(sums.rewards[index])
    return arm


def _stored(arm: BanditArm) -> tuple[Floats, Floats]:
    size = len(arm.features)
    gram = np.frombuffer(arm.gram, dtype=np.float64).reshape(size, size)
    return gram, np.frombuffer(arm.response, dtype=np.float64)
