"""Who works here: users, the teams they belong to, their role in each, invitations, and tokens for programs."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from knox.models import AbstractAuthToken


class User(AbstractUser):  # type: ignore[django-manager-missing]  # of ApiToken: knox has no types
    """A person. Ours from the start, so that it can grow without a change of table.

    `time_zone`, `number_format`, `date_format`: how times and numbers are written for them, empty as usual.
    """

    # With defaults of the database's, too: processes of the release before make users while one is updated.
    time_zone = models.CharField(max_length=64, blank=True, default="", db_default="")
    number_format = models.CharField(max_length=12, blank=True, default="", db_default="")
    date_format = models.CharField(max_length=12, blank=True, default="", db_default="")
    wants_first_steps = models.BooleanField(default=True, db_default=True)


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: User) -> TeamQuerySet:
        """The one door: the teams that `user` belongs to."""
        return self.filter(memberships__user=user)

    def of_people(self) -> TeamQuerySet:
        """Without the one that agents without a token work for; what it has is of a room above, known by its name."""
        return self.exclude(connections__is_environment=True)


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
        def phrase(self) -> str:
            """As in: she is …"""
            return {"member": "a member", "curator": "a curator", "owner": "an owner"}[self]

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

    @property
    def role_phrase(self) -> str:
        return self.Role(self.role).phrase


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Those whose link still works."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())

    def with_token(self, token: str) -> InvitationQuerySet:
        """The invitation of a link, or none."""
        return self.filter(digest=Invitation.digest_of(token))


class Invitation(models.Model):
    """Lets whoever has its link join a team, once. The link's token is kept as a hash only."""

    LIFETIME = timedelta(days=7)

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Membership.Role, default=Membership.Role.MEMBER)
    email = models.EmailField(blank=True, help_text="Where the link was sent; whoever has the link may use it.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.team}: {self.role}"

    @staticmethod
    def digest_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def issue(
        cls, team: Team, role: str = Membership.Role.MEMBER, email: str = "", by: User | None = None
    ) -> tuple[Invitation, str]:
        """A new invitation, and the token of its link, which nobody can read again."""
        token = secrets.token_urlsafe(32)
        expires_at = timezone.now() + cls.LIFETIME
        invitation = cls.objects.create(
            team=team, role=role, email=email, created_by=by, digest=cls.digest_of(token), expires_at=expires_at
        )
        return invitation, token

    @property
    def role_phrase(self) -> str:
        return Membership.Role(self.role).phrase

    @property
    def closed_because(self) -> str:
        """Why its link works no more, as a sentence; empty while it does."""
        if self.accepted_at:
            return "This invitation has been used. Each link lets one person in."
        if self.revoked_at:
            return "This invitation was withdrawn."
        if self.expires_at <= timezone.now():
            return (
                f"This invitation expired on {self.expires_at:%-d %B %Y}. A link works for {self.LIFETIME.days} days."
            )
        return ""


class ApiToken(AbstractAuthToken):  # type: ignore[misc]  # knox has no types
    """Lets a program act as its user. Kept as a hash; `token_key` is its beginning, by which people tell it.

    What it may do was chosen when it was made. Of those that are older than the choice each is an agent's.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=60)
    last_used_at = models.DateTimeField(null=True, editable=False)
    # With defaults of the database's, too: processes of the release before make tokens while one is updated.
    may_train = models.BooleanField(default=True, db_default=True)
    may_ask = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_expired(self) -> bool:
        expiry: datetime | None = self.expiry
        return expiry is not None and expiry <= timezone.now()
