"""Rows that the result shows more than once, where the question wants each once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from agent.reading import Doubt, DoubtKind
from agent.suspicion.probing import Probes
from agent.suspicion.statement import Asked, aggregates

_ONCE = re.compile(
    r"\b(?:each|every|all)(?: \w+)? (?:only )?once\b|\bwithout (?:repetitions?|duplicates)\b|"
    r"\b(?:list|show|give|find|return|what are|which)(?: me)?(?: all)?(?: of)?(?: the)? "
    r"(?:different|distinct|unique)\b",
    re.IGNORECASE,
)


def repeated_rows(asked: Asked, probes: Probes) -> Iterator[Doubt]:
    top, rows = asked.statement.top, asked.result.rows
    if top is None or top.args.get("distinct") or top.args.get("group") or next(aggregates(top), None):
        return
    if len(set(rows)) == len(rows) or not (_ONCE.search(asked.question) or _shows_a_key(asked, top)):
        return
    yield Doubt(
        DoubtKind.FAN_OUT,
        f"The result shows the same rows more than once: {len(set(rows)):,} of its {len(rows):,} rows are different. "
        "Write SELECT DISTINCT, or look for a join that repeats them.",
    )


def _shows_a_key(asked: Asked, top: exp.Select) -> bool:
    """Whether a row is told from others of its table, so that one that comes twice was meant once."""
    for source in asked.statement.sources(top):
        key = set(source.table.primary_key) if source.table else set()
        held = [asked.statement.held(one.unalias()) for one in top.expressions]
        if key and key <= {one.column.name for one in held if one and one.source == source}:
            return True
    return False
