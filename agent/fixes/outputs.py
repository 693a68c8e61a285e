"""Names that a query gives to its own columns, where a statement takes them for a table's."""

from __future__ import annotations

from sqlglot import exp

from agent.fixes.failure import Failure
from agent.fixes.scopes import same_name, selects_around


def output_text(node: exp.Column, failure: Failure, *, is_exact: bool = False) -> str:
    """What to write instead of a column that no table has: the output's name where that is known, else what it stands
    for. Empty where no output, or more than one, is called so. `is_exact`: not only nearly so."""
    select = next(selects_around(node), None)
    output = _output(node, select, is_exact=is_exact) if select else None
    if output is None:
        return ""
    if isinstance(node.parent, exp.Ordered | exp.Group):
        alias: exp.Expr = output.args["alias"]
        return alias.sql(failure.dialect)
    if output.find(exp.Window) or node.find_ancestor(exp.Alias) is output or _names_itself(output):
        return ""
    return f"({output.this.sql(failure.dialect)})"


def _output(node: exp.Column, select: exp.Select, *, is_exact: bool) -> exp.Alias | None:
    outputs = [each for each in select.expressions if isinstance(each, exp.Alias)]
    found = [each for each in outputs if each.alias.casefold() == node.name.casefold()]
    if not found and not is_exact:
        found = [each for each in outputs if same_name(each.alias) == same_name(node.name)]
    return found[0] if len(found) == 1 else None


def _names_itself(output: exp.Alias) -> bool:
    """Then the table has such a column, too."""
    name = output.alias.casefold()
    return any(column.name.casefold() == name for column in output.this.find_all(exp.Column))
