"""What a statement does, in one or two sentences made from its syntax tree: no model is asked, so none can lie."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlglot import exp

from agent.explanation.phrases import Words, listed
from datasources import bounded_parsing

_TOLD = {"distinct", "expressions", "from_", "joins", "where", "group", "having", "order", "limit", "offset", "with_"}
_TOLD_OF_SETS = {"this", "expression", "distinct", "order", "limit", "offset", "with_"}
_TOLD_OF_TABLES = {"this", "db", "catalog", "alias", "hints"}
_MOST_SHOWN = 5
_MOST_CONDITIONS = 6
_SETS: dict[type[exp.Expr], str] = {
    exp.Union: "the rows of all of them together",
    exp.Intersect: "the rows that all of them find",
    exp.Except: "the rows of the first that the others do not find",
}


@lru_cache(maxsize=1_000)
def explain(sql: str, dialect: str) -> str:
    """Empty for what cannot be parsed or is no query. The same statement is looked at again and again."""
    tree = bounded_parsing.tree(sql, dialect)
    if not isinstance(tree, exp.Query) or not tree.selects:
        return ""
    ctes: Sequence[exp.CTE] = tree.ctes
    steps = [f"First works out {cte.alias}: {_short(cte.this, dialect)}." for cte in ctes]
    return " ".join([*steps, _query(tree, dialect)])


def _query(tree: exp.Query, dialect: str) -> str:
    if isinstance(tree, exp.Subquery):
        inner = tree.unnest()
        return _query(inner, dialect) if isinstance(inner, exp.Query) else ""
    if isinstance(tree, exp.SetOperation):
        return _set(tree, dialect)
    return _select(tree, dialect) if isinstance(tree, exp.Select) else ""


def _set(tree: exp.SetOperation, dialect: str) -> str:
    parts = _parts(tree)
    kinds = {type(one) for one in tree.find_all(exp.SetOperation)}
    what = _SETS.get(type(tree), "") if len(kinds) == 1 else "their rows put together"
    each = "; ".join(f"({number}) {_short(part, dialect)}" for number, part in enumerate(parts, start=1))
    rest = _ending(tree, Words(dialect))
    return f"Puts {len(parts)} queries together, {what}: {each}.{rest}"


def _parts(tree: exp.Expr) -> list[exp.Expr]:
    if isinstance(tree, exp.SetOperation):
        return [*_parts(tree.this), *_parts(tree.expression)]
    return [tree.unnest() if isinstance(tree, exp.Subquery) else tree]


def _select(tree: exp.Select, dialect: str) -> str:
    words = words_of(tree, dialect)
    return f"{_begun(tree, words)}{_sources(tree, words)}.{_ending(tree, words)}"


def _short(tree: exp.Expr, dialect: str) -> str:
    """Without its order and its limit's words of their own."""
    if not isinstance(tree, exp.Select):
        return Words(dialect).sql(tree)
    words = words_of(tree, dialect)
    conditions = _conditions(tree, words)
    only = f", only where {' and '.join(conditions)}" if conditions else ""
    begun = _begun(tree, words)
    return f"{begun[0].lower()}{begun[1:]}{_sources(tree, words)}{only}"


def words_of(tree: exp.Select, dialect: str, *, is_full: bool = False) -> Words:
    tables = {source.alias_or_name: _name(source) for source in _tables(tree)}
    named = {one.alias: one.this for one in tree.expressions if isinstance(one, exp.Alias)}
    return Words(dialect, tables, named, is_full)


def _begun(tree: exp.Select, words: Words) -> str:
    group = tree.args.get("group")
    keys = [key_words(one, tree, words) for one in group.expressions] if group else []
    shown = [one for one in tree.expressions if not keys or _without_name(one, words) not in keys]
    items = [words.value(one) for one in shown[:_MOST_SHOWN]]
    if len(shown) > _MOST_SHOWN:
        items.append(f"{len(shown) - _MOST_SHOWN} more")
    what = listed(items) if items else f"each {listed(keys)} once"
    each = f" for each {listed(keys)}" if keys and items else ""
    return f"Shows {_distinct(tree, words)}{what}{each}"


def _distinct(tree: exp.Select, words: Words) -> str:
    distinct = tree.args.get("distinct")
    if not distinct:
        return ""
    on = distinct.args.get("on")
    return f"of the rows of the same {words.sql(on)} the first: " if on else "without repetition "


def key_words(node: exp.Expr, tree: exp.Query, words: Words) -> str:
    """What is grouped by: also by the place or the name of what is selected."""
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit():
        is_known = isinstance(tree, exp.Select) and not tree.is_star
        selected = tree.selects if is_known else []
        if 0 < int(node.name) <= len(selected):
            return _without_name(selected[int(node.name) - 1], words)
        return f"column {node.name}"
    if isinstance(node, exp.Column) and not node.table and node.name in words.named:
        return words.value(words.named[node.name])
    return words.value(node)


def _without_name(node: exp.Expr, words: Words) -> str:
    return words.value(node.this if isinstance(node, exp.Alias) else node)


def _tables(tree: exp.Select) -> list[exp.Expr]:
    found = [tree.args["from_"].this] if tree.args.get("from_") else []
    return [*found, *(join.this for join in tree.args.get("joins") or [])]


def _name(source: exp.Expr) -> str:
    if isinstance(source, exp.Table):
        return ".".join(filter(None, (source.db, source.name))) or source.alias_or_name
    return source.alias_or_name or "a subquery"


def _sources(tree: exp.Select, words: Words) -> str:
    sources = _tables(tree)
    if not sources:
        return ""
    told = [f" from {_source(sources[0], words)}"]
    told += [_join(join, words) for join in tree.args.get("joins") or []]
    return "".join(told)


def _source(source: exp.Expr, words: Words) -> str:
    if isinstance(source, exp.Subquery) and isinstance(source.this, exp.Select):
        return f"{_name(source)} (which {_short(source.this, words.dialect)})"
    is_plain = isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier)
    is_all_told = not any(part for name, part in source.args.items() if name not in _TOLD_OF_TABLES)
    return _name(source) if is_plain and is_all_told else words.sql(source)


def _join(join: exp.Join, words: Words) -> str:
    on, using = join.args.get("on"), join.args.get("using")
    how = ""
    if on is not None:
        how = f" where {' and '.join(words.conditions(on))}"
    elif using:
        how = f" of the same {listed([one.name for one in using])}"
    name = _source(join.this, words)
    side = str(join.side or "").upper()
    if str(join.kind or "").upper() in ("SEMI", "ANTI") or (join.method and join.method.upper() != "NATURAL"):
        return f", {words.sql(join)}"
    if join.method:
        how = " by the columns of the same name"
    if side == "LEFT":
        return f", with what there is of {name}{how}"
    if side:
        return f", {side.lower()} joined with {name}{how}"
    return f", joined with {name}{how}" if how else f", in every combination with {name}"


def _conditions(tree: exp.Select, words: Words) -> list[str]:
    where = tree.args.get("where")
    found = words.conditions(where.this) if where else []
    more = len(found) - _MOST_CONDITIONS
    return [*found[:_MOST_CONDITIONS], f"{more} more conditions hold"] if more > 0 else found


def _ending(tree: exp.Query, words: Words) -> str:
    """Which rows, in which order, how many: a sentence of its own."""
    parts: list[str] = []
    if isinstance(tree, exp.Select):
        if conditions := _conditions(tree, words):
            parts.append(f"only rows where {' and '.join(conditions)}")
        if having := tree.args.get("having"):
            parts.append(f"only groups where {' and '.join(words.conditions(having.this))}")
    if order := tree.args.get("order"):
        parts.append(f"sorted by {listed([_ordered(one, tree, words) for one in order.expressions])}")
    parts += _limits(tree, words)
    parts += [f"and also {words.sql(one)}" for one in _others(tree)]
    text = "; ".join(parts)
    return f" {text[0].upper()}{text[1:]}." if text else ""


def _ordered(node: exp.Ordered, tree: exp.Query, words: Words) -> str:
    direction = "highest first" if node.args.get("desc") else "lowest first"
    by = key_words(node.this, tree, words) if isinstance(node.this, exp.Literal) else words.value(node.this)
    return f"{by}, {direction}"


def _others(tree: exp.Query) -> list[exp.Expr]:
    """Parts that have no words here, so that they are shown as they are."""
    known = _TOLD if isinstance(tree, exp.Select) else _TOLD_OF_SETS
    found = [part for name, part in tree.args.items() if part and name not in known]
    group = tree.args.get("group")
    if group and any(part for name, part in group.args.items() if name != "expressions"):
        found.append(group)
    parts = [each for part in found for each in (part if isinstance(part, list) else [part])]
    return [part for part in parts if isinstance(part, exp.Expr)]


def _limits(tree: exp.Query, words: Words) -> Sequence[str]:
    limit, offset = tree.args.get("limit"), tree.args.get("offset")
    skipped = f"after the first {words.value(offset.expression)}" if offset else ""
    most = limit.expression if isinstance(limit, exp.Limit) else None
    if most is None:
        return [words.sql(limit)] if limit else [skipped] if skipped else []
    number = words.value(most)
    count = "the first row" if number == "1" else f"the first {number} rows"
    return [f"only {count}{' ' + skipped if skipped else ''}"]
