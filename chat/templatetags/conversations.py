"""The list of conversations. Made here and not by a loop of a template: there are two hundred on every page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from chat.models import Conversation

register = template.Library()
_ANY = UUID(int=0)


@register.simple_tag
def listed(conversations: Iterable[Any], current: Conversation | None) -> SafeString:
    """Each names its database, as `place`, where that is not the current one's."""
    address = reverse("conversation", args=[_ANY])
    items = (_item(one, address.replace(str(_ANY), str(one.pk)), current or None) for one in conversations)
    return mark_safe("".join(items))  # noqa: S308 - _item escapes


def _item(item: Any, address: str, current: Conversation | None) -> str:
    title, place = escape(str(item)), escape(item.place)
    is_current = current is not None and item.pk == current.pk
    elsewhere = current is None or item.connection_id != current.connection_id
    mark = ' aria-current="page"' if is_current else ""
    where = f' <span class="quiet place">{place}</span>' if elsewhere else ""
    return f'<li><a href="{address}" title="{title} · {place}"{mark}>{title}{where}</a></li>\n'
