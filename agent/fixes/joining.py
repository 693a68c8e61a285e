"""A column of a table that is not in FROM, where only one table can be meant and joining it adds no rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from agent.fixes.failure import Failure, edit, spliced, tokens_of
from agent.fixes.keys import Link, joins
from agent.fixes.scopes import Source, abbreviates, selects_around, sources_of, words
from agent.reading import Fix
from datasources.introspect import Table, quoted

Edit = tuple[int, int, str]
_AFTER_FROM = frozenset({"WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FETCH", "WINDOW", "QUALIFY"})
_AFTER_SELECT = frozenset({"UNION", "INTERSECT", "EXCEPT", ";"})
_GENERAL = frozenset(
    {"id", "name", "title", "type", "status", "state", "code", "date", "description", "value", "number"}
)
_NAMES = frozenset({TokenType.IDENTIFIER, TokenType.STRING})


def joined(nodes: Sequence[exp.Column], failure: Failure) -> Fix | None:
    """`nodes` are columns that none of their query's tables has."""
    select = next(selects_around(nodes[0]), None)
    if select is None or any(next(selects_around(node), None) is not select for node in nodes):
        return None
    sources = sources_of(select, failure.schema, failure.dialect)
    if any(_may_have_another_name(node, sources) for node in nodes):
        return None
    found = _only_link(nodes, sources, failure)
    if found is None or not _takes_joins(select):
        return None
    source, link = found
    table = next(table for table in failure.schema.tables if table.full_name == link.other)
    alias = _alias(nodes[0], table, sources, failure)
    if not alias:
        return None
    called = alias if alias == table.spelled(failure.dialect) else f"{table.spelled(failure.dialect)} AS {alias}"
    side = "LEFT JOIN" if _may_lack(source, select) else "JOIN"
    clause = f" {side} {called} ON {link.condition(failure.dialect, source.spelled, alias)}"
    place = end_of_from(source.node, failure)
    others = _made_plain(select, table, sources, failure)
    if place is None or others is None:
        return None
    own = [edit(node, f"{alias}.{quoted(_name(node, table), failure.dialect)}") for node in nodes]
    fixed = spliced(failure.sql, [*own, *others, (place, place, clause)])
    why = f"{table.full_name} was joined by {link.condition(failure.dialect)}, because {nodes[0].name} is there."
    return failure.put_right(fixed, why)


def _may_have_another_name(node: exp.Column, sources: Sequence[Source]) -> bool:
    """Whether a table that is there may have it as something else, such as o.full_name for o.name."""
    meant = [source for source in sources if source.name.casefold() == node.table.casefold()]
    if node.table and not meant:
        return False
    last = words(node.name)[-1:]
    if meant and (node.name.casefold() in _GENERAL or not last):
        return True
    return any(words(column)[-1:] == last for source in meant or sources for column in source.columns or ())


def end_of_from(node: exp.Expr, failure: Failure, also: frozenset[str] = frozenset()) -> int | None:
    """Where another join can be written in the query that selects from `node`."""
    identifiers = [each for each in node.find_all(exp.Identifier) if "start" in each.meta]
    if not identifiers:
        return None
    start = max(each.meta["start"] for each in identifiers)
    depth, last = 0, int(start)
    for token in tokens_of(failure.sql, failure.dialect):
        if token.start < start:
            continue
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        word = token.text.upper().split(" ")[0] if token.token_type not in _NAMES else ""
        if depth < 0 or (depth == 0 and word in _AFTER_FROM - also | _AFTER_SELECT):
            return last
        last = token.end + 1
    return last


def _only_link(nodes: Sequence[exp.Column], sources: Sequence[Source], failure: Failure) -> tuple[Source, Link] | None:
    used = {source.table.full_name for source in sources if source.table}
    homes = [
        table
        for table in failure.schema.tables
        if table.full_name not in used and all(table.column(node.name) for node in nodes)
    ]
    prefix = nodes[0].table
    if prefix and all(source.name.casefold() != prefix.casefold() for source in sources):
        named = [table for table in homes if table.name.casefold() == prefix.casefold()]
        homes = named or [table for table in homes if abbreviates(prefix, table.name)] or homes
    if not homes:
        return None
    graph, names = joins(failure.schema), {table.full_name for table in homes}
    found = [
        (source, link)
        for source in sources
        if source.table
        for link in graph[source.table.full_name]
        if link.other in names
    ]
    if len(found) != 1 or not (found[0][1].is_unique or _is_added_up(nodes[0], found[0][1], failure)):
        return None
    return found[0]


def _is_added_up(node: exp.Column, link: Link, failure: Failure) -> bool:
    """Whether a table that is named adds rows, and every aggregate is of that table alone: no other sees them twice."""
    select = next(selects_around(node), None)
    table = next(table for table in failure.schema.tables if table.full_name == link.other)
    if select is None or node.table.casefold() != table.name.casefold():
        return False
    aggregates = [each for each in select.find_all(exp.AggFunc) if next(selects_around(each), None) is select]
    columns = [list(each.find_all(exp.Column)) for each in aggregates]
    return bool(columns) and all(
        found and all(each.table.casefold() == table.name.casefold() for each in found) for found in columns
    )


def _takes_joins(select: exp.Select) -> bool:
    """Not where tables stand beside each other with commas, nor where another table would add columns to the result."""
    beside = (join for join in select.args.get("joins") or [] if not join.args.get("on") and not join.args.get("using"))
    return not any(beside) and not any(isinstance(output, exp.Star) for output in select.expressions)


def _may_lack(source: Source, select: exp.Select) -> bool:
    outer = any(join.side in ("RIGHT", "FULL") for join in select.args.get("joins") or [])
    return outer or (source.join is not None and source.join.side == "LEFT")


def _alias(node: exp.Column, table: Table, sources: Sequence[Source], failure: Failure) -> str:
    """The name that was written before the column, where it is free; else the table's own."""
    taken = {source.name.casefold() for source in sources}
    if node.table and node.table.casefold() not in taken:
        is_own = node.table.casefold() == table.name.casefold()
        return table.spelled(failure.dialect) if is_own else node.args["table"].sql(failure.dialect)
    return "" if table.name.casefold() in taken else table.spelled(failure.dialect)


def _name(node: exp.Column, table: Table) -> str:
    column = table.column(node.name)
    return column.name if column else node.name


def _made_plain(select: exp.Select, table: Table, sources: Sequence[Source], failure: Failure) -> list[Edit] | None:
    """The columns without their table's name that the new table has, too. None where one could not be told."""
    edits = []
    for node in select.find_all(exp.Column):
        if node.table or not table.column(node.name) or next(selects_around(node), None) is not select:
            continue
        homes = [source for source in sources if source.column(node.name)]
        if len(homes) > 1:
            return None
        edits += [edit(node, homes[0].qualified(homes[0].column(node.name), failure.dialect)) for _ in homes]
    return edits
