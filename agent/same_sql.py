"""A statement without what makes no difference to what it gives, so that two can be compared.

What makes none: comments, white space, how names are quoted and spelled where the dialect ignores it, what tables and
columns are called by AS, redundant parentheses and words, the order of AND and OR terms, of IN lists and of what is
compared. Whatever is not certain makes one: the rows of two queries that are taken for different can still be compared.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from sqlglot import exp

from agent.sql_scopes import Names, Scope, is_named
from datasources import bounded_parsing

_SORTED = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.Add, exp.Mul)
_TURNED = {"GT": "LT", "GTE": "LTE"}
_NEEDLESS = {("", "INNER"), ("LEFT", "OUTER"), ("RIGHT", "OUTER"), ("FULL", "OUTER")}


def same_query(one: str, other: str, dialect: str) -> bool:
    """Whether two statements certainly are one query, however they are written; without SQL there is none."""
    if not one.strip() or not other.strip():
        return False
    return one == other or normal(one, dialect) == normal(other, dialect)


@lru_cache(maxsize=64)
def normal(sql: str, dialect: str) -> str:
    """The same text for statements that certainly give the same; the words as they stand where it cannot be parsed."""
    tree = bounded_parsing.tree(sql, dialect) if len(sql) <= bounded_parsing.MAX_BYTES else None
    try:
        return _Writer(Names.of(tree, dialect)).write(tree, Scope()) if tree else _words(sql)
    except RecursionError:
        return _words(sql)


def _words(sql: str) -> str:
    return " ".join(sql.split()).rstrip("; ")


class _Writer:
    """Writes a syntax tree as a text that says of each node its kind and its parts, in an order of their own."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def write(self, node: Any, scope: Scope) -> str:
        match node:
            case exp.Paren():
                return self.write(node.this, scope)
            case exp.Subquery() if _wraps_only(node):
                return self.write(node.this, scope)
            case exp.Query() if isinstance(node, exp.Select | exp.SetOperation):
                return self._query(node, scope.inner(node, self._names))
            case exp.Column() | exp.Table() if isinstance(node.this, exp.Identifier):
                return self._column(node, scope) if isinstance(node, exp.Column) else self._table(node, scope)
            case exp.TableAlias():
                return _call("columns", self._each(node.columns, scope)) if node.columns else ""
            case exp.Identifier():
                return repr(self._names.column(node))
            case exp.Expr():
                return self._operation(node, scope)
        return repr(node)

    def _operation(self, node: exp.Expr, scope: Scope) -> str:
        match node:
            case exp.And() | exp.Or():
                return _call(type(node).__name__, sorted(self.write(term, scope) for term in _terms(node)))
            case exp.Binary():
                return self._binary(node, scope)
            case exp.In():
                return self._node(node, scope, expressions=sorted(self._each(node.expressions, scope)))
            case exp.Join() if (node.side, node.kind) in _NEEDLESS:
                return self._node(node, scope, kind=[])
            case exp.Anonymous() if isinstance(node.this, str):
                return _call(node.this.lower(), self._each(node.expressions, scope))
        return self._node(node, scope)

    def _each(self, nodes: list[Any], scope: Scope) -> list[str]:
        return [self.write(node, scope) for node in nodes]

    def _node(self, node: exp.Expr, scope: Scope, **instead: list[str]) -> str:
        """Any node; `instead` are parts that have been written already."""
        parts = []
        for key, value in sorted(node.args.items()):
            written = instead.get(key, [])
            if key not in instead and value not in (None, False, []):
                written = self._each(value if isinstance(value, list) else [value], scope)
            if any(written):
                parts.append(_call(key, written))
        return _call(type(node).__name__, parts)

    def _binary(self, node: exp.Binary, scope: Scope) -> str:
        sides = [self.write(node.left, scope), self.write(node.right, scope)]
        kind = type(node).__name__
        if isinstance(node, _SORTED):
            return _call(kind, sorted(sides))
        if kind in _TURNED:
            return _call(_TURNED[kind], [_call("expression", sides[:1]), _call("this", sides[1:])])
        return self._node(node, scope, this=sides[:1], expression=sides[1:])

    def _query(self, node: exp.Query, scope: Scope) -> str:
        order, group, having = (node.args.get(name) for name in ("order", "group", "having"))
        instead = {
            "with_": self._ctes(node, scope),
            "order": self._ordered(node, order, scope) if order else [],
            "having": self._each([having], scope.spelled_out()) if having else [],
        }
        if isinstance(node, exp.Select):
            named = is_named(node)
            instead["expressions"] = [self._projection(each, scope, named=named) for each in node.expressions]
            if group:
                outputs = [scope.output(each, self._names, certain=True) or each for each in group.expressions]
                instead["group"] = [self._node(group, scope, expressions=self._each(outputs, scope))]
        return self._node(node, scope, **instead)

    def _projection(self, node: exp.Expr, scope: Scope, *, named: bool) -> str:
        """What a column is called matters only where something is selected from the query."""
        if not isinstance(node, exp.Alias):
            return self.write(node, scope)
        value = self.write(node.this, scope)
        return _call("as", [value, repr(self._names.alias(node))]) if named else value

    def _ordered(self, query: exp.Query, order: exp.Expr, scope: Scope) -> list[str]:
        """By the expressions, also where their names or numbers are written; what a UNION gives, by its number."""
        found = []
        for each in order.expressions:
            output = scope.output(each.this, self._names)
            if output is None:
                by = self.write(each.this, scope)
            elif isinstance(query, exp.Select):
                by = self.write(output, scope)
            else:
                by = str(scope.number(output))
            found.append(self._node(each, scope, this=[by]))
        return found

    def _ctes(self, node: exp.Query, scope: Scope) -> list[str]:
        with_ = node.args.get("with_")
        if not with_:
            return []
        written = [
            self._node(cte, scope, alias=[scope.ctes[self._names.table(cte.args["alias"].this)]])
            + self.write(cte.args["alias"], scope)
            for cte in with_.expressions
        ]
        return [self._node(with_, scope, expressions=written)]

    def _column(self, node: exp.Column, scope: Scope) -> str:
        qualifier = node.args.get("table")
        name = self._names.column(node.this, is_bare=not qualifier)
        if qualifier is None:
            output = scope.spelled and scope.output(node, self._names, certain=True)
            if output:
                return self.write(output, scope)
            home = "" if name in scope.aliases else scope.only
        elif node.args.get("db"):
            return self._node(node, scope)
        else:
            written = self._names.table(qualifier)
            home = scope.tables.get(written, written)
        return _call("column", [home, repr(self._names.renamed.get(name, name))])

    def _table(self, node: exp.Table, scope: Scope) -> str:
        """Without what it is called here: its columns say where they are from by the place of the table."""
        name = self._names.table(node.this)
        place = scope.ctes.get(name) if not node.db else None
        parts = {key: [self._names.table(node.args[key])] for key in ("db", "catalog") if node.args.get(key)}
        return self._node(node, scope, this=[place or repr(name)], **parts)


def _call(name: str, parts: Iterable[str]) -> str:
    return f"{name}({', '.join(parts)})"


def _wraps_only(node: exp.Subquery) -> bool:
    return not any(value for key, value in node.args.items() if key != "this")


def _terms(node: exp.Expr) -> Iterator[exp.Expr]:
    """What AND (or OR) joins, however it is nested."""
    waiting: list[exp.Expr] = [node]
    while waiting:
        term = waiting.pop()
        while isinstance(term, exp.Paren):
            term = term.this
        if type(term) is type(node):
            waiting += [term.args["this"], term.args["expression"]]
        else:
            yield term
