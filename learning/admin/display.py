"""How texts and numbers look in the admin. What people and models wrote is escaped."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from datasources.wording import signed


def start(text: str) -> str:
    """The first 80 characters, in one line."""
    line = " ".join(text[:200].split())
    return line if len(line) <= 80 else f"{line[:79]}…"


def code(text: str) -> SafeString | str:
    return format_html('<pre class="code">{}</pre>', text) if text else ""


def numbers(named: Mapping[str, float]) -> SafeString | str:
    """A line for each, the largest first."""
    ranked = sorted(named.items(), key=lambda one: -one[1])
    return format_html_join("", "<div>{} {}</div>", ((signed(value, 3), name) for name, value in ranked))


def reward(value: float | None) -> str:
    return "" if value is None else signed(value)
