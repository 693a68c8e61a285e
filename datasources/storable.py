"""Text as UTF-8 and every database take it: JSON can say more than that."""

from __future__ import annotations

import re

# Of a lone surrogate is only half a character, and PostgreSQL takes no NUL.
_NO_TEXT = re.compile("[\ud800-\udfff\0]")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(text: str, nul: str = "") -> str:
    """With a replacement character for each half of one, and `nul` for each NUL."""
    return _NO_TEXT.sub(lambda found: nul if found[0] == "\0" else REPLACEMENT, text)


def is_storable(text: str) -> bool:
    return not _NO_TEXT.search(text)
