"""Columns that the question names and the statement does not select, and more than it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlglot import exp

from agent.reading import Doubt, DoubtKind
from agent.stems import stems
from agent.suspicion.fewer import fewer
from agent.suspicion.listing import is_column, listed_things
from agent.suspicion.probing import Probes
from agent.suspicion.statement import Asked, Source, Statement

_HOW_MANY = re.compile(r"^\W*(?:how many|what (?:is|was) the (?:total )?number of)\b", re.I)
_WHO = re.compile(r"\b(?:who|whose name|names? of|which)\b", re.I)
_IDS = re.compile(r"\b(?:ids?|identif\w+|codes?|numbers?|keys?|uuids?|references?)\b", re.I)
_NAME_LIKE = re.compile(r"(^|_)(name|title|full_?name|display_?name)$", re.I)


def selected(asked: Asked, probes: Probes) -> Iterator[Doubt]:
    why = _missing(asked) or fewer(asked) or _too_much(asked) or _only_ids(asked)
    if why:
        yield Doubt(DoubtKind.MISSING_COLUMN, why)


def _missing(asked: Asked) -> str:
    top = asked.statement.top
    if top is None or top.is_star or not all(source.table for source in asked.statement.sources(top)):
        return ""
    shown = _shown(top)
    things = listed_things(asked.question)
    missing = [thing for thing in things if is_column(thing, asked.statement) and not shown & set(stems(thing))]
    if not missing or len(top.expressions) > max(len(things), 1):
        return ""
    thing = missing[0]
    return f"The question asks for the {thing}, which the statement does not select. Add that column."


def _shown(top: exp.Select) -> set[str]:
    """The words of all that is selected, by whatever name."""
    names = [node.name for one in top.expressions for node in one.find_all(exp.Column)]
    return set(stems(" ".join([*names, *(one.alias_or_name for one in top.expressions)])))


def _too_much(asked: Asked) -> str:
    top = asked.statement.top
    if top is None or not any(isinstance(one, exp.Star) for one in top.expressions):
        return ""
    if len(asked.result.columns) < 2:
        return ""
    if _HOW_MANY.search(asked.question):
        return "The question asks for a number, but the statement shows rows with all their columns. Count them."
    things = [thing for thing in listed_things(asked.question) if is_column(thing, asked.statement)]
    if not things:
        return ""
    return f"The question asks for the {' and '.join(things)} only, but the statement selects all columns."


def _only_ids(asked: Asked) -> str:
    """“Which customers …”, answered with their numbers, though they have names."""
    top = asked.statement.top
    if top is None or not _WHO.search(asked.question) or _IDS.search(asked.question):
        return ""
    for source in asked.statement.sources(top):
        name = _name_of(source, top, asked.statement)
        if name:
            return f"The question asks who or which, but only keys are selected. Select {name}, too."
    return ""


def _name_of(source: Source, top: exp.Select, statement: Statement) -> str:
    if source.table is None or not _are_all_keys(top.expressions, source, statement):
        return ""
    found = next((column.name for column in source.table.columns if _NAME_LIKE.search(column.name)), "")
    return f"{source.table.full_name}.{found}" if found else ""


def _are_all_keys(nodes: Sequence[exp.Expr], source: Source, statement: Statement) -> bool:
    """All that is selected is this table's own key."""
    held = [statement.held(node.unalias()) for node in nodes]
    key = source.table.primary_key if source.table else ()
    return bool(held) and all(one and one.source == source and one.column.name in key for one in held)
