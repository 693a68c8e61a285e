"""A column that is not there under the name that was written, where only one other can be meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from agent import hints
from agent.fixes.failure import Failure, edit, spliced
from agent.fixes.joining import joined
from agent.fixes.outputs import output_text
from agent.fixes.scopes import Source, abbreviates, equated, same_name, selects_around, sources_of, visible, words
from agent.reading import Fix
from datasources.guesses import singulars
from datasources.introspect import Table, quoted

_COMPARED = (exp.EQ, exp.NEQ, exp.Like, exp.ILike, exp.GT, exp.LT, exp.GTE, exp.LTE)
Option = tuple[Source, str]


def missing_column(failure: Failure) -> Fix | None:
    name = hints.column_named(failure.message)
    prefix, _, column = name.rpartition(".")
    return _put_right(_mentions(prefix.rpartition(".")[2], column, failure), failure) if column else None


def outside_from(failure: Failure) -> Fix | None:
    """A prefix that no table of the statement is called by."""
    prefix = hints.outside_named(failure.message)
    return _put_right(_mentions(prefix, "", failure), failure) if prefix else None


def ambiguous_column(failure: Failure) -> Fix | None:
    """What could be one of several columns that the joins make equal, or that is selected with its table's name."""
    name = hints.ambiguous_named(failure.message).rpartition(".")[2]
    nodes = [node for node in _columns(failure) if not node.table and node.name.casefold() == name.casefold()]
    edits = []
    for node in nodes:
        select = next(selects_around(node), None)
        sources = sources_of(select, failure.schema, failure.dialect) if select else []
        having = [source for source in sources if source.column(name)]
        if select is None or any(source.columns is None for source in sources) or len(having) < 2:
            continue
        meant = _selected(node, select, having) or (having[0] if equated(select, name, having) else None)
        if meant is None:
            return None
        edits.append(edit(node, meant.qualified(meant.column(name), failure.dialect)))
    why = f"{name}, which more than one table has, was written after the name of its table."
    return failure.put_right(spliced(failure.sql, edits), why)


def quoted_text(failure: Failure) -> Fix | None:
    """A text in the quotes that are for names."""
    name = hints.column_named(failure.message)
    if f'"{name}"' not in failure.sql or failure.dialect == "mysql":
        return None
    nodes = [node for node in _mentions("", name, failure, any_case=False) if node.this.args.get("quoted")]
    if not nodes or not all(_is_compared(node, failure) for node in nodes):
        return None
    text = exp.Literal.string(name).sql(failure.dialect)
    why = f"The text {name} was put in single quotes: double quotes are for names."
    return failure.put_right(spliced(failure.sql, [edit(node, text) for node in nodes]), why)


def named_output(failure: Failure) -> Fix | None:
    """The name of a result's column, where the dialect takes no such name: what it stands for is written there."""
    name = hints.column_named(failure.message)
    edits = []
    for node in _mentions("", name, failure):
        text = output_text(node, failure, is_exact=True)
        if not text:
            return None
        edits.append(edit(node, text))
    why = f"The name {name} was replaced by what it stands for, because it is not known in that place."
    return failure.put_right(spliced(failure.sql, edits), why)


def _put_right(nodes: Sequence[exp.Column], failure: Failure) -> Fix | None:
    edits, missing = [], []
    for node in nodes:
        scope = visible(node, failure.schema, failure.dialect)
        if not scope or any(source.columns is None for source in scope):
            return None
        if _resolves(node, scope, failure.dialect):
            continue
        options = _options(node, scope, failure)
        if not options:
            text = output_text(node, failure)
            missing += [] if text else [node]
            edits += [edit(node, text)] if text else []
            continue
        if (option := _only(options, node)) is None:
            return None
        source, column = option
        is_bare = len(scope) == 1 and not node.table
        text = quoted(column, failure.dialect) if is_bare else source.qualified(column, failure.dialect)
        edits.append(edit(node, text))
    if missing:
        return None if edits else joined(missing, failure)
    return failure.put_right(spliced(failure.sql, edits), _why(nodes[0], edits[0][2])) if edits else None


def _why(node: exp.Column, text: str) -> str:
    return f"{_shown(node)} does not exist, and so the only column that can be meant was written: {text}."


def _shown(node: exp.Column) -> str:
    return f"{node.table}.{node.name}" if node.table else node.name


def _columns(failure: Failure) -> list[exp.Column]:
    tree = failure.tree
    found = tree.find_all(exp.Column) if tree else ()
    return [node for node in found if isinstance(node.this, exp.Identifier) and node.this.meta]


def _mentions(prefix: str, column: str, failure: Failure, *, any_case: bool = True) -> list[exp.Column]:
    """The columns of this name after this prefix; of any name, where none is given."""
    found = [node for node in _columns(failure) if node.table.casefold() == prefix.casefold()]
    if not column:
        return found
    if any_case:
        return [node for node in found if node.name.casefold() == column.casefold()]
    return [node for node in found if node.name == column]


def _resolves(node: exp.Column, scope: Iterable[Source], dialect: str) -> bool:
    wanted = node.name
    if dialect == "postgres" and not node.this.args.get("quoted"):
        wanted = wanted.lower()
    elif dialect != "postgres":
        wanted = wanted.casefold()
    meant = [source for source in scope if not node.table or source.name.casefold() == node.table.casefold()]
    names = (column for source in meant for column in source.columns or ())
    return any((name if dialect == "postgres" else name.casefold()) == wanted for name in names)


def _options(node: exp.Column, scope: Sequence[Source], failure: Failure) -> list[Option]:
    """The columns that can be meant. None where a table is named that is not in FROM."""
    name, prefix = node.name, node.table.casefold()
    if not prefix:
        return _alike(name, scope)
    own = [source for source in scope if source.name.casefold() == prefix]
    if own:
        return [*_exact(name, [source for source in scope if source not in own]), *_alike(name, own)]
    named = [source for source in scope if source.table and source.table.name.casefold() == prefix] or [
        source for source in scope if source.table and abbreviates(prefix, source.table.name)
    ]
    if named:
        found = [(source, column) for source, column in _alike(name, named)]
        return found or _exact(name, scope)
    if _is_named_elsewhere(prefix, name, scope, failure):
        return []
    found = _exact(name, scope)
    return [(source, column) for source, column in found if not _is_beside(node, source, column, failure)]


def _is_named_elsewhere(prefix: str, column: str, scope: Sequence[Source], failure: Failure) -> bool:
    used = {source.table.full_name for source in scope if source.table}
    others = [table for table in failure.schema.tables if table.full_name not in used]
    return any(_is_called(prefix, table) and table.column(column) for table in others)


def _is_beside(node: exp.Column, source: Source, column: str, failure: Failure) -> bool:
    """Whether the column is mentioned in the same clause: who writes a.price and b.price there means two tables."""
    clause = _clause(node)
    return any(_clause(each) == clause for each in _mentions(source.name, column, failure))


def _clause(node: exp.Expr) -> tuple[int, str | None]:
    """The query, and its part, in which a column stands."""
    select = node.parent_select
    while node.parent is not None and node.parent is not select:
        node = node.parent
    return id(select), node.arg_key


def _is_called(prefix: str, table: Table) -> bool:
    return table.name.casefold() == prefix.casefold() or abbreviates(prefix, table.name)


def _exact(name: str, scope: Iterable[Source]) -> list[Option]:
    return [(source, source.column(name)) for source in scope if source.column(name)]


def _alike(name: str, scope: Iterable[Source]) -> list[Option]:
    """Names that differ in case, underscores or the plural, or by the table's own name: name and product_name."""
    found = []
    for source in scope:
        own = set(singulars(source.table.name.casefold())) if source.table else set()
        exact = source.column(name)
        others = [column for column in source.columns or () if _is_alike(name, column, own)]
        found += [(source, column) for column in ([exact] if exact else others)]
    return found


def _is_alike(one: str, other: str, table: set[str]) -> bool:
    if same_name(one) == same_name(other):
        return True
    shorter, longer = sorted((words(one), words(other)), key=len)
    return any("".join(longer) == name.replace("_", "") + "".join(shorter) for name in table) and bool(shorter)


def _only(options: Sequence[Option], node: exp.Column) -> Option | None:
    if len(options) == 1:
        return options[0]
    select = next(selects_around(node), None)
    names = {column.casefold() for _, column in options}
    if select is None or len(names) > 1:
        return None
    return options[0] if equated(select, options[0][1], [source for source, _ in options]) else None


def _selected(node: exp.Column, select: exp.Select, having: Sequence[Source]) -> Source | None:
    """The table after whose name the column is selected, for a mention of it in what follows FROM and WHERE."""
    if not node.find_ancestor(exp.Group, exp.Order, exp.Having):
        return None
    outputs = [output.unalias() for output in select.expressions]
    tables = {
        output.table.casefold()
        for output in outputs
        if isinstance(output, exp.Column) and output.table and output.name.casefold() == node.name.casefold()
    }
    meant = [source for source in having if source.name.casefold() in tables]
    return meant[0] if len(meant) == 1 else None


def _is_compared(node: exp.Column, failure: Failure) -> bool:
    """With a column, where no column has a name like it."""
    parent = node.parent
    if isinstance(parent, exp.In) and parent.this is not node:
        other = parent.this
    elif isinstance(parent, _COMPARED):
        other = parent.this if parent.this is not node else parent.expression
    else:
        return False
    is_column = other.find(exp.Column) is not None and not (
        isinstance(other, exp.Column) and not other.table and other.this.args.get("quoted")
    )
    scope = visible(node, failure.schema, failure.dialect)
    return is_column and not any(
        same_name(node.name) == same_name(name) for each in scope for name in each.columns or ()
    )
