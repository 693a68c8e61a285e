"""Conversations: private to the person who asks, until that person shares one, or an answer of it, with the team."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from datasources.models import Connection
from learning.models import Episode, Remark

if TYPE_CHECKING:
    from accounts.models import User


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: User) -> ConversationQuerySet:
        """The one door: a user's own conversations on connections that the user may still use."""
        return self.filter(user=user, connection__in=Connection.objects.visible_to(user))

    def shared_with(self, user: User) -> ConversationQuerySet:
        """To be read only: what somebody, perhaps the user, has shared with a team that the user is in now."""
        return self.exclude(shared_at=None).filter(connection__in=Connection.objects.visible_to(user))


class Conversation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="conversations")
    title = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    shared_at = models.DateTimeField(null=True, help_text="Since when the team may read it")

    objects = ConversationQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at"]
        indexes = [
            models.Index(
                fields=["shared_at"],
                condition=models.Q(shared_at__isnull=False),
                name="conversations_shared",
            )
        ]

    def __str__(self) -> str:
        return self.title or "New question"

    @transaction.atomic
    def delete_with_answers(self) -> None:
        """The questions and answers, too: they are private to the user. What the bandit learned from them stays."""
        Connection.objects.filter(pk=self.connection_id).lock()
        Episode.objects.filter(turn__conversation=self).delete()
        self.delete()


class TurnQuerySet(models.QuerySet["Turn"]):
    def shared_with(self, user: User) -> TurnQuerySet:
        """To be read only: answers that were shared by themselves, or with their conversation. What was taken otherwise
        since, nobody else sees."""
        shared = models.Q(shared_at__isnull=False) | models.Q(conversation__shared_at__isnull=False)
        return self.filter(shared, replaced=False, conversation__connection__in=Connection.objects.visible_to(user))


class Turn(models.Model):
    """One question of a conversation, with the episode that answers it.

    What was typed may have been taken as a `remark` on the answer before it: then the episode is that one's question,
    asked again, and `verdict_before` is what the person had said of that answer. A turn that is `replaced` was taken
    otherwise since: it is still there, but folded, and later questions know nothing of it.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    episode = models.OneToOneField(Episode, on_delete=models.CASCADE, related_name="turn")
    asked_at = models.DateTimeField(default=timezone.now)
    typed = models.TextField(blank=True, help_text="What was typed, where that is not the question")
    remark = models.ForeignKey(Remark, on_delete=models.SET_NULL, null=True, related_name="turns")
    verdict_before = models.BooleanField(null=True)
    replaced = models.BooleanField(default=False)
    shared_at = models.DateTimeField(null=True, help_text="Since when the team may read this answer")
    # With a default of the database's, too: processes of the release before insert turns while one is updated.
    request = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="The browser's name for what it sent"
    )

    objects = TurnQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at"]
        indexes = [models.Index(fields=["shared_at"], condition=models.Q(shared_at__isnull=False), name="turns_shared")]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "request"], condition=~models.Q(request=""), name="chat_turn_asked_once"
            )
        ]

    def __str__(self) -> str:
        return self.words[:60]

    @property
    def words(self) -> str:
        """What the person typed."""
        return self.typed or self.episode.question
