"""How the Benchmark tab writes things."""

from __future__ import annotations

from django import template

from datasources.highlight import statement_html
from datasources.wording import signed
from learning import words
from learning.benchmark.suite import is_measured, tab_name

register = template.Library()
register.filter("sql", statement_html)
register.filter("error_words", words.error_words)
register.filter("strategy_words", words.strategy_words)
register.filter("duration", words.duration)
register.filter("percent", words.percent)
register.filter("p_value", words.p_value)
register.filter("signed", signed)
register.filter("is_measured", is_measured)
register.filter("tab_name", tab_name)


@register.filter
def points(difference: float) -> str:
    """A difference of two shares."""
    return signed(100 * difference, 0)


@register.filter
def interval(bounds: tuple[float, float]) -> str:
    """45–78 %"""
    low, high = bounds
    return f"{100 * low:.0f}–{words.percent(high)}"


@register.filter
def points_interval(bounds: tuple[float, float]) -> str:
    return " to ".join(map(points, bounds))


@register.filter
def grouped(number: int) -> str:
    return f"{number:,}"


@register.filter
def of(name: object, pk: int) -> str:
    """An id in the page for something of an object."""
    return f"{name}-{pk}"
