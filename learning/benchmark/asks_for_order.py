"""Whether a question wants its rows in an order, or leaves that open.

A heuristic for questions that do not say it themselves: it looks for the ways in which English asks for an
order, and steps around the orders that customers place.
"""

import re
from functools import lru_cache

from datasources import bounded_parsing

_END = (
    "(?:highest|lowest|largest|smallest|biggest|longest|shortest|greatest|least|most|fewest|oldest|newest|youngest|"
    "earliest|latest|best|worst|cheapest|dearest|priciest|richest|poorest|heaviest|lightest|fastest|slowest|deepest|"
    "tallest|strongest|weakest|closest|nearest|farthest|furthest|busiest|quietest)"
)
"""Either end of an order."""
_BARE_END = (
    "(?:highest|lowest|largest|smallest|biggest|longest|shortest|oldest|newest|best|worst|most|least|fewest|high|low|"
    "large|small|big|long|short|old|new|young|cheap|expensive|first|last|top|bottom)"
)
_ROWS = "(?:it|them|the (?:results?|rows?|output|list|answers?|records?|entries))"
# Who orders goods, and how many of them do: "ordered by at least ten customers" asks for nothing.
_BUYERS = (
    r"(?:customers?|clients?|users?|people|persons?|members?|buyers?|employees|guests?|anyone|anybody|someone|"
    r"at (?:least|most)|more|fewer|less|only|exactly|each|every|any|all|no|both|many|several|\d+)"
)
_WAYS = (
    rf"(?<!was )(?<!were )(?<!been )(?<!being )\bordered by (?!{_BUYERS}\b)",
    r"\bordered according to\b",
    r"(?:^|[.,;:!?(\n] ?|\b(?:and|then|please|also) )order (?:[\w'-]+ ){0,6}by\b",
    r"(?<!per )(?<!each )(?<!every )(?<!an )(?<!the )(?<!one )(?<!average )(?<!last )(?<!first )\border by\b",
    rf"\border(?:ing)? {_ROWS}\b|\bordering by\b",
    r"\bsort(?:ed|ing)?\b(?! of\b)",
    r"\brank(?:ed|ing)? (?:them |these |those )?(?:by|from|according)\b",
    r"\b(?:alphabetically|chronologically|ascending|descending)\b",
    r"\bin (?:an? |the |their )?(?:\w+ )?(?:alphabetical|alphabetic|chronological|increasing|decreasing|reverse|"
    r"numerical|numeric|date|sorted) order\b",
    r"\bin order of\b",
    r"\bin the order (?:in which|of|that|they)\b",
    rf"\bfrom (?:the )?{_END}(?:[ -][\w'-]+){{0,3}}? (?:down |up )?to (?:the )?{_END}\b",
    rf"\b{_BARE_END} to {_BARE_END}\b",
    r"\bfrom (?:a to z|z to a)\b|\b(?:a-z|z-a)\b",
    rf"\b(?:starting|beginning) (?:from|with|at) (?:the )?{_END}\b",
    rf"\b{_END}(?: \w+){{0,3}},? first(?= ?(?:$|[\n.,;:!?)]|(?:and )?then\b))",
    r"\bfirst,? (?:and )?then\b",
)
_ASKS = re.compile("|".join(_WAYS), re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")


def asks_for_order(text: str) -> bool:
    return bool(_ASKS.search(_SPACES.sub(" ", text)))


@lru_cache(maxsize=2_048)
def has_an_order(question: str, instructions: str, golds: tuple[str, ...], dialect: str) -> bool:
    """Whether order is asked for, and a gold has one that rows can be checked by. The same is asked for every look at a
    suite, and parsing takes a millisecond or two."""
    asked = asks_for_order(question) or asks_for_order(instructions)
    return asked and any(_sorts(sql, dialect) for sql in golds)


def _sorts(sql: str, dialect: str) -> bool:
    statement = bounded_parsing.tree(sql, dialect)
    return statement is not None and bool(statement.args.get("order"))
