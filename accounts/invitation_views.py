"""What the link of an invitation leads to, for somebody with an account and for somebody without."""

from __future__ import annotations

from allauth.account.internal.flows.signup import complete_signup
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import teams
from accounts.entrance import InvitedSignupForm
from accounts.models import Invitation, User


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = Invitation.objects.with_token(token).select_related("team", "created_by").first()
    if found is None:
        return _closed(request, "There is no such invitation. Perhaps a part of the link is missing.", status=404)
    if isinstance(request.user, User) and request.user.is_authenticated:
        return _for_somebody_known(request, request.user, found)
    if found.closed_because:
        return _closed(request, found.closed_because)
    return _for_somebody_new(request, found)


def _for_somebody_known(request: HttpRequest, user: User, invitation: Invitation) -> HttpResponse:
    if role := invitation.team.role_of(user):
        page = {"team": invitation.team, "role": role, "is_open": not invitation.closed_because}
        return render(request, "accounts/invitation_member.html", page)
    if invitation.closed_because:
        return _closed(request, invitation.closed_because)
    if request.method != "POST":
        return render(request, "accounts/invitation.html", {"invitation": invitation})
    try:
        teams.join(invitation, user)
    except teams.Refused as refusal:
        return _closed(request, str(refusal))
    messages.success(request, f"Welcome to “{invitation.team}”.")
    return redirect("team", invitation.team_id)


def _for_somebody_new(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = InvitedSignupForm(invitation, request.POST or None, initial={"email": invitation.email})
    if request.method != "POST" or not form.is_valid():
        page = {"invitation": invitation, "form": form}
        return render(request, "accounts/invitation_signup.html", page, status=422 if form.is_bound else 200)
    try:
        with transaction.atomic():
            user = form.save(request)
    except teams.Refused as refusal:
        return _closed(request, str(refusal))
    messages.success(request, f"Welcome to “{invitation.team}”.")
    response: HttpResponse = complete_signup(
        request, user=user, redirect_url=reverse("team", args=[invitation.team_id])
    )
    return response


def _closed(request: HttpRequest, reason: str, status: int = 410) -> HttpResponse:
    return render(request, "accounts/invitation_closed.html", {"reason": reason}, status=status)
