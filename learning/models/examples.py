"""Questions to begin with."""

from __future__ import annotations

import uuid

from django.db import models

from datasources.models import Connection


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
