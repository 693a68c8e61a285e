"""What runs in SQLite and surely gives wrong rows: it compares and casts without a word what it should not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from agent.fixes.failure import Failure, written
from agent.fixes.kinds import type_of
from agent.fixes.parts import call
from agent.fixes.scopes import words
from agent.reading import Fix
from datasources.column_kinds import Kind, kind_of

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DATES = (["date"], ["day"], ["at"], ["on"], ["time"], ["timestamp"], ["datetime"])
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.LT, exp.GTE, exp.LTE)


def text_as_number(failure: Failure) -> Fix | None:
    """In SQLite a text that a function gives never equals a number, and a date that is cast to DATE is its year."""
    tree = failure.tree
    if tree is None or failure.dialect != "sqlite":
        return None
    copy, changed = tree.copy(), False
    for node in list(copy.walk()):
        if isinstance(node, exp.Cast) and _is_year_alone(node, failure):
            node.replace(call("DATE" if node.to.is_type("date") else "DATETIME", node.this.copy()))
            changed = True
        for text in list(_texts_compared(node)):
            text.replace(exp.cast(text.copy(), "INTEGER"))
            changed = True
    if not changed:
        return None
    why = "Texts were made numbers or dates where they were compared or cast, because SQLite does not do that itself."
    return failure.put_right(written(copy, failure.dialect, like=failure.sql), why)


def _is_year_alone(node: exp.Cast, failure: Failure) -> bool:
    """CAST('2024-05-01' AS DATE) is 2024 in SQLite."""
    value = node.this
    if not node.to.is_type("date", "datetime", "timestamp"):
        return False
    if isinstance(value, exp.Literal):
        return value.is_string and bool(_DAY.match(value.name))
    if not isinstance(value, exp.Column):
        return False
    kind = kind_of(type_of(value, failure.schema, failure.dialect))
    return kind is Kind.TIME or (kind is Kind.TEXT and words(value.name)[-1:] in _DATES)


def _texts_compared(node: exp.Expr) -> Iterator[exp.Expr]:
    """STRFTIME or SUBSTR that is compared with numbers."""
    if isinstance(node, _COMPARISONS):
        sides = [(node.this, [node.expression]), (node.expression, [node.this])]
    elif isinstance(node, exp.In) and node.expressions:
        sides = [(node.this, node.expressions)]
    elif isinstance(node, exp.Between):
        sides = [(node.this, [node.args["low"], node.args["high"]])]
    else:
        return
    for text, others in sides:
        are_numbers = all(isinstance(each, exp.Literal) and not each.is_string for each in others)
        if isinstance(text, exp.TimeToStr | exp.Substring) and are_numbers:
            yield text
