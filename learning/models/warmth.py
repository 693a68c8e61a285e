"""What the embedded model has read."""

from __future__ import annotations

from django.db import models

from datasources.models import Connection


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
    kept = models.JSONField(default=list, help_text="names of the files that hold what was read, newest last")
    values_at = models.DateTimeField(null=True, help_text="the values that these files were made with")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.connection}: {self.state}"
