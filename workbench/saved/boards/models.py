"""Boards of a team, and what is pinned to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Membership, Team
from datasources.tables import Table
from learning.results import from_json
from workbench.saved.every import Every
from workbench.saved.models import SavedQuery

if TYPE_CHECKING:
    from accounts.models import User


class BoardQuerySet(models.QuerySet["Board"]):
    def visible_to(self, user: User) -> BoardQuerySet:
        """The one door: those of the teams that `user` is in."""
        return self.filter(team__memberships__user=user)


class Board(models.Model):
    """It is refreshed as its owner, who has to be in the team: else it is `paused`, with the words that say why."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="boards")
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="boards")
    every = models.CharField(max_length=10, choices=Every, blank=True)
    begun_at = models.DateTimeField(null=True, help_text="When it was refreshed by itself last")
    paused = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = BoardQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def may_be_changed(self, user: User, role: Membership.Role) -> bool:
        return self.owner_id == user.pk or role.may_curate


class PinQuerySet(models.QuerySet["Pin"]):
    def waiting(self) -> PinQuerySet:
        """Asked to be refreshed, and not yet."""
        return self.filter(Q(refreshed_at=None) | Q(asked_at__gt=F("refreshed_at")), asked_at__isnull=False)


class Pin(models.Model):
    """A saved question on a board, with the values that it runs with and what it gave last: rows, within limits, or an
    error in words."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="pins")
    saved = models.ForeignKey(SavedQuery, on_delete=models.CASCADE, related_name="pins")
    typed = models.JSONField(default=dict, help_text="What was given for its parameters")
    position = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, help_text="When it was last to be refreshed")
    refreshed_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    rows = models.PositiveIntegerField(default=0, help_text="How many there were, of which `result` may have the first")
    error = models.TextField(blank=True)

    objects = PinQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return str(self.saved)

    @property
    def is_waiting(self) -> bool:
        return self.asked_at is not None and (self.refreshed_at is None or self.asked_at > self.refreshed_at)

    @property
    def obstacle(self) -> str:
        """Why nothing of it is shown, in words; else empty."""
        if self.saved.deleted_at:
            return "This question was deleted."
        return "" if self.saved.is_shared else "This question is not for the team any more."

    @property
    def table(self) -> Table | None:
        return Table(from_json(self.result)) if self.result else None
