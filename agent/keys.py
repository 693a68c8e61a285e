"""How the tables of a schema belong together: by keys that are declared, or that names of columns make evident."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import combinations

from agent.stems import stems
from datasources.column_kinds import Kind, kind_of
from datasources.guesses import Guess, guesses
from datasources.introspect import Column, Schema, Table

_SCHEMAS_REMEMBERED = 8
_BARE = frozenset({"id", "key", "code", "uuid"})
_LAST_WORDS = frozenset(stems("id key code uuid nr name"))
_MOST_SHARING = 12
"""Tables with the same column: of more it is an everyday word, and joins nothing."""

Neighbours = Mapping[str, Mapping[str, bool]]
"""By full name the tables that each one joins, by theirs; true where the first refers to the other."""


@lru_cache(maxsize=_SCHEMAS_REMEMBERED)
def evident_keys(schema: Schema) -> tuple[Guess, ...]:
    """The keys that nobody declared: those of `datasources.guesses`, and those to tables that declare no primary key.

    At most one for a column, and none where two tables could be meant. In the order of the schema.
    """
    names = Counter(column.name.casefold() for table in schema.tables for column in table.columns)
    first = Counter(table.columns[0].name.casefold() for table in schema.tables if table.columns)
    tables = {" ".join(stems(table.name)) for table in schema.tables}
    return tuple(guesses(Schema(tuple(_with_key(table, names, first, tables) for table in schema.tables))))


@lru_cache(maxsize=_SCHEMAS_REMEMBERED)
def neighbours(schema: Schema) -> Neighbours:
    """Who joins whom: by declared keys, evident ones, and columns of one name that few tables share."""
    found: dict[str, dict[str, bool]] = {table.full_name: {} for table in schema.tables}
    for one, other, refers in _relations(schema):
        if one != other and one in found and other in found:
            found[one][other] = found[one].get(other, False) or refers
            found[other].setdefault(one, False)
    return found


def joinable(schema: Schema, names: Collection[str]) -> set[str]:
    """What might be joined with any of these tables: its neighbours, and whatever has a column that looks like a key by
    the name that it has there, however many do."""
    graph = neighbours(schema)
    homes = _homes(schema)
    shared = (those for those in homes.values() if not those.isdisjoint(names))
    return {near for name in names for near in graph[name]}.union(*shared) - set(names)


@lru_cache(maxsize=_SCHEMAS_REMEMBERED)
def _homes(schema: Schema) -> Mapping[tuple[str, Kind], set[str]]:
    """By name and kind of a column that looks like a key, the tables that have it."""
    homes: dict[tuple[str, Kind], set[str]] = defaultdict(set)
    for table in schema.tables:
        for column in table.columns:
            if not table.is_view and _looks_like_key(column):
                homes[column.name.casefold(), kind_of(column.type)].add(table.full_name)
    return homes


def _relations(schema: Schema) -> Iterator[tuple[str, str, bool]]:
    """Tables that belong together, and whether the first refers to the second."""
    keyed = set[tuple[str, str]]()
    for table in schema.tables:
        for key in table.foreign_keys:
            keyed |= {(table.full_name, name.casefold()) for name in key.columns}
            yield table.full_name, key.table, True
    for guess in evident_keys(schema):
        keyed |= {(guess.table, guess.key.columns[0].casefold())}
        yield guess.table, guess.key.table, True
    # Where no key says whose such a column is.
    for (name, _), sharing in _homes(schema).items():
        without = sorted(table for table in sharing if (table, name) not in keyed)
        if len(without) <= _MOST_SHARING:
            yield from ((one, other, False) for one, other in combinations(without, 2))


def _looks_like_key(column: Column) -> bool:
    words = stems(column.name)
    return len(words) > 1 and words[-1] in _LAST_WORDS


def _with_key(table: Table, names: Mapping[str, int], first: Mapping[str, int], tables: set[str]) -> Table:
    """With what must be its key where it declares none."""
    if table.primary_key or table.is_view:
        return table
    fitting = [name for name in _own_keys(table) if table.column(name)]
    # Of several, the one that other tables have, too.
    best = max(fitting, key=lambda name: names[name.casefold()], default="")
    if not best and table.columns:
        leading = table.columns[0]
        shared = names[leading.name.casefold()] > first[leading.name.casefold()] == 1
        refers = " ".join(stems(leading.name)[:-1]) in tables
        best = leading.name if shared and _looks_like_key(leading) and not refers else ""
    return replace(table, primary_key=(best,)) if best else table


def _own_keys(table: Table) -> Iterator[str]:
    """customer_id, id, cid and customer_name in a table called customer or customers."""
    own = stems(table.name)
    for column in table.columns:
        words = stems(column.name)
        name = column.name.casefold()
        is_named_after_it = words[:-1] == own and words[-1] in _LAST_WORDS
        if is_named_after_it or name in _BARE or name == "".join(word[0] for word in own) + "id":
            yield column.name
