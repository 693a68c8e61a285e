"""JSON, arrays, lists and structs over several lines, whoever wrote them: every token stays as it was."""

import re
from collections.abc import Iterator

NESTED_TYPE = re.compile(r"^(json|struct|list|map|array|union|variant|_)|\[\d*\]$", re.IGNORECASE)

# Strings, then what opens, closes or separates, then anything else.
_PIECE = re.compile(
    r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\[{(]\s*[\]})]|[\[{(]|[\]})]|,|[^\s"'\[\]{}(),]+|\s+|.""", re.DOTALL
)
_STEP = "  "
# A text of nothing but brackets would otherwise grow with the square of its length.
_DEEPEST = 20


def indented(text: str) -> str:
    """One line for each element. The text itself if there is nothing to lay out."""
    if text[:1] not in ("{", "["):
        return text
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    depth, fresh = 0, False
    for piece in _PIECE.findall(text):
        if piece in "[{(":
            depth += 1
            yield piece + _line(depth)
        elif piece in "]})":
            depth = max(0, depth - 1)
            yield _line(depth) + piece
        elif piece == ",":
            yield piece + _line(depth)
        elif not (fresh and piece.isspace()):
            yield piece
        fresh = piece in "[{(,"


def _line(depth: int) -> str:
    return "\n" + _STEP * min(depth, _DEEPEST)
