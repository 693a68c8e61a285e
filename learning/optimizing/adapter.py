"""The gepa library's view of the agent: a GEPAAdapter over the one agent loop, and over our model for reflections.

gepa takes what it is given by place: a question is its number in the optimization's list of examples.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from gepa.core.adapter import EvaluationBatch

from agent import reflection as wording
from agent.prompt import Prompt
from agent.reflection import LONGEST_RULE, Proposed, Record, Unusable
from datasources.introspect import Schema
from learning.generations.unknown_names import unknown_names
from learning.models import Candidate, Optimization, Reflection, Trial
from learning.optimizing.candidates import INSTRUCTIONS, RULES, as_texts, key_of, places_of, rules_of
from learning.optimizing.work import Work

_SAYS_THE_SAME = 0.5
"""The share of a remark's words that a rule must have, too, to stand for it."""
_EVERY_SO_MANY = 3
"""Of the proposals where both may change, one in so many changes the instructions."""

Phase = Optimization.Phase


class Adapter:
    """Implements gepa.core.adapter.GEPAAdapter[int, Trial, Trial].

    `stopped` is what ended the step while gepa would have gone on: it takes an error in a reflection for a proposal
    that was not made.
    """

    def __init__(self, work: Work) -> None:
        self.work = work
        self.stopped: Exception | None = None
        self.proposals: list[Reflection] = []
        self._proposed: set[str] = set()

    def evaluate(
        self, batch: list[int], candidate: dict[str, str], capture_traces: bool = False
    ) -> EvaluationBatch[Trial, Trial]:
        if self.stopped:
            raise self.stopped
        met = self.work.calls
        phase = Phase.TRYING if 0 in self.work.candidates else Phase.BASELINE
        trials = self.work.trials(candidate, batch, phase)
        scores = [trial.score for trial in trials]
        return EvaluationBatch(
            outputs=trials, scores=scores, trajectories=trials, num_metric_calls=self.work.calls - met
        )

    def make_reflective_dataset(
        self,
        candidate: dict[str, str],
        eval_batch: EvaluationBatch[Trial, Trial],
        components_to_update: list[str],
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """The worst first, each question once: a small model reads the beginning best."""
        trials = {trial.example: trial for trial in eval_batch.outputs}
        worst = sorted(trials.values(), key=lambda trial: (trial.score, trial.example))
        records = [
            {
                "place": trial.example,
                "sql": trial.sql,
                "feedback": trial.told.get("feedback", ""),
                "facts": trial.told.get("facts", []),
            }
            for trial in worst
        ]
        return dict.fromkeys(components_to_update, records)

    def propose_new_texts(
        self,
        candidate: dict[str, str],
        reflective_dataset: Mapping[str, Sequence[Mapping[str, Any]]],
        components_to_update: list[str],
    ) -> dict[str, str]:
        """Empty where the reflection gave nothing that can be used."""
        if self.stopped:
            raise self.stopped
        try:
            found = {name: self._propose(name, candidate, reflective_dataset[name]) for name in components_to_update}
        except Exception as error:
            self.stopped = error
            raise
        return {name: text for name, text in found.items() if text}

    def _propose(self, component: str, candidate: dict[str, str], records: Sequence[Mapping[str, Any]]) -> str:
        told = [
            Record(self.work.examples[record["place"]].question, record["sql"], record["feedback"])
            for record in records
        ]
        asked_with = self.work.prompt_of(candidate)
        if component == INSTRUCTIONS:
            messages = wording.ask_for_instructions(asked_with, candidate[INSTRUCTIONS], told)
            made = self.work.reflection(self._number_of(candidate), component, None, messages)
            return self._read(made, lambda reply: wording.read_instructions(reply, candidate[INSTRUCTIONS]))
        return self._propose_rule(component, candidate, records, told, asked_with)

    def _propose_rule(
        self,
        component: str,
        candidate: dict[str, str],
        records: Sequence[Mapping[str, Any]],
        told: Sequence[Record],
        asked_with: Prompt,
    ) -> str:
        remark, said = self._unsaid(candidate, records)
        if remark is None and (known := self._known(component, candidate, records)):
            return known
        if remark is None:
            messages = wording.ask_for_rule(asked_with, rules_of(candidate), told, self.work.in_vain(candidate))
        else:
            about = [
                one
                for one, record in zip(told, records, strict=True)
                if remark in dict(self.work.examples[record["place"]].remarks)
            ]
            messages = wording.ask_for_wording(asked_with, said, about)
        made = self.work.reflection(self._number_of(candidate), component, remark, messages)
        text = self._read(made, lambda reply: self._new_rule(reply, component, candidate, said, asked_with.schema))
        if text:
            self._proposed.add(key_of({**candidate, component: text}))
        if text and made.remark_id and not _says(text, said):
            # What a person said stays in force beside it.
            made.remark = None
            made.save(update_fields=["remark"])
        return text

    def _known(self, component: str, candidate: dict[str, str], records: Sequence[Mapping[str, Any]]) -> str:
        """What a program has learned from these questions and the candidate does not say, as one rule, unless it was
        tried before; empty where there is none."""
        has = "\n".join(rules_of(candidate))
        rules: list[str] = []
        whys: list[str] = []
        for rule, why in (fact for record in records for fact in record["facts"]):
            if rule not in has and rule not in rules and len(" ".join([*rules, rule])) <= LONGEST_RULE:
                rules.append(rule)
                whys.append(why)
        text = " ".join(rules)
        key = key_of({**candidate, component: text})
        if not rules or key in self._proposed:
            return ""
        self._proposed.add(key)
        made = self.work.noted(self._number_of(candidate), component, text, " ".join(dict.fromkeys(whys)))
        self.proposals.append(made)
        return text

    def _new_rule(self, reply: str, component: str, candidate: dict[str, str], said: str, schema: Schema) -> Proposed:
        """Raises Unusable. Columns that the database does not have are only taken from what a person `said`."""
        proposed = wording.read_rule(reply, rules_of(candidate))
        unknown = [name for name in unknown_names([proposed.text], schema) if "." in name and name not in said]
        if unknown:
            raise Unusable(f"The rule names {', '.join(unknown)}, which the database does not have.")
        key = key_of({**candidate, component: proposed.text})
        if key in self._proposed or any(key_of(as_texts(one)) == key for one in self.work.candidates.values()):
            raise Unusable("The same was tried before.")
        return proposed

    def _unsaid(self, candidate: dict[str, str], records: Sequence[Mapping[str, Any]]) -> tuple[int | None, str]:
        """What people said of these questions, is in force, and the candidate does not say by itself; the first."""
        in_force = {rule["remark"]: rule["rule"] for rule in self.work.optimization.rules}
        known = self.work.remarks_in(candidate)
        for record in records:
            for remark, _ in self.work.examples[record["place"]].remarks:
                if remark in in_force and remark not in known:
                    return remark, in_force[remark]
        return None, ""

    def _read(self, made: Reflection, read: Any) -> str:
        """The text of the proposal; stored with it, or why there is none."""
        self.proposals.append(made)
        if made.text or made.outcome:
            return made.text
        try:
            proposed: Proposed = read(made.reply)
        except Unusable as error:
            made.outcome = str(error)
        else:
            made.text, made.why = proposed.text, proposed.why
        made.save(update_fields=["text", "why", "outcome"])
        return made.text

    def _number_of(self, candidate: dict[str, str]) -> int:
        key = key_of(candidate)
        same = (one.number for one in self.work.candidates.values() if key_of(as_texts(one)) == key)
        return next(same, 0)


def as_stored(number: int, texts: Mapping[str, str], parents: Sequence[int], scores: Mapping[int, float]) -> Candidate:
    return Candidate(
        number=number,
        instructions=texts[INSTRUCTIONS],
        rules=places_of(texts),
        parents=list(parents),
        scores={str(place): score for place, score in scores.items()},
        score=sum(scores.values()) / max(1, len(scores)),
    )


class Chooser:
    """Which text a proposal changes (gepa's ReflectionComponentSelector): an empty place for a rule, where there is
    one; a place that is taken only when all are; the instructions where they may change."""

    def __init__(self, evolves: str, seed: int) -> None:
        self._evolves = evolves
        self._random = Random(seed)  # noqa: S311 - the same ones again when it is gone on with
        self._chosen = 0

    def __call__(
        self, state: Any, trajectories: Any, subsample_scores: Any, candidate_idx: int, candidate: dict[str, str]
    ) -> list[str]:
        self._chosen += 1
        if self._evolves == Optimization.Evolves.INSTRUCTIONS:
            return [INSTRUCTIONS]
        if self._evolves == Optimization.Evolves.BOTH and self._chosen % _EVERY_SO_MANY == 0:
            return [INSTRUCTIONS]
        empty = [name for name in RULES if not candidate[name].strip()]
        return [self._random.choice(empty or list(RULES))]


def _says(rule: str, said: str) -> bool:
    """Whether a rule has most of the words of what a person said, by how these begin."""
    words = _beginnings(said)
    return not words or len(words & _beginnings(rule)) >= _SAYS_THE_SAME * len(words)


def _beginnings(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"\w{4,}", text.casefold())}
