"""Words as far as comparing names with a question needs them: split, in lower case, without their endings."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
# Also words of names that say nothing, such as the prefix of all tables.
_STOP = frozenset((Path(__file__).parent / "stop_words.txt").read_text().split())


def stems(text: str) -> list[str]:
    """The words of a question or of a name such as `orderItems` or `order_items`, each once, without stop words."""
    words = (match.casefold() for match in _WORDS.findall(text))
    return list(dict.fromkeys(_stem(word) for word in words if word not in _STOP))


def compounds(words: Sequence[str]) -> list[str]:
    """The words and every two neighbours written together, for names that do not separate theirs."""
    return [*words, *(first + second for first, second in pairwise(words))]


def _stem(word: str) -> str:
    """Crude, and the same for both sides: `categories` and `category`, `shipped` and `ship`, `sales` and `sale`."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            word = word.removesuffix(ending)
            if word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word
