"""Scripts: what a scripted model answers. Read by ScriptedLLM (in process) and by scripted_server (over HTTP).

A script is a JSON object `{"model": "scripted", "replies": [...]}`, or only the list of replies. The first reply in the
list that is not used up and whose condition holds answers the request; no such reply is a 400 that says so.

Which requests a reply answers:
    when       text, or a list of texts, all of which must occur (in any case)
    when_re    a regular expression that must be found
    where      what both look at: "last" user message (default), "turns" (all but system messages), "all"
    times      how often it answers; default 1 without a condition, for ever (null) with one

What it says:
    text       split into tokens: a word or a sign, each with the white space before it
    chunks     the tokens themselves, instead of text; "{now}" in a token becomes time.monotonic() as it is sent
    timestamps true: every token of text or chunks becomes "{now} "
    empty      true: ends normally without a token
    finish_reason      "stop" by default; null leaves it out, as a server does that dies politely
    likelihood the mean log-probability of its tokens, told to who asks for it
    usage      {"prompt": 12, "cached": 8, "completion": 3}; counted from the messages where it is left out

How it says it:
    tokens_per_second  0, the default, is as fast as possible
    first_token_delay  seconds
    cut_after  number of tokens, after which the connection drops in the middle of the next
    hang       true: takes the request and never answers
    status     an HTTP error instead of an answer, with `error` as its message, `retry_after` in seconds, and
               `code` and `param` as OpenAI gives them
"""

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from agent.llm import Message, Usage

NOW = "{now}"
TOKEN = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")
CHARACTERS_PER_TOKEN = 4


class ScriptError(ValueError):
    """The script itself is wrong."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of a script; the module's docstring says what each field means."""

    when: tuple[str, ...] = ()
    when_re: str = ""
    where: str = "last"
    times: int | None = None
    text: str = ""
    chunks: tuple[str, ...] = ()
    timestamps: bool = False
    empty: bool = False
    finish_reason: str | None = "stop"
    usage: Usage | None = None
    likelihood: float | None = None
    tokens_per_second: float = 0.0
    first_token_delay: float = 0.0
    cut_after: int | None = None
    hang: bool = False
    status: int = 200
    error: str = "scripted error"
    code: str = ""
    param: str = ""
    retry_after: float | None = None

    def tokens(self) -> tuple[str, ...]:
        if self.empty:
            return ()
        tokens = self.chunks or tuple(TOKEN.findall(self.text))
        return (NOW + " ",) * len(tokens) if self.timestamps else tokens

    def due(self, started: float) -> Iterator[float]:
        """When each token is due, on the clock of `started`: counted from the start, so that lateness never adds up."""
        first = started + self.first_token_delay
        step = 1 / self.tokens_per_second if self.tokens_per_second else 0.0
        number = 0
        while True:
            yield first + number * step
            number += 1

    def usage_for(self, messages: Sequence[Message]) -> Usage:
        if self.usage:
            return self.usage
        characters = sum(len(message.content) for message in messages)
        return Usage(prompt=characters // CHARACTERS_PER_TOKEN + 1, completion=len(self.tokens()))

    def answers(self, messages: Sequence[Message]) -> bool:
        heard = _heard(messages, self.where)
        return all(text.lower() in heard.lower() for text in self.when) and bool(re.search(self.when_re, heard))


def stamped(token: str) -> str:
    return token.replace(NOW, f"{time.monotonic():.6f}") if NOW in token else token


@dataclass(slots=True)
class Script:
    """Hands out replies; several threads may ask at once."""

    replies: tuple[Reply, ...]
    model: str = "scripted"
    _used: list[int] = field(init=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._used = [0] * len(self.replies)

    def next_reply(self, messages: Sequence[Message]) -> Reply:
        with self._lock:
            for number, reply in enumerate(self.replies):
                if (reply.times is None or self._used[number] < reply.times) and reply.answers(messages):
                    self._used[number] += 1
                    return reply
        return Reply(status=400, error=f"The script has no reply left for: {_heard(messages, 'last')[:200]}")

    @classmethod
    def of(cls, source: "ScriptSource") -> "Script":
        """A script from its JSON form, or itself."""
        if isinstance(source, Script):
            return source
        if isinstance(source, Mapping):
            return cls(_replies(source.get("replies", ())), str(source.get("model", "scripted")))
        return cls(_replies(source))

    @classmethod
    def from_file(cls, path: Path) -> "Script":
        return cls.of(json.loads(path.read_text(encoding="utf-8")))


ScriptSource = Script | Mapping[str, Any] | Sequence[Mapping[str, Any] | Reply | str]


def _replies(items: Sequence[Mapping[str, Any] | Reply | str]) -> tuple[Reply, ...]:
    return tuple(_reply(item) for item in items)


def _reply(item: Mapping[str, Any] | Reply | str) -> Reply:
    if isinstance(item, Reply):
        return item
    values: dict[str, Any] = {"text": item} if isinstance(item, str) else dict(item)
    unknown = values.keys() - {each.name for each in fields(Reply)}
    if unknown:
        raise ScriptError(f"A reply in the script has unknown fields: {', '.join(sorted(unknown))}")
    when = values.get("when", ())
    values["when"] = (when,) if isinstance(when, str) else tuple(when)
    values["chunks"] = tuple(values.get("chunks", ()))
    values["usage"] = Usage(**values["usage"]) if values.get("usage") else None
    conditional = values["when"] or values.get("when_re")
    values.setdefault("times", None if conditional else 1)
    return Reply(**values)


def _heard(messages: Sequence[Message], where: str) -> str:
    if where == "all":
        return "\n".join(message.content for message in messages)
    if where == "turns":
        return "\n".join(message.content for message in messages if message.role != "system")
    return next((message.content for message in reversed(messages) if message.role == "user"), "")
