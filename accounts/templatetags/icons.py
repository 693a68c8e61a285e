"""The line icons, which a page has by the dozen."""

from __future__ import annotations

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """One of `static/icons.svg`. Made once: its address is the same as long as the process lives."""
    return format_html(
        '<svg class="icon" aria-hidden="true">\n  <use href="{}#{}"></use>\n</svg>', static("icons.svg"), name
    )
