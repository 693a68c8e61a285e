"""Words as far as finding stored values in a question needs them: without case, accents, plural and punctuation."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ORDERED_FROM = 6
"""A value of so many words is found in their own order only; of fewer, in any."""

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NAME = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|‘([^’]+)’|«([^»]+)»|`([^`]+)`|(?<!\w)'([^']+)'(?!\w)")
_ENDS_A_SENTENCE = re.compile(r"(?:^|[.!?:\n])[\s\"'“‘(]*$")
_BREAK = re.compile(r"[?!;\n]")
_APOSTROPHES = str.maketrans("", "", "'’")
_TINY = 2
_SHORTEST_TYPO = 6
# Also what people write of any database: as a value it is meant only where it stands out.
_COMMON = frozenset(
    word
    for name in ("stop_words.txt", "common_words.txt")
    for word in (Path(__file__).parent / name).read_text().split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question: `key` is what it is compared by, `start` and `end` where it stands.

    `stands_out`: it is quoted, or written large where others are small. `says_something`: also when it does not.
    `begins`: what stands before it ends there, such as a sentence.
    """

    key: str
    start: int
    end: int
    is_quoted: bool
    stands_out: bool
    says_something: bool
    begins: bool

    @property
    def may_be_a_typo(self) -> bool:
        return self.says_something and len(self.key) >= _SHORTEST_TYPO and self.key.isalpha()


def words_of(question: str) -> list[Word]:
    quoted = [match.span() for match in _QUOTED.finditer(question)]
    shouts = question.upper() == question
    found: list[Word] = []
    for match in _TOKEN.finditer(question):
        start, end = match.span()
        is_quoted = any(first < start and end < last for first, last in quoted)
        large = not shouts and _is_large(match[0], question[:start])
        plain = folded(match[0]).translate(_APOSTROPHES)
        tells = plain not in _COMMON and not (len(plain) <= _TINY and plain.isascii())
        begins = bool(_BREAK.search(question, found[-1].end if found else 0, start))
        found.append(Word(singular(plain), start, end, is_quoted, is_quoted or large, tells, begins))
    return found


def _is_large(word: str, before: str) -> bool:
    """In capitals; a longer word also with the first one, where no sentence begins."""
    if word == "I" or not word[0].isupper():
        return False
    begins = bool(_ENDS_A_SENTENCE.search(before))
    if len(word) == 1:
        return not begins
    return word.isupper() or (len(word) > _TINY and not begins)


def keys_of(text: str) -> list[str]:
    """What the words of a stored value are compared by."""
    return [singular(word) for word in _TOKEN.findall(folded(text).translate(_APOSTROPHES))]


def name_keys(name: str) -> list[str]:
    """Those of a table's or a column's name, such as `orderItems` or `order_items`."""
    return [singular(folded(word)) for word in _NAME.findall(name)]


def together(keys: Iterable[str]) -> str:
    """What a value is found by."""
    keys = list(keys)
    return " ".join(sorted(keys) if len(keys) < ORDERED_FROM else keys)


def folded(text: str) -> str:
    """In lower case, without accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def singular(word: str) -> str:
    """Crude, and the same for both sides: `movies` and `movie`, `cities` and `city`, `boxes` and `box`."""
    if len(word) > 3 and word[-1] == "s" and word[-2] not in "sui":
        word = word[:-1]
    if len(word) > 3 and word[-1] == "e":
        if word[-2] == "i":
            return word[:-2] + "y"
        if word.endswith(("xe", "che", "she", "sse")):
            return word[:-1]
    return word


def one_edit_away(word: str, letters: str) -> Iterator[str]:
    """All that differs from it by one letter left out, added, changed, or changed for its neighbour."""
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in letters:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
