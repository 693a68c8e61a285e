"""Expressions of a statement in words. What has no words of its own here stays SQL: nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

_LONGEST_SQL = 80
_MOST_VALUES = 4
_AGGREGATES: dict[type[exp.Expr], str] = {
    exp.Sum: "the sum of",
    exp.Avg: "the average of",
    exp.Min: "the lowest",
    exp.Max: "the highest",
}
_COMPARED: dict[type[exp.Expr], str] = {
    exp.EQ: "is",
    exp.NEQ: "is not",
    exp.GT: "is greater than",
    exp.GTE: "is at least",
    exp.LT: "is less than",
    exp.LTE: "is at most",
    exp.Like: "is like",
    exp.ILike: "is like (in any case)",
}
_OPPOSITE = {
    "is": "is not",
    "is not": "is",
    "is greater than": "is at most",
    "is at least": "is less than",
    "is less than": "is at least",
    "is at most": "is greater than",
    "is like": "is not like",
    "is like (in any case)": "is not like (in any case)",
}


@dataclass(frozen=True, slots=True)
class Words:
    """`tables`: what the statement calls its tables → their names; with one alone, columns need no table before them,
    unless `is_full`. `named`: the names that the statement gives to what it selects."""

    dialect: str
    tables: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, exp.Expr] = field(default_factory=dict)
    is_full: bool = False

    def value(self, node: exp.Expr) -> str:
        """As a noun: a column, an aggregate, a literal."""
        match node:
            case exp.Paren():
                return self.value(node.this)
            case exp.Alias():
                return f"{self.value(node.this)} (as {node.alias})"
            case exp.Star():
                return "all columns"
            case exp.Column():
                return self._column(node)
            case exp.Count():
                return self._count(node)
            case exp.Sum() | exp.Avg() | exp.Min() | exp.Max() if isinstance(node.this, exp.Distinct):
                return self.sql(node)
            case exp.Sum() | exp.Avg() | exp.Min() | exp.Max():
                return f"{_AGGREGATES[type(node)]} {self.value(node.this)}"
            case exp.Null():
                return "NULL"
            case _:
                return self.sql(node)

    def condition(self, node: exp.Expr, *, negated: bool = False) -> str:
        """As a clause: `orders.status is 'paid'`."""
        match node:
            case exp.Paren():
                return self.condition(node.this, negated=negated)
            case exp.Not():
                return self.condition(node.this, negated=not negated)
            case exp.And() | exp.Or():
                return self._joined(node, negated=negated)
            case exp.Is() if isinstance(node.expression, exp.Null):
                return f"{self.value(node.this)} is {'known' if negated else 'missing (NULL)'}"
            case exp.Between() if not node.args.get("symmetric"):
                word = "is not between" if negated else "is between"
                low, high = self.value(node.args["low"]), self.value(node.args["high"])
                return f"{self.value(node.this)} {word} {low} and {high}"
            case exp.In() if node.expressions:
                word = "is none of" if negated else "is one of"
                return f"{self.value(node.this)} {word} {self._values(node.expressions)}"
            case _ if type(node) in _COMPARED:
                return self._compared(node, negated=negated != bool(node.args.get("negate")))
            case _:
                return f"not ({self.sql(node)})" if negated else self.sql(node)

    def conditions(self, node: exp.Expr) -> list[str]:
        """What must hold all together, each by itself."""
        parts = list(node.flatten()) if isinstance(node, exp.And) else [node]
        return [self.condition(part) for part in parts]

    def sql(self, node: exp.Expr) -> str:
        """As it is written; what is long is cut, and shows that."""
        text = node.transform(self._spelled_out).sql(self.dialect)
        return text if len(text) <= _LONGEST_SQL else f"{text[: _LONGEST_SQL - 1]}…"

    def _spelled_out(self, node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.table in self.tables:
            node.set("table", exp.to_identifier(self.tables[node.table]))
        return node

    def _column(self, node: exp.Column) -> str:
        if isinstance(node.this, exp.Star):
            return f"all columns of {self.tables.get(node.table, node.table)}"
        if len(self.tables) == 1 and self.is_full:
            return f"{next(iter(self.tables.values()))}.{node.name}"
        if not node.table or len(self.tables) == 1:
            return str(node.name)
        return f"{self.tables.get(node.table, node.table)}.{node.name}"

    def _count(self, node: exp.Count) -> str:
        counted = node.this
        if counted is None or isinstance(counted, exp.Star | exp.Literal):
            return "the number of rows"
        if isinstance(counted, exp.Distinct):
            if len(counted.expressions) != 1:
                return self.sql(node)
            return f"the number of different {self.value(counted.expressions[0])}"
        return f"the number of rows with {self.value(counted)}"

    def _compared(self, node: exp.Expr, *, negated: bool) -> str:
        word = _COMPARED[type(node)]
        if node.args.get("escape") or isinstance(node.expression, exp.Any | exp.All):
            return f"not ({self.sql(node)})" if negated else self.sql(node)
        return f"{self.value(node.this)} {_OPPOSITE[word] if negated else word} {self.value(node.expression)}"

    def _joined(self, node: exp.And | exp.Or, *, negated: bool) -> str:
        """By De Morgan's law where it is negated."""
        word = "and" if isinstance(node, exp.And) != negated else "or"
        parts = [self.condition(part, negated=negated) for part in node.flatten()]
        return f"({f' {word} '.join(parts)})"

    def _values(self, nodes: Sequence[exp.Expr]) -> str:
        shown = [self.value(node) for node in nodes[:_MOST_VALUES]]
        more = len(nodes) - len(shown)
        return f"{', '.join(shown)} and {more} more" if more else listed(shown, "or")


def listed(names: Sequence[str], word: str = "and") -> str:
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last
