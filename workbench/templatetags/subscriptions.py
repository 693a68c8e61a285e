"""A person's subscriptions, for the account page, which is of a room below."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.models import User
from workbench.saved.subscriptions.models import Subscription

register = template.Library()


@register.inclusion_tag("workbench/subscriptions/_of_person.html", takes_context=True)
def subscriptions_of(context: Any, user: User) -> dict[str, Any]:
    """Of what the person may not see any more, not even the name is told."""
    found = Subscription.objects.visible_to(user).select_related("saved__connection")
    listed = [(each, each.is_seen) for each in found]
    return {"subscriptions": listed, "csrf_token": context.get("csrf_token")}
