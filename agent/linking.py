"""Which tables matter for a question, in a database whose schema is too large to be told whole.

Lexical: words of the question are looked for in the names, comments and known values of tables and columns, rare
words counting more. No model is asked, so it costs milliseconds, and the same question gets the same tables.
"""

import re
from collections import defaultdict, deque
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlglot import exp

from agent.budget import tokens
from agent.definitions import Definitions
from agent.keys import Neighbours, joinable, neighbours
from agent.schema_words import IN_VALUES, Alike, SchemaWords, words_of
from agent.stems import compounds, stems
from datasources import bounded_parsing
from datasources.introspect import Schema, Table

_ARRANGING = re.compile(
    r"\b(order|sort|group|arrang|rank)(e?d|ing|e)?( (the|these|them|all|your|results?|rows?|list))* (by|in|from)\b",
    re.IGNORECASE,
)
"""What to do with the rows: it asks for no table called orders or groups."""
_EARLIER = 0.4
_WORTH = 0.3
"""Of the best table's score: less is chance."""
_SEEDS = 4
_SPARED = 1 / 3
_MUCH_BETTER = 2.0
_MOST_JOINED = 3
_LONGEST_PATH = 3
_LONGEST_VALUE = 5
"""Words of a stored value."""


def overview(schema: Schema, dialect: str, budget: int) -> str:
    """For the stable prefix: how many tables there are, and their names as far as `budget` tokens go.

    The tables that others refer to most come first, so that what is cut off is what matters least.
    """
    names = _within((table.spelled(dialect) for table in central(schema)), budget)
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
    whose tables matter nearly as much as those that the question itself names. What only might matter as well takes
    less than the budget: the model reads it anew for each question.
    """
    definitions = Definitions(schema, dialect, budget, stems(question))
    found = _found(question, earlier, schema)
    known = tables_of(used, schema, dialect)
    first = [*found.needed[:_SEEDS], *known, *found.needed[_SEEDS:]]
    if not first:
        return "\n\n".join(definitions.within(central(schema), budget)[0])
    needed, left = definitions.within(dict.fromkeys(first), budget)
    perhaps = [table for table in found.perhaps if table not in first]
    return "\n\n".join([*needed, *definitions.within(perhaps, left - round(budget * _SPARED))[0]])


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
    found = _found(question, earlier, schema)
    return [*found.needed, *found.perhaps]


@dataclass(frozen=True, slots=True)
class _Found:
    """`needed`: the best of those that match, and what joins them with each other. `perhaps`: what is beside them."""

    needed: list[Table]
    perhaps: list[Table]


def _found(question: str, earlier: Sequence[str], schema: Schema) -> _Found:
    words = words_of(schema)
    found = _matches(question, earlier, words)
    if not found:
        return _Found([], [])
    copies = _copies(found, words)
    scores = {name: sum(parts.values()) for name, parts in found.items()}
    ranked = sorted(scores, key=lambda name: (-scores[name], name))
    matching = [name for name in ranked if scores[name] >= _WORTH * scores[ranked[0]]]
    matching.sort(key=lambda name: name in copies)
    first = _with_originals(matching[:_SEEDS], words, found)
    seeds = _seeds(found, ranked, first, schema)
    graph = neighbours(schema)
    between = [name for pair in combinations(first, 2) for name in _path(graph, *pair)]
    needed = dict.fromkeys([*seeds, *between])
    perhaps = dict.fromkeys([*_beside(graph, seeds, scores, copies), *matching])
    tables = {table.full_name: table for table in schema.tables}
    return _Found([tables[name] for name in needed], [tables[name] for name in perhaps if name not in needed])


def _with_originals(names: Iterable[str], words: SchemaWords, found: Container[str]) -> list[str]:
    """What is called by the beginning of a name comes before that: `orders` before `orders_archive`."""
    with_them = (one for name in names for one in (*words.originals[name], name))
    return [one for one in dict.fromkeys(with_them) if one in found]


def _seeds(
    found: Mapping[str, Mapping[str, float]], ranked: Sequence[str], first: Sequence[str], schema: Schema
) -> list[str]:
    """The best ones, and those that tell of what these do not.

    What another table tells may be of no use where that cannot be joined with the best one: then those that can come,
    too.
    """
    near = joinable(schema, first[:1])
    together = [name for name in first if name in near or name == first[0]]
    joined = [name for name in ranked if name in near]
    others = [*_covering(found, together, joined, _MOST_JOINED), *_covering(found, first, ranked, 1)]
    return list(dict.fromkeys([*first, *others]))


def central(schema: Schema) -> list[Table]:
    """All tables, those with the most relations first."""
    graph = neighbours(schema)
    return sorted(schema.tables, key=lambda table: (-len(graph[table.full_name]), table.full_name))


def _matches(question: str, earlier: Sequence[str], words: SchemaWords) -> dict[str, dict[str, float]]:
    """By full name of the tables that hold what is sought, how much each word of it counts there."""
    asked = stems(_ARRANGING.sub(" ", question))
    before = stems(" ".join(earlier))
    wanted = dict.fromkeys(compounds(before), _EARLIER) | dict.fromkeys(compounds(asked), 1.0)
    alike = words.alike(wanted, whole=wanted.keys() - {*before, *asked})
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for word, meant in alike.items():
        rarity = words.rarity(word)
        for table in words.holders[word]:
            for sought, likeness in meant:
                counts = likeness * words.weights[table][word] * rarity * wanted[sought]
                found[table][sought] = max(found[table].get(sought, 0.0), counts)
    for value in _values_named(asked, words):
        for table in words.values[value]:
            found[table][" ".join(value)] = IN_VALUES * words.rarity_of_value(value)
    return {table: _weighed(parts, words.names[table], alike) for table, parts in found.items()}


def _values_named(asked: Sequence[str], words: SchemaWords) -> Iterator[tuple[str, ...]]:
    """Stored values of several words that stand in the question; those of one word count as words already."""
    for size in range(2, _LONGEST_VALUE + 1):
        for start in range(len(asked) - size + 1):
            value = tuple(asked[start : start + size])
            if value in words.values:
                yield value


def _weighed(parts: Mapping[str, float], name: Sequence[str], alike: Alike) -> dict[str, float]:
    """Prefers `orders` to `orders_archive_2019` when nothing but orders was asked for: from 0.5 to 1."""
    coverage = 0.5 + 0.5 * sum(word in alike for word in name) / len(name) if name else 0.5
    return {sought: counts * coverage for sought, counts in parts.items()}


def _covering(
    found: Mapping[str, Mapping[str, float]], seeds: Sequence[str], ranked: Sequence[str], most: int
) -> Iterator[str]:
    """For each thing sought those of `ranked` that tell of it much better than any of the seeds, the best `most`."""
    telling: dict[str, list[str]] = defaultdict(list)
    for name in ranked:
        for sought in found[name]:
            telling[sought].append(name)
    for sought, names in telling.items():
        known = max((found[seed].get(sought, 0.0) for seed in seeds), default=0.0)
        best = sorted(names, key=lambda name: -found[name][sought])[:most]
        yield from (name for name in best if found[name][sought] > _MUCH_BETTER * known)


def _copies(found: Mapping[str, Mapping[str, float]], words: SchemaWords) -> set[str]:
    """Tables called as another one and more, that tell nothing of what is sought that the other does not tell."""
    told = {name: found.get(name, {}).keys() for name in words.names}
    return {
        name
        for name, originals in words.originals.items()
        if any(told[name] <= told[original] for original in originals)
    }


def _beside(graph: Neighbours, seeds: Sequence[str], scores: Mapping[str, float], copies: Collection[str]) -> list[str]:
    """What joins the seeds: what they refer to comes before what refers to them."""
    refers: dict[str, bool] = {}
    for seed in seeds:
        for name, is_referred_to in graph[seed].items():
            refers[name] = refers.get(name, False) or is_referred_to
    return sorted(refers, key=lambda name: (name in copies, not refers[name], -scores.get(name, 0), name))


def _path(graph: Neighbours, start: str, end: str) -> list[str]:
    """The tables between two on the shortest way along foreign keys; none where there is no short one."""
    came_from = {start: ""}
    queue = deque([(start, 0)])
    while queue:
        here, length = queue.popleft()
        if here == end:
            return _trace(came_from, came_from[end])
        if length < _LONGEST_PATH:
            new = sorted(graph[here].keys() - came_from.keys())
            came_from.update(dict.fromkeys(new, here))
            queue.extend((name, length + 1) for name in new)
    return []


def _trace(came_from: Mapping[str, str], name: str) -> list[str]:
    found: list[str] = []
    while came_from[name]:
        found.append(name)
        name = came_from[name]
    return found


def _within(texts: Iterable[str], budget: int) -> list[str]:
    """Those that fit together; one that is too large by itself does not keep out those after it."""
    kept: list[str] = []
    for text in texts:
        if tokens(text) <= budget:
            kept.append(text)
            budget -= tokens(text)
    return kept
