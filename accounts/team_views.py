"""A team's people: who they are, what each may do, who comes and goes."""

from __future__ import annotations

from typing import Any

from allauth.core.ratelimit import consume
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import mail
from accounts import teams as rules
from accounts.forms import InvitationForm, RoleForm, TeamForm
from accounts.links import absolute, invitation_path
from accounts.models import Invitation, Membership, Team
from accounts.requests import UserRequest, get_team, require_owner


@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: UserRequest) -> HttpResponse:
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        team = rules.found(form.cleaned_data["name"], owner=request.user)
        messages.success(request, f"“{team}” is there, and you own it. Invite the others here.")
        return redirect("team", team.pk)
    memberships = request.user.memberships.select_related("team").order_by("team__name")
    page = {"form": form, "memberships": memberships}
    return render(request, "accounts/teams.html", page, status=422 if form.is_bound else 200)


@require_GET
def team(request: UserRequest, team_id: int) -> HttpResponse:
    return _people_page(request, *get_team(request, team_id))


@require_POST
def rename_team(request: UserRequest, team_id: int) -> HttpResponse:
    team, role = get_team(request, team_id)
    require_owner(role)
    before = team.name
    form = TeamForm(request.POST, instance=team)
    if not form.is_valid():
        typed, team.name = form, before
        return _people_page(request, team, role, rename_form=typed, status=422)
    form.save()
    messages.success(request, f"The team is called “{team}” now.")
    return redirect("team", team.pk)


@require_POST
def leave_team(request: UserRequest, team_id: int) -> HttpResponse:
    team, _ = get_team(request, team_id)
    try:
        rules.remove(team, request.user)
    except rules.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("team", team.pk)
    messages.success(request, f"You have left “{team}”.")
    return redirect("teams")


@require_POST
def delete_team(request: UserRequest, team_id: int) -> HttpResponse:
    team, role = get_team(request, team_id)
    require_owner(role)
    try:
        rules.delete(team)
    except rules.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("team", team.pk)
    messages.success(request, f"“{team}” is deleted.")
    return redirect("teams")


@require_POST
def change_role(request: UserRequest, team_id: int, user_id: int) -> HttpResponse:
    team, membership = _owned_membership(request, team_id, user_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A role is member, curator or owner. Nothing was changed.")
        return redirect("team", team.pk)
    new = form.chosen()
    try:
        rules.change_role(team, membership.user, new)
    except rules.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{membership.user} is {new.phrase} now.")
    return redirect("team", team.pk)


@require_POST
def remove_member(request: UserRequest, team_id: int, user_id: int) -> HttpResponse:
    team, membership = _owned_membership(request, team_id, user_id)
    try:
        rules.remove(team, membership.user)
    except rules.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{membership.user} is not in “{team}” any more. What they asked is kept.")
    return redirect("teams") if membership.user_id == request.user.pk else redirect("team", team.pk)


@never_cache
@require_POST
def invite(request: UserRequest, team_id: int) -> HttpResponse:
    """The link is on the page that answers, and nowhere after."""
    team, role = get_team(request, team_id)
    require_owner(role)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _people_page(request, team, role, invitation_form=form, status=422)
    if not consume(request, action="invite"):
        form.add_error(None, "That is 30 invitations within an hour. Wait a while before you write more.")
        return _people_page(request, team, role, invitation_form=form, status=429)
    return _invited_page(request, team, role, form)


def _invited_page(request: UserRequest, team: Team, role: Membership.Role, form: InvitationForm) -> HttpResponse:
    invitation, token = Invitation.issue(team, **form.cleaned_data, by=request.user)
    link = absolute(request, invitation_path(token))
    mailed = bool(invitation.email) and mail.send_invitation(invitation, link)
    return _people_page(request, team, role, new=invitation, link=link, mailed=mailed)


@require_POST
def revoke_invitation(request: UserRequest, team_id: int, invitation_id: int) -> HttpResponse:
    team, role = get_team(request, team_id)
    require_owner(role)
    invitation = get_object_or_404(team.invitations, pk=invitation_id)
    if rules.revoke(invitation):
        messages.success(request, "The invitation is withdrawn. Its link works no more.")
    else:
        messages.error(request, "This invitation was used or withdrawn before.")
    return redirect("team", team.pk)


def _owned_membership(request: UserRequest, team_id: int, user_id: int) -> tuple[Team, Membership]:
    team, role = get_team(request, team_id)
    require_owner(role)
    return team, get_object_or_404(team.memberships.select_related("user"), user_id=user_id)


def _people_page(
    request: UserRequest, team: Team, role: Membership.Role, status: int = 200, **changes: Any
) -> HttpResponse:
    page = {
        "team": team,
        "tab": "people",
        "role": role,
        "roles": Membership.Role.choices,
        "memberships": team.memberships.select_related("user").order_by("user__username"),
        "invitations": team.invitations.open().select_related("created_by") if role.may_manage else None,
        "invitation_form": InvitationForm(),
        "rename_form": TeamForm(instance=team),
    }
    return render(request, "accounts/people.html", page | changes, status=status)
