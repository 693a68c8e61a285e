"""What the names in a statement stand for: which table, which column of a subquery, which column of the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

# Without quotes these are values in PostgreSQL, and look like names of columns to the parser.
_VALUES = frozenset({"user", "current_user", "session_user", "current_role", "current_catalog", "current_schema"})
_ANY_CASE = {"sqlite", "duckdb"}


@dataclass(frozen=True, slots=True)
class Names:
    """How a dialect compares names. `renamed`: what the columns of subqueries are called instead, where each mention of
    such a name certainly means that column."""

    dialect: str
    renamed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: exp.Expr | None, dialect: str) -> Names:
        plain = cls(dialect)
        return cls(dialect, _renamed(tree, plain)) if tree else plain

    def table(self, name: exp.Expr) -> str:
        if self.dialect in _ANY_CASE or (self.dialect == "postgres" and not name.args.get("quoted")):
            return name.name.lower()
        return name.name

    def column(self, name: exp.Expr, *, is_bare: bool = False) -> str:
        """`is_bare`: without its table. SQLite takes such a name in quotes for a text where there is no such column."""
        quoted = name.args.get("quoted")
        if self.dialect == "postgres" and quoted:
            return f'"{name.name}"' if name.name in _VALUES else name.name
        if self.dialect == "sqlite" and quoted and is_bare:
            return name.name
        return name.name.lower()

    def alias(self, node: exp.Alias) -> str:
        name = self.column(node.args["alias"])
        return self.renamed.get(name, name)


@dataclass(frozen=True, slots=True)
class Scope:
    """What can be named at a place: `tables` and `ctes` by their names, each with a name by its place.

    `only`: the one table that the innermost query selects from. `outputs` are that query's columns, and `aliases` those
    names of them that it gave itself. `spelled`: names of outputs are written as what they stand for.
    """

    depth: int = 0
    tables: Mapping[str, str] = field(default_factory=dict)
    ctes: Mapping[str, str] = field(default_factory=dict)
    only: str = ""
    outputs: tuple[exp.Expr, ...] = ()
    aliases: Mapping[str, exp.Expr] = field(default_factory=dict)
    spelled: bool = False

    def inner(self, query: exp.Query, names: Names) -> Scope:
        """Inside of `query`."""
        here = [_name(source, names) for source in sources(query)]
        places = [f"t{self.depth}.{number}" for number in range(len(here))]
        with_ = query.args.get("with_")
        ctes = [names.table(cte.args["alias"].this) for cte in with_.expressions] if with_ else []
        outputs = tuple(_leftmost(query).expressions)
        return Scope(
            self.depth + 1,
            {**self.tables, **dict(zip(here, places, strict=True))},
            {**self.ctes, **{name: f"w{self.depth}.{number}" for number, name in enumerate(ctes)}},
            places[0] if len(places) == 1 else "",
            outputs,
            _aliases(outputs, names),
        )

    def spelled_out(self) -> Scope:
        return replace(self, spelled=True)

    def output(self, node: exp.Expr, names: Names, *, certain: bool = False) -> exp.Expr | None:
        """The expression of the column that a name or a number in ORDER BY or GROUP BY means, if it means one.

        In GROUP BY and HAVING a name may mean a column of a table first: `certain` leaves those where it looks so.
        """
        if isinstance(node, exp.Literal) and not node.is_string and node.name.isdecimal():
            return self._numbered(int(node.name))
        if not isinstance(node, exp.Column) or node.args.get("table") or not isinstance(node.this, exp.Identifier):
            return None
        name = names.column(node.this)
        found = self.aliases.get(name) if certain else self._called(name, names)
        if found is None or (certain and name in _columns(found, names)):
            return None
        return found

    def number(self, output: exp.Expr) -> int:
        """Where a column of the result stands."""
        return next(number for number, each in enumerate(self.outputs) if each.unalias() is output)

    def _numbered(self, number: int) -> exp.Expr | None:
        if any(output.is_star for output in self.outputs) or not 0 < number <= len(self.outputs):
            return None
        return self.outputs[number - 1].unalias()

    def _called(self, name: str, names: Names) -> exp.Expr | None:
        if name in self.aliases:
            return self.aliases[name]
        plain = (output for output in self.outputs if isinstance(output, exp.Column) and not output.is_star)
        return next((output for output in plain if names.column(output.this) == name), None)


def sources(query: exp.Expr) -> Iterator[exp.Expr]:
    """What a query selects from, in order; nothing of a UNION."""
    joined = [node.this for node in [query.args.get("from_"), *(query.args.get("joins") or [])] if node]
    for source in [*joined, *(query.args.get("laterals") or [])]:
        inner = source.unnest()
        yield inner
        yield from (join.this for join in inner.args.get("joins") or [])


def is_named(query: exp.Expr) -> bool:
    """Whether others select from this query, so that its columns' names matter."""
    parent = query.parent
    while isinstance(parent, exp.Subquery | exp.Paren | exp.SetOperation):
        if isinstance(parent, exp.SetOperation) and parent.args.get("by_name"):
            return True
        parent = parent.parent
    return isinstance(parent, exp.CTE | exp.From | exp.Join | exp.Lateral | exp.Table)


def _name(source: exp.Expr, names: Names) -> str:
    alias = source.args.get("alias")
    name = alias.this if isinstance(alias, exp.TableAlias) and alias.this else source.this
    return names.table(name) if isinstance(name, exp.Identifier) else ""


def _leftmost(query: exp.Expr) -> exp.Expr:
    """The SELECT that names the columns of a UNION."""
    while isinstance(query, exp.SetOperation | exp.Subquery | exp.Paren):
        query = query.this
    return query


def _aliases(outputs: tuple[exp.Expr, ...], names: Names) -> dict[str, exp.Expr]:
    found: dict[str, exp.Expr] = {}
    for output in outputs:
        if isinstance(output, exp.Alias):
            found.setdefault(names.column(output.args["alias"]), output.this)
    return found


def _columns(node: exp.Expr, names: Names) -> set[str]:
    return {names.column(column.this) for column in node.find_all(exp.Column)}


def _renamed(tree: exp.Expr, names: Names) -> dict[str, str]:
    """The names that subqueries give to columns, numbered, but for those that may mean a table's column somewhere."""
    if tree.find(exp.Pivot) or any(join.args.get("method") for join in tree.find_all(exp.Join)):
        return {}
    given: dict[str, str] = {}
    for alias in tree.find_all(exp.Alias):
        if isinstance(alias.parent, exp.Select) and is_named(alias.parent):
            given.setdefault(names.column(alias.args["alias"]), f"c{len(given)}")
    ctes = {names.table(cte.args["alias"].this) for cte in tree.find_all(exp.CTE)}
    for column in tree.find_all(exp.Column):
        name = names.column(column.this)
        if name in given and not _is_certain(column, name, ctes, names):
            del given[name]
    return {name: f"~{number}" for name, number in given.items()}


def _is_certain(column: exp.Column, name: str, ctes: set[str], names: Names) -> bool:
    """Whether a mention of this name means the column of a subquery."""
    query = column.parent_select
    if query is None:
        return True
    if isinstance(column.parent, exp.Ordered | exp.Group) and name in _aliases(tuple(query.expressions), names):
        return True
    qualifier = column.args.get("table")
    if qualifier:
        mentioned = [source for source in sources(query) if _name(source, names) == names.table(qualifier)]
        return bool(mentioned) and all(_is_subquery(source, ctes, names) for source in mentioned)
    while query is not None:
        if not all(_is_subquery(source, ctes, names) for source in sources(query)):
            return False
        query = None if is_named(query) else query.parent_select
    return True


def _is_subquery(source: exp.Expr, ctes: set[str], names: Names) -> bool:
    if isinstance(source, exp.Table):
        return not source.db and isinstance(source.this, exp.Identifier) and names.table(source.this) in ctes
    return isinstance(source, exp.Subquery)
