"""The words that a schema's tables are found by, read once for a schema: a thousand tables take some 200 ms."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log
from statistics import fmean

from agent.stems import stems
from datasources.introspect import Schema, Table

IN_NAME, IN_COMMENT, IN_COLUMN, IN_VALUES = 3.0, 1.5, 1.0, 1.0
_SCHEMAS_REMEMBERED = 8
_PARTLY = 0.4
_BY_LENGTH = 0.4
_SHORTEST_PART = 4
_SHORTEST_ABBREVIATION, _LONGEST_ABBREVIATION = 3, 5
_VOWELS = frozenset("aeiou")

Alike = Mapping[str, list[tuple[str, float]]]
"""By the words of a schema the sought ones that each is, holds or abbreviates, and how much it is them."""


@dataclass(frozen=True, slots=True)
class SchemaWords:
    """`weights`: by full name a table's words, each with the weight of the best place where it stands. `names`: those
    of its own name. `originals`: those called by the beginning of it, as `orders` is of `orders_archive`. `holders`: by
    word the tables that have it. `values`: by stored value, as its stems, the tables."""

    weights: Mapping[str, Mapping[str, float]]
    names: Mapping[str, list[str]]
    originals: Mapping[str, list[str]]
    holders: Mapping[str, list[str]]
    values: Mapping[tuple[str, ...], set[str]]

    def rarity(self, word: str) -> float:
        return self._of_count(len(self.holders.get(word, ())))

    def rarity_of_value(self, value: tuple[str, ...]) -> float:
        return self._of_count(len(self.values.get(value, ())))

    def alike(self, wanted: Iterable[str], whole: Collection[str] = ()) -> Alike:
        """`whole` are those of which no part is sought: two words written together."""
        found: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for one in whole:
            for word in (word for word in self.holders if one in word):
                found[word].append((one, 1.0 if word == one else _PARTLY))
        sought = [word for word in wanted if word not in whole]
        for word in self.holders:
            for one in sought:
                if much := likeness(word, one):
                    found[word].append((one, much))
        return found

    def _of_count(self, count: int) -> float:
        return log(1 + len(self.weights) / count) if count else 0.0


@lru_cache(maxsize=_SCHEMAS_REMEMBERED)
def words_of(schema: Schema) -> SchemaWords:
    weights = {table.full_name: _weights(table) for table in schema.tables}
    usual = fmean(map(len, weights.values())) if weights else 1.0
    weights = {name: _for_length(those, usual) for name, those in weights.items()}
    holders: dict[str, list[str]] = defaultdict(list)
    values: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for table in schema.tables:
        for word in weights[table.full_name]:
            holders[word].append(table.full_name)
        for value in _values(table):
            values[tuple(stems(value))].add(table.full_name)
    names = {table.full_name: stems(table.name) for table in schema.tables}
    called = {tuple(words): name for name, words in names.items()}
    originals = {name: _beginnings(words, called) for name, words in names.items()}
    return SchemaWords(weights, names, originals, dict(holders), dict(values))


def _beginnings(words: list[str], called: Mapping[tuple[str, ...], str]) -> list[str]:
    return list(filter(None, (called.get(tuple(words[:length])) for length in range(1, len(words)))))


def _weights(table: Table) -> dict[str, float]:
    words: dict[str, float] = {}
    for weight, texts in (
        (IN_VALUES, _values(table)),
        (IN_COLUMN, (f"{column.name} {column.comment}" for column in table.columns)),
        (IN_COMMENT, (table.comment,)),
        (IN_NAME, (table.full_name,)),
    ):
        for text in texts:
            words.update(dict.fromkeys(stems(text), weight))
    return words


def _for_length(weights: Mapping[str, float], usual: float) -> dict[str, float]:
    """What stands among much else says less, as in BM25; a table's name and comment say what they say."""
    length = 1 - _BY_LENGTH + _BY_LENGTH * len(weights) / usual
    return {word: weight / length if weight <= IN_COLUMN else weight for word, weight in weights.items()}


def _values(table: Table) -> Iterator[str]:
    return (value for column in table.columns for value in column.values)


def likeness(word: str, sought: str) -> float:
    """From 0 to 1, how much a word of a schema is the one that is sought."""
    if word == sought:
        return 1.0
    is_part = len(sought) >= _SHORTEST_PART and sought in word
    is_beginning = len(word) >= _SHORTEST_ABBREVIATION and sought.startswith(word)
    return _PARTLY if is_part or is_beginning or _abbreviates(word, sought) else 0.0


def _abbreviates(word: str, sought: str) -> bool:
    """As names of columns do: qty, acct and mgr leave out vowels, dept what stands before the last letter."""
    longest = min(_LONGEST_ABBREVIATION, len(sought) - 2)
    if word[0] != sought[0] or not _SHORTEST_ABBREVIATION <= len(word) <= longest:
        return False
    if len(word) >= _SHORTEST_PART and sought.startswith(word[:-1]):
        return word[-1] in sought[len(word) :] and word[-1] not in _VOWELS
    letters = iter(sought)
    return _VOWELS.isdisjoint(word[1:]) and all(letter in letters for letter in word)
