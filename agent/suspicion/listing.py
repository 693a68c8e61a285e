"""What a question wants to be shown, as far as it lists that."""

from __future__ import annotations

import re

from agent.stems import stems
from agent.suspicion.statement import Statement
from datasources.introspect import Table

_BEGIN = (
    r"(?:(?:give|show|list|return|display|provide|include|state|report)(?: me| us| also)?(?: (?:only|all|both))?\s+"
    r"(?:(?:the|their|its|his|her|each|every|an|a)\s+)?|(?:along|together) with (?:the|their|its|his|her)\s+|"
    r"what (?:is|are|was|were) (?:the|their|its)\s+)"
)
# What ends a list of columns: where it goes on, something else is said of the rows.
_LIST = re.compile(
    rf"\b{_BEGIN}([^.?!;:()\n]+?)(?=\s+(?:of|for|from|where|who|that|which|whose|with|in|on|at|by|as|sorted|ordered|"
    r"when|if|per|during|between|to|based|using|over|under|than|along|together|has|have|had)\b|[.?!;:()\n]|$)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+(?:also\s+)?|\s+as well as\s+", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|their|its|his|her|an?|each|every|both|all|full|corresponding|respective)\s+", re.I)
_OF_WHOM = re.compile(r"^\w+(?:'s|s')\s+", re.IGNORECASE)
_WORKED_OUT = re.compile(
    r"\b(?:number|count|total|sum|average|mean|max\w*|min\w*|highest|lowest|most|least|how|percent\w*|share|ratio|"
    r"different|distinct|difference|top|first|last|latest|earliest|information|details?|list|result|both|two|three)\b",
    re.I,
)


def listed_things(question: str) -> list[str]:
    """“name”, “price”, as far as they are nothing that has to be worked out."""
    things = [thing for match in _LIST.finditer(question) for thing in parts(match[1])]
    return [thing for thing in things if not _WORKED_OUT.search(thing)]


def parts(text: str) -> list[str]:
    """Of a list, without articles, and without whose each is."""
    return [_OF_WHOM.sub("", _ARTICLE.sub("", thing.strip())) for thing in _BETWEEN.split(text)]


def is_column(thing: str, statement: Statement) -> bool:
    """Whether a table that the statement reads has a column of just this name, and no table is called so."""
    asked = stems(thing)
    if not asked or not any(
        _is_called(column.name, asked, table) for table in statement.tables for column in table.columns
    ):
        return False
    return not any(stems(table.name) == asked for table in statement.schema.tables)


def _is_called(name: str, asked: list[str], table: Table) -> bool:
    called, own = stems(name), stems(table.name)
    return asked in (called, [word for word in called if word not in own])
