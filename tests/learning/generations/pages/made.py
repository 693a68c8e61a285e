"""Generations and optimizations as rows, for the pages that show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from datasources.models import Connection
from learning.generations import changing
from learning.generations.changing import Rule, Text
from learning.models import Candidate, Generation, Optimization, Trial
from learning.optimizing import promotion
from learning.optimizing.candidates import candidate_of, key_of, places_of
from learning.optimizing.data import Example, Part
from learning.optimizing.promotion import Result

INSTRUCTIONS = "Answer with one SELECT."
RIGHT, WRONG, WEAK = Result(1.0, True), Result(0.25, False), Result(0.5, None)


def made(parent: Generation, *rules: str, origin: str = "evolved", **fields: Any) -> Generation:
    """Of these rules, beside its parent."""
    return changing.add(parent, Text(INSTRUCTIONS, [Rule(rule) for rule in rules]), origin, **fields)


def examples(*ids: str, part: str = Part.SEARCH) -> list[Example]:
    """Of train, nobody knows the answer."""
    gold = () if part == Part.TRAIN else ("SELECT 1",)
    return [Example(id=id_, part=part, question=f"What is {id_}?", gold=gold) for id_ in ids]


def optimization(connection: Connection, asked: Sequence[Example] = (), **fields: Any) -> Optimization:
    given: dict[str, Any] = {
        "base": changing.seed_of(connection),
        "trigger": "person",
        "state": "done",
        "outcome": "nothing_found",
        "message": "2 changes were tried, and none was better.",
        "model": "small",
        "reflection_model": "large",
        "evolves": "rules",
        "examples": [example.as_json() for example in asked],
        "max_calls": 60,
        "max_tokens": 100_000,
        "max_seconds": 600,
        "calls": 12,
        "finished_at": timezone.now(),
    }
    return Optimization.objects.create(connection=connection, **given | fields)


def candidate(
    run: Optimization, number: int, scores: Sequence[float], *rules: str, parents: Sequence[int] = (), **fields: Any
) -> Candidate:
    by_place = {str(place): score for place, score in enumerate(scores)}
    return Candidate.objects.create(
        optimization=run,
        number=number,
        instructions=fields.get("instructions", INSTRUCTIONS),
        rules=places_of(candidate_of("", rules)),
        parents=list(parents),
        scores=by_place,
        score=sum(scores) / max(1, len(scores)),
    )


def measured(run: Optimization, generation: Generation, results: Mapping[int, Result]) -> None:
    """By the places of the run's examples."""
    text = changing.text_in(generation)
    key = key_of(candidate_of(text.instructions, [rule.text for rule in text.rules]))
    Trial.objects.bulk_create(
        Trial(optimization=run, key=key, example=place, score=result.score, is_right=result.is_right)
        for place, result in results.items()
    )


def comparison(asked: Sequence[Example], before: Sequence[Result], after: Sequence[Result]) -> dict[str, Any]:
    """As an optimization stores it."""
    return promotion.judge(asked, dict(enumerate(before)), dict(enumerate(after))).as_json()


def address(name: str, connection: Connection, *arguments: object) -> str:
    return reverse(name, args=[connection.pk, *arguments])
