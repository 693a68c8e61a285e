"""Whole results that people look at, and what they took away of them. The rows lie in files: see stored.py."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import User
from datasources import binding
from datasources.binding import Bound
from datasources.models import Connection
from learning.models import Episode
from workbench.results import statement


class ResultQuerySet(models.QuerySet["Result"]):
    def visible_to(self, user: User) -> ResultQuerySet:
        """The one door: a person's own, on connections that the person may still use."""
        return self.filter(user=user, connection__in=Connection.objects.visible_to(user))

    def of(
        self,
        user: User,
        connection: Connection,
        sql: str,
        name: str = "",
        episode: Episode | None = None,
        bound: Sequence[Bound] = (),
    ) -> Result:
        """The person's result of this statement with these values: the one that there is, else a new one. The person
        may run it on the connection; nothing is run yet."""
        of = {"user": user, "connection": connection, "episode": episode, "sql": sql, "name": name}
        values = statement.to_json(bound)
        found = next((one for one in self.filter(**of) if one.values == values), None)
        if found is None:
            return self.create(**of, values=values)
        self.filter(pk=found.pk).update(opened_at=timezone.now())
        return found


class Result(models.Model):
    """A statement that a person runs on a connection to see all of its rows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="results")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="results")
    episode = models.ForeignKey(
        Episode, on_delete=models.CASCADE, null=True, related_name="results", help_text="The answer that it is of"
    )
    name = models.TextField(blank=True, help_text="The question; empty where somebody wrote the SQL")
    sql = models.TextField()
    values = models.JSONField(default=list, help_text="Those of its placeholders, in their order")
    chart = models.JSONField(null=True, help_text="What was chosen by hand; else it is suggested")
    created_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "connection", "episode"], name="results_of_person")]

    def __str__(self) -> str:
        return self.name[:60] or self.sql[:60]

    @property
    def bound(self) -> tuple[Bound, ...]:
        return statement.from_json(self.values)

    @property
    def told(self) -> str:
        """The values in words; empty where it has none."""
        return binding.told(self.bound) if self.values else ""

    def choose_chart(self, chart: dict[str, Any] | None) -> None:
        self.chart = chart
        self.save(update_fields=["chart"])


class Export(models.Model):
    """A file that somebody took of a result. `rows` grow while it is written."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel"
        JSON = "json", "JSON"
        PARQUET = "parquet", "Parquet"

    class State(models.TextChoices):
        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        LEFT = "left", "Left before its end"

    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="exports")
    format = models.CharField(max_length=8, choices=Format)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    rows = models.PositiveIntegerField(default=0)
    is_cut = models.BooleanField(default=False, help_text="There were more rows than an export may hold")
    error = models.TextField(blank=True)
    begun_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-begun_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_format_display()}, {self.rows:,} rows ({self.state})"
