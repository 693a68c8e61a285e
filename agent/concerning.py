"""Whether a rule that people have said may bear on a query that was found right without it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from agent.stems import compounds, stems
from datasources.guesses import guesses
from datasources.introspect import Schema, Table

_WORD = re.compile(r"\w+")
_CLAUSE = re.compile(r"\b(order|group|partition)\s+by\b", re.IGNORECASE)
_OF_ALL = re.compile(r"\b(everything|everywhere|(all|every|each|any) (question|quer|answer|result|table)\w*)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Rule:
    """`named`: the tables that it names."""

    named: frozenset[str]
    words: frozenset[str]
    is_of_all: bool


@dataclass(frozen=True, slots=True)
class _Query:
    """`tables`: those that it reads, and all that their rows belong to; None where that cannot be told."""

    tables: frozenset[str] | None
    words: frozenset[str]


class Concern:
    """Of rules about one database, with its schema. What is made of a rule or of a query is made once."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._owners = _owners(schema)
        self._by_name = _by_name(schema)
        self._rules: dict[str, _Rule] = {}
        self._queries: dict[tuple[str, str], _Query] = {}

    def may_be(self, rule: str, question: str, sql: str) -> bool:
        """Whether a rule may concern a query: true wherever it cannot be told.

        It plainly does not where the rule names tables, the SQL reads none of those and none whose rows belong to
        theirs, and the two have no word in common.
        """
        told, asked = self._rule(rule), self._query(question, sql)
        if not told.named or told.is_of_all or asked.tables is None:
            return True
        return not (told.named.isdisjoint(asked.tables) and told.words.isdisjoint(asked.words))

    def _rule(self, text: str) -> _Rule:
        if text not in self._rules:
            self._rules[text] = _Rule(self._names(text), _words(text), bool(_OF_ALL.search(text)))
        return self._rules[text]

    def _query(self, question: str, sql: str) -> _Query:
        key = (question, sql)
        if key not in self._queries:
            read = self._read(sql)
            can_be_told = read and not any(table.is_view for table in read)
            tables = self._with_owners({table.full_name for table in read}) if can_be_told else None
            self._queries[key] = _Query(tables, _words(f"{question} {_CLAUSE.sub(' ', sql)}"))
        return self._queries[key]

    def _read(self, sql: str) -> list[Table]:
        """The tables that a statement reads, and perhaps more: those whose name stands in it."""
        text, tokens = sql.casefold(), _tokens(sql)
        names = [*(tokens & self._by_name.keys()), *(name for name in self._by_name if not _WORD.fullmatch(name))]
        return [table for name in names if name in tokens or name in text for table in self._by_name[name]]

    def _names(self, rule: str) -> frozenset[str]:
        """The tables that a rule names: by their own name, or by a column's that is no everyday word."""
        words, tokens = _words(rule), _tokens(rule)
        tables = (table for table in self._schema.tables if _is_named(table, words) or _columns(table) & tokens)
        return frozenset(table.full_name for table in tables)

    def _with_owners(self, names: set[str]) -> frozenset[str]:
        """These tables, and all that their rows belong to."""
        found, waiting = set(names), list(names)
        while waiting:
            new = self._owners[waiting.pop()] - found
            found |= new
            waiting += new
        return frozenset(found)


@lru_cache(maxsize=2_000)
def _words(text: str) -> frozenset[str]:
    """Kept for the next who asks: a page of verified queries has the words of all of them."""
    return frozenset(compounds(stems(text)))


def _is_named(table: Table, words: frozenset[str]) -> bool:
    name = set(stems(table.name))
    return bool(name) and name <= words


def _columns(table: Table) -> set[str]:
    return {column.name.casefold() for column in table.columns if "_" in column.name}


def _by_name(schema: Schema) -> dict[str, list[Table]]:
    found = defaultdict[str, list[Table]](list)
    for table in schema.tables:
        found[table.name.casefold()].append(table)
    return dict(found)


def _tokens(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _owners(schema: Schema) -> dict[str, set[str]]:
    """What the rows of each table belong to, by keys that are declared or evident."""
    owners = defaultdict[str, set[str]](set)
    for table in schema.tables:
        owners[table.full_name] |= {key.table for key in table.foreign_keys}
    for guess in guesses(schema):
        owners[guess.table].add(guess.key.table)
    return owners
