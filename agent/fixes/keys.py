"""How tables can be joined: by foreign keys, and by columns whose names make a key evident."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from datasources.guesses import guesses, singulars
from datasources.introspect import ForeignKey, Schema, Table, quoted

_BARE = frozenset({"id", "key", "code", "name", "uuid", "rowid"})


@dataclass(frozen=True, slots=True)
class Link:
    """Between two tables, by their full names. `is_unique`: a row of `table` has at most one in `other`."""

    table: str
    columns: tuple[str, ...]
    other: str
    others: tuple[str, ...]
    is_unique: bool

    def condition(self, dialect: str, table: str = "", other: str = "") -> str:
        """For ON; with the names that a statement calls the tables by, where it does."""
        pairs = zip(self.columns, self.others, strict=True)
        left, right = table or self.table, other or self.other
        return " AND ".join(f"{left}.{quoted(a, dialect)} = {right}.{quoted(b, dialect)}" for a, b in pairs)


def joins(schema: Schema) -> Mapping[str, list[Link]]:
    """Each table's links to others, in both directions: declared ones, and those that are evident."""
    graph: dict[str, list[Link]] = {table.full_name: [] for table in schema.tables}
    tables = {table.full_name: table for table in schema.tables}
    for name, key in _keys(schema):
        table, other = tables[name], tables.get(key.table)
        if other is None or len(key.columns) != len(key.referenced):
            continue
        _add(graph, Link(name, key.columns, key.table, key.referenced, is_unique=True))
        back = {column.casefold() for column in key.columns} == {column.casefold() for column in table.primary_key}
        _add(graph, Link(key.table, key.referenced, name, key.columns, is_unique=back))
    return graph


def join_path(tables: Sequence[str], schema: Schema, dialect: str = "sqlite") -> str:
    """How to join these tables, over others where it has to be: "orders.customer_id = customers.id"; empty where they
    cannot be."""
    spelled = {table.full_name: table.spelled(dialect) for table in schema.tables}
    links = path(tables, joins(schema))
    return " AND ".join(link.condition(dialect, spelled[link.table], spelled[link.other]) for link in links)


def path(tables: Sequence[str], graph: Mapping[str, list[Link]]) -> list[Link]:
    """The shortest way from what is reached to each table in turn; none where one cannot be reached."""
    wanted = [name for name in dict.fromkeys(tables) if name in graph]
    reached, found = set(wanted[:1]), list[Link]()
    for name in wanted[1:]:
        steps = [] if name in reached else _way(reached, name, graph)
        if steps is None:
            return []
        found += steps
        reached |= {name, *(link.other for link in steps)}
    return found


def _way(reached: set[str], to: str, graph: Mapping[str, list[Link]]) -> list[Link] | None:
    waiting: deque[tuple[str, list[Link]]] = deque((name, []) for name in sorted(reached))
    seen = set(reached)
    while waiting:
        name, steps = waiting.popleft()
        for link in graph[name]:
            if link.other == to:
                return [*steps, link]
            if link.other not in seen:
                seen.add(link.other)
                waiting.append((link.other, [*steps, link]))
    return None


def _add(graph: Mapping[str, list[Link]], link: Link) -> None:
    known = {(each.columns, each.other, each.others) for each in graph[link.table]}
    if (link.columns, link.other, link.others) not in known:
        graph[link.table].append(link)


def _keys(schema: Schema) -> Iterator[tuple[str, ForeignKey]]:
    for table in schema.tables:
        yield from ((table.full_name, key) for key in table.foreign_keys)
    yield from ((guess.table, guess.key) for guess in guesses(schema))
    yield from _same_primary_keys(schema)
    yield from _first_columns(schema)


def _same_primary_keys(schema: Schema) -> Iterator[tuple[str, ForeignKey]]:
    """Two tables with the same key, such as player_id, tell of the same things; `id` says nothing."""
    by_key: dict[str, list[Table]] = {}
    for table in schema.tables:
        if len(table.primary_key) == 1 and table.primary_key[0].casefold() not in _BARE:
            by_key.setdefault(table.primary_key[0].casefold(), []).append(table)
    for first, *rest in by_key.values():
        for other in rest:
            if not any(key.table == first.full_name for key in other.foreign_keys):
                yield other.full_name, ForeignKey(other.primary_key, first.full_name, first.primary_key)


def _first_columns(schema: Schema) -> Iterator[tuple[str, ForeignKey]]:
    """Where no keys are declared: customer_id, and the first column of customers if that is customer_id or id."""
    targets: dict[str, list[Table]] = {}
    for table in schema.tables:
        if table.columns and not table.primary_key and not table.is_view:
            for name in singulars(table.name.casefold()):
                targets.setdefault(name, []).append(table)
    for table in schema.tables:
        for column in table.columns:
            stem, _, last = column.name.casefold().rpartition("_")
            meant = targets.get(stem, []) if last == "id" else []
            fitting = [each for each in meant if each.columns[0].name.casefold() in ("id", column.name.casefold())]
            if len(fitting) == 1 and fitting[0] is not table:
                yield table.full_name, ForeignKey((column.name,), fitting[0].full_name, (fitting[0].columns[0].name,))
