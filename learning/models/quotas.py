"""What people and teams use in a day, and how much of it they may."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Team

_OF_PERSON, _OF_TEAM, _OF_MEMBER, _OF_BACKGROUND = "person", "team", "member", "background"


class Usage(models.Model):
    """What was used in one day of UTC: by a person in all teams, by a team, by a member in a team, and by what worked
    for a team without a person. Limits are held against the first two, which are sums of the others.

    `questions` are those that the model was asked, `recalled` those that a verified query answered. `tokens`: read anew
    and written; `cached_tokens`, which an endpoint did not read again, count towards no limit. `in_minute`: how many
    questions were asked in the minute that began at `minute`.
    """

    class Of(models.TextChoices):
        PERSON = _OF_PERSON, "A person, in all teams"
        TEAM = _OF_TEAM, "A team"
        MEMBER = _OF_MEMBER, "A person in a team"
        BACKGROUND = _OF_BACKGROUND, "Background work of a team"

    day = models.DateField()
    of = models.CharField(max_length=10, choices=Of)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="usage")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="usage")
    questions = models.PositiveIntegerField(default=0)
    recalled = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    cached_tokens = models.PositiveBigIntegerField(default=0)
    minute = models.DateTimeField(null=True, editable=False)
    in_minute = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["-day", "pk"]
        verbose_name_plural = "usage"
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], condition=Q(of=_OF_PERSON), name="usage_of_person"),
            models.UniqueConstraint(fields=["team", "day"], condition=Q(of=_OF_TEAM), name="usage_of_team"),
            models.UniqueConstraint(fields=["team", "day", "user"], condition=Q(of=_OF_MEMBER), name="usage_of_member"),
            models.UniqueConstraint(fields=["team", "day"], condition=Q(of=_OF_BACKGROUND), name="usage_of_background"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.get_of_display().lower()}"


class Quota(models.Model):
    """Limits that are otherwise than the site's. Null is the site's, 0 is no limit."""

    questions = models.PositiveIntegerField(
        "questions a day", null=True, blank=True, help_text="Empty: as the site's settings say. 0: no limit."
    )
    tokens = models.PositiveBigIntegerField(
        "tokens a day",
        null=True,
        blank=True,
        help_text="Read anew and written. Empty: as the settings say. 0: no limit.",
    )

    class Meta:
        abstract = True


class TeamQuota(Quota):
    """Of all of a team together."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="quota")

    def __str__(self) -> str:
        return str(self.team)


class PersonQuota(Quota):
    """Of a person, in all teams together."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quota")
    a_minute = models.PositiveIntegerField(
        "questions a minute", null=True, blank=True, help_text="Empty: as the site's settings say. 0: no limit."
    )

    def __str__(self) -> str:
        return str(self.user)
