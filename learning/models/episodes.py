"""The memory: every episode with its attempts."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from agent.errors import ErrorClass
from agent.repairs import Strategy
from datasources.models import Connection
from learning.verified.keys import follows_of, key_of

if TYPE_CHECKING:
    from accounts.models import User
    from learning.models.verified import VerifiedQuery

HEARTBEAT = timedelta(seconds=5)
LOST_AFTER = 6 * HEARTBEAT
INTERRUPTED = "The server stopped while it worked on this answer. Nothing was lost: ask again to go on."


class EpisodeQuerySet(models.QuerySet["Episode"]):
    def visible_to(self, user: User) -> EpisodeQuerySet:
        return self.filter(connection__team__memberships__user=user)

    def of_people(self) -> EpisodeQuerySet:
        """Without those of agents in training, of which figures, verdicts and prompts are not to be made."""
        return self.exclude(source=Episode.Source.OPENENV)

    def of_agents(self) -> EpisodeQuerySet:
        return self.filter(source=Episode.Source.OPENENV)

    def lock(self, episode: Episode) -> Episode:
        """It as it is now, and nobody else's to change until this transaction ends. Raises Episode.DoesNotExist.

        Its connection is locked first: see `Connection.objects.lock`.
        """
        Connection.objects.filter(pk=episode.connection_id).lock()
        locked = self.select_for_update(of=("self",)).select_related("connection")
        return locked.defer("connection__schema_snapshot").get(pk=episode.pk)

    def running(self) -> EpisodeQuerySet:
        return self.filter(status=Episode.Status.RUNNING)

    def lost(self) -> EpisodeQuerySet:
        """Episodes that say they run, but whose process has stopped beating: by the database's clock, which is one for
        all. What a clock that was put back hides, the workers see (`operations.watch`)."""
        return self.running().filter(heartbeat_at__lt=Now() - LOST_AFTER)

    def mark_lost(self) -> int:
        """Close the lost ones; returns how many."""
        return self.lost().interrupt()

    def interrupt(self) -> int:
        """Close those that run, or nobody stopped; returns how many. One that lives after all goes on (`beat`)."""
        return self.update(status=Episode.Status.INTERRUPTED, error=INTERRUPTED, finished_at=timezone.now())

    def beat(self) -> None:
        """A sign of life from the process that works on it, which has perhaps been taken for dead."""
        if not self.running().update(heartbeat_at=Now()):
            taken_for_dead = self.filter(status=Episode.Status.INTERRUPTED)
            taken_for_dead.update(heartbeat_at=Now(), status=Episode.Status.RUNNING, error="", finished_at=None)


class Episode(models.Model):
    """One question and its attempts.

    `key` is that of the query that was recalled, else that of its own question: see `learning.verified.keys`.
    """

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"
        INTERRUPTED = "interrupted", "Interrupted"

    class Source(models.TextChoices):
        CHAT = "chat", "Chat"
        COMMAND = "command", "Command line"
        OPENENV = "openenv", "OpenEnv"
        API = "api", "API"
        MCP = "mcp", "MCP"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="episodes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="episodes")
    source = models.CharField(max_length=10, choices=Source)
    question = models.TextField()
    follows = models.TextField(blank=True, help_text="The question before it in its conversation")
    key = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Of the verified query that the answer is about"
    )
    retry_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="retries", help_text="The answer that was not wanted"
    )
    recalled = models.ForeignKey(
        "learning.VerifiedQuery",
        on_delete=models.SET_NULL,
        null=True,
        related_name="recalls",
        help_text="The verified query whose SQL is its first attempt, without asking the model",
    )
    held_back = models.ForeignKey(
        "learning.VerifiedQuery",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The verified query that was not recalled, because a rule is newer",
    )
    newer_rule = models.ForeignKey(
        "learning.Remark", on_delete=models.SET_NULL, null=True, related_name="+", help_text="That rule"
    )
    examples = models.JSONField(default=list, help_text="Ids of the verified queries that the model was shown")
    status = models.CharField(max_length=12, choices=Status, default=Status.RUNNING)
    generation = models.PositiveIntegerField(default=0)
    model = models.CharField(max_length=200)
    sql = models.TextField(blank=True)
    error = models.TextField(blank=True)
    result = models.JSONField(null=True)
    reward = models.FloatField(default=0.0)
    confidence = models.FloatField(null=True, help_text="How likely its answer is right, in [0, 1], as it was told")
    signals = models.JSONField(default=dict, help_text="What the confidence was reckoned from, by name")
    prompt_tokens = models.PositiveIntegerField(default=0)
    cached_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["connection", "-started_at"]),
            models.Index(fields=["status", "heartbeat_at"]),
            models.Index(fields=["connection", "key"], name="episodes_of_question"),
            models.Index(fields=["-started_at"], name="episodes_by_time"),
            models.Index(fields=["user", "-started_at"], name="episodes_of_person"),
            models.Index(fields=["connection", "finished_at"], name="episodes_by_end"),
            # All that is asked of those of a generation: the rows, which may be long, are not read.
            models.Index(
                fields=["connection", "generation", "status", "source", "recalled", "id"], name="episodes_of_generation"
            ),
            models.Index(fields=["started_at"], condition=models.Q(source="openenv"), name="episodes_of_agents"),
        ]

    def __str__(self) -> str:
        return f"{self.question[:60]} ({self.status})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.key:
            asked = key_of(self.question, follows_of(self.question, self.follows))
            self.key = self.verified_query.key if self.verified_query else asked
        super().save(*args, **kwargs)

    @property
    def is_of_agent(self) -> bool:
        """One in training, that no person waits for."""
        return self.source == self.Source.OPENENV

    @property
    def verified_query(self) -> VerifiedQuery | None:
        """The one that answers its question, whether or not it was recalled."""
        return self.recalled or self.held_back

    @property
    def last_sql(self) -> str:
        """What answered; where nothing did, what was tried last. Empty where nothing was tried."""
        tried = self.attempts.exclude(sql="").order_by("number").values_list("sql", flat=True)
        return self.sql or tried.last() or ""


class Attempt(models.Model):
    """One generated SQL and its outcome. `context` is the vector that the bandit chose by; empty for the first.

    `readings`: the statements that it was chosen from, itself included, as `learning.readings` keeps them; none where
    there was one only. `fixes` say what a program put right in it, `doubts` what speaks against it.
    """

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
    readings = models.JSONField(default=list)
    fixes = models.JSONField(default=list)
    doubts = models.JSONField(default=list)
    reward = models.FloatField(default=0.0)
    reward_parts = models.JSONField(default=dict)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["episode", "number"], name="attempt_number_once")]

    def __str__(self) -> str:
        return f"attempt {self.number} ({self.strategy})"
