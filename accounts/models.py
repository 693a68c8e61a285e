"""Who works here: users, the teams they belong to, and their role in each."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person. Ours from the start, so that it can grow without a change of table."""


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: User) -> TeamQuerySet:
        """The one door: the teams that `user` belongs to."""
        return self.filter(memberships__user=user)


class Team(models.Model):
    name = models.CharField(max_length=100)
    members = models.ManyToManyField(User, through="Membership", related_name="teams")

    objects = TeamQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def role_of(self, user: User) -> Membership.Role | None:
        """None for somebody who is not of the team."""
        membership = self.memberships.filter(user=user).first()
        return Membership.Role(membership.role) if membership else None


class Membership(models.Model):
    class Role(models.TextChoices):
        """What one may: a member asks; a curator also steers learning; an owner also manages people and connections."""

        MEMBER = "member", "Member"
        CURATOR = "curator", "Curator"
        OWNER = "owner", "Owner"

        @property
        def may_curate(self) -> bool:
            return self in {self.CURATOR, self.OWNER}

        @property
        def may_manage(self) -> bool:
            return self is self.OWNER

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "team"], name="one_membership_per_team")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}: {self.role}"
