"""A statement's SELECTs, the tables that they read, and whose its columns are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from datasources.engine import ResultSet
from datasources.introspect import Column, Schema, Table


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What a SELECT reads: a table of the schema, else `table` is None. `join` is None for the first."""

    alias: str
    node: exp.Expr
    table: Table | None
    join: exp.Join | None

    @property
    def is_inner(self) -> bool:
        """Joined so that rows without a partner are lost."""
        join = self.join
        return join is not None and not join.side and not join.method and (join.kind or "").upper() in ("", "INNER")


@dataclass(frozen=True, slots=True)
class Held:
    """A column of a table that a statement reads."""

    source: Source
    table: Table
    column: Column


class Statement:
    """`tree` is shared: whoever changes a part copies it first."""

    def __init__(self, tree: exp.Query, schema: Schema, dialect: str) -> None:
        self.tree = tree
        self.schema = schema
        self.dialect = dialect
        self._sources: dict[int, tuple[Source, ...]] = {}

    @cached_property
    def selects(self) -> tuple[exp.Select, ...]:
        """The outermost first."""
        return tuple(self.tree.find_all(exp.Select))

    @cached_property
    def top(self) -> exp.Select | None:
        """The SELECT whose rows are the result; None for a UNION and its like."""
        tree = self.tree.unnest() if isinstance(self.tree, exp.Subquery) else self.tree
        return tree if isinstance(tree, exp.Select) else None

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """That it reads anywhere, each once."""
        found = (source.table for select in self.selects for source in self.sources(select) if source.table)
        return tuple({table.full_name: table for table in found}.values())

    @cached_property
    def ctes(self) -> dict[str, exp.CTE]:
        return {cte.alias.casefold(): cte for cte in self.tree.find_all(exp.CTE)}

    @cached_property
    def _referenced(self) -> dict[str, set[frozenset[str]]]:
        """What foreign keys refer to: it is unique in its table."""
        found: dict[str, set[frozenset[str]]] = defaultdict(set)
        for table in self.schema.tables:
            for key in table.foreign_keys:
                found[key.table].add(frozenset(name.casefold() for name in key.referenced))
        return found

    def keys(self, table: Table) -> set[frozenset[str]]:
        """Sets of columns, in lower case, that no two rows share, as far as the database declares them."""
        own = frozenset(name.casefold() for name in table.primary_key)
        return {key for key in (own, *self._referenced.get(table.full_name, ())) if key}

    def sources(self, select: exp.Select) -> tuple[Source, ...]:
        if id(select) not in self._sources:
            self._sources[id(select)] = tuple(self._read(select))
        return self._sources[id(select)]

    def _read(self, select: exp.Select) -> Iterator[Source]:
        first = select.args.get("from_")
        if first:
            yield Source(first.this.alias_or_name.casefold(), first.this, self._table(first.this), None)
        for join in select.args.get("joins") or []:
            yield Source(join.this.alias_or_name.casefold(), join.this, self._table(join.this), join)

    def _table(self, node: exp.Expr) -> Table | None:
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            return None
        if not node.db and node.name.casefold() in self.ctes:
            return None
        return self.schema.table(".".join(filter(None, (node.db, node.name))))

    def held(self, node: exp.Expr) -> Held | None:
        """The table's column that this is; None for what is no plain column, or whose that cannot be told."""
        if not isinstance(node, exp.Column) or not isinstance(node.this, exp.Identifier):
            return None
        select = node.parent_select
        while isinstance(select, exp.Expr):
            if isinstance(select, exp.Select):
                found = self._of(node, select)
                if found or (node.table and any(one.alias == node.table.casefold() for one in self.sources(select))):
                    return found
            select = select.parent_select
        return None

    def _of(self, node: exp.Column, select: exp.Select) -> Held | None:
        alias = node.table.casefold()
        sources = [one for one in self.sources(select) if not alias or one.alias == alias]
        found = [
            Held(source, source.table, column)
            for source in sources
            if source.table and (column := source.table.column(node.name))
        ]
        return found[0] if len(found) == 1 else None

    def is_text(self, node: exp.Expr) -> bool:
        """A string; SQLite also takes a name in double quotes for one where there is no such column."""
        if isinstance(node, exp.Literal):
            return bool(node.is_string)
        if self.dialect != "sqlite" or not isinstance(node, exp.Column) or node.table:
            return False
        return bool(node.this.args.get("quoted")) and not any(table.column(node.name) for table in self.tables)


@dataclass(frozen=True)
class Asked:
    """A question, what was run for it, and what that gave."""

    question: str
    statement: Statement
    result: ResultSet

    @cached_property
    def lower(self) -> str:
        return self.question.casefold()


def terms(node: exp.Expr | None) -> Iterator[exp.Expr]:
    """What has to hold all together."""
    if isinstance(node, exp.Paren):
        yield from terms(node.this)
    elif isinstance(node, exp.And):
        yield from terms(node.this)
        yield from terms(node.expression)
    elif node is not None:
        yield node


def conditions(select: exp.Select) -> Iterator[exp.Expr]:
    """Of WHERE, and of the joins that lose rows."""
    where = select.args.get("where")
    yield from terms(where.this if where else None)
    for join in select.args.get("joins") or []:
        if not join.side:
            yield from terms(join.args.get("on"))


def aggregates(select: exp.Select) -> Iterator[exp.AggFunc]:
    """Over the groups of this SELECT: of no subquery, and no window."""
    for node in select.find_all(exp.AggFunc):
        if node.parent_select is select and not isinstance(node.find_ancestor(exp.Window, exp.Select), exp.Window):
            yield node


def plain(node: exp.Expr) -> exp.Expr:
    """Without parentheses and casts."""
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return node


def grouped_by(select: exp.Select) -> list[exp.Expr]:
    """What is grouped by, also where that is said by the place or the name of what is selected."""
    group = select.args.get("group")
    outputs = {one.alias.casefold(): one.this for one in select.expressions if isinstance(one, exp.Alias)}
    found = []
    for node in group.expressions if group else []:
        if isinstance(node, exp.Literal) and node.name.isdecimal() and 0 < int(node.name) <= len(select.expressions):
            found.append(select.expressions[int(node.name) - 1].unalias())
        elif isinstance(node, exp.Column) and not node.table:
            found.append(outputs.get(node.name.casefold(), node))
        else:
            found.append(node)
    return found
