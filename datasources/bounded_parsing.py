"""sqlglot's parser, within bounds: it runs where nothing could stop it, on what strangers and models wrote."""

import threading
from collections import OrderedDict
from functools import lru_cache
from itertools import accumulate, pairwise

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token, TokenType

from datasources.errors import NotReadOnly

MAX_BYTES = 20_000
# Far below where Python's stack ends: how near that is depends on who calls.
MAX_DEPTH = 100
# The parser tries, and tries again: nested names of types double its steps with each level.
MAX_STEPS = 60_000
# A subscript of a subscript takes time that grows with the square of how many there are.
MAX_SUBSCRIPTS = 200
_MOST_SHARED = 64
_shared: OrderedDict[tuple[str, str], exp.Expr] = OrderedDict()
"""By statement and dialect, those that were read last."""
_sharing = threading.Lock()
_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE})


def parse(tokens: list[Token], sql: str, grammar: Dialect) -> list[exp.Expr | None]:
    """The statements that the tokens are. Raises sqlglot's ParseError, NotReadOnly where it takes too many steps, and
    RecursionError; check the depth first."""
    try:
        return _bounded(grammar.parser_class)(dialect=grammar).parse(tokens, sql)
    except (AttributeError, LookupError, TypeError) as error:
        # It takes for granted what a misplaced word, such as a WHERE within MySQL's DATE_ADD, is not.
        raise ParseError("The statement could not be parsed.") from error


def check_depth(tokens: list[Token]) -> None:
    """Raises NotReadOnly for what is nested too deeply, or has too many subscripts, to be parsed."""
    if sum(token.token_type is TokenType.L_BRACKET for token in tokens) > MAX_SUBSCRIPTS:
        raise NotReadOnly("The statement has too many square brackets to be checked. Write a simpler one.")
    depth = 0
    for token in tokens:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        if depth > MAX_DEPTH:
            raise NotReadOnly("The statement is nested too deeply to be checked. Write it with fewer levels.")


def tree(sql: str, dialect: str) -> exp.Expr | None:
    """Of any statement, also one that may not run, to look into; None where it cannot be read within bounds."""
    grammar = Dialect.get_or_raise(dialect)
    try:
        tokens = grammar.tokenize(sql[:MAX_BYTES])
        check_depth(tokens)
        [statement] = parse(tokens, sql, grammar)
    except (SqlglotError, NotReadOnly, RecursionError, ValueError):
        return None
    return statement


def share(sql: str, dialect: str, statement: exp.Expr) -> None:
    """For whoever looks into a statement that has just been read."""
    with _sharing:
        _shared[sql, dialect] = statement
        if len(_shared) > _MOST_SHARED:
            _shared.popitem(last=False)


def shared_tree(sql: str, dialect: str) -> exp.Expr | None:
    """As `tree`, but one that others look into, too: it must not be changed."""
    with _sharing:
        found = _shared.get((sql, dialect))
    if found is None and (found := tree(sql, dialect)):
        share(sql, dialect, found)
    return found


def first_call(name: str, sql: str, dialect: str) -> str:
    """The text of the first call of a function, with its arguments; empty where there is none."""
    try:
        tokens = Dialect.get_or_raise(dialect).tokenize(sql[:MAX_BYTES])
    except (SqlglotError, ValueError):
        return ""
    for at, (token, following) in enumerate(pairwise(tokens)):
        if following.token_type is TokenType.L_PAREN and token.text.lower() == name.lower():
            depth = accumulate(
                (each.token_type in _OPENING) - (each.token_type in _CLOSING) for each in tokens[at + 1 :]
            )
            ends = (end for end, open_ones in enumerate(depth, at + 1) if not open_ones)
            last = next(ends, None)
            return sql[token.start : tokens[last].end + 1] if last else ""
    return ""


class _Bounded(Parser):
    """Gives up when a statement takes more steps than any that people or models write."""

    _steps = 0

    def _advance(self, times: int = 1) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise NotReadOnly("The statement is too complicated to be checked. Write a simpler one.")
        super()._advance(times)

    def _parse_term(self, parse_mod: bool = True) -> exp.Expr | None:
        """After LIMIT sqlglot takes % for PERCENT, which only DuckDB has; elsewhere it reckons there, too."""
        return super()._parse_term(parse_mod=parse_mod or not isinstance(self.dialect, DuckDB))


@lru_cache
def _bounded(kind: type[Parser]) -> type[Parser]:
    return type(f"Bounded{kind.__name__}", (_Bounded, kind), {})
