"""The bandit of a connection, kept in the database.

What is stored are plain sums, and an update adds to them under a row lock (on SQLite, under the write lock that an
IMMEDIATE transaction takes), so that two episodes that end at once both count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import models, transaction

from agent.errors import ErrorClass
from agent.policy import FEATURES, Context, Decision
from agent.repairs import REPAIRS, Strategy
from datasources.models import Connection
from learning.linucb import Arm, Floats, LinUCB, alpha
from learning.models import BanditArm

PRIOR_PULLS = 20
"""What the experience of all other connections together may weigh, in observations of each arm."""


NATURAL = {
    Strategy.FIX_COLUMN: (ErrorClass.NO_SUCH_COLUMN, ErrorClass.AMBIGUOUS_COLUMN),
    Strategy.FIX_TABLE: (ErrorClass.NO_SUCH_TABLE,),
    Strategy.ADD_GROUPBY: (ErrorClass.AGGREGATION_ERROR,),
    Strategy.FIX_SYNTAX: (ErrorClass.SYNTAX_ERROR, ErrorClass.NOT_READ_ONLY),
    Strategy.CHANGE_DIALECT: (ErrorClass.NO_SUCH_FUNCTION, ErrorClass.DATATYPE_MISMATCH),
    Strategy.RELAX_FILTER: (ErrorClass.EMPTY_RESULT,),
    Strategy.REWRITE_CTE: (ErrorClass.TIMEOUT,),
    Strategy.REWRITE_FULL: (ErrorClass.OTHER, ErrorClass.REJECTED),
}
"""The errors that each repair is named for. A bandit that knows nothing yet counts this as one success each."""


@dataclass(frozen=True)
class Lesson:
    """What to add to the sums of the decision's arm. `pulls` is 1 for a new observation, 0 for a correction of one."""

    decision: Decision
    reward: float
    pulls: int


class StoredPolicy:
    """A Policy over one connection's arms: `load` it for an episode, `save` what it learned when that has ended.

    Without a connection it knows what all of them together have taught.
    """

    def __init__(self, connection: Connection | None, bandit: LinUCB, pulls: int) -> None:
        self._connection = connection
        self._bandit = bandit
        self._pulls = pulls
        self._lessons: list[Lesson] = []

    @classmethod
    def load(cls, connection: Connection | None) -> StoredPolicy:
        own = _sums(BanditArm.objects.filter(connection=connection, user=None)) if connection else _Sums.zero()
        prior = (_sums(BanditArm.objects.filter(connection=None)) - own).weakened()
        start = _natural_start()
        bandit = LinUCB(
            len(REPAIRS),
            len(FEATURES),
            own.gram + prior.gram + start.gram,
            own.response + prior.response + start.response,
        )
        return cls(connection, bandit, int(own.pulls.sum()))

    def choose(self, context: Context) -> Decision:
        vector = context.vector()
        scores = self._bandit.scores(np.array(vector), alpha(self._pulls))
        best = REPAIRS[int(np.argmax(scores))]
        return Decision(best, dict(zip(REPAIRS, map(float, scores), strict=True)), vector)

    def learn(self, decision: Decision, reward: float) -> None:
        self._bandit.learn(Arm(REPAIRS.index(decision.strategy)), np.array(decision.vector), reward)
        self._pulls += 1
        self._lessons.append(Lesson(decision, reward, pulls=1))

    def correct(self, decision: Decision, difference: float) -> None:
        self._bandit.correct(Arm(REPAIRS.index(decision.strategy)), np.array(decision.vector), difference)
        self._lessons.append(Lesson(decision, difference, pulls=0))

    def save(self) -> None:
        """Add what was learned since the last save to the stored sums, of the connection and of all together.

        Arms are locked in one order, the same for everybody: two that save at once wait, and never for each other.
        """
        lessons, self._lessons = self._lessons, []
        if not lessons or self._connection is None:
            return
        with transaction.atomic():
            for strategy in REPAIRS:
                learned = [lesson for lesson in lessons if lesson.decision.strategy is strategy]
                if learned:
                    _add(self._connection, strategy, learned)
                    _add(None, strategy, learned)


@dataclass(frozen=True)
class _Sums:
    """Of every arm, in the order of REPAIRS."""

    gram: Floats
    response: Floats
    pulls: Floats

    @classmethod
    def zero(cls) -> _Sums:
        arms, size = len(REPAIRS), len(FEATURES)
        return cls(np.zeros((arms, size, size)), np.zeros((arms, size)), np.zeros(arms))

    def __sub__(self, other: _Sums) -> _Sums:
        return _Sums(self.gram - other.gram, self.response - other.response, self.pulls - other.pulls)

    def weakened(self) -> _Sums:
        """The same experience, each arm shrunk to weigh no more than PRIOR_PULLS observations."""
        weight = PRIOR_PULLS / np.maximum(self.pulls, PRIOR_PULLS)
        return _Sums(self.gram * weight[:, None, None], self.response * weight[:, None], self.pulls * weight)


def _natural_start() -> _Sums:
    """One observation of reward 1 for each pair in NATURAL, of nothing but the error's own feature."""
    sums = _Sums.zero()
    for arm, strategy in enumerate(REPAIRS):
        for error in NATURAL[strategy]:
            feature = FEATURES.index(f"error={error}")
            sums.gram[arm, feature, feature] += 1
            sums.response[arm, feature] += 1
    return sums


def _sums(arms: models.QuerySet[BanditArm]) -> _Sums:
    sums = _Sums.zero()
    for arm in arms:
        index = REPAIRS.index(Strategy(arm.strategy))
        sums.gram[index], sums.response[index] = _read(arm)
        sums.pulls[index] = arm.pulls
    return sums


def _read(arm: BanditArm) -> tuple[Floats, Floats]:
    """An arm's sums for today's FEATURES; features that it did not know yet are zero, those gone are dropped."""
    size = len(arm.features)
    gram = np.frombuffer(arm.gram, dtype=np.float64).reshape(size, size)
    response = np.frombuffer(arm.response, dtype=np.float64)
    if tuple(arm.features) == FEATURES:
        return gram.copy(), response.copy()
    old = {name: index for index, name in enumerate(arm.features)}
    kept = [(new, old[name]) for new, name in enumerate(FEATURES) if name in old]
    to, of = [pair[0] for pair in kept], [pair[1] for pair in kept]
    fitted, answers = np.zeros((len(FEATURES), len(FEATURES))), np.zeros(len(FEATURES))
    fitted[np.ix_(to, to)] = gram[np.ix_(of, of)]
    answers[to] = response[of]
    return fitted, answers


def _add(connection: Connection | None, strategy: Strategy, lessons: Sequence[Lesson]) -> None:
    size = len(FEATURES)
    zero = {
        "features": list(FEATURES),
        "gram": np.zeros((size, size)).tobytes(),
        "response": np.zeros(size).tobytes(),
    }
    arm, _ = BanditArm.objects.select_for_update().get_or_create(
        connection=connection, user=None, strategy=strategy, defaults=zero
    )
    gram, response = _read(arm)
    for lesson in lessons:
        x = np.array(lesson.decision.vector)
        gram += lesson.pulls * np.outer(x, x)
        response += lesson.reward * x
        arm.pulls += lesson.pulls
        arm.reward_sum += lesson.reward
    arm.features, arm.gram, arm.response = list(FEATURES), gram.tobytes(), response.tobytes()
    arm.save()
