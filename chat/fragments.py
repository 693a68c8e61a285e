"""What watchers of a conversation are sent: HTML, and which message of its answer it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Fragment:
    """HTML for everybody who looks at a conversation.

    Of an `answer` it is the messages `first` to `last`, of which 1 puts the question on the page; empty and 0 where it
    is of none. One that is `whole` needs none before it. After one that is the `end` nothing follows.
    """

    html: str
    answer: str = ""
    first: int = 0
    last: int = 0
    whole: bool = False
    end: bool = False

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Fragment:
        return cls(**{name: message[name] for name in cls.__dataclass_fields__})

    def as_message(self) -> dict[str, Any]:
        return asdict(self)


def merged(fragments: Iterable[Fragment]) -> list[Fragment]:
    """The same in fewer: what a whole one makes superfluous is left out, and what follows in one answer is joined."""
    found: list[Fragment] = []
    for fragment in fragments:
        before = found[-1] if found else None
        if before and fragment.answer and before.answer == fragment.answer and before.first > 1:
            found.pop()
            joined = replace(before, html=before.html + fragment.html, last=fragment.last, end=fragment.end)
            fragment = fragment if fragment.whole else joined
        found.append(fragment)
    return found
