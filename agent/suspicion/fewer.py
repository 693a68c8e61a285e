"""Fewer columns than the question asks for, and none that is a number where it asks for one."""

from __future__ import annotations

import re

from sqlglot import exp

from agent.suspicion.listing import is_column, parts
from agent.suspicion.statement import Asked, Statement, grouped_by
from datasources.engine import Cell

_SENTENCE = re.compile(
    r"(?:^|[.?!]\s+)(?:give|show|list|return|report|display)(?: me)?\s+((?:the|their|its|name|id)\b[^.?!;:()]*?)"
    r"(?=\s+(?:of|for)\s+(?:the|all|each|every)\b|[.?!]|$)",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(?:who|that|which|whose|where|with|from|in|as|by|first|last|both|between|than|if|when|sorted|ordered|to|or|at|on)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"(?:number|count|sum|total|average)\b", re.IGNORECASE)
_HOW_MANY = re.compile(
    r"^how many\b|[,:]\s+(?:and\s+)?how many\b|\band how many\b|"
    r"\b(?:and|give|show|list|along with|as well as)\s+(?:the\s+|their\s+|its\s+)?(?:total\s+)?number of\s+"
    r"(?!the\b|an?\b|each\b|his\b|her\b|that\b)",
    re.IGNORECASE,
)
_TWO_NUMBERS = re.compile(
    r"\bhow many\b[^.?!;]*?\band\s+(?:how much\b|by how many\b|what (?:is|was|are|were) (?:the|their|its)\s+"
    r"(?:sum|total|average|mean|highest|lowest|difference|share|percentage)\b)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s*[-+]?\d[\d.,]*\s*%?\s*")


def fewer(asked: Asked) -> str:
    top = asked.statement.top
    if top is None or top.is_star:
        return ""
    return _too_few(top, asked) or _no_number(top, asked) or _one_number(top, asked)


def _too_few(top: exp.Select, asked: Asked) -> str:
    """“Give the name, the price and the cost.”: as many columns, but where some are put together."""
    match = _SENTENCE.search(asked.question)
    if match is None or _MORE.search(match[1]) or top.find(exp.DPipe, exp.Concat, exp.ConcatWs):
        return ""
    things = parts(match[1])
    columns = [is_column(thing, asked.statement) for thing in things]
    if len(top.expressions) >= len(things) or not any(columns):
        return ""
    if not all(is_one or _FIGURE.match(thing) for is_one, thing in zip(columns, things, strict=True)):
        return ""
    return f"The question asks for {match[1]}, but the statement selects only {_columns(len(top.expressions))}."


def _columns(number: int) -> str:
    return "one column" if number == 1 else f"{number} columns"


def _no_number(top: exp.Select, asked: Asked) -> str:
    if not _HOW_MANY.search(asked.question) or not asked.result.rows:
        return ""
    for number, node in enumerate(top.expressions):
        if not _is_key(node, asked.statement) and any(_may_be_a_number(row[number]) for row in asked.result.rows):
            return ""
    return "The question asks how many, but the statement selects no number. Add COUNT."


def _is_key(node: exp.Expr, statement: Statement) -> bool:
    held = statement.held(node.unalias())
    if held is None:
        return False
    names = {name for key in held.table.foreign_keys for name in key.columns} | set(held.table.primary_key)
    return held.column.name in names


def _may_be_a_number(cell: Cell) -> bool:
    return not isinstance(cell, str | bytes) or (isinstance(cell, str) and bool(_NUMBER.fullmatch(cell)))


def _one_number(top: exp.Select, asked: Asked) -> str:
    """“How many …, and what is their sum?”"""
    keys = {node.sql() for node in grouped_by(top)}
    figures = [node for node in top.expressions if node.unalias().sql() not in keys]
    if not keys and len(asked.result.rows) > 1:
        return ""
    if len(figures) == 1 and not isinstance(figures[0].unalias(), exp.Column) and _TWO_NUMBERS.search(asked.question):
        return "The question asks for two numbers, but the statement selects one. Add the other."
    return ""
