"""The memory: every episode with its attempts, and what the bandit learned from them."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from agent.errors import ErrorClass
from agent.repairs import Strategy
from datasources.models import Connection

HEARTBEAT = timedelta(seconds=5)
LOST_AFTER = 6 * HEARTBEAT


class EpisodeQuerySet(models.QuerySet["Episode"]):
    def lost(self) -> EpisodeQuerySet:
        """Episodes that say they run, but whose process has stopped beating."""
        return self.filter(status=Episode.Status.RUNNING, heartbeat_at__lt=timezone.now() - LOST_AFTER)

    def mark_lost(self) -> int:
        """Close the lost ones; returns how many."""
        return self.lost().update(
            status=Episode.Status.INTERRUPTED,
            error="The server stopped while it worked on this answer. Nothing was lost: ask again to go on.",
            finished_at=timezone.now(),
        )


class Episode(models.Model):
    """One question and its attempts."""

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"
        INTERRUPTED = "interrupted", "Interrupted"

    class Source(models.TextChoices):
        CHAT = "chat", "Chat"
        COMMAND = "command", "Command line"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="episodes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="episodes")
    source = models.CharField(max_length=10, choices=Source)
    question = models.TextField()
    status = models.CharField(max_length=12, choices=Status, default=Status.RUNNING)
    generation = models.PositiveIntegerField(default=0)
    model = models.CharField(max_length=200)
    sql = models.TextField(blank=True)
    error = models.TextField(blank=True)
    result = models.JSONField(null=True)
    reward = models.FloatField(default=0.0)
    prompt_tokens = models.PositiveIntegerField(default=0)
    cached_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["connection", "-started_at"]), models.Index(fields=["status", "heartbeat_at"])]

    def __str__(self) -> str:
        return f"{self.question[:60]} ({self.status})"


class Attempt(models.Model):
    """One generated SQL and its outcome. `context` is the vector that the bandit chose by; empty for the first."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    strategy = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Strategy])
    scores = models.JSONField(default=dict)
    context = models.JSONField(default=list)
    sql = models.TextField(blank=True)
    error_class = models.CharField(max_length=20, blank=True, choices=[(e.value, e.value) for e in ErrorClass])
    message = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    diagnosis = models.TextField(blank=True)
    reward = models.FloatField(default=0.0)
    reward_parts = models.JSONField(default=dict)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["episode", "number"], name="attempt_number_once")]

    def __str__(self) -> str:
        return f"attempt {self.number} ({self.strategy})"


class BanditArm(models.Model):
    """What one strategy has earned on one connection (or, without a connection, on all of them together).

    `gram` holds the d×d sum of x xᵀ and `response` the d sum of reward·x, both float64 in row order, for the
    features named in `features`: plain sums, so that concurrent updates add up.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, related_name="arms")
    strategy = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Strategy])
    features = models.JSONField()
    gram = models.BinaryField()
    response = models.BinaryField()
    pulls = models.PositiveIntegerField(default=0)
    reward_sum = models.FloatField(default=0.0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "strategy"], name="one_arm_per_connection"),
            models.UniqueConstraint(
                fields=["strategy"], condition=models.Q(connection=None), name="one_shared_arm_per_strategy"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy} of {self.connection or 'all connections'}: {self.pulls} pulls"


class Warmth(models.Model):
    """Whether the model has a connection's prompt prefix in its cache."""

    class State(models.TextChoices):
        WARMING = "warming", "Reading the schema"
        WARM = "warm", "Ready"
        FAILED = "failed", "Failed"

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="warmth")
    prefix = models.CharField(max_length=64, help_text="SHA-256 of endpoint, model and prefix")
    state = models.CharField(max_length=10, choices=State)
    message = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.connection}: {self.state}"


class ExampleSet(models.Model):
    """The example questions of a connection, for the schema that `schema` names.

    `checked` holds pairs of a question and the SQL that answered it, `candidates` questions that are to be tried yet.
    `run` names the writing under way: a step of another one has been overtaken. `again`: they were asked for anew.
    """

    class State(models.TextChoices):
        WRITING = "writing", "Being written"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="example_set")
    schema = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State)
    run = models.UUIDField(default=uuid.uuid4, editable=False)
    again = models.BooleanField(default=False)
    candidates = models.JSONField(default=list)
    checked = models.JSONField(default=list)
    message = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.connection}: {self.state}"

    @property
    def questions(self) -> list[str]:
        return [question for question, _ in self.checked]
