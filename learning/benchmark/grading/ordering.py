"""By which of its columns a statement sorts its result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from datasources.bounded_parsing import tree

Positions = tuple[int, ...]


def sorted_by(sql: str, dialect: str, columns: Sequence[str]) -> Positions:
    """The positions among its columns of the statement's own ORDER BY, most significant first.

    A key is found by its ordinal, its alias or as the same expression; one made of columns of the result alone, such as
    `total IS NULL`, stands for these. The first key that is not in the result ends the list: in what order rows stand
    that agree in all keys before it cannot be seen.
    """
    statement = tree(sql, dialect)
    keys = _keys(statement)
    if statement is None or not keys:
        return ()
    outputs = _Outputs(statement, columns)
    found: list[int] = []
    for key in keys:
        positions = outputs.positions(key)
        if positions is None:
            break
        found += positions
    return tuple(dict.fromkeys(found))


def _keys(statement: exp.Expr | None) -> list[exp.Expr]:
    """Of the outermost ORDER BY, which may stand within brackets around all of it."""
    while statement is not None:
        if order := statement.args.get("order"):
            return [key.this for key in order.expressions]
        statement = statement.this if isinstance(statement, exp.Subquery) else None
    return []


class _Outputs:
    """What the columns of a result are called, and what they are where the statement says so."""

    def __init__(self, statement: exp.Expr, columns: Sequence[str]) -> None:
        self._names = [name.lower() for name in columns]
        selected = statement.selects if isinstance(statement, exp.Query) else []
        is_listed = len(selected) == len(columns) and not any(each.is_star for each in selected)
        self._aliases = [each.alias_or_name.lower() for each in selected] if is_listed else self._names
        self._expressions = [_plain(each.unalias()) for each in selected] if is_listed else []

    def positions(self, key: exp.Expr) -> list[int] | None:
        """None where the key is not in the result. A constant is no key."""
        if isinstance(key, exp.Literal | exp.Null):
            return self._at_ordinal(key)
        if key.name.upper() == "ALL" and isinstance(key, exp.Var):
            return [*range(len(self._names))]
        return self._made_of(_plain(key))

    def _at_ordinal(self, key: exp.Expr) -> list[int]:
        at = int(key.name) - 1 if key.is_int else -1
        return [at] if 0 <= at < len(self._names) else []

    def _made_of(self, key: exp.Expr) -> list[int] | None:
        found: list[int] = []
        for part in self._parts(key):
            at = self._at(part)
            if at is None:
                return None
            found.append(at)
        return found or None

    def _parts(self, key: exp.Expr) -> Iterator[exp.Expr]:
        """The whole key where it is a column of the result, else what it reads or reckons over many rows."""
        if self._at(key) is not None or isinstance(key, exp.Column | exp.Star | exp.AggFunc | exp.Window | exp.Query):
            yield key
            return
        for child in key.iter_expressions():
            yield from self._parts(child)

    def _at(self, part: exp.Expr) -> int | None:
        if isinstance(part, exp.Column) and not part.table and self._aliases.count(part.name) == 1:
            return self._aliases.index(part.name)
        for at, expression in enumerate(self._expressions):
            if expression == part or _is_unqualified(expression, part):
                return at
        return None


def _plain(expression: exp.Expr) -> exp.Expr:
    """With names in lower case and without quotes: what is the same then is the same but for rare databases."""

    def lowered(node: exp.Expr) -> exp.Expr:
        return exp.to_identifier(node.name.lower(), quoted=False) if isinstance(node, exp.Identifier) else node

    while isinstance(expression, exp.Paren):
        expression = expression.this
    return expression.copy().transform(lowered)


def _is_unqualified(one: exp.Expr, other: exp.Expr) -> bool:
    """A column that is called by its table's name in one place only."""
    both_columns = isinstance(one, exp.Column) and isinstance(other, exp.Column)
    return both_columns and one.name == other.name and not (one.text("table") and other.text("table"))
