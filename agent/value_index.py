"""Values that a database holds and a question may name: “new york” finds `New York`, and the columns that have it."""

import re
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from heapq import nlargest
from itertools import accumulate, islice

from agent.stems import stems
from agent.value_words import Word, folded, keys_of, name_keys, one_edit_away, together, words_of
from datasources.introspect import Schema

MOST_MENTIONS = 8
MOST_NEAR = 5
_MOST_OF_A_PHRASE = 3
_MOST_WORDS = 12
_MOST_FREE = 5
_MOST_LETTERS = 48
_LONGEST_TEXT = 200
_CLOSELY_COMPARED = 20
_MOST_HITS = 1_000
_MOST_ASKED = 200
_NEAR_ENOUGH = 0.5

_Places = dict[tuple[int, int], list[int]]
"""Values that stand for a part of the question, from one word up to another, without it."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A stored value that a question names in `words`; `table` is the full name."""

    table: str
    column: str
    value: str
    words: str


class ValueIndex:
    """What columns hold, by their table's full name and their own; `names` are those of tables and columns.

    Several threads may use it at once.
    """

    def __init__(self, held: Mapping[tuple[str, str], Sequence[str]], names: Iterable[str] = ()) -> None:
        self._held = {place: tuple(values) for place, values in held.items() if values}
        self._places = list(self._held)
        self._values = [value for values in self._held.values() for value in values]
        self._column_of = array("L", (n for n, values in enumerate(self._held.values()) for _ in values))
        self._named = {together(keys) for keys in map(name_keys, names)}
        self._name_words = {word for name in self._named for word in name.split()}
        self._name_stems = {stem for name in self._named for stem in stems(name)}
        self._by_key = _by_key(self._values)
        self._words = {word for key in self._by_key for word in key.split()}
        self._letters = _letters(self._words)
        self._texts: dict[tuple[str, str], tuple[str, list[int]]] = {}

    @classmethod
    def of(cls, schema: Schema, kept: Mapping[tuple[str, str], Sequence[str]]) -> "ValueIndex":
        """Of columns that the schema has and that are not private; what it knows of others itself is in it, too."""
        held: dict[tuple[str, str], Sequence[str]] = {}
        for table in schema.tables:
            for column in table.columns:
                place = table.full_name, column.name
                if not column.is_private and (values := kept.get(place) or column.values):
                    held[place] = values
        return cls(held, schema.words())

    def __len__(self) -> int:
        return len(self._values)

    def mentioned(self, question: str) -> tuple[Mention, ...]:
        """The stored values that the question names, in its order; the longest names win.

        Case, accents, a plural s, punctuation and the order of up to five words do not matter. Words that say nothing
        count where they stand out; a word of five letters or more may have one wrong where nothing is as written.
        """
        words = words_of(question)
        if not words or not self._values:
            return ()
        found = self._as_written(words)
        found |= self._with_a_typo(words, found)
        return self._mentions(question, words, found)

    def near(self, table: str, column: str, text: str) -> list[str]:
        """The column's values that are most like `text`, best first; none where nothing is like it."""
        wanted = folded(text[:_LONGEST_TEXT])
        values = self._held.get((table, column), ())
        joined, starts = self._text_of((table, column))
        shared: Counter[int] = Counter()
        for piece in _pieces(wanted):
            hits = (match.start() for match in re.finditer(re.escape(piece), joined))
            shared.update({bisect_right(starts, place) - 1 for place in islice(hits, _MOST_HITS)})
        likely = nlargest(_CLOSELY_COMPARED, shared, key=lambda number: 2 * shared[number] / (len(values[number]) + 9))
        return _closest(wanted, [(folded(values[number]), values[number]) for number in likely])

    def _text_of(self, place: tuple[str, str]) -> tuple[str, list[int]]:
        """All that a column holds, a value a line, and where each begins; made when it is first asked for."""
        if place not in self._texts:
            lines = [f"{folded(value)}\n" for value in self._held.get(place, ())]
            self._texts[place] = "".join(lines), list(accumulate(map(len, lines), initial=0))[:-1]
        return self._texts[place]

    def _as_written(self, words: Sequence[Word]) -> _Places:
        found: _Places = {}
        free = [word.key in self._words for word in words]
        for start, end in _windows(words, _MOST_WORDS):
            some = words[start:end]
            if all(free[start:end]) and (values := self._meant(some, together(word.key for word in some))):
                found[start, end] = self._beside_names(some, values)
                free[start:end] = [False] * (end - start)
        return found

    def _beside_names(self, some: Sequence[Word], values: list[int]) -> list[int]:
        """“cancelled orders” are orders that are `cancelled`, and not what was refunded as `order cancelled`."""
        names = {word.key for word in some} & self._name_words
        rest = [word for word in some if word.key not in names]
        if not names or not rest:
            return values
        of_those = [n for n in self._meant(rest, together(word.key for word in rest)) if names & self._names_of(n)]
        as_stored = [word.key for word in some]
        return [*of_those, *(n for n in values if keys_of(self._values[n]) == as_stored)] if of_those else values

    def _with_a_typo(self, words: Sequence[Word], known: _Places) -> _Places:
        """Of the words that are left, where one of them is a stored word with one wrong letter."""
        free = [not any(start <= place < end for start, end in known) for place in range(len(words))]
        meant = {place: self._spelled(word) for place, word in enumerate(words[:_MOST_ASKED]) if free[place]}
        found: _Places = {}
        for start, end in _windows(words[:_MOST_ASKED] if any(meant.values()) else [], _MOST_FREE):
            if all(free[start:end]) and (values := self._corrected(words[start:end], start, meant)):
                found[start, end] = values
                free[start:end] = [False] * (end - start)
        return found

    def _corrected(self, some: Sequence[Word], start: int, meant: Mapping[int, Sequence[str]]) -> list[int]:
        keys = [word.key for word in some]
        found: dict[int, None] = {}
        for place, key in enumerate(keys):
            for other in meant.get(start + place, ()):
                # A lone word begins as it should: “mouth” is no misspelled “South”.
                if len(keys) > 1 or other[0] == key[0]:
                    corrected = [*keys[:place], other, *keys[place + 1 :]]
                    found.update(dict.fromkeys(self._meant(some, together(corrected))))
        return list(found)

    def _spelled(self, word: Word) -> list[str]:
        """The stored words that it may be meant for."""
        if not word.may_be_a_typo or word.key in self._words or not self._name_stems.isdisjoint(stems(word.key)):
            return []
        near = dict.fromkeys(one_edit_away(word.key, self._letters))
        return [other for other in near if other in self._words and len(other) > 3]

    def _meant(self, some: Sequence[Word], key: str) -> list[int]:
        """The values of that key, where these words may mean them."""
        values = self._by_key.get(key)
        if values is None or not (any(word.says_something for word in some) or all(word.stands_out for word in some)):
            return []
        if key in self._named and not all(word.is_quoted for word in some):
            return []
        return values if isinstance(values, list) else [values]

    def _mentions(self, question: str, words: Sequence[Word], found: _Places) -> tuple[Mention, ...]:
        """Where there are too many, each part of the question keeps its best ones."""
        asked = {word.key for word in words}
        ranked = []
        for start, end in sorted(found):
            as_written = question[words[start].start : words[end - 1].end]
            numbers = sorted(found[start, end], key=lambda number: self._rank(number, as_written, asked))
            for place, number in enumerate(numbers[:_MOST_OF_A_PHRASE]):
                table, column = self._places[self._column_of[number]]
                ranked.append((place, start, Mention(table, column, self._values[number], as_written)))
        kept: dict[tuple[str, str, str], tuple[int, int, Mention]] = {}
        for one in sorted(ranked, key=lambda one: one[:2]):
            kept.setdefault((one[2].table, one[2].column, one[2].value), one)
        best = sorted(list(kept.values())[:MOST_MENTIONS], key=lambda one: (one[1], one[0]))
        return tuple(mention for *_, mention in best)

    def _rank(self, number: int, as_written: str, asked: set[str]) -> tuple[int, bool, int]:
        """First of columns that the question names, then as it is spelled there, then where few others are."""
        held = self._held[self._places[self._column_of[number]]]
        return -len(asked & self._names_of(number)), self._values[number] != as_written, len(held)

    def _names_of(self, number: int) -> set[str]:
        """The words of a value's table and column."""
        return {key for name in self._places[self._column_of[number]] for key in name_keys(name)}


def _by_key(values: Sequence[str]) -> dict[str, int | list[int]]:
    """The numbers of the values with the same words. Most keys have one value, and no list for it."""
    found: dict[str, int | list[int]] = {}
    for number, value in enumerate(values):
        key = together(keys_of(value))
        if not key or key.count(" ") >= _MOST_WORDS:
            continue
        before = found.get(key)
        if before is None:
            found[key] = number
        elif isinstance(before, list):
            before.append(number)
        else:
            found[key] = [before, number]
    return found


def _pieces(text: str) -> set[str]:
    return {text[place : place + 3] for place in range(max(1, len(text) - 2))} if text else set()


def _letters(words: Iterable[str]) -> str:
    """The most common ones, which typos are looked for with."""
    return "".join(letter for letter, _ in Counter("".join(words)).most_common(_MOST_LETTERS))


def _windows(words: Sequence[Word], longest: int) -> Iterator[tuple[int, int]]:
    """From where to where words may stand for one value, the longest first."""
    breaks = list(accumulate((word.begins for word in words), initial=0))
    for size in range(min(len(words), longest), 0, -1):
        for start in range(len(words) - size + 1):
            if breaks[start + size] == breaks[start + 1]:
                yield start, start + size


def _closest(wanted: str, among: Sequence[tuple[str, str]]) -> list[str]:
    matcher = SequenceMatcher(None, "", wanted, autojunk=False)
    scored = []
    for own, value in among:
        matcher.set_seq1(own)
        # A part of a name is like it: “Acme” and “Acme Corporation Limited”.
        likeness = max(matcher.ratio(), 0.9 if wanted and wanted in own else 0)
        if likeness >= _NEAR_ENOUGH:
            scored.append((-likeness, len(own), value))
    return [value for *_, value in sorted(scored)[:MOST_NEAR]]
