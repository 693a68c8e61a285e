"""What is counted of what models are asked."""

from __future__ import annotations

import re

from prometheus_client import Counter, Histogram

from agent.llm import LLMError, Usage

_LATENCIES = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)

_REQUESTS = Counter("sqlagent_llm_requests", "Requests to a model", ["model", "outcome"])
_TOKENS = Counter("sqlagent_llm_tokens", "Tokens that a model read and wrote", ["model", "kind"])
_FIRST_TOKEN = Histogram(
    "sqlagent_llm_first_token_seconds", "Seconds until a model's first token", ["model"], buckets=_LATENCIES
)


def wrote(model: str, seconds: float) -> None:
    """The first token of an answer came after so many seconds."""
    _FIRST_TOKEN.labels(model).observe(seconds)


def answered(model: str, usage: Usage) -> None:
    _REQUESTS.labels(model, "ok").inc()
    _TOKENS.labels(model, "prompt").inc(usage.prompt)
    _TOKENS.labels(model, "cached").inc(usage.cached)
    _TOKENS.labels(model, "completion").inc(usage.completion)


def failed(model: str, error: LLMError) -> None:
    """By its kind, such as `rate_limited`."""
    kind = type(error).__name__.removeprefix("LLM")
    _REQUESTS.labels(model, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower() or "other").inc()
