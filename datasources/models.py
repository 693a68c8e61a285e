"""A team's databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Team
from datasources.engine import Database, Limits, SqliteDatabase
from datasources.introspect import Schema

if TYPE_CHECKING:
    from accounts.models import User


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def visible_to(self, user: User) -> ConnectionQuerySet:
        """The one door: connections of the teams that `user` belongs to."""
        return self.filter(team__memberships__user=user)


class Connection(models.Model):
    """A saved database of a team. `path` is its SQLite file, `notes` what people want the agent to know of it."""

    class Dialect(models.TextChoices):
        SQLITE = "sqlite", "SQLite"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="connections")
    name = models.CharField(max_length=60)
    dialect = models.CharField(max_length=20, choices=Dialect, default=Dialect.SQLITE)
    path = models.CharField(max_length=500)
    notes = models.TextField(blank=True)
    is_sample = models.BooleanField(default=False)
    schema_snapshot = models.JSONField(null=True, editable=False)
    schema_taken_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="connection_name_once_per_team")]

    def __str__(self) -> str:
        return self.name

    def database(self) -> Database:
        """A handle for running statements, one at a time. Close it after use."""
        return SqliteDatabase(self.path, Limits(seconds=settings.QUERY_SECONDS, rows=settings.QUERY_ROWS))

    def schema(self) -> Schema:
        """The stored snapshot, taken now if there is none yet."""
        if self.schema_snapshot is None:
            self.refresh_schema()
        return Schema.from_dict(self.schema_snapshot or {})

    def refresh_schema(self) -> None:
        """Read the schema from the database and store it. Raises ConnectFailed."""
        database = self.database()
        try:
            self.schema_snapshot = database.schema().to_dict()
        finally:
            database.close()
        self.schema_taken_at = timezone.now()
        self.save(update_fields=["schema_snapshot", "schema_taken_at"])
