"""What people chose to see of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from learning.models import Episode

if TYPE_CHECKING:
    from accounts.models import User


class ChartChoiceQuerySet(models.QuerySet["ChartChoice"]):
    def of(self, episode: Episode, user: User) -> ChartChoice | None:
        """The person's own; else what whoever asked has chosen."""
        found = {choice.user_id: choice for choice in self.filter(episode=episode, user__in=[user.pk, episode.user_id])}
        return found.get(user.pk) or found.get(episode.user_id or 0)


class ChartChoice(models.Model):
    """Whether somebody sees an answer's chart or its table, and which chart; none where it is the suggested one.

    `columns` are those that the chart was chosen for: the answer may have others since.
    """

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="chart_choices")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="chart_choices")
    shows_chart = models.BooleanField(default=True)
    chart = models.JSONField(null=True)
    columns = models.JSONField(default=list)

    objects = ChartChoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["episode", "user"], name="one_chart_choice_per_person_and_answer")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {'chart' if self.shows_chart else 'table'}"

    def fits(self, columns: list[str]) -> dict[str, Any] | None:
        """The chart that was chosen, if the answer still has these columns."""
        return self.chart if self.columns == columns else None
