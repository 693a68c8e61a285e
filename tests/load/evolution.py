"""Generations of the prompt, the optimizations that they came of, and evaluations: as many as a busy year brings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from datasources.models import Connection
from learning.generations import changing
from learning.generations.changing import Rule, Text
from learning.models import (
    BanditReset,
    Candidate,
    EvaluatedQuestion,
    Evaluation,
    Generation,
    ImportedPolicy,
    Optimization,
    Reflection,
    Trial,
    VerifiedImport,
)
from learning.optimizing.candidates import as_texts, candidate_of, key_of, places_of
from learning.optimizing.data import Example, Part
from tests.load.keeping import keep

GENERATIONS = 20
QUESTIONS = 40
EXAMPLES = 12


def fill(connection: Connection, user: User, evaluations: int) -> None:
    parent = changing.seed_of(connection)
    for number in range(GENERATIONS):
        rules = [Rule(f"Say rule {place} of generation {number}.", None) for place in range(8)]
        optimization = _optimization(connection, parent, number)
        text = Text(parent.instructions, rules)
        made = changing.add(parent, text, Generation.Origin.EVOLVED, optimization=optimization, candidate=1)
        if number % 2:
            changing.promote(made, user, "It was better.")
            parent = made
    _evaluate(connection, evaluations)
    keep([BanditReset(connection=connection, undone_at=timezone.now())])
    keep([ImportedPolicy(connection=connection, name="elsewhere", data={"arms": {}}, pulls=0)])
    keep([VerifiedImport(connection=connection, user=user, name="queries.jsonl", lines=[])])


def _optimization(connection: Connection, base: Generation, number: int) -> Optimization:
    began = timezone.now() - timedelta(days=GENERATIONS - number)
    parts = [Part.SEARCH, Part.TRAIN]
    examples = [
        asdict(Example(f"example-{place}", parts[place % 2], f"Question {place}?")) for place in range(EXAMPLES)
    ]
    optimization = Optimization.objects.create(
        connection=connection, base=base, max_calls=200, max_tokens=100_000, max_seconds=600, state="done",
        outcome="promoted" if number % 2 else "not_better", started_at=began, beat_at=began, finished_at=began,
        trigger="questions", model="scripted", reflection_model="scripted", evolves="rules", calls=150, tokens=60_000,
        examples=examples,
    )  # fmt: skip
    candidates = list(_candidates(optimization))
    keep(candidates)
    keep(_trials(optimization, candidates))
    keep(
        Reflection(optimization=optimization, number=place, parent=0, component="rule 1", asked="…", text="A rule.")
        for place in range(10)
    )
    return optimization


def _candidates(optimization: Optimization) -> Iterator[Candidate]:
    for number in range(6):
        scores = {str(place): float((place + number) % 3 > 0) for place in range(EXAMPLES)}
        rules = places_of(candidate_of("", [f"Say rule {number}."]))
        yield Candidate(
            optimization=optimization, number=number, instructions="Be exact.", rules=rules, scores=scores, score=0.6
        )


def _trials(optimization: Optimization, candidates: list[Candidate]) -> Iterator[Trial]:
    for candidate in candidates:
        key = key_of(as_texts(candidate))
        for place in range(EXAMPLES):
            yield Trial(optimization=optimization, key=key, example=place, score=0.6, sql="SELECT 1")


def _evaluate(connection: Connection, runs: int) -> None:
    now = timezone.now()
    made = [
        Evaluation(
            connection=connection, model="scripted", state="done", generation=number % GENERATIONS,
            policy="fixed" if number % 4 == 3 else "learned", difficulties=["easy", "medium"],
            started_at=now - timedelta(days=runs - number), finished_at=now,
        )
        for number in range(runs)
    ]  # fmt: skip
    keep(made)
    keep(_asked(run, number) for run in made for number in range(1, QUESTIONS + 1))


def _asked(run: Evaluation, number: int) -> EvaluatedQuestion:
    rows = {"columns": ["n"], "rows": [[number]], "truncated": False, "elapsed": 0.001, "types": []}
    sql = "SELECT count(*) AS n FROM products"
    attempt = {"number": 1, "strategy": "generate", "sql": sql}
    return EvaluatedQuestion(
        evaluation=run, number=number, task=f"task-{number}", difficulty="easy", question=f"How many of kind {number}?",
        gold=[sql], state="done", sql=sql, attempts=[attempt], score=1.0,
        is_right=number % 3 > 0, rows=rows, gold_rows=rows, seconds=2.0,
    )  # fmt: skip
