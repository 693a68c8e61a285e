"""The sums anew, from the log: it is the truth, and they are a cache of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Team
from agent.repairs import REPAIRS, Strategy
from datasources.models import Connection
from learning.bandit import arms, log
from learning.bandit.arms import ALL, Scope
from learning.bandit.sums import Sums
from learning.models import BanditArm, BanditDecision, TeamLearning


@dataclass(frozen=True)
class Difference:
    """An arm that is not what the log says. `pulls` and `reward` are what is stored, the others what was logged."""

    scope: Scope
    strategy: Strategy
    pulls: int
    reward: float
    logged_pulls: int
    logged_reward: float


@transaction.atomic
def check(connection: Connection | None = None) -> list[Difference]:
    """What is stored otherwise than the log says, of a connection and its people, or of everything."""
    arms.lock()
    return list(_differences(_stored(connection), _logged(connection)))


@transaction.atomic
def rebuild(connection: Connection | None = None) -> list[Difference]:
    """Store what the log says, of a connection and its people, or of everything; returns what was different.

    Whoever wants to learn meanwhile waits, and adds to the new sums.
    """
    arms.lock()
    stored, logged = _stored(connection), _logged(connection)
    for scope in stored.keys() | logged.keys():
        arms.replace(scope, logged.get(scope, Sums.zero()))
    return list(_differences(stored, logged))


@transaction.atomic
def personal(team: Team) -> None:
    """Call when a team has switched personal bandits on or off, in the transaction that did: people's own are made
    from what they decided before, or go."""
    for connection in Connection.objects.filter(team=team).only("pk"):
        rebuild(connection)


def _differences(stored: dict[Scope, Sums], logged: dict[Scope, Sums]) -> Iterator[Difference]:
    for scope in sorted(
        stored.keys() | logged.keys(), key=lambda scope: (scope.connection_id or 0, scope.user_id or 0)
    ):
        kept, said = stored.get(scope, Sums.zero()), logged.get(scope, Sums.zero())
        for arm in kept.differing(said):
            yield Difference(
                scope,
                REPAIRS[arm],
                int(kept.pulls[arm]),
                float(kept.rewards[arm]),
                int(said.pulls[arm]),
                float(said.rewards[arm]),
            )


def _stored(connection: Connection | None) -> dict[Scope, Sums]:
    found: dict[Scope, list[BanditArm]] = defaultdict(list)
    for arm in BanditArm.objects.filter(connection=connection) if connection else BanditArm.objects.all():
        found[Scope.of(arm)].append(arm)
    return {scope: arms.sums_of(of_scope) for scope, of_scope in found.items()}


def _logged(connection: Connection | None) -> dict[Scope, Sums]:
    """Without a connection, also what all of them learned together, those that are deleted by now among them."""
    sums: dict[Scope, Sums] = defaultdict(Sums.zero)
    there, personal = _connections()
    decisions = BanditDecision.objects.counting()
    for whose, seen in log.seen_by(decisions.filter(connection=connection) if connection else decisions):
        if connection is None:
            sums[ALL].count(seen)
        if whose.connection_id in there:
            sums[Scope(whose.connection_id)].count(seen)
        if whose.connection_id in personal and whose.user_id is not None:
            sums[whose].count(seen)
    return dict(sums)


def _connections() -> tuple[set[int], set[int]]:
    """Those that there are, and those of teams whose members have bandits of their own."""
    teams = TeamLearning.objects.filter(is_personal=True).values("team")
    numbers = Connection.objects.values_list("pk", flat=True)
    return set(numbers), set(numbers.filter(team__in=teams))
