"""What a simulated person says of a wrong answer: which tables and columns the right one uses, and which it does not.

A person who knows the data says as much; the SQL itself is never told.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

MOST = 3
"""Names of a kind that are said."""


def remark(question: str, given: str, gold: str, dialect: str) -> str:
    """Empty where there is nothing to say by names."""
    try:
        has, needs = _names(given, dialect), _names(gold, dialect)
    except SqlglotError:
        return ""
    wanted, needless = sorted(needs - has)[:MOST], sorted(has - needs)[:MOST]
    if not wanted and not needless:
        return ""
    said = [f"For “{question.rstrip('?.')}”"]
    if wanted:
        said.append(f"use {', '.join(wanted)}")
    if needless:
        said.append(f"{'and ' if wanted else ''}not {', '.join(needless)}")
    return " ".join(said) + "."


def _names(sql: str, dialect: str) -> set[str]:
    """Its tables and columns, as table.column where that is known. Raises SqlglotError."""
    if not sql.strip():
        return set()
    tree = sqlglot.parse_one(sql, read=dialect)
    aliases = {table.alias_or_name.lower(): table.name.lower() for table in tree.find_all(exp.Table)}
    tables = set(aliases.values())
    # What a query calls its own columns is no name of the database.
    own = {alias.alias.lower() for alias in tree.find_all(exp.Alias)} | {
        cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)
    }
    columns = set()
    for column in tree.find_all(exp.Column):
        if not column.table and column.name.lower() in own:
            continue
        table = aliases.get(column.table.lower()) if column.table else next(iter(tables)) if len(tables) == 1 else None
        columns.add(f"{table}.{column.name.lower()}" if table else column.name.lower())
    return columns or tables
