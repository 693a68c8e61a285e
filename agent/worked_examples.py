"""A few questions with their SQL, made by a program from the schema alone: they show a model the form of an answer.

A small model copies what it is shown, and what it has seen most of elsewhere is two joined tables where one would do.
These are right by construction, and about the database itself: measured, they are worth more than any instruction.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, combinations

from agent.fixes.keys import Link, joins
from agent.stems import stems
from datasources.column_kinds import Kind, kind_of
from datasources.introspect import Column, Schema, Table, quoted

_MOST_VALUES = 20
_LONGEST_VALUE = 24
_KEY_WORDS = frozenset(stems("id key code uuid no nr"))
_NO_AMOUNT = frozenset(stems("type kind status state year month day flag latitude longitude zip phone number"))

_NAME_WORDS = frozenset(stems("name title"))
_SCHEMAS_REMEMBERED = 8


@lru_cache(maxsize=_SCHEMAS_REMEMBERED)
def worked_examples(schema: Schema, dialect: str) -> tuple[tuple[str, str], ...]:
    """Questions and their SQL, three at most: of one table, grouped and with a condition or an order; of two."""
    return (*_of_one(schema, dialect), *_of_two(schema, dialect))


def _of_one(schema: Schema, dialect: str) -> Iterator[tuple[str, str]]:
    # The one that has most to ask about.
    best = max(schema.tables, key=_promise, default=None)
    category = _category(best) if best else None
    if best is None or category is None:
        return
    table, by = best.spelled(dialect), quoted(category.name, dialect)
    yield (
        f"How many rows of {_words(best.name)} are there for each {_words(category.name)}?",
        f"SELECT {by}, COUNT(*) FROM {table} GROUP BY {by}",  # noqa: S608 - names are quoted
    )
    number = _number(best)
    if number is None:
        return
    amount = quoted(number.name, dialect)
    if value := _value(category):
        literal = value.replace("'", "''")
        yield (
            f"What is the average {_words(number.name)} where the {_words(category.name)} is {value}?",
            f"SELECT AVG({amount}) FROM {table} WHERE {by} = '{literal}'",  # noqa: S608 - likewise
        )
        return
    name = _name(best) or category
    yield (
        f"Which {_words(name.name)} has the highest {_words(number.name)}?",
        f"SELECT {quoted(name.name, dialect)} FROM {table} ORDER BY {amount} DESC LIMIT 1",  # noqa: S608 - likewise
    )


def _of_two(schema: Schema, dialect: str) -> Iterator[tuple[str, str]]:
    tables = {table.full_name: table for table in schema.tables}
    for link in chain(*joins(schema).values(), _sharing(schema)):
        table, other = tables[link.table], tables[link.other]
        one, two = _own(table, other, link.columns), _own(other, table, link.others)
        if one and two:
            yield _joined(table, other, one, two, link, dialect)
            return


def _sharing(schema: Schema) -> Iterator[Link]:
    """Tables with a column of the same name that looks like a key, where no key says whose it is."""
    for table, other in combinations(sorted(schema.tables, key=_promise, reverse=True), 2):
        for column in table.columns:
            same = other.column(column.name)
            is_key = _is_key(column) or _last_word(column.name) in _NAME_WORDS
            if same and is_key and len(stems(column.name)) > 1 and kind_of(same.type) is kind_of(column.type):
                yield Link(table.full_name, (column.name,), other.full_name, (same.name,), is_unique=False)


def _joined(table: Table, other: Table, one: Column, two: Column, link: Link, dialect: str) -> tuple[str, str]:
    left, right = table.spelled(dialect), other.spelled(dialect)
    return (
        f"Show the {_words(one.name)} of each {_words(table.name)} with the {_words(two.name)} of its "
        f"{_words(other.name)}.",
        f"SELECT {left}.{quoted(one.name, dialect)}, {right}.{quoted(two.name, dialect)} FROM {left} "  # noqa: S608
        f"JOIN {right} ON {link.condition(dialect, left, right)}",
    )


def _promise(table: Table) -> int:
    category = _category(table)
    has_values = bool(category and _value(category))
    return 2 * bool(category) + 2 * bool(_number(table)) + has_values + bool(_name(table))


def _category(table: Table) -> Column | None:
    """A text column to group by, such as a kind or a city: best one whose values are known to be few."""
    texts = [column for column in table.columns if kind_of(column.type) is Kind.TEXT and not _is_key(column)]
    most = min(_MOST_VALUES, (table.rows or 2 * _MOST_VALUES) // 2)
    few = (column for column in texts if 1 < len(column.values) <= most)
    name = _name(table)
    return next(few, next((column for column in texts if column is not name), None))


def _number(table: Table) -> Column | None:
    numbers = (column for column in table.columns if kind_of(column.type) is Kind.NUMBER and not _is_key(column))
    return next((column for column in numbers if not _NO_AMOUNT & set(stems(column.name))), None)


def _name(table: Table) -> Column | None:
    texts = (column for column in table.columns if kind_of(column.type) is Kind.TEXT)
    return next((column for column in texts if _last_word(column.name) in _NAME_WORDS), None)


def _own(table: Table, other: Table, keys: tuple[str, ...]) -> Column | None:
    """A column worth showing that the other table has not, a name before others."""
    alone = [
        column
        for column in table.columns
        if not _is_key(column) and column.name not in keys and other.column(column.name) is None
    ]
    name = _name(table)
    return name if name in alone else next(iter(alone), None)


def _value(column: Column) -> str:
    """One that can stand in a sentence."""
    plain = (value for value in column.values if 2 < len(value) <= _LONGEST_VALUE and value.strip() == value)
    return next((value for value in plain if value.replace(" ", "").isalpha()), "")


def _is_key(column: Column) -> bool:
    name = column.name.casefold()
    return _last_word(name) in _KEY_WORDS or (len(name) <= 5 and name.endswith("id"))


def _last_word(name: str) -> str:
    return next(reversed(stems(name)), "")


def _words(name: str) -> str:
    """As a person would say it."""
    return " ".join(name.replace("_", " ").split()).lower()
