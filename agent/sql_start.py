"""Does this text begin a statement, or is it prose that happens to begin with a word of SQL?

Each answer is True, False, or None while more text is needed to tell.
"""

import re
from typing import Literal

Evidence = Literal["sql", "words", "prose", "more"]
"""`words`: SQL by its grammar, but made of words alone, as "Select name from people" is."""

_LEAD = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*(?s:.*?)\*/)*")
_UNFINISHED_COMMENT = re.compile(r"--|/\*|[-/]?\Z")
_WORD = re.compile(r"[A-Za-z]*")
_TOKEN = re.compile(r"\w+|::|`{3}|[^\w\s]")

_QUERIES = frozenset({"select", "with", "values", "explain"})
_STATEMENTS = re.compile(
    "select|with|values|explain|alter|analyze|attach|begin|call|copy|create|delete|describe|drop|exec|execute|from|grant|"
    "insert|merge|pragma|replace|set|show|summarize|table|truncate|update|use|vacuum",
    re.IGNORECASE,
)
_EXPLAIN_OPTIONS = frozenset({"query", "plan", "analyze", "verbose"})
_EXPRESSIONS = frozenset({"case", "cast", "exists", "extract", "interval", "not", "null"})
_ENGLISH = re.compile(
    "the|an|this|that|these|those|your|our|their|each|every|any|both|it|statements?|queries", re.IGNORECASE
)
_SENTENCE_SIGNS = frozenset({"!", "?", ":", "```"})
_WORDS_PER_ITEM = 2


def begins_statement(text: str) -> bool | None:
    """For the inside of a fence: any statement counts, so that the guard can say why it will not run."""
    body = text[_lead(text) :]
    word = _first_word(body)
    if word == body or _UNFINISHED_COMMENT.match(body):
        return None
    return bool(_STATEMENTS.fullmatch(word))


def begins_query(text: str, *, lenient: bool = False) -> bool | None:
    """For text outside of fences. `lenient` also takes what may be English."""
    body = text[_lead(text) :]
    evidence = _evidence(body)
    if evidence == "words":
        return lenient or not _first_word(body).istitle()
    return None if evidence == "more" else evidence == "sql"


def _lead(text: str) -> int:
    lead = _LEAD.match(text)
    return lead.end() if lead else 0


def _first_word(body: str) -> str:
    word = _WORD.match(body)
    return word.group() if word else ""


def _evidence(body: str) -> Evidence:
    word = _first_word(body)
    if word == body or _UNFINISHED_COMMENT.match(body):
        begun = any(each.startswith(word.lower()) for each in _QUERIES)
        return "more" if begun else "prose"
    match word.lower():
        case "select":
            return _after_select(_tokens(body, len(word)))
        case "with":
            return _after_with([token.group().lower() for token in _tokens(body, len(word))])
        case "values":
            return _first_is([token.group() for token in _tokens(body, len(word))], "(")
        case "explain":
            return _after_explain(body, _tokens(body, len(word)))
    return "prose"


def _tokens(body: str, start: int) -> list[re.Match[str]]:
    """Without the last one where it may still grow."""
    tokens = list(_TOKEN.finditer(body, start))
    if tokens and tokens[-1].end() == len(body) and tokens[-1].group() not in ("(", "*", ",", ";", '"'):
        tokens.pop()
    return tokens


def _first_is(tokens: list[str], *expected: str) -> Evidence:
    if not tokens:
        return "more"
    return "sql" if tokens[0] in expected else "prose"


def _after_explain(body: str, tokens: list[re.Match[str]]) -> Evidence:
    for token in tokens:
        word = token.group().lower()
        if word not in _EXPLAIN_OPTIONS:
            return "prose" if word == "explain" else _evidence(body[token.start() :])
    return "more"


def _after_with(tokens: list[str]) -> Evidence:
    """`[RECURSIVE] name [(columns)] AS [[NOT] MATERIALIZED] (`"""
    name = 1 if tokens[:1] == ["recursive"] else 0
    tail = tokens[name + 1 :]
    if tail[:1] == ["("]:
        if ")" not in tail:
            return "more"
        tail = tail[tail.index(")") + 1 :]
    if tail[:1] == ["as"]:
        return _first_is(tail[1:], "(", "not", "materialized")
    return "prose" if tail else "more"


def _after_select(tokens: list[re.Match[str]]) -> Evidence:
    """Walks the select list up to the first thing that only SQL, or only English, would say."""
    words = 0
    for number, token in enumerate(tokens):
        text = token.group().lower()
        if text in ("distinct", "all") and number == 0:
            continue
        if text == "from" and words:
            return _source(tokens[number + 1 :])
        if text[0].isalpha() or text[0] == "_":
            words += text != "as"
            if text in _EXPRESSIONS:
                return "sql"
            if words > _WORDS_PER_ITEM or _ENGLISH.fullmatch(text):
                return "prose"
        elif text == ",":
            words = 0
        elif verdict := _sign(tokens, number, words):
            return verdict
    return "more"


def _source(rest: list[re.Match[str]]) -> Evidence:
    if not rest:
        return "more"
    return "prose" if _ENGLISH.fullmatch(rest[0].group()) else "words"


def _sign(tokens: list[re.Match[str]], number: int, words: int) -> Evidence:
    text, joined = tokens[number].group(), _joined(tokens, number)
    if text == ".":
        if number + 1 == len(tokens):
            return "more"
        return "sql" if joined and _joined(tokens, number + 1) else "prose"
    if text in _SENTENCE_SIGNS or (text == "'" and words and joined):
        return "prose"
    unsure = text == ";" or text.isdecimal() or (text == "(" and words and not joined)
    return "words" if unsure else "sql"


def _joined(tokens: list[re.Match[str]], number: int) -> bool:
    """Whether no space stands between a token and the one before it."""
    return number > 0 and tokens[number - 1].end() == tokens[number].start()
