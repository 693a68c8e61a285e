"""What people ran by hand: a history for each person and connection, that nobody else sees."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from datasources.models import Connection

if TYPE_CHECKING:
    from accounts.models import User


class SqlRunQuerySet(models.QuerySet["SqlRun"]):
    def visible_to(self, user: User) -> SqlRunQuerySet:
        """One's own, while one is in the team."""
        return self.filter(user=user, connection__team__memberships__user=user)


class SqlRun(models.Model):
    """One statement that a person ran, or had explained. `key` is the browser's name for it, by which it is stopped;
    `is_stopping`: the person wants that, and the process that runs it sees to it."""

    class Kind(models.TextChoices):
        RUN = "run", "Run"
        EXPLAIN = "explain", "Explained"

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        OK = "ok", "OK"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="sql_runs")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sql_runs")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.RUN)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    is_stopping = models.BooleanField(default=False)
    sql = models.TextField()
    rows = models.PositiveIntegerField(null=True)
    is_cut = models.BooleanField(default=False, help_text="There were more rows")
    error = models.TextField(blank=True)
    milliseconds = models.FloatField(null=True)
    started_at = models.DateTimeField(default=timezone.now)

    objects = SqlRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [
            models.Index(fields=["connection", "user", "-started_at"], name="sql_runs_of_person"),
            models.Index(fields=["user", "key"], name="sql_runs_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.sql[:60]} ({self.state})"

    @property
    def is_lost(self) -> bool:
        """It says that it runs, but its process must have ended: no statement may take so long."""
        longest = timedelta(seconds=2 * settings.QUERY_SECONDS + 60)
        return self.state == self.State.RUNNING and self.started_at < timezone.now() - longest
