"""Who wants an e-mail when what holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.db import models
from django.utils import timezone

from datasources.models import Connection
from workbench.saved.every import Every
from workbench.saved.models import SavedQuery

if TYPE_CHECKING:
    from accounts.models import User

_SALT = "workbench.subscription"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def visible_to(self, user: User) -> SubscriptionQuerySet:
        """The one door: one's own, also of what one may not see any more."""
        return self.filter(user=user)

    def with_token(self, token: str) -> SubscriptionQuerySet:
        """That of the link in an e-mail, or none."""
        try:
            return self.filter(pk=signing.loads(token, salt=_SALT))
        except signing.BadSignature:
            return self.none()


class Subscription(models.Model):
    """`is_true`: the condition held when it was looked at last, and that was told. `origin` is where the site was
    reached when it was begun, for the links in e-mails."""

    class Condition(models.TextChoices):
        ROWS = "rows", "it gives rows"
        ABOVE = "above", "a number is above"
        BELOW = "below", "a number is below"

    saved = models.ForeignKey(SavedQuery, on_delete=models.CASCADE, related_name="subscriptions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="subscriptions")
    condition = models.CharField(max_length=10, choices=Condition)
    column = models.CharField(max_length=200, blank=True)
    limit = models.DecimalField(max_digits=30, decimal_places=6, null=True)
    typed = models.JSONField(default=dict, help_text="What was given for its parameters")
    every = models.CharField(max_length=10, choices=Every, default=Every.DAY)
    begun_at = models.DateTimeField(null=True, help_text="When it was looked at last, by the database's clock")
    is_true = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True, help_text="When an e-mail was sent last")
    error = models.TextField(blank=True, help_text="Why it could not be looked at, or told")
    origin = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.saved}: {self.words}"

    @property
    def words(self) -> str:
        """The condition."""
        if self.condition == self.Condition.ROWS:
            return "it gives rows"
        sign = "above" if self.condition == self.Condition.ABOVE else "below"
        return f"{self.column} is {sign} {self.limit.normalize():f}" if self.limit is not None else ""

    @property
    def token(self) -> str:
        """Ends it without a log-in."""
        return signing.dumps(self.pk, salt=_SALT)

    @property
    def is_seen(self) -> bool:
        """Whether its person may still see what it is about; asked each time."""
        visible = SavedQuery.objects.visible_to(self.user).kept().filter(pk=self.saved_id)
        return self.user.is_active and Connection.objects.enabled().filter(saved_queries__in=visible).exists()
