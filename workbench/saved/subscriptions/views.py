"""Subscribing, and ending that: from the page, from the account, and by the link in an e-mail."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.links import absolute
from accounts.pacing import paced
from accounts.requests import UserRequest
from datasources.storable import storable
from workbench.saved.every import Every
from workbench.saved.models import SavedQuery
from workbench.saved.parameters import entered, in_form
from workbench.saved.queries.requests import get_saved
from workbench.saved.queries.views import about
from workbench.saved.subscriptions import mail
from workbench.saved.subscriptions.models import Subscription

BEGUN = ("30/hour", "You have subscribed 30 times within an hour.")
MOST = 50
Condition = Subscription.Condition


class NotPossible(Exception):
    """The message tells a person what is wrong."""


@require_POST
@paced("subscribe", BEGUN)
def subscribe(request: UserRequest, saved_id: int) -> HttpResponse:
    saved, role = get_saved(request, saved_id)
    try:
        wanted = _wanted(request, saved)
    except NotPossible as error:
        context = about(request, saved, role) | {"refused": str(error), "wanted": request.POST}
        return render(request, "workbench/saved/query.html", context, status=422)
    wanted.save()
    messages.success(
        request,
        f"You get an e-mail at {request.user.email} when {wanted.words}, and not again before it was otherwise.",
    )
    if not mail.is_possible():
        messages.warning(request, "But this site has no mail server yet. Ask its operator to set EMAIL_URL.")
    return redirect("saved_query", saved.pk)


@require_POST
def end_subscription(request: UserRequest, subscription_id: int) -> HttpResponse:
    found = get_object_or_404(Subscription.objects.visible_to(request.user), pk=subscription_id)
    found.delete()
    messages.success(request, "You get no more e-mails of it.")
    return redirect("account")


@login_not_required
@csrf_exempt  # mail programs press it for people (RFC 8058); the token in the address is what lets them
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ends one subscription, and can do nothing else."""
    found = Subscription.objects.with_token(token).first()
    if found and request.method == "POST":
        found.delete()
        return render(request, "workbench/subscriptions/unsubscribed.html", {"is_done": True})
    context = {"subscription": found}
    return render(request, "workbench/subscriptions/unsubscribed.html", context, status=200 if found else 404)


def _wanted(request: UserRequest, saved: SavedQuery) -> Subscription:
    """Raises NotPossible."""
    if not request.user.email:
        raise NotPossible("Your account has no e-mail address. Add one on the account page, then subscribe.")
    if request.user.subscriptions.count() >= MOST:
        raise NotPossible(f"At most {MOST} subscriptions. End others on the account page first.")
    condition, every = request.POST.get("condition", ""), request.POST.get("every", "")
    if condition not in Condition or every not in Every:
        raise NotPossible("Choose when the e-mail is sent, and how often that is looked at.")
    typed = in_form(request.POST, saved.inputs)
    if errors := entered(saved.inputs, typed).errors:
        raise NotPossible(" ".join(errors.values()))
    wanted = Subscription(saved=saved, user=request.user, condition=condition, every=every, typed=typed)
    wanted.origin = absolute(request, "/").rstrip("/")[:200]
    if condition != Condition.ROWS:
        wanted.column, wanted.limit = _column(request), _limit(request)
    return wanted


def _column(request: UserRequest) -> str:
    column = storable(request.POST.get("column", "")).strip()
    if not column or len(column) > 200:
        raise NotPossible("Name the column of the result whose numbers are looked at.")
    return column


def _limit(request: UserRequest) -> Decimal:
    try:
        limit = Decimal(request.POST.get("limit", "").strip().replace(",", ""))
    except InvalidOperation:
        raise NotPossible("The limit has to be a number, such as 1000 or 0.5.") from None
    if not limit.is_finite() or abs(limit) >= Decimal(10) ** 20:
        raise NotPossible("The limit has to be a number below 10 to the power of 20.")
    return round(limit, 6)
