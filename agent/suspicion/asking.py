"""What a question asks for, as far as its words say it plainly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.stems import stems

_COUNTED = re.compile(r"\b(?:how many|number of|count of|count the|count all(?: the)?)\s+((?:[\w'-]+\s*){1,5})", re.I)
# Where the name of the counted thing has ended.
_ENDS = re.compile(
    r"are|is|was|were|be|been|have|has|had|do|does|did|can|could|will|would|of|in|on|at|by|for|from|with|without|that|"
    r"who|whose|which|whom|where|when|per|and|or|to|there|they|we|our|their|each|every|not|only|more|less|between|during|"
    r"after|before|since|placed|made|given|ordered|sold",
    re.IGNORECASE,
)
_BEFORE = re.compile("different|distinct|unique|separate|individual|the|all|total|of|our|other", re.IGNORECASE)
# “How many tents were sold” counts what was sold, not the kinds of tents.
_TRADED = re.compile(
    r"\b(?:were|was|are|is|been|being|did|do|does)\b[^.?!;]{0,60}?\b(?:sold|sell|ordered|order|bought|buy|purchased?|"
    r"rent(?:ed)?|borrow(?:ed)?|lent|lend|play(?:ed)?|used?|visit(?:ed)?|watch(?:ed)?|read|taken?|give|given|treat(?:ed)?|"
    r"serve[d]?|deliver(?:ed)?|ship(?:ped)?|return(?:ed)?|eaten|eat|perform(?:ed)?|prescribed?|book(?:ed)?|reserved?|"
    r"attend(?:ed)?|shown|won|win|cast|receive[d]?|get|got)\b",
    re.IGNORECASE,
)


def is_traded(question: str) -> bool:
    """Whether what is counted may be counted as often as something happened to it."""
    match = _COUNTED.search(question)
    return bool(match and _TRADED.search(question[match.start() :]))


def counted_things(question: str) -> Iterator[str]:
    """The names of what is counted, with their adjectives: `pending orders`."""
    for match in _COUNTED.finditer(question):
        words: list[str] = []
        for word in match[1].split():
            if _ENDS.fullmatch(word):
                break
            if words or not _BEFORE.fullmatch(word):
                words.append(word)
        if words:
            yield " ".join(words)


def means(thing: str, name: str) -> bool:
    """Whether a table or a column is called so: `pending orders` may be orders, `order items` are not."""
    asked, called = stems(thing), stems(name)
    return bool(asked and called) and asked[-len(called) :] == called
