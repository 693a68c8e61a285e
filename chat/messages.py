"""What a browser may say over the chat's WebSocket, read from JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasources.storable import storable

MOST_ANSWERS = 20
LONGEST_REQUEST = 64
_NUMBER = re.compile("[0-9]{1,9}")


@dataclass(frozen=True)
class Ask:
    """`request` is the browser's name for this question, the same when it sends it again; empty where it has none."""

    question: str
    request: str


@dataclass(frozen=True)
class Retry:
    """Another answer than this one is wanted; `request` as in Ask."""

    answer: str
    request: str


@dataclass(frozen=True)
class Again:
    """The last question is to be answered by this generation of the prompt; `request` as in Ask."""

    generation: int
    request: str


@dataclass(frozen=True)
class Stop:
    answer: str


@dataclass(frozen=True)
class Resume:
    """The answers that the browser saw running."""

    answers: tuple[str, ...]


@dataclass(frozen=True)
class Retake:
    """What was typed for this answer is to be taken as a remark on the one before it, or as a question.

    `request` as in Ask.
    """

    answer: str
    as_remark: bool
    request: str


def parse(text: str | None) -> Ask | Retry | Again | Stop | Retake | Resume | None:
    """None for what is no such message, whatever it is."""
    match _loaded(text):
        case {"type": "ask", "question": str(question), **more}:
            return Ask(_whole(question), _request(more))
        case {"type": "retry", "answer": str(answer), **more}:
            return Retry(answer, _request(more))
        case {"type": "again", "generation": str(generation), **more} if _NUMBER.fullmatch(generation):
            return Again(int(generation), _request(more))
        case {"type": "stop", "answer": str(answer)}:
            return Stop(answer)
        case {"type": "retake", "answer": str(answer), "as": "remark" | "question" as way, **more}:
            return Retake(answer, way == "remark", _request(more))
        case {"type": "resume", "answers": list(answers)}:
            return Resume(tuple(answer for answer in answers[:MOST_ANSWERS] if isinstance(answer, str)))
    return None


def _request(message: Mapping[Any, Any]) -> str:
    request = message.get("request")
    return storable(request)[:LONGEST_REQUEST] if isinstance(request, str) else ""


def _loaded(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError):
        return None


def _whole(text: str) -> str:
    """Without halves of characters, which JSON can say and UTF-8 cannot."""
    return text.encode(errors="replace").decode()
