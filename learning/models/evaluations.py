"""How good the agent was, when it was measured."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from datasources.models import Connection
from learning.benchmark.outcome import AttemptMade, Outcome
from learning.benchmark.tasks import Task

if TYPE_CHECKING:
    from accounts.models import User

SILENT = timedelta(minutes=4)
"""An evaluation under way that has said nothing for so long has lost its worker."""


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def visible_to(self, user: User) -> EvaluationQuerySet:
        return self.filter(connection__team__memberships__user=user)

    def under_way(self) -> EvaluationQuerySet:
        return self.filter(state=Evaluation.State.RUNNING)

    def mark_lost(self) -> int:
        """Stop those whose worker is gone; returns how many. They can be gone on with.

        It is asked at every look at a run, so it only reads where nothing is lost."""
        silent = self.under_way().filter(beat_at__lt=Now() - SILENT)
        lost = list(silent.values_list("pk", flat=True))
        if not lost:
            return 0
        state = EvaluatedQuestion.State
        EvaluatedQuestion.objects.filter(evaluation__in=lost, state=state.ASKING).update(state=state.WAITING)
        return silent.filter(pk__in=lost).update(
            state=Evaluation.State.STOPPED,
            message="The server stopped while it was under way. What was answered is kept: go on when you like.",
        )


class Evaluation(models.Model):
    """One measuring: questions with gold, asked in order and graded, by one model, generation and policy.

    `run` names the work under way: a step of another one has been overtaken. A stopped one can be gone on with.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped"

    class Policy(models.TextChoices):
        LEARNED = "learned", "Learned (the bandit)"
        FIXED = "fixed", "Fixed order"
        RANDOM = "random", "At random"
        NONE = "none", "No repair"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="evaluations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    message = models.TextField(blank=True, help_text="Why it stopped, in words for a person")
    run = models.UUIDField(default=uuid.uuid4, editable=False)
    model = models.CharField(max_length=200)
    generation = models.PositiveIntegerField(default=0)
    policy = models.CharField(max_length=10, choices=Policy, default=Policy.LEARNED)
    attempts = models.PositiveSmallIntegerField(default=5, help_text="At most, for each question")
    seed = models.PositiveIntegerField(null=True)
    difficulties = models.JSONField(default=list, help_text="Which were asked: easy, medium, hard, verified")
    examples = models.PositiveIntegerField(
        default=0, help_text="Verified queries there were at its start, of which similar ones were shown to the model"
    )
    started_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["connection", "-started_at"], name="evaluations_of_connection")]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"], condition=models.Q(state="running"), name="one_evaluation_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.connection}, {self.started_at:%Y-%m-%d %H:%M}, {self.model} with {self.policy}"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING


class EvaluatedQuestion(models.Model):
    """A question of an evaluation, from the start; what came of it once it `is_done`.

    `task` names it in all evaluations: runs are paired by it. `attempts` are AttemptMade's as JSON; `rows` and
    `gold_rows` the first rows of both results, as `results.to_json` has them.
    """

    class State(models.TextChoices):
        """Skipped is what cannot be graded, because its gold does not run: it counts nowhere."""

        WAITING = "waiting", "Waiting"
        ASKING = "asking", "Being asked"
        DONE = "done", "Done"
        SKIPPED = "skipped", "Cannot be graded"

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="questions")
    number = models.PositiveIntegerField()
    task = models.CharField(max_length=100)
    difficulty = models.CharField(max_length=10, blank=True)
    category = models.CharField(max_length=60, blank=True)
    question = models.TextField()
    instructions = models.TextField(blank=True)
    gold = models.JSONField(help_text="Every SQL whose result is right")
    ordered = models.BooleanField(default=False, help_text="Whether the order of rows counts")
    extra_columns = models.BooleanField(default=False, help_text="Whether more columns than the gold's are no mistake")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    sql = models.TextField(blank=True)
    attempts = models.JSONField(default=list)
    score = models.FloatField(default=0.0)
    is_right = models.BooleanField(default=False)
    is_first_right = models.BooleanField(default=False)
    why = models.TextField(blank=True, help_text="Why it is not right, in words for a person")
    confidence = models.FloatField(null=True, help_text="How likely the answer is right, by its signals alone")
    rows = models.JSONField(null=True)
    gold_rows = models.JSONField(null=True)
    seconds = models.FloatField(default=0.0)
    prompt_tokens = models.PositiveIntegerField(default=0)
    cached_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "number"], name="evaluated_question_once")]

    def __str__(self) -> str:
        return f"{self.task}: {self.question[:60]}"

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def as_task(self) -> Task:
        """As it was when the evaluation began."""
        return Task(
            id=self.task,
            question=self.question,
            gold=tuple(self.gold),
            category=self.category,
            difficulty=self.difficulty,
            instructions=self.instructions,
            ordered=self.ordered,
            extra_columns=self.extra_columns,
        )

    @property
    def outcome(self) -> Outcome:
        """What came of it."""
        return Outcome(
            task=self.task,
            difficulty=self.difficulty,
            category=self.category,
            sql=self.sql,
            attempts=tuple(AttemptMade(**made) for made in self.attempts),
            score=self.score,
            is_right=self.is_right,
            is_first_right=self.is_first_right,
            why=self.why,
            seconds=self.seconds,
            prompt_tokens=self.prompt_tokens,
            cached_tokens=self.cached_tokens,
            completion_tokens=self.completion_tokens,
            confidence=self.confidence,
        )
