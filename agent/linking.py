"""Which tables matter for a question, in a database whose schema is too large to be told whole.

Lexical: words of the question are looked for in the names, comments and known values of tables and columns, rare
words counting more. No model is asked, so it costs milliseconds, and the same question gets the same tables.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import log

from sqlglot import exp

from agent.budget import tokens
from agent.stems import compounds, stems
from datasources import bounded_parsing
from datasources.introspect import Schema, Table

_IN_NAME, _IN_COMMENT, _IN_COLUMN, _IN_VALUES = 3.0, 1.5, 1.0, 1.0
_PARTLY = 0.4
_EARLIER = 0.4
_SHORTEST_PART = 4
_WORTH = 0.3
"""Of the best table's score: less is chance."""
_SEEDS = 4
_LONGEST_PATH = 3


def overview(schema: Schema, dialect: str, budget: int) -> str:
    """For the stable prefix: how many tables there are, and their names as far as `budget` tokens go.

    The tables that others refer to most come first, so that what is cut off is what matters least.
    """
    names = _within(((table.spelled(dialect), 0) for table in central(schema)), budget)
    left = len(schema.tables) - len(names)
    more = f", and {left:,} more" if left else ""
    return (
        f"The database has {len(schema.tables):,} tables and views, too many to show. The definitions of those that "
        f"may matter stand before each question. Their names: {', '.join(names)}{more}."
    )


def statements_for(
    question: str, earlier: Sequence[str], schema: Schema, dialect: str, budget: int, used: Sequence[str] = ()
) -> str:
    """The `CREATE TABLE` statements of the tables that matter, the best first, as far as `budget` tokens go.

    `earlier`: texts of the conversation, for a question such as “and last year?”. `used`: the SQL of similar questions,
    whose tables matter nearly as much as those that the question itself names.
    """
    statements = schema.statements(dialect)
    matching = relevant(question, earlier, schema)
    known = tables_of(used, schema, dialect)
    named = [table.full_name for table in [*matching[:_SEEDS], *known, *matching[_SEEDS:]] or central(schema)]
    sized = ((statements[name], tokens(statements[name])) for name in dict.fromkeys(named))
    return "\n\n".join(_within(sized, budget))


def tables_of(statements: Sequence[str], schema: Schema, dialect: str) -> list[Table]:
    """The tables that statements read, those of the last statement first; of one that cannot be parsed none."""
    by_name: dict[str, Table] = {}
    for table in reversed(schema.tables):
        by_name[table.name.casefold()] = by_name[table.full_name.casefold()] = table
    trees = [bounded_parsing.tree(sql, dialect) for sql in reversed(statements)]
    nodes = [node for tree in trees if tree for node in tree.find_all(exp.Table)]
    found = (by_name.get(f"{node.db}.{node.name}".casefold()) or by_name.get(node.name.casefold()) for node in nodes)
    return [table for table in found if table]


def relevant(question: str, earlier: Sequence[str], schema: Schema) -> list[Table]:
    """The tables that matter for the question, best first: those that match, and those that join them."""
    scores = _scores(_wanted(question, earlier), schema)
    if not scores:
        return []
    best = max(scores.values())
    matching = sorted(
        (name for name in scores if scores[name] >= _WORTH * best), key=lambda name: (-scores[name], name)
    )
    graph = _graph(schema)
    seeds = matching[:_SEEDS]
    between = [name for pair in combinations(seeds, 2) for name in _path(graph, *pair)]
    beside = sorted({name for seed in seeds for name in graph[seed]}, key=lambda name: (-scores.get(name, 0), name))
    tables = {table.full_name: table for table in schema.tables}
    return [tables[name] for name in dict.fromkeys([*seeds, *between, *matching, *beside])]


def central(schema: Schema) -> list[Table]:
    """All tables, those with the most relations first."""
    graph = _graph(schema)
    return sorted(schema.tables, key=lambda table: (-len(graph[table.full_name]), table.full_name))


def _wanted(question: str, earlier: Sequence[str]) -> dict[str, float]:
    """The words to look for, and how much each counts."""
    wanted = dict.fromkeys(compounds(stems(" ".join(earlier))), _EARLIER)
    return wanted | dict.fromkeys(compounds(stems(question)), 1.0)


def _scores(wanted: Mapping[str, float], schema: Schema) -> dict[str, float]:
    """Of the tables that hold any of the words, by full name."""
    fields = {table.full_name: _words_of(table) for table in schema.tables}
    in_tables = Counter(word for words in fields.values() for word in words)
    alike = _alike(wanted, in_tables)
    scores: dict[str, float] = {}
    for table in schema.tables:
        words = fields[table.full_name]
        found: dict[str, float] = defaultdict(float)
        for word in words.keys() & alike.keys():
            for sought, likeness in alike[word]:
                rarity = log(1 + len(fields) / in_tables[word])
                found[sought] = max(found[sought], likeness * words[word] * rarity * wanted[sought])
        if found:
            scores[table.full_name] = sum(found.values()) * _coverage(table, alike)
    return scores


def _words_of(table: Table) -> dict[str, float]:
    """Each word that a table holds, with the weight of the best place where it stands."""
    words: dict[str, float] = {}
    for weight, texts in (
        (_IN_VALUES, (value for column in table.columns for value in column.values)),
        (_IN_COLUMN, (f"{column.name} {column.comment}" for column in table.columns)),
        (_IN_COMMENT, (table.comment,)),
        (_IN_NAME, (table.full_name,)),
    ):
        for text in texts:
            words.update(dict.fromkeys(stems(text), weight))
    return words


def _alike(wanted: Mapping[str, float], vocabulary: Iterable[str]) -> dict[str, list[tuple[str, float]]]:
    """For each word of the schema, the sought words that it is, holds or abbreviates."""
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for word in vocabulary:
        for sought in wanted:
            if word == sought:
                found[word].append((sought, 1.0))
            elif (len(sought) >= _SHORTEST_PART and sought in word) or (len(word) >= 3 and sought.startswith(word)):
                found[word].append((sought, _PARTLY))
    return found


def _coverage(table: Table, alike: Mapping[str, object]) -> float:
    """Prefers `orders` to `orders_archive_2019` when nothing but orders was asked for: from 0.5 to 1."""
    name = stems(table.name)
    return 0.5 + 0.5 * sum(word in alike for word in name) / len(name) if name else 0.5


def _graph(schema: Schema) -> dict[str, set[str]]:
    """Which tables a foreign key joins, in both directions."""
    graph: dict[str, set[str]] = {table.full_name: set() for table in schema.tables}
    for table in schema.tables:
        for key in table.foreign_keys:
            if key.table in graph and key.table != table.full_name:
                graph[table.full_name].add(key.table)
                graph[key.table].add(table.full_name)
    return graph


def _path(graph: Mapping[str, set[str]], start: str, end: str) -> list[str]:
    """The tables between two on the shortest way along foreign keys; none where there is no short one."""
    came_from = {start: ""}
    queue = deque([(start, 0)])
    while queue:
        here, length = queue.popleft()
        if here == end:
            return _trace(came_from, came_from[end])
        if length < _LONGEST_PATH:
            new = sorted(graph[here] - came_from.keys())
            came_from.update(dict.fromkeys(new, here))
            queue.extend((name, length + 1) for name in new)
    return []


def _trace(came_from: Mapping[str, str], name: str) -> list[str]:
    found: list[str] = []
    while came_from[name]:
        found.append(name)
        name = came_from[name]
    return found


def _within(sized: Iterable[tuple[str, int]], budget: int) -> list[str]:
    """The texts that fit together; one that is too large by itself does not keep out those after it."""
    kept: list[str] = []
    for text, size in sized:
        if budget >= (size or tokens(text)):
            kept.append(text)
            budget -= size or tokens(text)
    return kept
