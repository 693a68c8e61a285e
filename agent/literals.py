"""Texts that a statement compares with and no row has, written as the data spells them."""

from __future__ import annotations

from collections import Counter

from sqlglot import exp

from agent.facts import compared
from agent.reading import Fix
from agent.value_index import ValueIndex
from agent.value_words import folded, keys_of
from datasources import bounded_parsing
from datasources.introspect import Column, Schema, Table

Unknown = tuple[Table, Column, str]
"""A text that a column is compared with, and that it does not hold."""
_SHORTEST = 4
"""Letters of a text that may be meant where a longer one holds it, as in “Lake Ontario”."""


def respelled(sql: str, schema: Schema, dialect: str, values: ValueIndex) -> Fix | None:
    """Each text that its column does not hold, in place of which exactly one that it holds can be meant: the same in
    other letters, or with words more or fewer; or that exactly one other column of the same table holds."""
    tree = bounded_parsing.tree(sql, dialect)
    if tree is None:
        return None
    unknown: list[tuple[Unknown, list[str]]] = []
    for table, column, text in compared(sql, schema, dialect):
        near = values.near(table.full_name, column.name, text)
        if text not in near:
            unknown.append(((table, column, text), _meant(text, near)))
    taken = Counter(meant[0] for _, meant in unknown if len(meant) == 1)
    why: list[str] = []
    for place, meant in unknown:
        # Two texts that are told apart do not mean the same: “vegan” and “non-vegan”.
        if all(taken[each] <= 1 for each in meant):
            why += _put_right(tree, place, meant, values)
    return Fix(tree.sql(dialect), " ".join(why)) if why else None


def _put_right(tree: exp.Expr, wrong: Unknown, meant: list[str], values: ValueIndex) -> list[str]:
    table, column, text = wrong
    if len(meant) == 1:
        for literal in _literals(tree, column, text):
            literal.set("this", meant[0])
        return [f"Wrote '{meant[0]}' for '{text}', which no {column.name} is."]
    homes = [other.name for other in table.columns if other != column and _holds(values, table, other, text)]
    if len(homes) != 1 or meant:
        return []
    stored = next(each for each in values.near(table.full_name, homes[0], text) if folded(each) == folded(text))
    for literal in _literals(tree, column, text):
        for node in literal.parent.find_all(exp.Column) if literal.parent else ():
            if node.name.casefold() == column.name.casefold():
                node.set("this", exp.to_identifier(homes[0], quoted=node.this.quoted))
        literal.set("this", stored)
    return [f"Compared {homes[0]} with '{stored}', as no {column.name} is that."]


def _holds(values: ValueIndex, table: Table, column: Column, text: str) -> bool:
    return any(folded(near) == folded(text) for near in values.near(table.full_name, column.name, text))


def _meant(text: str, near: list[str]) -> list[str]:
    """Those in other letters, else those with words more or fewer."""
    if same := [each for each in near if folded(each) == folded(text)]:
        return same[:1]
    words = set(keys_of(text))
    return [each for each in near if _is_part(words, set(keys_of(each)))]


def _is_part(one: set[str], other: set[str]) -> bool:
    smaller = min(one, other, key=len)
    return bool(smaller) and (one < other or other < one) and max(map(len, smaller)) >= _SHORTEST


def _literals(tree: exp.Expr, column: Column, text: str) -> list[exp.Literal]:
    """Where the statement compares this column with this text by = or IN."""
    found = []
    for literal in tree.find_all(exp.Literal):
        beside = literal.parent
        if literal.is_string and literal.this == text and isinstance(beside, exp.EQ | exp.In):
            columns = [node.name.casefold() for node in beside.find_all(exp.Column)]
            if columns == [column.name.casefold()]:
                found.append(literal)
    return found
