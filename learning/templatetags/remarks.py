"""How many remarks wait, for the tabs."""

from __future__ import annotations

from django import template

from accounts.models import User
from datasources.models import Connection
from learning.feedback.remarks import waiting_for

register = template.Library()


@register.filter
def waiting(connection: Connection, user: User) -> int:
    """For this person's decision."""
    return waiting_for(connection, user)
