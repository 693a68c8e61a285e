"""The bandit of a connection: what is stored of it, put to use for an episode."""

from __future__ import annotations

from random import Random

import numpy as np
from django.conf import settings

from accounts.models import User
from agent.errors import ErrorClass
from agent.policy import FEATURES, Context, Decision
from agent.repairs import REPAIRS, Strategy
from datasources.models import Connection
from learning.bandit import arms, transfer
from learning.bandit.arms import ALL, Scope
from learning.bandit.sums import Sums
from learning.linucb import Arm, Floats, LinUCB, alpha

EXPLORATION: float = settings.EXPLORATION
"""The share of choices that are made at random."""

PRIOR_PULLS = 20
"""What the experience of others together may weigh, in observations of each arm."""


NATURAL = {
    Strategy.FIX_COLUMN: (ErrorClass.NO_SUCH_COLUMN, ErrorClass.AMBIGUOUS_COLUMN),
    Strategy.FIX_TABLE: (ErrorClass.NO_SUCH_TABLE,),
    Strategy.ADD_GROUPBY: (ErrorClass.AGGREGATION_ERROR,),
    Strategy.FIX_SYNTAX: (ErrorClass.SYNTAX_ERROR, ErrorClass.NOT_READ_ONLY),
    Strategy.CHANGE_DIALECT: (ErrorClass.NO_SUCH_FUNCTION, ErrorClass.DATATYPE_MISMATCH),
    Strategy.RELAX_FILTER: (ErrorClass.EMPTY_RESULT,),
    Strategy.REWRITE_CTE: (ErrorClass.TIMEOUT,),
    Strategy.REWRITE_FULL: (ErrorClass.OTHER, ErrorClass.REJECTED, ErrorClass.SUSPICIOUS),
}
"""The errors that each repair is named for. A bandit that knows nothing yet counts this as one success each."""


class StoredPolicy:
    """A Policy that starts from what is stored, and learns in memory: what it is told counts for its next choices.

    With probability `exploration` it draws one of the K repairs uniformly, otherwise one of those with the best score
    (ties share evenly). So a repair is chosen with the propensity

        exploration/K                              where its score is not the best
        exploration/K + (1-exploration)/ties       where it is, as `ties` repairs have it

    which is never 0 while it explores. What is kept of an episode is appended by `learning.bandit.log`.
    """

    def __init__(self, bandit: LinUCB, pulls: int, exploration: float, random: Random) -> None:
        self._bandit = bandit
        self._pulls = pulls
        self._exploration = exploration
        self._random = random

    @classmethod
    def load(
        cls,
        connection: Connection | None,
        user: User | None = None,
        *,
        exploration: float = EXPLORATION,
        random: Random | None = None,
    ) -> StoredPolicy:
        """As a connection's bandit stands, or that of `user` there, where the team asks for one of each person's own.

        Without a connection it knows what all of them together have taught.
        """
        known, pulls = _experience(connection, user)
        known += _natural_start()
        bandit = LinUCB(len(REPAIRS), len(FEATURES), known.gram, known.response)
        return cls(bandit, pulls, exploration, random or Random())  # noqa: S311 - a draw, not a secret

    def choose(self, context: Context) -> Decision:
        vector, uncertainty = context.vector(), alpha(self._pulls)
        scores = self._bandit.scores(np.array(vector), uncertainty)
        chances = propensities(scores, self._exploration)
        [chosen] = self._random.choices(range(len(REPAIRS)), weights=chances.tolist())
        return Decision(
            REPAIRS[chosen],
            dict(zip(REPAIRS, map(float, scores), strict=True)),
            vector,
            propensity=float(chances[chosen]),
            exploration=self._exploration,
            alpha=uncertainty,
        )

    def expected(self, context: Context) -> Floats:
        """The reward that it expects of each repair, in the order of REPAIRS, without what it adds for uncertainty."""
        return self._bandit.scores(np.array(context.vector()), 0.0)

    def learn(self, decision: Decision, reward: float) -> None:
        self._bandit.learn(Arm(REPAIRS.index(decision.strategy)), np.array(decision.vector), reward)
        self._pulls += 1

    def correct(self, decision: Decision, difference: float) -> None:
        self._bandit.correct(Arm(REPAIRS.index(decision.strategy)), np.array(decision.vector), difference)


def propensities(scores: Floats, exploration: float) -> Floats:
    """The probability of each arm by the rule of StoredPolicy: shape K, in [0, 1], together 1."""
    best = scores == scores.max()
    chances: Floats = exploration / len(scores) + (1 - exploration) * best / best.sum()
    return chances


def _experience(connection: Connection | None, user: User | None) -> tuple[Sums, int]:
    """What is known without the natural start, and how many observations of it are one's own.

    One's own experience counts in full, as does an imported policy; that of others is weakened, in circles of which
    each leaves out the one within it: so nothing is counted twice.
    """
    if connection is None:
        [everything] = arms.read([ALL])
        return everything.weakened(PRIOR_PULLS), 0
    own, *circles = arms.read(_circles(connection, user))
    known = own + transfer.total(connection)
    pulls = int(known.pulls.sum())
    inner = own
    for circle in circles:
        known += (circle - inner).weakened(PRIOR_PULLS)
        inner = circle
    return known, pulls


def _circles(connection: Connection, user: User | None) -> list[Scope]:
    """Whose experience counts, the innermost first."""
    return arms.scopes_of(connection.pk, user.pk if user else None)[::-1]


def _natural_start() -> Sums:
    """One observation of reward 1 for each pair in NATURAL, of nothing but the error's own feature."""
    sums = Sums.zero()
    for arm, strategy in enumerate(REPAIRS):
        for error in NATURAL[strategy]:
            feature = FEATURES.index(f"error={error}")
            sums.gram[arm, feature, feature] += 1
            sums.response[arm, feature] += 1
    return sums
