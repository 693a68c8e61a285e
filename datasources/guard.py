"""One statement that only reads, or an error: the first of the layers, and never the only one.

The syntax tree is held against a list of what may be in it. What does not parse does not run.
"""

import logging
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, takewhile

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from datasources import bounded_parsing, dialect_words
from datasources.bounded_parsing import MAX_BYTES
from datasources.errors import NotReadOnly, QueryFailed, SQLError
from datasources.statement_tree import check_tree

_REMEMBERED = 1024
"""Statements whose verdict is kept: some megabytes at most."""
_ANALYZE = frozenset({"ANALYZE", "ANALYSE"})
_READING_WORDS = frozenset({"SELECT", "WITH", "VALUES", "EXPLAIN", "("})

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# MySQL and MariaDB run the first two; the third steers optimizers.
_LIVE_COMMENTS = re.compile(r"/\*(!|M!|\+)", re.IGNORECASE)
# To MySQL these are two minus signs, and what follows is no comment.
_FALSE_COMMENTS = re.compile(r"--[^\S \t\n]")
# A name written in escapes, behind which any name could hide.
_ESCAPED_NAMES = re.compile(r"\bU&[\"']", re.IGNORECASE)
_FIRST_WORD = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*(\w+|\()?", re.DOTALL)

# It warns about every statement that it does not know; here such a statement is simply refused.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Statement:
    """One that may run. `calls` are the names that stand where functions do, in lower case unless quoted."""

    sql: str
    calls: tuple[str, ...]


def check(sql: str, dialect: str) -> str:
    """The statement to run, without what ends it. Raises NotReadOnly, or QueryFailed("PARSE") for bad syntax.

    For SQLite, names in double quotes come back in backticks: a name that is nowhere would be taken for a text.
    """
    return inspect(sql, dialect).sql


def inspect(sql: str, dialect: str, placeholders: int = 0) -> Statement:
    """As `check`, with what the statement calls. So many values are sent beside it, each for a placeholder."""
    if len(sql) > MAX_BYTES:  # it is refused, and not remembered
        return _inspect(sql, dialect, placeholders)
    judged = _judged(sql, dialect, placeholders)
    if isinstance(judged, SQLError):
        # A new one each time: an error that is raised remembers where.
        raise type(judged)(judged.message, judged.code, judged.position)
    return judged


@lru_cache(maxsize=_REMEMBERED)
def _judged(sql: str, dialect: str, placeholders: int) -> Statement | SQLError:
    """The same for the same text: agents in training, repairs and benchmarks write many a statement again."""
    try:
        return _inspect(sql, dialect, placeholders)
    except SQLError as error:
        error.__context__ = None
        return error.with_traceback(None)


def _inspect(sql: str, dialect: str, placeholders: int) -> Statement:
    given = sql.replace("\r\n", "\n").replace("\r", "\n")
    sql = given.strip()
    _check_text(sql, dialect)
    try:
        return _check_statement(sql, dialect, placeholders)
    except RecursionError:
        raise NotReadOnly("The statement is nested too deeply to be checked. Write it with fewer levels.") from None
    except (ParseError, TokenError) as error:
        raise _syntax_error(given, error, dialect) from None


def _check_text(sql: str, dialect: str) -> None:
    if len(sql.encode(errors="replace")) > MAX_BYTES:
        raise NotReadOnly(f"The statement is longer than {MAX_BYTES:,} bytes. Write a shorter one.")
    if _CONTROL_CHARACTERS.search(sql):
        raise NotReadOnly("The statement contains control characters. Take them out.")
    if _LIVE_COMMENTS.search(sql):
        raise NotReadOnly("Comments that the database would execute (/*! or /*+) are not allowed. Take them out.")
    if _ESCAPED_NAMES.search(sql):
        raise NotReadOnly("Names and texts written with U& escapes are not allowed. Write the characters themselves.")
    if dialect == "mysql" and _FALSE_COMMENTS.search(sql):
        raise NotReadOnly("A comment begins with -- and an ordinary space.")


def _check_statement(sql: str, dialect: str, placeholders: int) -> Statement:
    grammar = Dialect.get_or_raise(dialect)
    tokens, end = _without_end(grammar.tokenize(sql), len(sql))
    checked, start = tokens, 0
    if tokens and tokens[0].text.upper() == "EXPLAIN":
        start = tokens[0].end + 1
        # Some dialects take all that follows for one text: it is read anew.
        _refuse_analyze(grammar.tokenize(sql[start:]))
        start = _after_options(sql, start, dialect)
        checked, length = _without_end(grammar.tokenize(sql[start:]), end - start)
        end = start + length
    bounded_parsing.check_depth(checked)
    _check_names_of_functions(checked, dialect)
    statement = _only_statement(bounded_parsing.parse(checked, sql[start:], grammar))
    if not start:
        bounded_parsing.share(sql, dialect, statement)
    check_tree(statement, dialect, placeholders)
    names = _in_backticks(sql, checked, start) if dialect == "sqlite" else []
    return Statement(_replaced(sql[:end], names).rstrip(), _calls(checked))


def _in_backticks(sql: str, tokens: list[Token], start: int) -> list[tuple[int, int, str]]:
    """From where to where names stand in double quotes, and what to write instead."""
    return [
        (start + token.start, start + token.end + 1, "`" + token.text.replace("`", "``") + "`")
        for token in tokens
        if token.token_type is TokenType.IDENTIFIER and sql[start + token.start] == '"'
    ]


def _replaced(sql: str, pieces: list[tuple[int, int, str]]) -> str:
    for start, end, text in reversed(pieces):
        sql = sql[:start] + text + sql[end:]
    return sql


def _without_end(tokens: list[Token], length: int) -> tuple[list[Token], int]:
    """The tokens without the semicolons at the end, and where in the text they end."""
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        length = tokens[-1].start
        tokens = tokens[:-1]
    return tokens, length


def _refuse_analyze(tokens: list[Token]) -> None:
    """`tokens` are what follows EXPLAIN: its options come first, alone or in parentheses."""
    options = tokens[:1]
    if options and options[0].token_type is TokenType.L_PAREN:
        options = list(takewhile(lambda token: token.token_type is not TokenType.R_PAREN, tokens))
    if any(token.text.upper() in _ANALYZE for token in options):
        raise NotReadOnly("EXPLAIN ANALYZE is not allowed: it runs the statement. Use EXPLAIN without it.")


def _after_options(sql: str, position: int, dialect: str) -> int:
    """Where the explained statement begins. An option that is not known makes that begin with nonsense."""
    options = dialect_words.EXPLAIN_OPTIONS[dialect].match(sql, position)
    return options.end() if options else position


def _only_statement(statements: list[exp.Expr | None]) -> exp.Expr:
    present = [statement for statement in statements if statement and not isinstance(statement, exp.Semicolon)]
    if not present:
        raise NotReadOnly("There is no statement to run. Write a SELECT.")
    if len(present) > 1:
        raise NotReadOnly("Only one statement can run at a time. Run each by itself.")
    return present[0]


def _check_names_of_functions(tokens: list[Token], dialect: str) -> None:
    """By token, because a name can hide anywhere in the tree: quoted, qualified, or turned into a class of its own."""
    denied = dialect_words.DENIED_FUNCTIONS[dialect]
    for token, following in pairwise(tokens):
        if following.token_type is TokenType.L_PAREN and denied.fullmatch(token.text.lower()):
            raise NotReadOnly(f"The function {token.text} is not allowed: it does more than compute. Write it without.")


def _calls(tokens: list[Token]) -> tuple[str, ...]:
    """Names before a parenthesis. What is quoted keeps its case, and letters beyond ASCII do: so do PostgreSQL's."""
    names = {
        token.text if token.token_type is TokenType.IDENTIFIER else token.text.encode().lower().decode()
        for token, following in pairwise(tokens)
        if following.token_type is TokenType.L_PAREN
    }
    return tuple(sorted(names))


def _syntax_error(sql: str, error: ParseError | TokenError, dialect: str) -> SQLError:
    """What does not even begin like a statement that reads is no such statement."""
    first = _FIRST_WORD.match(sql)
    reading = _READING_WORDS | dialect_words.ALSO_READING_WORDS.get(dialect, frozenset())
    if not first or (first[1] or "").upper() not in reading:
        return NotReadOnly("Only a statement that reads can run: SELECT, WITH, VALUES or EXPLAIN.")
    if isinstance(error, TokenError):
        return QueryFailed("Syntax error: a quote or a comment is not closed.", "PARSE")
    place = error.errors[0] if error.errors else {}
    near = f' near "{place["highlight"]}"' if place.get("highlight") else ""
    where = f" at line {place['line']}, column {place['col']}" if place.get("line") else ""
    return QueryFailed(f"Syntax error{near}{where}.", "PARSE", _position(sql, place))


def _position(sql: str, place: dict[str, str]) -> int | None:
    """By what stands around it: after EXPLAIN, the rest is parsed by itself."""
    before, at, after = (place.get(name) or "" for name in ("start_context", "highlight", "end_context"))
    found = sql.find(before + at + after) if at else -1
    return None if found < 0 else found + len(before)
