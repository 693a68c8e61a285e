"""What happens to a team and its people. A team that has people always has an owner among them."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import Invitation, Membership, Team, User

Role = Membership.Role


class Refused(Exception):
    """Cannot be done as things are; the message tells a person why, and what to do instead."""


@transaction.atomic
def found(name: str, owner: User) -> Team:
    team = Team.objects.create(name=name)
    Membership.objects.create(team=team, user=owner, role=Role.OWNER)
    return team


@transaction.atomic
def change_role(team: Team, user: User, role: Membership.Role) -> None:
    """Raises Refused when the team would be left without an owner, or when `user` is not in it any more."""
    membership = _locked_membership(team, user)
    if not role.may_manage:
        _stop_managing(membership)
    membership.role = role
    membership.save(update_fields=["role"])


@transaction.atomic
def remove(team: Team, user: User) -> None:
    """What the person asked is kept, unseen, until they come back. Raises Refused as change_role does."""
    membership = _locked_membership(team, user)
    _stop_managing(membership)
    membership.delete()


@transaction.atomic
def delete(team: Team) -> None:
    """Raises Refused while the team has databases: their questions and answers would go with them."""
    team = _locked(team)
    if count := team.connections.count():
        databases = "database" if count == 1 else "databases"
        raise Refused(f"“{team}” still has {count} {databases}. Delete them first, then the team.")
    team.delete()


@transaction.atomic
def join(invitation: Invitation, user: User) -> None:
    """Uses the invitation up. Raises Refused when it is closed, or, keeping it, when `user` is in the team already."""
    _locked(invitation.team)
    if role := invitation.team.role_of(user):
        raise Refused(f"You are in “{invitation.team}” already, as {role.phrase}. The link can still be used.")
    # One statement decides who comes first.
    taken = Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=timezone.now(), accepted_by=user)
    if not taken:
        invitation.refresh_from_db()
        raise Refused(invitation.closed_because)
    Membership.objects.create(team=invitation.team, user=user, role=invitation.role)


def revoke(invitation: Invitation) -> bool:
    """False when it was used or withdrawn before."""
    return bool(
        Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=timezone.now())
    )


def _locked(team: Team) -> Team:
    """The team, which nobody else changes until the transaction ends."""
    locked = Team.objects.select_for_update().filter(pk=team.pk).first()
    if locked is None:
        raise Refused("This team has just been deleted.")
    return locked


def _locked_membership(team: Team, user: User) -> Membership:
    membership = _locked(team).memberships.filter(user=user).first()
    if membership is None:
        raise Refused(f"{user} is not in “{team}” any more.")
    return membership


def _stop_managing(membership: Membership) -> None:
    """For an owner who will be none: another one must be left, and no link of theirs may let them back in."""
    if membership.role != Role.OWNER:
        return
    if not membership.team.memberships.filter(role=Role.OWNER).exclude(pk=membership.pk).exists():
        raise Refused(f"{membership.user} is the only owner of “{membership.team}”. Make somebody else an owner first.")
    membership.team.invitations.open().filter(created_by=membership.user).update(revoked_at=timezone.now())
