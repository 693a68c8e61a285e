"""Is what was learned worth it? The connection's own log says what simpler rules would have earned instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db.models import QuerySet, Sum

from agent.errors import ErrorClass
from agent.policy import FEATURES
from agent.repairs import REPAIRS, Strategy
from datasources.models import Connection
from datasources.wording import counted, signed
from learning.linucb import Floats
from learning.models import BanditDecision
from learning.offpolicy import FEWEST_EFFECTIVE, FEWEST_EPISODES, Estimate, Estimates, Judge, Log
from learning.policy import NATURAL

MOST_DECISIONS = 20_000
"""The latest: a log may be longer than a page can wait for."""

LEARNED = "learned"
"""The name of the candidate that the others are compared with."""

_TABLE = {error: strategy for strategy, errors in NATURAL.items() for error in errors}


@dataclass(frozen=True)
class Candidate:
    """A policy and what it would have earned. `lead`: how much more per decision what was learned earns; None of
    itself, and where there is too little to say. `verdict` is that in a sentence, empty of what was learned."""

    name: str
    words: str
    estimates: Estimates
    lead: Estimate | None = None
    verdict: str = ""


@dataclass(frozen=True)
class Comparison:
    """`logged` is the mean reward of the `decisions` that are judged, None where there are none.

    Left out: the `unexplored`, which left nothing to chance, so that they say nothing of any other choice.
    """

    decisions: int
    episodes: int
    unexplored: int
    logged: float | None
    candidates: tuple[Candidate, ...]

    @property
    def words(self) -> str:
        judged = f"{counted(self.decisions, 'decision')} in {counted(self.episodes, 'answer')}"
        if not self.unexplored:
            return f"{judged}."
        return f"{judged}; {counted(self.unexplored, 'decision')} left out, because nothing was left to chance in them."

    @property
    def is_enough(self) -> bool:
        return any(candidate.lead for candidate in self.candidates)


def compare(connection: Connection) -> Comparison:
    """What was learned, as it was at each decision, so that none is judged by a policy that has learned from it,
    against rewriting always, a fixed table by error class, and chance; on decisions since the last reset, without
    those of agents, of which nobody knows the propensity."""
    rows = _rows(BanditDecision.objects.counting().by_bandits().filter(connection=connection))
    judged = [row for row in rows if row.exploration > 0 and row.propensity < 1]
    log = _log(judged)
    return Comparison(
        decisions=len(log),
        episodes=len(set(log.episodes.tolist())),
        unexplored=len(rows) - len(judged),
        logged=float(log.rewards.mean()) if judged else None,
        candidates=tuple(_candidates(judged, log)),
    )


def _candidates(rows: Sequence[_Row], log: Log) -> Iterator[Candidate]:
    judge, greedy = Judge(log, len(REPAIRS)), _matrix([_greedy(row.scores) for row in rows])
    learned = judge.evaluate(greedy)
    yield Candidate(LEARNED, "What was learned", learned)
    others = {
        "rewrite_full": ("Always rewrite", [_always(Strategy.REWRITE_FULL)] * len(rows)),
        "table": ("A fixed repair for each error", [_always(_TABLE[ErrorClass(row.error_class)]) for row in rows]),
        "random": ("A repair at random", [np.full(len(REPAIRS), 1 / len(REPAIRS))] * len(rows)),
    }
    for name, (words, chances) in others.items():
        target = _matrix(chances)
        estimates, lead = judge.evaluate(target), judge.difference(greedy, target)
        verdict = _verdict(lead) if lead else _too_little(min(learned, estimates, key=lambda one: one.effective))
        yield Candidate(name, words, estimates, lead, verdict)


@dataclass(frozen=True)
class _Row:
    """A decision that was rewarded."""

    episode: int
    error_class: str
    context: dict[str, float]
    scores: dict[str, float]
    strategy: str
    propensity: float
    exploration: float
    reward: float


def _rows(decisions: QuerySet[BanditDecision]) -> list[_Row]:
    """The latest of those that something came of, oldest first."""
    fields = ("error_class", "context", "scores", "strategy", "propensity", "exploration")
    rewarded = decisions.annotate(reward=Sum("lessons__amount")).exclude(reward=None).order_by("-pk")
    found = list(rewarded.values_list("episode", "attempt", *fields, "reward")[:MOST_DECISIONS])[::-1]
    episodes = _episodes([(episode, attempt) for episode, attempt, *_ in found])
    return [_Row(episode, *values) for episode, (_, _, *values) in zip(episodes, found, strict=True)]


def _episodes(logged: Sequence[tuple[UUID | None, int]]) -> list[int]:
    """A number for each episode. Those of a deleted one are told from others' by their attempts, which count up."""
    names, gone, before = [], 0, 0
    for episode, attempt in logged:
        if episode is None:
            gone += attempt <= before
            before = attempt
        names.append(str(episode or gone))
    numbers: list[int] = np.unique(names, return_inverse=True)[1].tolist()
    return numbers


def _log(rows: Sequence[_Row]) -> Log:
    contexts = [[row.context.get(name, 0.0) for name in FEATURES] for row in rows]
    return Log(
        contexts=np.array(contexts, dtype=np.float64).reshape(len(rows), len(FEATURES)),
        arms=np.array([REPAIRS.index(Strategy(row.strategy)) for row in rows], dtype=np.intp),
        propensities=np.array([row.propensity for row in rows], dtype=np.float64),
        rewards=np.array([row.reward for row in rows], dtype=np.float64),
        episodes=np.array([row.episode for row in rows], dtype=np.intp),
    )


def _greedy(scores: dict[str, float]) -> Floats:
    """The best score; equally good ones share."""
    known = np.array([scores.get(strategy, -np.inf) for strategy in REPAIRS])
    best = known == known.max()
    chances: Floats = best / best.sum()
    return chances


def _always(strategy: Strategy) -> Floats:
    return np.array([float(repair is strategy) for repair in REPAIRS])


def _matrix(chances: Sequence[Floats]) -> Floats:
    return np.array(chances, dtype=np.float64).reshape(len(chances), len(REPAIRS))


def _verdict(lead: Estimate) -> str:
    between = f"95 % interval {signed(lead.low)} to {signed(lead.high)}"
    if lead.low == lead.high == 0:
        return "It would have chosen the same every time."
    if lead.low <= 0 <= lead.high:
        return f"No difference beyond chance: what was learned earns {signed(lead.value)} per decision ({between})."
    more = "more" if lead.value > 0 else "less"
    return f"What was learned earns {abs(lead.value):.2f} {more} per decision than this ({between})."


def _too_little(estimates: Estimates) -> str:
    if estimates.episodes < FEWEST_EPISODES:
        answers = counted(estimates.episodes, "answer")
        return f"Too few to say: {answers} with a repair left to chance, and at least {FEWEST_EPISODES} are needed."
    if not estimates.is_enough:
        return (
            "Too few to say: what it would do was tried so seldom that it is worth "
            f"{estimates.effective:.0f} decisions, and at least {FEWEST_EFFECTIVE:.0f} are needed."
        )
    return "Every decision earned the same, so nothing tells one from the other."
