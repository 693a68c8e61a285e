"""What a SELECT selects from, and which columns that has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from sqlglot import exp

from agent.sql_scopes import is_named
from datasources.guesses import singulars
from datasources.introspect import Schema, Table, quoted

_DEEPEST = 8
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Source:
    """A table or a query in FROM. `columns` is None where they are not known; `query` is what gives them, where no
    table of the schema does."""

    name: str
    spelled: str
    node: exp.Expr
    table: Table | None
    columns: tuple[str, ...] | None
    query: exp.Expr | None = None

    def column(self, name: str) -> str:
        """As it is spelled, found in any case; else empty."""
        wanted = name.casefold()
        return next((column for column in self.columns or () if column.casefold() == wanted), "")

    def qualified(self, column: str, dialect: str) -> str:
        return f"{self.spelled}.{quoted(column, dialect)}"

    @property
    def join(self) -> exp.Join | None:
        parent = self.node.parent
        return parent if isinstance(parent, exp.Join) else None


def sources_of(select: exp.Expr, schema: Schema, dialect: str, depth: int = 0) -> list[Source]:
    return [_source(node, schema, dialect, depth) for node in _nodes(select)]


def selects_around(node: exp.Expr) -> Iterator[exp.Select]:
    """Those whose sources a name may mean, the innermost first."""
    select = node.parent_select
    while isinstance(select, exp.Select):
        yield select
        select = None if is_named(select) else select.parent_select


def visible(node: exp.Expr, schema: Schema, dialect: str) -> list[Source]:
    """The sources that a name at this place may mean, those of the innermost query first."""
    return [source for select in selects_around(node) for source in sources_of(select, schema, dialect)]


def columns_of(query: exp.Expr, schema: Schema, dialect: str, depth: int = 0) -> tuple[str, ...] | None:
    """The names of what a query gives; None where they are not known."""
    first = leftmost(query)
    if not isinstance(first, exp.Select) or depth > _DEEPEST:
        return None
    names: list[str] = []
    for output in first.expressions:
        if isinstance(output, exp.Star) or (isinstance(output, exp.Column) and isinstance(output.this, exp.Star)):
            starred = _starred(output, first, schema, dialect, depth)
            if starred is None:
                return None
            names += starred
        else:
            names.append(output.alias_or_name)
    return tuple(filter(None, names))


def leftmost(query: exp.Expr) -> exp.Expr:
    """The SELECT that names the columns of a UNION."""
    while isinstance(query, exp.SetOperation | exp.Subquery | exp.Paren):
        query = query.this
    return query


def cte_named(name: str, at: exp.Expr) -> exp.CTE | None:
    """The one that a name means at this place: within itself only where it is recursive."""
    node, inside = at, set[int]()
    while True:
        with_ = node.args.get("with_")
        is_recursive = bool(with_ and with_.args.get("recursive"))
        ctes: list[exp.CTE] = with_.expressions if with_ else []
        for cte in ctes:
            if cte.alias.casefold() == name.casefold() and (is_recursive or id(cte) not in inside):
                return cte
        if node.parent is None:
            return None
        inside.add(id(node))
        node = node.parent


def equated(select: exp.Expr, column: str, sources: list[Source]) -> bool:
    """Whether the joins of a query make this column the same in all of the sources, so that any may be named."""
    if any(join.side in ("RIGHT", "FULL") for join in select.args.get("joins") or []):
        return False
    groups = [{source.name.casefold()} for source in sources]
    for pair in _equal_columns(select, column):
        touching = [group for group in groups if group & pair]
        groups = [group for group in groups if not group & pair] + [pair.union(*touching)]
    names = {source.name.casefold() for source in sources}
    return any(names <= group for group in groups)


def same_name(name: str) -> str:
    """The same for names that differ in case, in underscores, or in being a plural."""
    found = words(name)
    return "".join([*found[:-1], min(singulars(found[-1]), key=len)]) if found else name.casefold()


def words(name: str) -> list[str]:
    return [word.casefold() for word in _WORDS.findall(name)]


def abbreviates(short: str, table: str) -> bool:
    """Whether people call a table by this: c, cust or customer for customers, oi for order_items."""
    short, found = short.casefold(), words(table)
    if not found or not short:
        return False
    initials = "".join(word[0] for word in found)
    return short == initials or same_name(short) == same_name(table) or "".join(found).startswith(short)


def _nodes(select: exp.Expr) -> Iterator[exp.Expr]:
    from_ = select.args.get("from_")
    clauses = [from_, *(select.args.get("joins") or []), *(select.args.get("laterals") or [])]
    for clause in filter(None, clauses):
        node = clause if isinstance(clause, exp.Lateral) else clause.this
        yield node
        yield from (join.this for join in node.args.get("joins") or [])


def _source(node: exp.Expr, schema: Schema, dialect: str, depth: int) -> Source:
    name = node.alias_or_name
    alias = node.args.get("alias")
    identifier = alias.this if alias and alias.this else node.this
    spelled = identifier.sql(dialect) if isinstance(identifier, exp.Identifier) else quoted(name, dialect)
    if isinstance(node, exp.Subquery):
        given = tuple(column.name for column in alias.columns) if alias else ()
        return Source(name, spelled, node, None, given or columns_of(node, schema, dialect, depth + 1), node.this)
    if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
        return Source(name, spelled, node, None, None)
    cte = cte_named(node.name, node) if not node.db else None
    if cte:
        given = tuple(column.name for column in cte.args["alias"].columns)
        return Source(name, spelled, node, None, given or columns_of(cte.this, schema, dialect, depth + 1), cte.this)
    table = schema.table(f"{node.db}.{node.name}") if node.db else None
    table = table or schema.table(node.name)
    return Source(name, spelled, node, table, tuple(column.name for column in table.columns) if table else None)


def _starred(output: exp.Expr, select: exp.Select, schema: Schema, dialect: str, depth: int) -> list[str] | None:
    qualifier = output.args.get("table")
    sources = sources_of(select, schema, dialect, depth + 1)
    meant = [source for source in sources if not qualifier or source.name.casefold() == qualifier.name.casefold()]
    if any(source.columns is None for source in meant):
        return None
    return [column for source in meant for column in source.columns or ()]


def _equal_columns(select: exp.Expr, column: str) -> Iterator[set[str]]:
    """The pairs of sources whose columns of this name are compared by = in ON, by USING, or in WHERE."""
    wanted = column.casefold()
    for join in select.args.get("joins") or []:
        if any(name.name.casefold() == wanted for name in join.args.get("using") or []):
            yield from ({one, other} for one, other in pairwise(_names(_nodes(select))))
    conditions = [join.args.get("on") for join in select.args.get("joins") or []]
    where = select.args.get("where")
    conditions.append(where.this if where else None)
    for term in (term for condition in conditions if condition for term in terms(condition)):
        sides = (term.this, term.args.get("expression"))
        if isinstance(term, exp.EQ) and all(
            isinstance(side, exp.Column) and side.table and side.name.casefold() == wanted for side in sides
        ):
            yield {side.table.casefold() for side in sides if isinstance(side, exp.Column)}


def _names(nodes: Iterable[exp.Expr]) -> list[str]:
    return [node.alias_or_name.casefold() for node in nodes]


def terms(condition: exp.Expr) -> Iterator[exp.Expr]:
    """What AND joins."""
    node = condition.unnest() if isinstance(condition, exp.Paren) else condition
    if isinstance(node, exp.And):
        yield from terms(node.left)
        yield from terms(node.right)
    else:
        yield node
