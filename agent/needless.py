"""What small models add that nobody asked for: joins with tables of which nothing is needed, and a LIMIT.

They write what they have seen most of: two joined tables, ten rows. A join with a table that gives no column and that
the question does not name can only repeat rows or lose some.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from agent.reading import Fix
from agent.stems import stems
from datasources import bounded_parsing
from datasources.introspect import Schema, Table

_NUMBER = re.compile(
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|top|first|last|few|some|any|sample|limit|"
    r"latest|newest|oldest|earliest|best|worst|least|most|highest|lowest|largest|smallest|biggest|longest|shortest|"
    r"maximum|minimum|max|min|only|single|[a-z]{3,}est)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Slim:
    """The statement without what is needless. `probes`: one for each join that was left out, which finds a row where
    that join repeated rows."""

    fix: Fix
    probes: tuple[str, ...]


def without_needless(sql: str, question: str, schema: Schema, dialect: str) -> Slim | None:
    """The statement without joins and a limit that the question gives no reason for; None where there are none."""
    tree = bounded_parsing.tree(sql, dialect)
    if not isinstance(tree, exp.Select):
        return None
    why, probes = [*_unlimit(tree, question)], []
    for table, columns in _unjoin(tree, question, schema):
        why.append(f"Left out {table.name}, of which nothing is needed.")
        probes.append(_repeats(table, columns).sql(dialect))
    return Slim(Fix(tree.sql(dialect), " ".join(why)), tuple(probes)) if why else None


def _unlimit(tree: exp.Select, question: str) -> Iterator[str]:
    limit = tree.args.get("limit")
    if not limit or tree.args.get("offset") or _NUMBER.search(question):
        return
    count = limit.expression
    if isinstance(count, exp.Literal) and count.this != "1":
        tree.set("limit", None)
        yield f"Left out LIMIT {count.this}, which was not asked for."


def _unjoin(tree: exp.Select, question: str, schema: Schema) -> Iterator[tuple[exp.Table, list[exp.Expr]]]:
    """Each table that was taken out, with its columns that were joined by."""
    asked = set(stems(question))
    while needless := _needless(tree, asked, schema):
        alias = needless.alias_or_name
        terms = _only_joins(tree, alias)
        keys = [column for term in terms for column in term.find_all(exp.Column) if column.table == alias]
        named: list[exp.Expr] = [exp.column(column.this.copy()) for column in keys]
        if not _take_out(tree, needless, schema):
            return
        yield needless, named


def _repeats(table: exp.Table, columns: Sequence[exp.Expr]) -> exp.Select:
    """Finds a row where two of the table's have the same values in these columns."""
    source = exp.Table(this=table.this.copy(), db=table.args.get("db"))
    grouped = exp.select("1").from_(source).group_by(*columns)
    return grouped.having("COUNT(*) > 1").limit(1)


def _needless(tree: exp.Select, asked: set[str], schema: Schema) -> exp.Table | None:
    """A table of the FROM clause that gives nothing, the last one first."""
    tables = _tables(tree)
    if len(tables) < 2 or not _is_plain(tree):
        return None
    known = {table.alias_or_name: schema.table(_full(table)) for table in tables}
    for table in reversed(tables):
        about = known[table.alias_or_name]
        if about is None or asked & set(stems(about.name)):
            continue
        others = [found for alias, found in known.items() if found and alias != table.alias_or_name]
        needed = list(_needed(tree, table.alias_or_name))
        if _is_meant(tree, about, known) or (table is tables[0] and any(column.table for column in needed)):
            continue
        if all(_is_elsewhere(column, table, about, others) for column in needed):
            return table
    return None


def _is_meant(tree: exp.Select, about: Table, known: Mapping[str, Table | None]) -> bool:
    """Whether a column that is only here is said to be another table's."""
    for column in tree.find_all(exp.Column):
        said = known.get(column.table)
        if said and said is not about and said.column(column.name) is None and about.column(column.name):
            return True
    return False


def _is_elsewhere(column: exp.Column, table: exp.Table, about: Table, others: Iterable[Table]) -> bool:
    """Whether a table that stays has it: alone, where this one has not."""
    homes = sum(other.column(column.name) is not None for other in others)
    if column.table:
        return homes == 1 if about.column(column.name) is None else homes > 0
    return about.column(column.name) is None or homes > 0


def _take_out(tree: exp.Select, table: exp.Table, schema: Schema) -> bool:
    alias = table.alias_or_name
    left = [each for each in _tables(tree) if each.alias_or_name != alias]
    joined = _only_joins(tree, alias)
    if not _remove(tree, table, joined):
        return False
    for column in list(tree.find_all(exp.Column)):
        if column.table == alias or not column.table:
            home = _home(column.name, left, schema)
            if home is None:
                if column.table == alias:
                    return False
                continue
            column.set("table", exp.to_identifier(home) if len(left) > 1 or column.table else None)
    return True


def _home(column: str, tables: Iterable[exp.Table], schema: Schema) -> str | None:
    for table in tables:
        about = schema.table(_full(table))
        if about and about.column(column):
            return table.alias_or_name
    return None


def _remove(tree: exp.Select, table: exp.Table, joined: list[exp.Expr]) -> bool:
    """Take the table out of FROM or of its join; what joined it with the others goes with it."""
    joins: list[exp.Join] = tree.args.get("joins") or []
    own = next((join for join in joins if join.this is table), None)
    if own is None:
        if not joins or tree.args["from_"].this is not table:
            return False
        own = joins[0]
        tree.args["from_"].set("this", own.this)
    kept = [term for term in _terms(own.args.get("on")) if term not in joined]
    joins.remove(own)
    tree.set("joins", joins)
    for join in joins:
        terms = [term for term in _terms(join.args.get("on")) if term not in joined]
        if not terms:
            return False
        join.set("on", exp.and_(*terms, copy=False))
    if kept:
        tree.where(*kept, copy=False)
    return True


def _only_joins(tree: exp.Select, alias: str) -> list[exp.Expr]:
    """The terms of ON that equate a column of this table with another table's."""
    terms = [term for join in tree.args.get("joins") or [] for term in _terms(join.args.get("on"))]
    equations = [term for term in terms if isinstance(term, exp.EQ)]
    return [term for term in equations if any(column.table == alias for column in term.find_all(exp.Column))]


def _needed(tree: exp.Select, alias: str) -> Iterator[exp.Column]:
    """The columns of this table, also those that it is only said to have, outside of what joins it."""
    joins = {id(column) for term in _only_joins(tree, alias) for column in term.find_all(exp.Column)}
    for column in tree.find_all(exp.Column):
        if id(column) not in joins and column.table in (alias, ""):
            yield column


def _is_plain(tree: exp.Select) -> bool:
    """One SELECT with inner joins on equations, and no star: what is needed of each table can be told."""
    if tree.args.get("distinct") or tree.find(exp.Distinct):
        return False  # then a join may be meant to ask whether there is any row
    if len(list(tree.find_all(exp.Select))) > 1 or any(each.is_star for each in tree.expressions):
        return False
    return all(_is_inner(join) for join in tree.args.get("joins") or [])


def _is_inner(join: exp.Join) -> bool:
    """Or an outer one on the left, which is no more needed."""
    return isinstance(join.this, exp.Table) and bool(join.args.get("on")) and join.side in ("", "LEFT")


def _tables(tree: exp.Select) -> list[exp.Table]:
    source = tree.args.get("from_")
    found = [source.this] if source else []
    found += [join.this for join in tree.args.get("joins") or []]
    return [table for table in found if isinstance(table, exp.Table)]


def _terms(on: exp.Expr | None) -> list[exp.Expr]:
    return list(on.flatten()) if isinstance(on, exp.And) else [on] if on else []


def _full(table: exp.Table) -> str:
    return ".".join(filter(None, (table.db, table.name)))
