"""A table that is not there under the name that was written, where only one other can be meant."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from sqlglot import exp

from agent import hints
from agent.fixes.failure import Failure, edit, spliced
from agent.fixes.scopes import same_name
from agent.reading import Fix
from datasources.introspect import quoted

_CLOSE = 0.85


def missing_table(failure: Failure) -> Fix | None:
    wanted = hints.table_named(failure.message)
    tree = failure.tree
    name = wanted.rpartition(".")[2].casefold()
    if not name or tree is None:
        return None
    nodes = [node for node in tree.find_all(exp.Table) if node.name.casefold() == name and node.this.meta]
    spelled = _meant(name, tree, failure)
    if not spelled or not nodes:
        return None
    edits = [edit(node, spelled) for node in nodes]
    edits += [edit(node, _called(spelled, node, failure)) for node in _prefixed(tree, name, nodes, spelled)]
    why = f"There is no table {wanted}, and so the only one that can be meant was written: {spelled}."
    return failure.put_right(spliced(failure.sql, edits), why)


def _meant(name: str, tree: exp.Expr, failure: Failure) -> str:
    """The table, as a statement has to spell it: one that is called so elsewhere, or else nearly so."""
    ctes = {cte.alias: cte.args["alias"].this.sql(failure.dialect) for cte in tree.find_all(exp.CTE)}
    spelled = [(table.name, table.spelled(failure.dialect)) for table in failure.schema.tables] + list(ctes.items())
    for is_meant in (_is_same, _is_nearly_same, _is_close):
        found = {text for known, text in spelled if is_meant(known, name)}
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def _is_same(known: str, name: str) -> bool:
    return known.casefold() == name


def _is_nearly_same(known: str, name: str) -> bool:
    return same_name(known) == same_name(name)


def _is_close(known: str, name: str) -> bool:
    return SequenceMatcher(None, known.casefold(), name).ratio() >= _CLOSE


def _prefixed(tree: exp.Expr, name: str, nodes: list[exp.Table], spelled: str) -> Iterator[exp.Column]:
    """The columns after the table's old name, where that has no other one."""
    if any(node.alias for node in nodes):
        return
    for column in tree.find_all(exp.Column):
        prefix = column.args.get("table")
        if prefix and prefix.name.casefold() == name and prefix.name != spelled.rpartition(".")[2]:
            yield column


def _called(spelled: str, column: exp.Column, failure: Failure) -> str:
    is_star = isinstance(column.this, exp.Star)
    last = "*" if is_star else column.this.sql(failure.dialect)
    table = next((each for each in failure.schema.tables if each.spelled(failure.dialect) == spelled), None)
    return f"{quoted(table.name, failure.dialect) if table else spelled}.{last}"
