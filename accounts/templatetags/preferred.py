"""Days and numbers as the one who looks writes them. In every template, without loading: see TEMPLATES."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import defaultfilters
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import dates, signs

register = template.Library()


@register.filter(expects_localtime=True, is_safe=False)
def date(value: Any, form: str | None = None) -> str:
    """Django's own, with the day in the preferred form."""
    return str(defaultfilters.date(value, dates.form(form) if form else form))


@register.simple_tag
def number_signs() -> SafeString:
    """For scripts, of which root element: what numbers on the page are written with; nothing where that is usual."""
    found = signs.current()
    if found == signs.PLAIN:
        return SafeString("")
    return format_html(' data-thousands="{}" data-decimal="{}"', found.thousands, found.decimal)
