"""How texts and numbers look in the admin. What people and models wrote is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from datasources.wording import signed
from learning.models import Generation


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


def compared(comparison: Mapping[str, Any] | None) -> str:
    """How a generation did against the one in use then; the sentence says where that is weak evidence."""
    return str(comparison["sentence"]) if comparison else ""


def figures(comparison: Mapping[str, Any] | None) -> SafeString | str:
    """What that sentence goes by, a line for each."""
    lines = _figures(comparison) if comparison else ()
    return format_html_join("", "<div>{}</div>", ((line,) for line in lines))


def generations(found: Iterable[Generation]) -> SafeString | str:
    """A line for each: where it is, how it stands, how it compared."""
    lines = (
        (
            reverse("admin:learning_generation_change", args=[one.pk]),
            one,
            one.get_state_display(),
            compared(one.comparison),
        )
        for one in found
    )
    return format_html_join("", '<div><a href="{}">{}</a> ({}) {}</div>', lines)


def _figures(comparison: Mapping[str, Any]) -> Iterator[str]:
    if comparison["is_weak"]:
        yield "Weak evidence: few answers are known."
    yield f"Right: {comparison['before']} → {comparison['after']} of {comparison['questions']} with a known answer"
    yield f"Fixed: {', '.join(comparison['fixed']) or 'none'}"
    yield f"Broken: {', '.join(comparison['broke']) or 'none'}"
    yield (
        f"Of the {comparison['held_questions']} that the search never saw: {comparison['held_fixed']} fixed, "
        f"{comparison['held_broke']} broken"
    )
    yield f"Mean score: {comparison['score_before']:.2f} → {comparison['score_after']:.2f}"
    yield f"By chance: {comparison['by_chance']:.3f} (sign test); p = {comparison['p_value']:.3f} (McNemar)"
    yield comparison["rule"]
