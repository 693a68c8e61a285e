"""What people say of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Team
from datasources.models import Connection
from learning.models.episodes import Episode

if TYPE_CHECKING:
    from accounts.models import User


class Verdict(models.Model):
    """Whether an answer is right, as one person says; it can be changed and taken back."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="verdicts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="verdicts")
    is_right = models.BooleanField()
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["given_at", "pk"]
        indexes = [models.Index(fields=["given_at"], name="verdicts_by_time")]
        constraints = [models.UniqueConstraint(fields=["episode", "user"], name="one_verdict_per_person_and_answer")]

    def __str__(self) -> str:
        return f"{self.user}: {'Correct' if self.is_right else 'Wrong'}"


class RemarkQuerySet(models.QuerySet["Remark"]):
    def visible_to(self, user: User) -> RemarkQuerySet:
        return self.filter(connection__team__memberships__user=user)

    def pending(self) -> RemarkQuerySet:
        return self.filter(state=Remark.State.PENDING)

    def accepted(self) -> RemarkQuerySet:
        """Those that steer: as rules, or in a generation of the prompt that has absorbed them."""
        return self.filter(state=Remark.State.ACCEPTED)

    def rules(self) -> RemarkQuerySet:
        """Those that every question of their connection is asked with, in the order of the prompt: what was added last
        comes last, so that as much as possible of what the model has read stays as it was."""
        return self.accepted().filter(absorbed_in=None).order_by("position", "reviewed_at", "pk")


class Remark(models.Model):
    """What a person says is wrong with an answer. Once a curator has accepted it, its `rule` steers the connection.

    `question` and `sql` say which answer, also when that is deleted. `absorbed_in`: the generation of the prompt that
    says it since. One that was accepted without a `reviewer` was accepted because the team's settings say so.
    `in_force_since`: since when its rule is in force in this wording. `position` is its place among the rules.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Waiting for a curator"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Taken back"

    class Origin(models.TextChoices):
        VERDICT = "verdict", "With a Wrong"
        TYPED = "typed", "Typed into the question box"
        CURATOR = "curator", "Written by a curator"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="remarks")
    episode = models.ForeignKey(Episode, on_delete=models.SET_NULL, null=True, related_name="remarks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="remarks")
    origin = models.CharField(max_length=10, choices=Origin)
    text = models.TextField()
    question = models.TextField(blank=True)
    sql = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    rule = models.TextField(blank=True)
    reason = models.TextField(blank=True, help_text="Why a curator decided so")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    absorbed_in = models.PositiveIntegerField(null=True)
    in_force_since = models.DateTimeField(null=True, editable=False)
    position = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["connection", "state"], name="remarks_of_connection"),
            models.Index(fields=["-created_at", "-id"], name="remarks_by_time"),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def is_stopped(self) -> bool:
        """By a curator, and not taken back by its author."""
        return self.state == self.State.WITHDRAWN and self.reviewer_id is not None


class TeamLearning(models.Model):
    """How a team wants its agents to learn. A team without a row has the defaults."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="learning")
    accepts_remarks = models.BooleanField(
        default=False, help_text="Remarks become rules at once, without waiting for a curator"
    )
    is_personal = models.BooleanField(default=False, help_text="Each person has a bandit of their own")

    def __str__(self) -> str:
        return str(self.team)

    @classmethod
    def of(cls, team_id: int) -> TeamLearning:
        return cls.objects.filter(team=team_id).first() or cls(team_id=team_id)
