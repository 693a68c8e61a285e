"""What was searched for, marked where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
_AROUND = 60
_SHOWN = 160


@register.filter
def marked(text: str, words: Sequence[str]) -> SafeString:
    pieces = re.split(_any_of(words), text, flags=re.IGNORECASE) if words else [text]
    return format_html_join("", "{}", ((_piece(number, piece),) for number, piece in enumerate(pieces) if piece))


@register.filter
def excerpt(sql: str, words: Sequence[str]) -> str:
    """On one line, about the first of the words."""
    line = " ".join(sql.split())
    found = re.search(_any_of(words), line, re.IGNORECASE) if words else None
    start = max(0, found.start() - _AROUND) if found else 0
    shown = line[start : start + _SHOWN]
    return f"{'…' if start else ''}{shown}{'…' if start + _SHOWN < len(line) else ''}"


def _any_of(words: Sequence[str]) -> str:
    return f"({'|'.join(map(re.escape, words))})"


def _piece(number: int, piece: str) -> str | SafeString:
    return format_html("<mark>{}</mark>", piece) if number % 2 else piece
