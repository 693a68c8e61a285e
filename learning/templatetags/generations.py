"""How the Prompt tab writes what differs between two prompts."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from learning.generations.text_changes import Piece

register = template.Library()


@register.filter
def pieces(line: Iterable[Piece]) -> SafeString:
    """A line, with the words that changed marked; what it says is data."""
    return format_html_join("", "{}", ((_marked(piece),) for piece in line))


def _marked(piece: Piece) -> SafeString:
    return format_html("<mark>{}</mark>", piece.text) if piece.is_changed else conditional_escape(piece.text)
