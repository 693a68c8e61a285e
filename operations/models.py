"""Who works in the background now, and what is done now and then."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

HEARD_OF = timedelta(seconds=30)
"""Who was not heard of for so long is held for lost."""


class WorkerQuerySet(models.QuerySet["Worker"]):
    def alive(self) -> WorkerQuerySet:
        """Those that have been heard of lately; by the database's clock alone."""
        return self.filter(beat_at__gte=Now() - HEARD_OF)


class Worker(models.Model):
    """A process that does background tasks. It is alive as long as `beats` grows; `beat_at` is only for people."""

    id = models.CharField(primary_key=True, max_length=64)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    queues = models.CharField(max_length=200)
    beats = models.PositiveBigIntegerField(default=0)
    doing = models.CharField(max_length=200, blank=True, help_text="The task that it is at")
    doing_since = models.DateTimeField(null=True)
    started_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(db_default=Now())

    objects = WorkerQuerySet.as_manager()

    class Meta:
        ordering = ["host", "pid"]

    def __str__(self) -> str:
        return f"{self.host}, process {self.pid}"


class Chore(models.Model):
    """Something that one of the workers does now and then: see schedule.py."""

    name = models.CharField(primary_key=True, max_length=40)
    begun_at = models.DateTimeField(null=True, help_text="When it was begun last, by the database's clock")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
