"""Functions and words of another dialect, as this one has them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from types import ModuleType

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from agent import hints
from agent.fixes import for_postgres, for_sqlite
from agent.fixes.failure import Failure, spliced, tokens_of, written
from agent.fixes.kinds import type_of
from agent.fixes.parts import Types, Unsure
from agent.reading import Fix
from datasources import bounded_parsing

_RULES: dict[str, ModuleType] = {"sqlite": for_sqlite, "postgres": for_postgres}
_DEPTH = {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}
_NO_FUNCTIONS = frozenset((Path(__file__).parent / "not_functions.txt").read_text().split())
"""Words before a parenthesis that call nothing."""


def missing_function(failure: Failure) -> Fix | None:
    """Each call is translated by itself: what stands around it stays as it was written."""
    name, types = hints.function_named(failure.message), types_in(failure)
    edits = _edits(name, failure, types) if name else []
    written_anew = [bool(text) for _, _, text in edits]
    if not any(written_anew) or not (all(written_anew) or _has(name, failure.dialect)):
        return None
    for other in _others(name, failure):
        inside = [(start, end) for start, end, _ in edits]
        found = _edits(other, failure, types)
        edits += [edit for edit in found if not any(edit[0] < end and start < edit[1] for start, end in inside)]
    why = f"{name.upper()} was replaced by what this database has for it."
    return failure.put_right(spliced(failure.sql, [edit for edit in edits if edit[2]]), why)


def foreign_words(failure: Failure) -> Fix | None:
    """What the parser understands and the database does not: EXTRACT, INTERVAL, ILIKE or :: in SQLite."""
    tree = failure.tree
    if not isinstance(tree, exp.Query):
        return None
    text = translated(failure.sql, failure.dialect, failure.dialect, types_in(failure), like=failure.sql)
    if not text or _words(text, failure.dialect) == _words(failure.sql, failure.dialect):
        return None
    return failure.put_right(text, "Words of another dialect were replaced by those that this database has.")


def interval_for_column(failure: Failure) -> Fix | None:
    """SQLite takes the word INTERVAL for a column with another name."""
    return foreign_words(failure) if hints.column_named(failure.message).upper() == "INTERVAL" else None


def _edits(name: str, failure: Failure, types: Types) -> list[tuple[int, int, str]]:
    """Where a function is called, and what to write instead; empty where that is not sure."""
    calls = ((start, end, failure.sql[start:end]) for start, end in _calls(name, failure))
    return [(start, end, next(_translations(name, call, failure, types), "")) for start, end, call in calls]


def _others(name: str, failure: Failure) -> list[str]:
    """Other functions of the statement that would fail next."""
    known = hints.functions_elsewhere(failure.dialect)
    called = dict.fromkeys(_called(failure.sql, failure.dialect))
    return [each for each in called if each in known and each != name.casefold() and not _has(each, failure.dialect)]


def _calls(name: str, failure: Failure) -> list[tuple[int, int]]:
    """Where the calls of a function stand, but for those within another one."""
    found: list[tuple[int, int]] = []
    tokens = tokens_of(failure.sql, failure.dialect)
    for at, (token, following) in enumerate(pairwise(tokens)):
        is_call = following.token_type is TokenType.L_PAREN and token.text.casefold() == name.casefold()
        if is_call and not (found and token.start < found[-1][1]):
            depths = accumulate(_DEPTH.get(each.token_type, 0) for each in tokens[at + 1 :])
            last = next((each for each, depth in zip(tokens[at + 1 :], depths, strict=True) if depth == 0), None)
            found += [(token.start, last.end + 1)] if last else []
    return found


def _has(name: str, dialect: str) -> bool:
    rules = _RULES.get(dialect)
    return rules is not None and name.casefold() in rules.FUNCTIONS


def _translations(name: str, call: str, failure: Failure, types: Types) -> Iterator[str]:
    for read in dict.fromkeys((failure.dialect, *failure.foreign)):
        if read != failure.dialect and not may_read(read, call):
            continue
        text = translated(f"SELECT {call}", read, failure.dialect, types).removeprefix("SELECT ")
        if text and text.casefold() != call.casefold() and _exists(name, call, text, failure.dialect):
            yield text


def _exists(name: str, call: str, text: str, dialect: str) -> bool:
    """Whether every function in what is written now is one of this dialect's."""
    rules = _RULES.get(dialect)
    called = set(_called(text, dialect))
    if rules is None:
        return name.casefold() not in called
    is_gone = name.casefold() not in called or _has(name, dialect)
    return is_gone and called - set(_called(call, dialect)) <= rules.FUNCTIONS


def _called(text: str, dialect: str) -> list[str]:
    tokens = tokens_of(text, dialect)
    return [
        one.text.casefold()
        for one, two in pairwise(tokens)
        if two.token_type is TokenType.L_PAREN and one.text.isidentifier() and one.text.casefold() not in _NO_FUNCTIONS
    ]


def may_read(foreign: str, sql: str) -> bool:
    """Not where the dialect takes for a text, or for OR, what others take for a name or for joining texts."""
    if foreign == "mysql":
        return '"' not in sql and "||" not in sql
    return foreign != "bigquery" or '"' not in sql


def translated(sql: str, read: str, dialect: str, types: Types, *, like: str = "") -> str:
    """Empty where it cannot be read so, or not be told for sure."""
    tree = bounded_parsing.tree(sql, read)
    rules = _RULES.get(dialect)
    if tree is None:
        return ""
    try:
        if read != dialect:
            _make_neutral(tree, dialect, says_nulls="NULLS" in sql.upper())
        if rules:
            _rewrite(tree, rules, types, is_foreign=read != dialect)
        if dialect == "sqlite" and tree.find(exp.Interval):
            return ""
        return written(tree, dialect, like=like)
    except (SqlglotError, Unsure):
        return ""


def _make_neutral(tree: exp.Expr, dialect: str, *, says_nulls: bool) -> None:
    """Without what the parser adds of its own dialect: where nulls are sorted, how whole numbers are divided."""
    plain = bounded_parsing.tree("SELECT a / b ORDER BY a, b DESC", dialect)
    division = plain.find(exp.Div) if plain else None
    if plain is None or division is None:
        return
    nulls = {bool(each.args.get("desc")): each.args.get("nulls_first") for each in plain.find_all(exp.Ordered)}
    for node in tree.find_all(exp.Div):
        node.set("typed", division.args.get("typed"))
        node.set("safe", division.args.get("safe"))
    for ordered in tree.find_all(exp.Ordered) if not says_nulls else ():
        ordered.set("nulls_first", nulls[bool(ordered.args.get("desc"))])


def _rewrite(tree: exp.Expr, rules: ModuleType, types: Types, *, is_foreign: bool) -> None:
    """From the innermost outwards. Raises Unsure."""
    for node in reversed(list(tree.dfs())):
        instead: exp.Expr | None = rules.rewritten(node, types, is_foreign=is_foreign)
        if instead is not None:
            node.replace(instead)


def types_in(failure: Failure) -> Types:
    """By the names that the statement writes: a call that is read by itself knows no tables."""
    tree = failure.tree
    columns = tree.find_all(exp.Column) if tree else ()
    known = {_key(column): type_of(column, failure.schema, failure.dialect) for column in columns}
    return lambda column: known.get(_key(column), "")


def _key(column: exp.Column) -> tuple[str, str]:
    return column.table.casefold(), column.name.casefold()


def _words(sql: str, dialect: str) -> list[str]:
    return [token.text.casefold() for token in tokens_of(sql, dialect)]
