"""How many remarks wait, for the tabs, and where a rule came from."""

from __future__ import annotations

from html import escape

from django import template
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from accounts.models import User
from datasources.models import Connection
from learning.feedback.remarks import waiting_for
from learning.models import Remark

register = template.Library()
_GONE = "somebody who has left"
_SHOWN = 120
"""Characters of the question that a rule came of."""


@register.filter
def waiting(connection: Connection, user: User) -> int:
    """For this person's decision."""
    return waiting_for(connection, user)


@register.simple_tag(takes_context=True)
def rule_origin(context: template.Context, remark: Remark) -> SafeString:
    """Where a rule came from. Made here and not by a template: a prompt may hold dozens, on every page of the chat.

    What was asked is told to curators and to who asked it.
    """
    who = escape(remark.user.get_username() if remark.user else _GONE)
    if remark.origin == Remark.Origin.CURATOR:
        return _spans(f"<span>Written by {who}, {_day(remark)}</span>")
    role, request = context.get("role"), context.get("request")
    is_own = request is not None and remark.user_id == request.user.pk
    given = f"A remark by {who}"
    if (role and role.may_curate) or is_own:
        address = reverse("remark", args=[context["connection"].pk, remark.pk])
        given = f'<a href="{address}">{given}</a> on “{escape(truncatechars(remark.question, _SHOWN))}”'
    return _spans(f"<span>{given}</span>", *_accepted(remark))


def _accepted(remark: Remark) -> list[str]:
    if not remark.reviewer:
        return ['<span class="badge">Accepted by itself</span>', f"<span>{_day(remark)}</span>"]
    by = f"<span>accepted by {escape(remark.reviewer.get_username())}, {_day(remark)}</span>"
    return [by, f"<span>Reason: {escape(remark.reason)}</span>"] if remark.reason else [by]


def _day(remark: Remark) -> str:
    if remark.reviewed_at is None:
        return ""
    day = localtime(remark.reviewed_at)
    return f"{day.day} {day:%B %Y}"


def _spans(*spans: str) -> SafeString:
    return mark_safe("\n".join(spans))  # noqa: S308 - who makes them escapes
