"""Whether a candidate is put to use: by a paired comparison with the prompt in use, on questions with known answers.

The rule: at least two questions more are right; on the held questions, which the search never saw, not more are lost
than won; and so many or more of those that changed would be won by chance in at most one case of four (sign test).
Where there are eight held questions, these alone say what is chance. Where there are fewer, the best of several
candidates was picked on the questions that judge it, so chance is multiplied by how many there were (Bonferroni).
What is better but not clearly so is proposed, and a person decides. What was promoted is watched, and rolled back
when people fare worse with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from learning.benchmark.significance import mcnemar, sign_test
from learning.optimizing.data import LEAST_GOLD, Example, Part

LEAST_GAIN = 2
MOST_BY_CHANCE = 0.25
LEAST_HELD = 8
STRONG = 0.05

RULE = (
    f"Promoted where at least {LEAST_GAIN} questions more are right, the questions that the search never saw lose no "
    "more than they win, and a split like this comes by chance in at most one case of four. Of eight or more questions "
    "that the search never saw, these alone say what is chance; of fewer, chance counts once for each candidate."
)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one question with one prompt. `is_right` is None where nobody knows."""

    score: float
    is_right: bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`questions` have known answers; `before` and `after` are how many of them are right, `fixed` and `broke` ids.
    `held_*`: of those that the search never saw. `score_*`: means over all questions of validation, or where there
    is none with a known answer over the training ones. `tried`: candidates of which it is the best. `by_chance`:
    one-sided, of picking the best of them; `p_value`: McNemar's, two-sided, as if it had been the only one."""

    questions: int
    before: int
    after: int
    fixed: tuple[str, ...]
    broke: tuple[str, ...]
    held_questions: int
    held_fixed: int
    held_broke: int
    score_before: float
    score_after: float
    by_chance: float
    p_value: float
    tried: int = 1
    rule: str = RULE

    @property
    def is_weak(self) -> bool:
        """Too few answers are known: a person decides."""
        return self.questions < LEAST_GOLD

    @property
    def is_better(self) -> bool:
        """As the rule says; of weak evidence, whether the scores are better."""
        if self.is_weak:
            return self.score_after > self.score_before
        return self.is_promising and self.by_chance <= MOST_BY_CHANCE

    @property
    def is_promising(self) -> bool:
        """Better, whether or not by chance."""
        gain = len(self.fixed) - len(self.broke)
        return gain >= LEAST_GAIN and self.held_broke <= self.held_fixed

    @property
    def sentence(self) -> str:
        """Claims no more than the figures do."""
        if self.is_weak:
            known = f"{self.questions} verified {'query' if self.questions == 1 else 'queries'}"
            return (
                f"Weak evidence, as there {'is' if self.questions == 1 else 'are'} only {known}: the mean score went "
                f"from {self.score_before:.2f} to {self.score_after:.2f}."
            )
        figures = (
            f"{self.before} → {self.after} of {self.questions} questions right, {len(self.fixed)} fixed, "
            f"{len(self.broke)} broken"
        )
        if self.is_promising and not self.is_better:
            picked = f", picked as the best of {self.tried} candidates" if self.tried > 1 else ""
            return f"Perhaps better, but too likely by chance{picked}: {figures}."
        if not self.is_better:
            return f"Not clearly better: {figures}."
        sure = "Better" if self.p_value < STRONG else "Better, though with so few questions it could be chance"
        return f"{sure}: {figures}."

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {
            "is_weak": self.is_weak,
            "is_better": self.is_better,
            "sentence": self.sentence,
        }


def judge(
    examples: Sequence[Example], before: Mapping[int, Result], after: Mapping[int, Result], tried: int = 1
) -> Verdict:
    """By the results of both, by the examples' places, where `after` is of the best of so many candidates. A question
    that one of them has no result of counts nowhere."""
    both = [place for place in before if place in after]
    known = [place for place in both if before[place].is_right is not None and after[place].is_right is not None]
    fixed = [place for place in known if after[place].is_right and not before[place].is_right]
    broke = [place for place in known if before[place].is_right and not after[place].is_right]
    held = [place for place in known if examples[place].part == Part.HELD]
    return Verdict(
        questions=len(known),
        before=sum(bool(before[place].is_right) for place in known),
        after=sum(bool(after[place].is_right) for place in known),
        fixed=tuple(examples[place].id for place in fixed),
        broke=tuple(examples[place].id for place in broke),
        held_questions=len(held),
        held_fixed=sum(place in held for place in fixed),
        held_broke=sum(place in held for place in broke),
        score_before=_mean([before[place].score for place in both]),
        score_after=_mean([after[place].score for place in both]),
        by_chance=_by_chance(fixed, broke, held, tried),
        p_value=mcnemar(len(fixed), len(broke)),
        tried=tried,
    )


def _by_chance(fixed: Sequence[int], broke: Sequence[int], held: Sequence[int], tried: int) -> float:
    if len(held) >= LEAST_HELD:
        return sign_test(sum(place in held for place in fixed), sum(place in held for place in broke))
    return min(1.0, tried * sign_test(len(fixed), len(broke)))


def _mean(scores: Sequence[float]) -> float:
    return sum(scores) / len(scores) if scores else 0.0
