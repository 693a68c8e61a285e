"""What the editor's templates say of runs and plans."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from agent.explanation.difference import Clause
from agent.explanation.phrases import listed
from datasources.wording import counted
from learning.words import duration
from workbench.editor.running import Outcome
from workbench.models import SqlRun

register = template.Library()
_LINE = 160


@register.filter
def said(outcome: Outcome) -> str:
    """In few words, also for who cannot see the page."""
    return came_to(outcome.run)


@register.filter
def came_to(run: SqlRun) -> str:
    match run.state:
        case SqlRun.State.FAILED:
            return "failed"
        case SqlRun.State.STOPPED:
            return "stopped"
        case SqlRun.State.RUNNING:
            return "interrupted" if run.is_lost else "running"
    if run.kind == SqlRun.Kind.EXPLAIN:
        return "explained"
    return f"{counted(run.rows or 0, 'row')}{' and more' if run.is_cut else ''}"


@register.filter
def one_line(sql: str) -> str:
    return " ".join(sql[: 4 * _LINE].split())[:_LINE]


@register.filter
def milliseconds(value: float) -> str:
    return duration(value / 1000)


@register.filter
def figure(value: float) -> str:
    """Of what is only estimated: whole where it is large."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.2f}"


@register.filter
def names(clauses: Sequence[Clause]) -> str:
    return listed([clause.name for clause in clauses])
