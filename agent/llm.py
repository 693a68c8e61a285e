"""The seam between the agent and whatever model answers it.

Two implementations are real: `agent.openai_llm.OpenAILLM` and `agent.scripted.ScriptedLLM`.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens spent. `cached` counts prompt tokens that the endpoint read from its prefix cache."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.prompt + other.prompt, self.cached + other.cached, self.completion + other.completion)

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(self.prompt - other.prompt, self.cached - other.cached, self.completion - other.completion)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a reply is drawn: greedily at `temperature` 0, and the same again for the same `seed`, as far as an endpoint
    can. `grammar`, in GBNF, bounds what is written, where the endpoint is known to read it. `weighed`: how likely the
    reply was is asked for, too."""

    temperature: float = 0.0
    seed: int | None = None
    grammar: str = ""
    weighed: bool = False


GREEDY = Sampling()


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """How an answer ended: "stop", "length" (the token limit), "closed" (we stopped reading), or its own word.

    `likelihood`: the mean natural logarithm of the probabilities of its tokens, 0 at most, where it was asked for and
    the endpoint tells.
    """

    reason: str
    usage: Usage = Usage()
    likelihood: float | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """In line for the model: `ahead` count those who come first, 0 is the next one. None: the line is behind us."""

    ahead: int | None


@dataclass(frozen=True, slots=True)
class BegunAnew:
    """What was streamed so far counts no more: another endpoint begins from the start. `why` is a sentence."""

    why: str


Item = TextDelta | Finished | Waiting | BegunAnew


class LLM(Protocol):
    """Streams text, then exactly one Finished; an answer that does not end so raises an LLMError. Where there is a line
    or another endpoint, Waiting and BegunAnew tell of it. `model` names what answered last, or else what would answer.

    Closing the generator early (`aclose()`) stops the generation at the endpoint. Callers that may leave the loop
    early therefore wrap it in `contextlib.aclosing`.
    """

    @property
    def model(self) -> str: ...

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, sampling: Sampling = GREEDY
    ) -> AsyncGenerator[Item, None]: ...


class LLMError(Exception):
    """`message` tells a person what happened and what to do; it never holds a secret.

    `is_outage`: the endpoint gives no answers now, whatever it is asked.
    """

    is_outage = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class LLMUnreachable(LLMError):
    """Nobody answers at the address."""

    is_outage = True


class LLMTimeout(LLMError):
    """The endpoint took the request and then stayed silent, or took too long in all."""

    is_outage = True


class LLMTooSlow(LLMTimeout):
    """It answered, but took too long in all."""

    is_outage = False


class LLMUnauthorized(LLMError):
    """401 or 403."""

    is_outage = True


class LLMModelUnknown(LLMError):
    """404: no such model, or no such address on that server."""

    is_outage = True


class LLMBusy(LLMError):
    """Try later: in `retry_after` seconds, where the endpoint said so."""

    is_outage = True

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class LLMRateLimited(LLMBusy):
    """429."""


class LLMServerFailed(LLMBusy):
    """5xx."""


class LLMResting(LLMBusy):
    """It is not asked now: it failed, or refused, a moment ago."""


class LLMLineTooLong(LLMBusy):
    """Whoever asked has waited in line for as long as anybody is to wait."""


class LLMBadRequest(LLMError):
    """Any other 4xx, such as a prompt longer than the model's context."""


class LLMCut(LLMError):
    """The answer broke off: the connection was lost or the stream ended without a finish reason."""

    is_outage = True


class LLMEmpty(LLMError):
    """The answer ended normally and held no text."""


async def complete(
    llm: LLM, messages: Sequence[Message], *, max_tokens: int, sampling: Sampling = GREEDY
) -> tuple[str, Finished]:
    """The whole answer at once, for callers that have nothing to show meanwhile."""
    parts: list[str] = []
    async for item in llm.stream(messages, max_tokens=max_tokens, sampling=sampling):
        match item:
            case TextDelta(text):
                parts.append(text)
            case BegunAnew():
                parts.clear()
            case Finished():
                return "".join(parts), item
    raise LLMCut("The model's answer ended without saying that it was complete. Ask again.")
