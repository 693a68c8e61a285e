"""How learning goes, in a few sentences."""

from __future__ import annotations

from collections.abc import Iterator

from datasources.wording import counted
from learning.benchmark.significance import wilson
from learning.overview import questions
from learning.overview.figures import Figures
from learning.overview.questions import Asked
from learning.words import percent

COMPARED = 20
"""Questions in each half of the time, at least: fewer say nothing about a change."""


def summary(figures: Figures) -> str:
    return " ".join(sentence for sentence in _sentences(figures) if sentence)


def _sentences(figures: Figures) -> Iterator[str]:
    asked = figures.asked
    if asked.questions:
        yield (
            f"{percent(asked.first_rate)} of {counted(asked.questions, 'question')} {figures.period.words} "
            f"{_were(asked.questions)} answered at the first attempt, and {percent(asked.success_rate)} in the end."
        )
        yield _change(figures)
        yield _helped(asked)
    yield _steered(figures)
    yield _unreached(asked.unreached)


def _change(figures: Figures) -> str:
    """The later half of the questions against the earlier, where the difference is hardly chance."""
    before, after = _halves(figures)
    if min(before.questions, after.questions) < COMPARED or not _differ(before, after):
        return ""
    return f"At the first attempt it was {percent(before.first_rate)} before, and {percent(after.first_rate)} lately."


def _differ(one: Asked, other: Asked) -> bool:
    """Their 95 % intervals do not overlap."""
    (low, high), (other_low, other_high) = (wilson(asked.at_first, asked.questions) for asked in (one, other))
    return high < other_low or other_high < low


def _halves(figures: Figures) -> tuple[Asked, Asked]:
    middle, before = figures.asked.questions / 2, Asked()
    for place, slot in enumerate(figures.slots):
        if before.questions + slot.asked.questions > middle and before.questions:
            return before, questions.total(figures.slots[place:])
        before += slot.asked
    return before, Asked()


def _helped(asked: Asked) -> str:
    parts = []
    if asked.recalled:
        parts.append(
            f"{counted(asked.recalled, 'question')} {_were(asked.recalled)} answered by a verified query at once"
        )
    if asked.with_examples:
        parts.append(f"{counted(asked.with_examples, 'question')} {_were(asked.with_examples)} asked with examples")
    return _sentence(parts)


def _steered(figures: Figures) -> str:
    used = figures.in_use
    parts = []
    if used.verified:
        parts.append(f"{counted(used.verified, 'verified query', 'verified queries')} {_are(used.verified)} in use")
    if used.rules:
        parts.append(f"{counted(used.rules, 'rule')} {_are(used.rules)} in force")
    if used.waiting:
        parts.append(f"{counted(used.waiting, 'remark')} {'waits' if used.waiting == 1 else 'wait'} for a curator")
    return _sentence(parts)


def _unreached(number: int) -> str:
    if not number:
        return ""
    return (
        f"{counted(number, 'question')} had no attempt, because the model or the database could not be reached: "
        f"{'it counts' if number == 1 else 'they count'} nowhere here."
    )


def _sentence(parts: list[str]) -> str:
    return f"{', '.join(parts)}." if parts else ""


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
