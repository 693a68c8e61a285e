"""Questions that people keep, for themselves or for their team."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from datasources.models import Connection
from learning.models import Episode
from workbench.saved.parameters import Parameter

if TYPE_CHECKING:
    from accounts.models import User

KEPT_FOR = timedelta(days=30)
"""After it was deleted: so long it can be brought back."""


class SavedQueryQuerySet(models.QuerySet["SavedQuery"]):
    def visible_to(self, user: User) -> SavedQueryQuerySet:
        """The one door: one's own, and those that are for the team, on databases of teams that one is in."""
        seen = Q(user=user) | Q(is_shared=True)
        return self.filter(seen, connection__in=Connection.objects.visible_to(user))

    def kept(self) -> SavedQueryQuerySet:
        return self.filter(deleted_at=None)

    def deleted(self) -> SavedQueryQuerySet:
        return self.exclude(deleted_at=None)

    def outlived(self) -> SavedQueryQuerySet:
        """What nobody can bring back any more: deleted long ago, or private to somebody who is gone."""
        return self.filter(Q(deleted_at__lt=timezone.now() - KEPT_FOR) | Q(user=None, is_shared=False))


class SavedQuery(models.Model):
    """A name for a statement, with its parameters (see parameters.py): private to its person, or for the whole team."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="saved_queries")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="saved_queries"
    )
    name = models.CharField(max_length=120)
    question = models.TextField(blank=True, help_text="What was asked, where it comes from an answer")
    description = models.CharField(max_length=500, blank=True)
    sql = models.TextField("SQL")
    parameters = models.JSONField(default=list, help_text="As Parameter.as_json has them")
    is_shared = models.BooleanField(default=False, help_text="For everybody of the team")
    episode = models.ForeignKey(Episode, on_delete=models.SET_NULL, null=True, related_name="saved_queries")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    objects = SavedQueryQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "saved queries"
        indexes = [
            models.Index(fields=["connection", "is_shared", "deleted_at"], name="saved_of_connection"),
            models.Index(fields=["deleted_at"], name="saved_by_deletion"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def inputs(self) -> tuple[Parameter, ...]:
        """Its parameters."""
        return tuple(map(Parameter.from_json, self.parameters))

    @property
    def was_changed(self) -> bool:
        return self.updated_at - self.created_at > timedelta(seconds=1)

    def is_of(self, user: User) -> bool:
        return self.user_id == user.pk

    def may_be_changed(self, user: User, role: Membership.Role) -> bool:
        """By whose it is; what is for the team by its curators, too."""
        return self.is_of(user) or (self.is_shared and role.may_curate)
