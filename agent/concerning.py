"""Whether a rule that people have said may bear on a query that was found right without it."""

from __future__ import annotations

import re
from collections import defaultdict

from agent.stems import compounds, stems
from datasources.guesses import guesses
from datasources.introspect import Schema, Table

_WORD = re.compile(r"\w+")
_CLAUSE = re.compile(r"\b(order|group|partition)\s+by\b", re.IGNORECASE)
_OF_ALL = re.compile(r"\b(everything|everywhere|(all|every|each|any) (question|quer|answer|result|table)\w*)\b", re.I)


class Concern:
    """Of rules about one database, with its schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._owners = _owners(schema)
        self._named: dict[str, set[str]] = {}

    def may_be(self, rule: str, question: str, sql: str) -> bool:
        """Whether a rule may concern a query: true wherever it cannot be told.

        It plainly does not where the rule names tables, the SQL reads none of those and none whose rows belong to
        theirs, and the two have no word in common.
        """
        named, read = self._names(rule), _read(sql, self._schema)
        if not named or not read or _OF_ALL.search(rule) or any(table.is_view for table in read):
            return True
        if named & self._with_owners({table.full_name for table in read}):
            return True
        return bool(_words(rule) & _words(f"{question} {_CLAUSE.sub(' ', sql)}"))

    def _names(self, rule: str) -> set[str]:
        """The tables that a rule names: by their own name, or by a column's that is no everyday word."""
        if rule not in self._named:
            words, tokens = _words(rule), _tokens(rule)
            tables = (table for table in self._schema.tables if _is_named(table, words) or _columns(table) & tokens)
            self._named[rule] = {table.full_name for table in tables}
        return self._named[rule]

    def _with_owners(self, names: set[str]) -> set[str]:
        """These tables, and all that their rows belong to."""
        found, waiting = set(names), list(names)
        while waiting:
            new = self._owners[waiting.pop()] - found
            found |= new
            waiting += new
        return found


def _words(text: str) -> set[str]:
    return set(compounds(stems(text)))


def _is_named(table: Table, words: set[str]) -> bool:
    name = set(stems(table.name))
    return bool(name) and name <= words


def _columns(table: Table) -> set[str]:
    return {column.name.casefold() for column in table.columns if "_" in column.name}


def _read(sql: str, schema: Schema) -> list[Table]:
    """The tables that a statement reads, and perhaps more: those whose name stands in it."""
    text, tokens = sql.casefold(), _tokens(sql)
    names = ((table, table.name.casefold()) for table in schema.tables)
    return [table for table, name in names if name in tokens or (not _WORD.fullmatch(name) and name in text)]


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
