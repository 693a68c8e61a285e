"""The bandit: a choice and a lesson in memory, and a lesson stored."""

from collections.abc import Callable, Iterator
from statistics import median

import numpy as np

from agent.errors import ErrorClass
from agent.policy import FEATURES, Context
from agent.repairs import REPAIRS, Strategy
from datasources.models import Connection
from learning.bandit import log
from learning.linucb import Arm, LinUCB
from tests.bench.figures import Figure, stopwatch
from tests.bench.options import Options
from tests.learning.bandit.decided import attempts_of, running

ROUNDS = 2000
SAVES = 200
FAILED = Context(ErrorClass.NO_SUCH_COLUMN, 2, 5, Strategy.GENERATE, error_changed=False, streak=2)


def figures(options: Options) -> Iterator[Figure]:
    size = f"{len(REPAIRS)} arms, {len(FEATURES)} features"
    yield Figure("LinUCB choose + learn", _median(_in_memory(), ROUNDS) * 1e6, "µs", 200, size)
    yield Figure("policy update stored, SQLite", _median(_stored(), SAVES) * 1e3, "ms", 5)


def _in_memory() -> Callable[[], None]:
    bandit, x = LinUCB(len(REPAIRS), len(FEATURES)), np.array(FAILED.vector())

    def run() -> None:
        best = Arm(int(np.argmax(bandit.scores(x, 1.0))))
        bandit.learn(best, x, 0.5)

    return run


def _stored() -> Callable[[], None]:
    """An episode with two repairs: its decisions and lessons, and the sums of the connection and of all."""
    connection = Connection.objects.get()
    errors, repairs = [ErrorClass.NO_SUCH_COLUMN] * 2, [Strategy.FIX_COLUMN, Strategy.REWRITE_FULL]
    attempts = attempts_of(errors, repairs)
    episodes = iter([running(connection) for _ in range(SAVES + 1)])
    return lambda: log.append(next(episodes), attempts)


def _median(run: Callable[[], None], rounds: int) -> float:
    run()
    return median(_seconds(run) for _ in range(rounds))


def _seconds(run: Callable[[], None]) -> float:
    with stopwatch() as taken:
        run()
    return taken[0]
