"""What a person has looked at, of the first steps that leave no other trace."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class StepSeen(models.Model):
    class Step(models.TextChoices):
        SQL = "sql", "The SQL of an answer"
        PROMPT = "prompt", "The prompt of a database"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="steps_seen")
    step = models.CharField(max_length=10, choices=Step)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "step"], name="one_step_seen_per_person")]

    def __str__(self) -> str:
        return f"{self.user}: {self.step}"
