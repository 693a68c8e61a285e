"""When two questions are the same one."""

import hashlib
import re
import unicodedata

# What points back to an earlier question, and how a question begins that goes on from one.
_POINTS_BACK = re.compile(r"\b(it|them|those|these|same|previous|above|instead|again)\b")
_GOES_ON = re.compile(r"(and|or|but|also|then|now|only|just|what about|how about)\b")
_SHORTEST = 3
"""Words of a question that can be understood alone."""


def normal(question: str) -> str:
    """Without what makes no difference: case, white space, the punctuation at the end."""
    text = unicodedata.normalize("NFKC", question).casefold()
    return " ".join(text.split()).rstrip("?.! ")


def key_of(question: str, follows: str = "") -> str:
    """SHA-256 of the question (and of the one that it follows), however it is spaced and punctuated."""
    return hashlib.sha256(f"{normal(follows)}\n{normal(question)}".encode()).hexdigest()


def follows_of(question: str, before: str) -> str:
    """The question without which this one, asked after `before`, makes no sense; empty where it stands alone."""
    return "" if stands_alone(question) else before


def stands_alone(question: str) -> bool:
    """Whether it can be understood without the question before it, as far as its words tell."""
    text = normal(question)
    return len(text.split()) >= _SHORTEST and not _POINTS_BACK.search(text) and not _GOES_ON.match(text)
