"""Questions whose SQL people have found right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from datasources.models import Connection
from learning.models.episodes import Episode

if TYPE_CHECKING:
    from accounts.models import User


class VerifiedQueryQuerySet(models.QuerySet["VerifiedQuery"]):
    def visible_to(self, user: User) -> VerifiedQueryQuerySet:
        return self.filter(connection__team__memberships__user=user)

    def active(self) -> VerifiedQueryQuerySet:
        return self.filter(state=VerifiedQuery.State.ACTIVE)

    def in_use(self, connection: Connection, key: str) -> VerifiedQuery | None:
        """The one that answers the question of that key."""
        return self.active().filter(connection=connection, key=key).first()


class VerifiedQuery(models.Model):
    """A question of a connection and the SQL that answers it.

    `key` names the question, however it is spaced and punctuated (see learning.verified.keys). A question that only
    makes sense after another (“and last year?”) has that one in `follows`. One that stopped to run after a change of
    the schema is broken, and active again when it runs again; retired ones are kept, and can be brought back.
    `confirmed_at` is compared with the rules of the connection (see learning.verified.outdated): when a curator last
    said that it is right (`vouched_at`), or when the last answer was asked that was found right with its SQL.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "In use"
        BROKEN = "broken", "Does not run any more"
        RETIRED = "retired", "Retired"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="verified_queries")
    question = models.TextField()
    follows = models.TextField(blank=True, help_text="The question before it, where it makes sense only after that")
    key = models.CharField(max_length=64, editable=False)
    sql = models.TextField("SQL")
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    reason = models.TextField(blank=True, help_text="Why it is broken or retired")
    is_curated = models.BooleanField(default=False, help_text="A curator wrote or edited it: no verdict changes it")
    episode = models.ForeignKey(Episode, on_delete=models.SET_NULL, null=True, related_name="verified_queries")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    vouched_at = models.DateTimeField(null=True, help_text="When a curator last said that it is right")
    confirmed_at = models.DateTimeField(default=timezone.now, help_text="Rules that are newer may contradict it")
    checked_schema = models.CharField(max_length=64, blank=True, help_text="The schema that it was last run on")
    checked_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True, editable=False, help_text="Since when it waits to be run again")

    objects = VerifiedQueryQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "verified queries"
        indexes = [models.Index(fields=["connection", "state"], name="verified_of_connection")]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "key"], condition=models.Q(state="active"), name="one_active_query_per_question"
            )
        ]

    def __str__(self) -> str:
        return self.question[:80]

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE


class VerifiedImportQuerySet(models.QuerySet["VerifiedImport"]):
    def visible_to(self, user: User) -> VerifiedImportQuerySet:
        """One's own, while one is in the team."""
        return self.filter(user=user, connection__team__memberships__user=user)


class VerifiedImport(models.Model):
    """A file of verified queries, between upload and confirmation.

    `lines` are those of learning.verified.importing.Checked as JSON: what each is found to be.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100, help_text="The file's")
    lines = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = VerifiedImportQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} for {self.connection}"
