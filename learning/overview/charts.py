"""The figures as charts: what each shows in a sentence, what `static/learning.js` draws, and the same as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from learning.overview.figures import Figures
from learning.overview.generations import PutToUse
from learning.overview.periods import Unit
from learning.overview.questions import TIMED, Slot
from learning.words import duration, error_words, percent

_MEASURES = ("Answered", "At the first attempt")
_NO_QUESTIONS = "As soon as questions have been asked, this is drawn here."


@dataclass(frozen=True, slots=True)
class Chart:
    """`name` is its drawing's. Of the `columns`, the first heads each row. `empty` is said where there are no rows.
    `marks`: when generations of the prompt were put to use."""

    name: str
    heading: str
    says: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    data: Sequence[dict[str, Any]]
    empty: str = _NO_QUESTIONS
    marks: Sequence[PutToUse] = ()

    @property
    def json(self) -> str:
        return json.dumps(self.data)

    @property
    def json_of_marks(self) -> str:
        return json.dumps([{"start": _date(one.at), "put": f"Generation {one.generation}"} for one in self.marks])

    @property
    def put_to_use(self) -> str:
        """The marks in words."""
        said = ", ".join(f"generation {one.generation} on {_date(one.at)}" for one in self.marks)
        return f"Put to use: {said}." if said else ""


def charts(figures: Figures) -> list[Chart]:
    return [
        _success(figures),
        _attempts(figures),
        _errors(figures),
        _verdicts(figures),
        _tokens(figures),
        _seconds(figures),
    ]  # fmt: skip


def _success(figures: Figures) -> Chart:
    return Chart(
        "success",
        "Answered questions",
        "The share of questions that were answered, and of those that needed one attempt only, by generation of the "
        f"prompt. One point a {figures.timeline.unit}.",
        (_heading(figures), "Generation", "Questions", *_MEASURES),
        [
            (_day(slot.start, figures), str(slot.generation), f"{slot.asked.questions:,}",
             percent(slot.asked.success_rate), percent(slot.asked.first_rate))
            for slot in _asked(figures)
        ],
        [
            {**_of_slot(slot), "measure": measure, "share": share}
            for slot in _asked(figures)
            for measure, share in zip(_MEASURES, (slot.asked.success_rate, slot.asked.first_rate), strict=True)
        ],
        marks=figures.put_to_use,
    )  # fmt: skip


def _attempts(figures: Figures) -> Chart:
    return Chart(
        "attempts",
        "Attempts per question",
        f"How many queries were written until one ran, or all had failed. One point a {figures.timeline.unit}.",
        (_heading(figures), "Generation", "Questions", "Attempts per question"),
        [
            (_day(slot.start, figures), str(slot.generation), f"{slot.asked.questions:,}",
             f"{slot.asked.attempts_each:.2f}")
            for slot in _asked(figures)
        ],
        [{**_of_slot(slot), "attempts": slot.asked.attempts_each} for slot in _asked(figures)],
        marks=figures.put_to_use,
    )  # fmt: skip


def _errors(figures: Figures) -> Chart:
    return Chart(
        "errors",
        "What went wrong",
        "The questions that met each kind of error, and how many of them were answered after all.",
        ("Error", "Failed attempts", "Questions", "Answered after all"),
        [
            (error_words(one.error_class), f"{one.attempts:,}", f"{one.questions:,}", percent(one.repaired_share))
            for one in figures.failures
        ],
        [
            {"error": error_words(one.error_class), "end": end, "questions": count, "repaired": one.repaired_share}
            for one in figures.failures
            for end, count in (("Answered after all", one.repaired), ("Not answered", one.questions - one.repaired))
        ],
        "No attempt has failed in this time." if figures.asked.questions else _NO_QUESTIONS,
    )


def _verdicts(figures: Figures) -> Chart:
    said = figures.judged.over_time
    return Chart(
        "verdicts",
        "Verdicts",
        f"What people said of answers, by the {figures.timeline.unit} in which they said it.",
        (_heading(figures), "Correct", "Wrong"),
        [(_day(one.start, figures), f"{one.right:,}", f"{one.wrong:,}") for one in said],
        [
            {**_of_time(one.start, figures), "verdict": verdict, "count": count}
            for one in said
            for verdict, count in (("Correct", one.right), ("Wrong", one.wrong))
        ],
        "Nobody has judged an answer in this time. Press Correct or Wrong under one: the agent learns most from that.",
    )


def _tokens(figures: Figures) -> Chart:
    slots = _asked(figures)
    return Chart(
        "tokens",
        "Tokens per question",
        "What the model read anew, what it still knew from before (cached), and what it wrote, on average.",
        (_heading(figures), "Generation", "Read", "Cached", "Written"),
        [
            (_day(slot.start, figures), str(slot.generation), f"{slot.asked.fresh_each:,.0f}",
             f"{slot.asked.cached_each:,.0f}", f"{slot.asked.completion_each:,.0f}")
            for slot in slots
        ],
        [
            {**_of_time(start, figures), "kind": kind, "tokens": round(tokens, 1)}
            for start, asked in figures.over_time
            if asked.questions
            for kind, tokens in (
                ("Read", asked.fresh_each or 0.0),
                ("Cached", asked.cached_each or 0.0),
                ("Written", asked.completion_each or 0.0),
            )
        ],
    )  # fmt: skip


def _seconds(figures: Figures) -> Chart:
    over_time = figures.seconds[1:]
    is_cut = bool(figures.seconds) and figures.seconds[0].answers == TIMED
    return Chart(
        "seconds",
        "Time to an answer",
        "Half of the answers took at most the lower time, 95 of 100 at most the upper one."
        + (f" Of the newest {TIMED:,} answers." if is_cut else ""),
        (_heading(figures), "Answers", "Half within", "95 % within"),
        [(_day(one.start, figures), f"{one.answers:,}", duration(one.p50), duration(one.p95)) for one in over_time],
        [
            {**_of_time(one.start, figures), "answers": one.answers, "measure": measure, "seconds": round(seconds, 3)}
            for one in over_time
            for measure, seconds in (("Half within", one.p50), ("95 % within", one.p95))
        ],
        "No question has been answered in this time.",
    )


def _asked(figures: Figures) -> list[Slot]:
    return [slot for slot in figures.slots if slot.asked.questions]


def _of_slot(slot: Slot) -> dict[str, Any]:
    return {
        "start": slot.start.date().isoformat(),
        "generation": f"Generation {slot.generation}",
        "questions": slot.asked.questions,
    }


def _of_time(start: datetime | None, figures: Figures) -> dict[str, Any]:
    assert start  # noqa: S101 - only what is of all time has none
    return {"start": start.date().isoformat(), "end": figures.timeline.end(start).date().isoformat()}


def _date(moment: datetime) -> str:
    return timezone.localdate(moment).isoformat()


def _heading(figures: Figures) -> str:
    return {Unit.DAY: "Day", Unit.WEEK: "Week from", Unit.MONTH: "Month"}[figures.timeline.unit]


def _day(start: datetime | None, figures: Figures) -> str:
    assert start  # noqa: S101 - only what is of all time has none
    return start.strftime("%Y-%m" if figures.timeline.unit is Unit.MONTH else "%Y-%m-%d")
