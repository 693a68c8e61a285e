"""What people wrote, without what a model would read in it and a person would not see."""

import re
import unicodedata

_JOINERS = frozenset("\u200c\u200d")
"""Between letters, some scripts need them."""
_VARIATIONS = range(0xE0100, 0xE01F0)
"""They choose among shapes of a letter, and any bytes can be written in them."""
_MARK = re.compile(r"<([|｜])(?=[^<>|｜]{1,40}[|｜]>)")


def visible(text: str) -> str:
    """Without controls, but for white space, and without what turns the direction of the text around or has no shape:
    who reads it sees what it says, and all of it."""
    return "".join(letter for letter in text if letter.isspace() or not _is_hidden(letter))


def unmarked(text: str) -> str:
    """With the marks broken that servers take for the end of a message and the beginning of another one: `<|im_end|>`
    is a word then."""
    return _MARK.sub(r"< \1", text)


def _is_hidden(letter: str) -> bool:
    if letter in _JOINERS:
        return False
    return unicodedata.category(letter) in {"Cc", "Cf"} or ord(letter) in _VARIATIONS
