"""A connection whose prompt has evolved, as optimizations leave it behind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from datasources.models import Connection
from learning.generations import changing
from learning.generations.changing import Rule, Text
from learning.models import Candidate, Generation, Optimization
from learning.optimizing.promotion import Verdict

BETTER = Verdict(10, 5, 8, ("verified-1", "verified-2", "verified-3"), (), 2, 1, 0, 0.52, 0.81, 0.125, 0.25)
WEAK = Verdict(2, 0, 0, (), (), 0, 0, 0, 0.52, 0.81, 1.0, 1.0)
RULE = "Revenue counts only paid orders."


def begun(connection: Connection, **fields: Any) -> Optimization:
    values = {"trigger": "person", "model": "scripted", "reflection_model": "scripted", "evolves": "rules"}
    limits = {"max_calls": 40, "max_tokens": 1000, "max_seconds": 60}
    return Optimization.objects.create(
        connection=connection, base=changing.in_use(connection), **(values | limits | fields)
    )


def ended(connection: Connection, outcome: str, message: str = "", at: datetime | None = None) -> Optimization:
    return begun(connection, state="done", outcome=outcome, message=message, finished_at=at or timezone.now())


def evolved(connection: Connection, *, is_weak: bool = False, remark: int | None = None) -> Generation:
    """What came of an optimization: in use, or proposed where the evidence is weak."""
    run = ended(connection, "proposed" if is_weak else "promoted")
    generation = changing.add(
        run.base,
        Text(run.base.instructions, [*changing.text_in(run.base).rules, Rule(RULE, remark)]),
        Generation.Origin.EVOLVED,
        reflection="Cancelled orders were counted.",
        optimization=run,
        comparison=(WEAK if is_weak else BETTER).as_json(),
    )
    if not is_weak:
        changing.promote(generation, None, BETTER.sentence)
    return generation


def measured(run: Optimization, *scores: float) -> None:
    for number, score in enumerate(scores):
        Candidate.objects.create(optimization=run, number=number, instructions="", score=score)
