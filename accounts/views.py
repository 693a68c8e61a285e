"""A person's own pages: account and API tokens."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import ProfileForm, TokenForm
from accounts.links import absolute
from accounts.models import ApiToken, User
from accounts.preference_views import PreferencesForm
from accounts.requests import UserRequest


@sensitive_post_parameters("current_password")
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: UserRequest) -> HttpResponse:
    # A copy: a form that fails leaves what was typed in its instance, and the page shows the user's name.
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("account")
    page = {
        "form": form,
        "preferences": PreferencesForm(instance=request.user),
        "memberships": request.user.memberships.select_related("team").order_by("team__name"),
    }
    return render(request, "accounts/account.html", page, status=_status(form.is_bound))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: UserRequest) -> HttpResponse:
    """A token is on the page that answers its making, and nowhere after."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        created, token = ApiToken.objects.create(
            request.user, expiry=form.lifetime(), name=form.cleaned_data["name"], **form.scopes()
        )
        return _tokens_page(request, TokenForm(), created=created, token=token)
    return _tokens_page(request, form)


def _tokens_page(request: UserRequest, form: TokenForm, **new: object) -> HttpResponse:
    listed = ApiToken.objects.filter(user=request.user)
    site = absolute(request, "/")
    scheme, _, host = site.rpartition("://")
    page = {
        "form": form,
        "tokens": listed,
        "me_url": absolute(request, reverse("api_me")),
        "site": site,
        "scheme": scheme,
        "host": host.rstrip("/"),
        **new,
    }
    return render(request, "accounts/tokens.html", page, status=_status(form.is_bound))


@require_POST
def revoke_token(request: UserRequest, public_id: UUID) -> HttpResponse:
    token = get_object_or_404(ApiToken, user=request.user, public_id=public_id)
    token.delete()
    messages.success(request, f"“{token.name}” is revoked. Programs that use it are refused from now on.")
    return redirect("tokens")


def _status(failed: bool) -> int:
    return 422 if failed else 200
