"""What belongs into GROUP BY or HAVING and does not stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlglot import exp

from agent.fixes.failure import Failure, spliced, written
from agent.fixes.joining import end_of_from
from agent.fixes.scopes import sources_of, terms
from agent.reading import Fix

_UNGROUPED = re.compile(
    r'column "?([^"\n]+?)"? must appear in the GROUP BY|HAVING clause on a non-aggregate|GROUP BY clause is required|'
    r"isn't in GROUP BY|mixing of GROUP columns|not in GROUP BY",
    re.IGNORECASE,
)
_IN_WHERE = re.compile(
    r"misuse of aggregate|not allowed in WHERE|use of group function|WHERE clause cannot contain", re.I
)
_IN_GROUP = re.compile(r"not allowed in (the )?GROUP BY|GROUP BY clause cannot contain|can't group on", re.IGNORECASE)
_GROUP = frozenset({"GROUP"})


def grouping(failure: Failure) -> Fix | None:
    message = failure.message
    if _UNGROUPED.search(message):
        return _ungrouped(failure)
    if _IN_WHERE.search(message):
        return _aggregate_in_where(failure)
    return _aggregate_in_group(failure) if _IN_GROUP.search(message) else None


def is_aggregated(node: exp.Expr) -> bool:
    """Whether an aggregate of this query, and not of one inside, stands in it."""
    return any(isinstance(each, exp.AggFunc) and not _is_windowed(each) for each in _own(node))


def _ungrouped(failure: Failure) -> Fix | None:
    found = [(select, left_out) for select in _selects(failure) if (left_out := list(_left_out(select)))]
    if len(found) != 1:
        return None
    select, left_out = found[0]
    if any(output.is_star for output in left_out) or _is_two_fold(select, left_out, failure):
        return None
    having = select.args.get("having")
    if not select.args.get("group") and not any(
        map(is_aggregated, [*select.expressions, *([having] if having else [])])
    ):
        return _having_alone(select, failure)
    text = ", ".join(output.sql(failure.dialect) for output in left_out)
    fixed = _with_grouped(select, text, failure)
    why = f"{text} was added to GROUP BY, because it is selected beside aggregates."
    return failure.put_right(fixed, why) if fixed else None


def _with_grouped(select: exp.Select, text: str, failure: Failure) -> str:
    sources = sources_of(select, failure.schema, failure.dialect)
    group = select.args.get("group")
    if not sources or (
        group and (group.args.get("rollup") or group.args.get("cube") or group.args.get("grouping_sets"))
    ):
        return ""
    if (group and not group.expressions) or not sources[-1].name:
        return ""
    also = frozenset({"GROUP", "WHERE"}) if group else frozenset({"WHERE"})
    place = end_of_from(sources[-1].node, failure, also)
    clause = f", {text}" if group else f" GROUP BY {text}"
    return spliced(failure.sql, [(place, place, clause)]) if place is not None else ""


def _left_out(select: exp.Select) -> Iterator[exp.Expr]:
    """What is selected, and neither aggregated nor grouped; of an expression around aggregates its columns."""
    group, having = select.args.get("group"), select.args.get("having")
    if not group and not having and not any(map(is_aggregated, select.expressions)):
        return
    grouped = {_key(each) for each in _grouped(select)}
    seen: set[str] = set()
    for output in select.expressions:
        value = output.unalias()
        if _key(value) in grouped or (isinstance(output, exp.Alias) and output.alias.casefold() in grouped):
            continue
        parts = _bare_columns(value) if is_aggregated(value) or value.find(exp.Window) else [value]
        for part in parts:
            if _key(part) not in grouped | seen and _depends(part, grouped):
                seen.add(_key(part))
                yield part


def _depends(node: exp.Expr, grouped: set[str]) -> bool:
    """Whether it has a column that is in no grouped expression."""
    return isinstance(node, exp.Star) or any(_key(column) not in grouped for column in _bare_columns(node))


def _bare_columns(node: exp.Expr) -> list[exp.Column]:
    return [each for each in _own(node) if isinstance(each, exp.Column) and not _inside_aggregate(each, node)]


def _is_two_fold(select: exp.Select, left_out: Sequence[exp.Expr], failure: Failure) -> bool:
    """The row that holds the largest may be meant, not the largest of each; and by the key of the only table, each row
    would be a group."""
    aggregates = [each for output in select.expressions for each in _own(output) if isinstance(each, exp.AggFunc)]
    if aggregates and all(isinstance(each, exp.Max | exp.Min) for each in aggregates):
        return True
    sources = sources_of(select, failure.schema, failure.dialect)
    table = sources[0].table if len(sources) == 1 else None
    keys = {column.casefold() for column in table.primary_key} if table and len(table.primary_key) == 1 else set()
    return any(isinstance(each, exp.Column) and each.name.casefold() in keys for each in left_out)


def _grouped(select: exp.Select) -> Iterator[exp.Expr]:
    group = select.args.get("group")
    for each in group.expressions if group else ():
        if isinstance(each, exp.Literal) and not each.is_string and each.name.isdecimal():
            number = int(each.name)
            if 0 < number <= len(select.expressions):
                yield select.expressions[number - 1].unalias()
        else:
            yield each


def _having_alone(select: exp.Select, failure: Failure) -> Fix | None:
    """HAVING without anything to aggregate is a WHERE."""
    copy, other = _copied(select, failure)
    if copy is None or other is None or (having := other.args.get("having")) is None:
        return None
    other.set("having", None)
    other.where(having.this, copy=False)
    why = "The condition in HAVING was moved to WHERE, because nothing is aggregated."
    return failure.put_right(written(copy, failure.dialect, like=failure.sql), why)


def _aggregate_in_where(failure: Failure) -> Fix | None:
    selects = [
        select for select in _selects(failure) if any(_is_of_groups(term, select) for term in _conditions(select))
    ]
    if len(selects) != 1 or any(output.is_star for output in selects[0].expressions):
        return None
    copy, select = _copied(selects[0], failure)
    if copy is None or select is None:
        return None
    moved = [term for term in _conditions(select) if _is_of_groups(term, select)]
    kept = [term for term in _conditions(select) if not _is_of_groups(term, select)]
    left_out = list(_left_out_beside(select))
    known = {_key(each) for each in [*_grouped(select), *left_out]} | _aggregates_named(select)
    if any(_key(column) not in known for term in moved for column in _bare_columns(term)):
        return None  # a column compared with an average of all is another question
    select.set("where", exp.Where(this=exp.and_(*kept, copy=False)) if kept else None)
    select.having(*moved, copy=False)
    if left_out:
        select.group_by(*[each.copy() for each in left_out], copy=False)
    why = "The condition on an aggregate was moved from WHERE to HAVING."
    return failure.put_right(written(copy, failure.dialect, like=failure.sql), why)


def _conditions(select: exp.Select) -> list[exp.Expr]:
    where = select.args.get("where")
    return list(terms(where.this)) if where else []


def _is_of_groups(term: exp.Expr, select: exp.Select) -> bool:
    """Whether it has an aggregate, written out or by its name in the result."""
    named = _aggregates_named(select)
    return is_aggregated(term) or any(not column.table and _key(column) in named for column in _bare_columns(term))


def _aggregates_named(select: exp.Select) -> set[str]:
    aliases = (output for output in select.expressions if isinstance(output, exp.Alias))
    return {output.alias.casefold() for output in aliases if is_aggregated(output.this)}


def _left_out_beside(select: exp.Select) -> Iterator[exp.Expr]:
    """What has to be grouped once the query aggregates."""
    if not select.args.get("group"):
        values = (output.unalias() for output in select.expressions)
        yield from (value for value in values if not is_aggregated(value) and value.find(exp.Column))


def _aggregate_in_group(failure: Failure) -> Fix | None:
    """The aggregates that stand in GROUP BY, by their names or numbers, are left out of it."""
    selects = [select for select in _selects(failure) if any(map(is_aggregated, _meant(select)))]
    if len(selects) != 1:
        return None
    copy, select = _copied(selects[0], failure)
    if copy is None or select is None:
        return None
    group = select.args["group"]
    kept = [each for each, value in zip(group.expressions, _meant(select), strict=True) if not is_aggregated(value)]
    if kept:
        group.set("expressions", kept)
    else:
        select.set("group", None)
    why = "Aggregates were taken out of GROUP BY: they are what each group gives."
    return failure.put_right(written(copy, failure.dialect, like=failure.sql), why)


def _meant(select: exp.Select) -> list[exp.Expr]:
    """What each term of GROUP BY stands for."""
    named = {output.alias.casefold(): output.this for output in select.expressions if isinstance(output, exp.Alias)}
    return [
        named.get(each.name.casefold(), each) if isinstance(each, exp.Column) and not each.table else each
        for each in _grouped(select)
    ]


def _selects(failure: Failure) -> list[exp.Select]:
    tree = failure.tree
    return list(tree.find_all(exp.Select)) if tree else []


def _copied(select: exp.Select, failure: Failure) -> tuple[exp.Expr | None, exp.Select | None]:
    """A copy of the whole statement, and in it the one of `select`."""
    tree = failure.tree
    if tree is None:
        return None, None
    number = next(number for number, each in enumerate(tree.find_all(exp.Select)) if each is select)
    copy = tree.copy()
    return copy, list(copy.find_all(exp.Select))[number]


def _own(node: exp.Expr) -> Iterator[exp.Expr]:
    """The nodes of an expression without those of queries in it."""
    return node.walk(prune=lambda each: isinstance(each, exp.Query))


def _is_windowed(node: exp.Expr) -> bool:
    return isinstance(node.parent, exp.Window) or (
        isinstance(node.parent, exp.Filter) and isinstance(node.parent.parent, exp.Window)
    )


def _inside_aggregate(column: exp.Column, top: exp.Expr) -> bool:
    node: exp.Expr | None = column
    while node is not None and node is not top.parent:
        if isinstance(node, exp.AggFunc) and not _is_windowed(node):
            return True
        node = node.parent
    return False


def _key(node: exp.Expr) -> str:
    """Columns by their own names: of two tables in a query, one seldom groups by the one and selects the other."""
    return node.name.casefold() if isinstance(node, exp.Column) else node.sql().casefold()
