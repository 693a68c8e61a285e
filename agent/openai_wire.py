"""One streamed request through the openai SDK. Importing this costs 0.3 s and 25 MB: import it to ask a model."""

import asyncio
import email.utils
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from json import JSONDecodeError
from math import isfinite
from typing import Any

from openai import APIConnectionError, APIError, APIStatusError, AsyncStream

from agent import llm_failures
from agent.endpoint import Endpoint
from agent.event_stream import chunks_of
from agent.llm import LLMError, Usage
from agent.openai_clients import client_for
from agent.timeouts import Timeouts
from datasources.storable import storable

Body = Mapping[str, Any]

REPLACEMENTS = {"max_tokens": "max_completion_tokens", "temperature": "", "stream_options": "", "logprobs": ""}
"""What to send instead of a parameter that an endpoint refuses; newer OpenAI models refuse the first two."""

_SHORTEST_KEY = 4

_refused: dict[Endpoint, frozenset[str]] = {}


@dataclass(slots=True)
class Request:
    """One request and what is known of its answer. `reason` stays empty until the endpoint says that it is complete."""

    endpoint: Endpoint
    timeouts: Timeouts
    body: Body
    deadline: float
    opened: bool = field(default=False, init=False)
    text_seen: bool = field(default=False, init=False)
    reason: str = field(default="", init=False)
    usage: Usage = field(default=Usage(), init=False)
    _logprobs: float = field(default=0.0, init=False)
    _weighed: int = field(default=0, init=False)

    @property
    def likelihood(self) -> float | None:
        """See agent.llm.Finished."""
        return self._logprobs / self._weighed if self._weighed else None

    async def texts(self) -> AsyncGenerator[str, None]:
        """Leaving early closes the connection, which frees the model for others."""
        try:
            async with self._patience(self.timeouts.first_token):
                stream = await self._open()
            self.opened = True
            async with aclosing(stream), aclosing(chunks_of(stream)) as chunks, aclosing(self._read(chunks)) as texts:
                async for text in texts:
                    yield text
        except TimeoutError:
            raise self._timed_out() from None
        except (APIError, JSONDecodeError) as error:
            # What breaks after the finish reason takes only the usage with it.
            if not self.reason:
                raise self._translated(error) from error

    async def _read(self, chunks: AsyncGenerator[Body, None]) -> AsyncGenerator[str, None]:
        while True:
            async with self._patience(self.timeouts.idle if self.text_seen else self.timeouts.first_token):
                chunk = await anext(chunks, None)
            if chunk is None:
                return
            if text := self._take(chunk):
                self.text_seen = True
                yield text

    async def _open(self) -> AsyncStream[object]:
        client = await client_for(self.endpoint, connect_timeout=self.timeouts.connect)
        while True:
            body = _accepted(self.body, _refused.get(self.endpoint, frozenset()))
            try:
                # Chunks as plain dicts: building the SDK's typed ones takes 110 µs each, plain ones 25 µs in all.
                return await client.post(
                    "/chat/completions", cast_to=object, body=body, stream=True, stream_cls=AsyncStream[object]
                )
            except APIStatusError as error:
                _note_refusal(error, self.endpoint, body)

    def _take(self, chunk: Body) -> str:
        """The chunk's text, after noting what else it says."""
        usage = chunk.get("usage")
        if isinstance(usage, dict) and usage:
            self.usage = _usage(usage)
        choices = chunk.get("choices")
        if not choices:
            return ""
        self.reason = storable(choices[0].get("finish_reason") or self.reason)
        if said := choices[0].get("logprobs"):
            self._weigh(said)
        return storable((choices[0].get("delta") or {}).get("content") or "")

    def _weigh(self, said: object) -> None:
        """What an endpoint says that makes no sense is not counted."""
        for token in (said.get("content") or ()) if isinstance(said, dict) else ():
            logprob = token.get("logprob") if isinstance(token, dict) else None
            if isinstance(logprob, int | float) and isfinite(logprob):
                self._logprobs += min(0.0, logprob)
                self._weighed += 1

    def _patience(self, seconds: float) -> asyncio.Timeout:
        return asyncio.timeout_at(min(asyncio.get_running_loop().time() + seconds, self.deadline))

    def _timed_out(self) -> LLMError:
        if asyncio.get_running_loop().time() >= self.deadline:
            return llm_failures.too_slow(self.timeouts.total)
        waited = self.timeouts.idle if self.text_seen else self.timeouts.first_token
        return llm_failures.silent(self.endpoint.name, waited)

    def _translated(self, error: APIError | JSONDecodeError) -> LLMError:
        name = self.endpoint.name
        if isinstance(error, APIConnectionError | JSONDecodeError):
            local = self.endpoint.local
            return llm_failures.cut(name) if self.opened else llm_failures.unreachable(name, local=local)
        return llm_failures.refused(
            _status_of(error),
            model=self.endpoint.model,
            name=name,
            detail=self._without_key(_detail_of(error)),
            retry_after=_retry_after(error),
        )

    def _without_key(self, detail: str) -> str:
        """Some endpoints repeat the key that they were sent."""
        key = self.endpoint.api_key
        return detail.replace(key, "…") if len(key) >= _SHORTEST_KEY else detail


def _accepted(body: Body, refused: frozenset[str]) -> Body:
    named = ((REPLACEMENTS[name] if name in refused else name, value) for name, value in body.items())
    return {name: value for name, value in named if name}


def _note_refusal(error: APIStatusError, endpoint: Endpoint, sent: Body) -> None:
    """Remembers a parameter to leave out from now on; any other refusal is the answer."""
    if not (refused := _refused_parameter(error, sent)):
        raise error
    _refused[endpoint] = _refused.get(endpoint, frozenset()) | {refused}


def _refused_parameter(error: APIStatusError, sent: Body) -> str:
    """Of what is asked for only where it can be had, not every endpoint says by a code that it cannot."""
    if error.code in ("unsupported_parameter", "unsupported_value"):
        return error.param if error.param in REPLACEMENTS and error.param in sent else ""
    is_about_it = error.status_code in (400, 422) and "logprobs" in _detail_of(error)
    return "logprobs" if is_about_it and "logprobs" in sent else ""


def _usage(said: Body) -> Usage:
    """What an endpoint says that makes no sense counts for nothing."""
    details = said.get("prompt_tokens_details")
    prompt = _count(said.get("prompt_tokens"))
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else 0
    return Usage(prompt=prompt, cached=min(cached, prompt), completion=_count(said.get("completion_tokens")))


def _count(said: object) -> int:
    return max(0, said) if isinstance(said, int) else 0


def _status_of(error: APIError) -> int:
    """The HTTP status, or the one that an error within a stream claims."""
    if isinstance(error, APIStatusError):
        return error.status_code
    code = error.body.get("code") if isinstance(error.body, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 500


def _detail_of(error: APIError) -> str:
    """The endpoint's own words; the SDK's repeat the status and the whole body."""
    if isinstance(error.body, dict):
        return storable(str(error.body.get("message") or error.body.get("error") or error.body.get("detail") or ""))
    return ""


def _retry_after(error: APIError) -> float | None:
    value = error.response.headers.get("retry-after", "") if isinstance(error, APIStatusError) else ""
    try:
        return max(0.0, float(value))
    except ValueError:
        date = email.utils.parsedate_tz(value)
        return max(0.0, email.utils.mktime_tz(date) - time.time()) if date else None
