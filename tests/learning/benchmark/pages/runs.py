"""Runs as rows, for the pages that show them."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from datasources.engine import ResultSet
from datasources.models import Connection
from learning.benchmark.pages.marks import Mark
from learning.models import EvaluatedQuestion, Evaluation
from learning.results import to_json

DIFFICULTIES = ("easy", "medium", "hard")
FAILED = {
    "number": 1,
    "strategy": "generate",
    "sql": "SELECT title FROM products",
    "error_class": "no_such_column",
    "message": "no such column: title",
    "hint": "products has name",
}


def run_of(connection: Connection, marks: str, **fields: Any) -> Evaluation:
    """A run with a question for each letter: Mark's, and R for right after a repair. Their tasks are t1, t2, …

    The difficulties of its questions are easy, medium, hard, easy, …"""
    given = {"state": "done", "model": "scripted", "difficulties": list(DIFFICULTIES)} | fields
    evaluation = Evaluation.objects.create(connection=connection, **given)
    EvaluatedQuestion.objects.bulk_create(_question(evaluation, *numbered) for numbered in enumerate(marks, start=1))
    return evaluation


def lost_run(connection: Connection, marks: str) -> Evaluation:
    """One that is under way, of which nothing was heard for an hour."""
    return run_of(connection, marks, state="running", beat_at=timezone.now() - timedelta(hours=1))


def finish(evaluation: Evaluation, number: int, mark: str) -> None:
    """A question's end, while its run is under way."""
    before = evaluation.questions.get(number=number)
    after = _question(evaluation, number, mark)
    after.pk = before.pk
    after.save()


def address(name: str, evaluation: Evaluation, **arguments: object) -> str:
    return reverse(name, kwargs={"evaluation_id": evaluation.pk, **arguments})


def text(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return unescape(response.content.decode())


def htmx(client: Client, address: str) -> str:
    return text(client, address, **{"HX-Request": "true"})


def words_of(page: str) -> str:
    """What is between the tags, with single spaces."""
    pieces = (piece.partition(">")[2] for piece in page.split("<"))
    return " ".join(" ".join(pieces).split())


def _question(evaluation: Evaluation, number: int, letter: str) -> EvaluatedQuestion:
    question = EvaluatedQuestion(
        evaluation=evaluation,
        number=number,
        task=f"t{number}",
        difficulty=DIFFICULTIES[(number - 1) % 3],
        category="filter" if number % 2 else "join",
        question=f"What is {number}?",
        gold=[f"SELECT {number} AS gold", f"SELECT {number}, 'too'"],
    )
    match letter:
        case Mark.WAITING:
            pass
        case Mark.ASKING:
            question.state = EvaluatedQuestion.State.ASKING
        case Mark.SKIPPED:
            question.state, question.why = EvaluatedQuestion.State.SKIPPED, "Its gold SQL does not run: no such table"
        case _:
            _answer(question, letter)
    return question


def _answer(question: EvaluatedQuestion, letter: str) -> None:
    question.state = EvaluatedQuestion.State.DONE
    question.is_right = letter in "rR"
    question.is_first_right = letter == Mark.RIGHT
    question.score = 1.0 if question.is_right else 0.25
    question.seconds, question.prompt_tokens, question.completion_tokens = 2.0, 1500, 20
    question.gold_rows = _rows("gold", question.number)
    if letter in "Rn":
        question.attempts = [FAILED]
    if letter == Mark.NO_ANSWER:
        question.score, question.why = 0.0, "No attempt ran."
        return
    question.sql = f"SELECT {question.number} AS mine"
    question.rows = _rows("mine", question.number)
    question.why = "" if question.is_right else "One column too many & <one> row missing."
    answered = {"number": len(question.attempts) + 1, "strategy": "generate", "sql": question.sql}
    question.attempts = [*question.attempts, answered]


def _rows(column: str, number: int) -> dict[str, Any]:
    return to_json(ResultSet((column,), ((number * 1000,),), truncated=False, elapsed=0.0))
