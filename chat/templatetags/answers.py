"""What `chat/_answer.html` shows of an AnswerView: which attempts fold, what repaired them, which words say it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from django import template
from django.utils.safestring import SafeString

from accounts import signs
from chat.answer import AnswerView, AttemptView
from datasources import wording
from datasources.highlight import sql_html, statement_html
from learning import words as said
from learning.confidence.assurance import Assurance
from learning.confidence.levels import Level
from learning.models import Episode

register = template.Library()


@dataclass(frozen=True)
class Score:
    """One strategy as the bandit saw it; `share` is its part of all scores, 0..1."""

    strategy: str
    score: float
    share: float
    chosen: bool


@dataclass(frozen=True)
class Fold:
    """A failed attempt, with the strategy that the bandit chose to repair it (empty after the last one)."""

    attempt: AttemptView
    repair: str
    scores: list[Score]

    @property
    def belief(self) -> float | None:
        return next((score.share for score in self.scores if score.chosen), None)


register.filter("sql", statement_html)
register.filter("strategy_words", said.strategy_words)
register.filter("percent", said.percent)
register.filter("seconds", said.duration)


@register.filter
def shown(answer: AnswerView) -> AttemptView | None:
    """The attempt that is shown in full: the one at work, or the one that gave the answer."""
    attempt = answer.current
    if attempt is None or (attempt.failed and answer.status not in {Episode.Status.RUNNING, Episode.Status.SUCCEEDED}):
        return None
    return attempt


@register.filter
def folds(answer: AnswerView) -> list[Fold]:
    """The failed attempts other than the shown one, each with its repair."""
    in_full = shown(answer)
    return [
        Fold(attempt, repair.strategy if repair else "", _scores(repair) if repair else [])
        for attempt, repair in zip_longest(answer.attempts, answer.attempts[1:])
        if attempt.failed and attempt is not in_full
    ]


def _scores(chosen: AttemptView) -> list[Score]:
    lowest = min([0.0, *chosen.scores.values()])
    total = sum(score - lowest for score in chosen.scores.values())
    return [
        Score(name, score, (score - lowest) / total if total else 1 / len(chosen.scores), name == chosen.strategy)
        for name, score in chosen.ranked_scores
    ]


@register.filter
def finished_lines(attempt: AttemptView) -> SafeString:
    """The coloured lines of a statement that is being written, up to the last newline."""
    return sql_html(attempt.sql[: attempt.sql.rfind("\n") + 1])


@register.filter
def last_line(attempt: AttemptView) -> SafeString:
    return sql_html(attempt.sql[attempt.sql.rfind("\n") + 1 :])


@register.filter
def announcement(answer: AnswerView) -> str:
    """What a screen reader says when the answer ends."""
    if answer.running:
        return ""
    if answer.table is None:
        return answer.error or "Stopped"
    if answer.asks:
        return "Two readings: say which one you mean"
    return rows(answer.table.row_count)


@register.filter
def sure_icon(sure: Assurance) -> str:
    return {Level.LIKELY_RIGHT: "check", Level.LIKELY_WRONG: "warning"}.get(sure.level, "minus")


@register.filter
def rows(count: int) -> str:
    return signs.current().write(wording.counted(count, "row"))


@register.filter
def error_words(attempt: AttemptView) -> str:
    return said.error_words(attempt.error_class)


@register.filter
def duration(milliseconds: float) -> str:
    return said.duration(milliseconds / 1000)


@register.filter
def signed(value: float | None) -> str:
    """A reward or a score."""
    return "" if value is None else wording.signed(value)


@register.filter
def words(name: str) -> str:
    return name.replace("_", " ")
