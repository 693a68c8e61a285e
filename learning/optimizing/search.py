"""The search: the gepa library, with our agent, our model and our tables. Nothing is read from or written to files."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from gepa.api import optimize

from learning.models import Candidate
from learning.optimizing.adapter import Adapter, Chooser, as_stored
from learning.optimizing.candidates import candidate_of
from learning.optimizing.data import LEAST_GOLD, Example, Part, gold_of
from learning.optimizing.halting import BudgetSpent
from learning.optimizing.work import Work

logger = logging.getLogger(__name__)

MINIBATCH = 3
"""Questions that one reflection is made from."""
MOST_MERGES = 5
_FRUITLESS = 12
"""So many rounds without anything new to ask end the search."""
_OUTCOME_WORSE = "Not better on the questions that it was made from."


def run(work: Work) -> None:
    """Until nothing better can be found or the budget is spent; candidates are in `work`. Raises what ends a step."""
    adapter = Adapter(work)
    seen_by_gepa: Any = adapter
    watcher: Any = _Watcher(work, adapter)
    places = list(range(len(work.examples)))
    try:
        optimize(
            seed_candidate=base_of(work),
            trainset=_Places([place for place in places if work.examples[place].part == Part.TRAIN]),
            valset=_Places(searched(work.examples)),
            adapter=seen_by_gepa,
            module_selector=Chooser(work.optimization.evolves, work.optimization.seed),
            reflection_minibatch_size=MINIBATCH,
            use_merge=True,
            max_merge_invocations=MOST_MERGES,
            stop_callbacks=watcher,
            callbacks=[watcher],
            logger=_Quiet(),
            seed=work.optimization.seed,
            track_best_outputs=False,
            raise_on_exception=True,
        )
    except BudgetSpent:
        return
    stopped = adapter.stopped or watcher.broken
    if stopped and not isinstance(stopped, BudgetSpent):
        raise stopped


def base_of(work: Work) -> dict[str, str]:
    """The prompt in use, as a candidate."""
    return candidate_of(work.base.instructions, [rule.text for rule in work.base.rules])


def searched(examples: Sequence[Example]) -> list[int]:
    """The places of what every candidate is asked: where too few answers are known, the training questions, too."""
    parts = {Part.SEARCH} if gold_of(examples) >= LEAST_GOLD else {Part.SEARCH, Part.TRAIN}
    return [place for place, example in enumerate(examples) if example.part in parts]


class _Places:
    """gepa's DataLoader: what is loaded by a place is the place."""

    def __init__(self, places: Sequence[int]) -> None:
        self._places = places

    def all_ids(self) -> Sequence[int]:
        return self._places

    def fetch(self, ids: Sequence[int]) -> list[int]:
        return list(ids)

    def __len__(self) -> int:
        return len(self._places)


class _Watcher:
    """gepa's callback and its stopper: stores what is found as it is found, and says when it is enough: also where a
    candidate answers everything that it is asked, and at once, as there is nothing to add to that.

    gepa swallows what a callback raises: `broken` keeps it, and ends the search.
    """

    def __init__(self, work: Work, adapter: Adapter) -> None:
        self.broken: Exception | None = None
        self._work = work
        self._adapter = adapter
        self._noted = 0
        self._calls = 0
        self._fruitless = 0
        self._best = 0.0

    def __call__(self, gepa_state: Any) -> bool:
        if self.broken or self._adapter.stopped:
            return True
        self._fruitless = 0 if self._work.calls > self._calls else self._fruitless + 1
        self._calls = self._work.calls
        return self._fruitless > _FRUITLESS or self._best >= 1.0

    def on_valset_evaluated(self, event: Any) -> None:
        found = as_stored(
            event["candidate_idx"], event["candidate"], list(event["parent_ids"]), event["scores_by_val_id"]
        )
        self._keeping(found)
        self._best = max(self._best, found.score)

    def on_iteration_end(self, event: Any) -> None:
        """What came of the reflection of this round, where one was made."""
        try:
            trace = event["state"].full_program_trace[-1]
            for made in self._adapter.proposals[self._noted :]:
                self._note(made, trace)
            self._noted = len(self._adapter.proposals)
        except Exception as error:  # noqa: BLE001 - kept, and raised by who began the search
            self.broken = error

    def _keeping(self, candidate: Candidate) -> None:
        try:
            self._work.keep(candidate)
        except Exception as error:  # noqa: BLE001 - kept, and raised by who began the search
            self.broken = error

    def _note(self, made: Any, trace: dict[str, Any]) -> None:
        if made.after is not None or "new_subsample_scores" not in trace:
            return
        made.before, made.after = fmean(trace["subsample_scores"]), fmean(trace["new_subsample_scores"])
        made.candidate = trace.get("new_program_idx")
        made.outcome = "" if made.candidate is not None else _OUTCOME_WORSE
        made.save(update_fields=["before", "after", "candidate", "outcome"])


class _Quiet:
    """gepa's logger."""

    def log(self, message: str) -> None:
        logger.debug("%s", message)
