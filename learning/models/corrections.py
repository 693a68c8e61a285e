"""Answers that somebody put right by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from learning.models.episodes import Episode
from learning.models.feedback import Remark
from learning.models.verified import VerifiedQuery

if TYPE_CHECKING:
    from accounts.models import User


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def visible_to(self, user: User) -> CorrectionQuerySet:
        return self.filter(query__connection__team__memberships__user=user)

    def standing(self) -> CorrectionQuerySet:
        """Those that nobody has taken back."""
        return self.filter(taken_back_at=None)


class Correction(models.Model):
    """An answer's SQL that a curator has edited until it was right, and saved as a verified query.

    `clauses`: where the two differ, as `agent.explanation.difference.Clause` has it. `replaced` is the SQL that the
    query had before; empty where the correction made the query. `gave_verdict`: it found the answer wrong,
    with `remark` if the person said what was.
    """

    query = models.ForeignKey(VerifiedQuery, on_delete=models.CASCADE, related_name="corrections")
    episode = models.ForeignKey(Episode, on_delete=models.SET_NULL, null=True, related_name="corrections")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    wrong_sql = models.TextField()
    sql = models.TextField()
    clauses: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    replaced = models.TextField(blank=True)
    gave_verdict = models.BooleanField(default=False)
    remark = models.ForeignKey(Remark, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    taken_back_at = models.DateTimeField(null=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"of {self.query}"
