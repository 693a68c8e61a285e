"""One scripted answer in the OpenAI chat protocol, streamed or whole, and what became of it."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.llm import Message
from agent.script import Reply, stamped
from agent.scripted_http import head, send_json, write_chunk, write_event


@dataclass(slots=True)
class Recorded:
    """One request. `ended` is "complete", "cut" (by the script) or "closed" (by the client), "" while it lasts."""

    body: dict[str, Any]
    received: float
    connection: int = 0
    tokens_sent: int = 0
    ended: str = ""


@dataclass(slots=True)
class Answer:
    reply: Reply
    model: str
    messages: Sequence[Message]
    body: dict[str, Any]
    record: Recorded

    async def send(self, writer: asyncio.StreamWriter) -> None:
        if self.reply.hang:
            await asyncio.Event().wait()
        if self.body.get("stream"):
            await self._stream(writer)
        else:
            await self._whole(writer)

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        tokens = self._tokens()
        writer.write(head(200, "text/event-stream", "Transfer-Encoding: chunked"))
        due = self.reply.due(time.monotonic())
        for token in tokens[: self.reply.cut_after]:
            await sleep_until(next(due))
            write_event(writer, self._chunk({"content": stamped(token)}))
            self.record.tokens_sent += 1
        if self.reply.cut_after is not None:
            await self._cut(writer)
            return
        if self.reply.finish_reason:
            write_event(writer, self._chunk({}, self._finish_reason(tokens)))
        if self.body.get("stream_options", {}).get("include_usage"):
            write_event(writer, self._envelope("chat.completion.chunk") | {"choices": [], "usage": self._usage()})
        write_chunk(writer, b"data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
        self.record.ended = "complete"

    async def _cut(self, writer: asyncio.StreamWriter) -> None:
        """Drops the connection within a token, after what was sent before it has had time to leave."""
        whole = f"data: {json.dumps(self._chunk({'content': 'lost'}))}"
        write_chunk(writer, whole[: len(whole) // 2].encode())
        await writer.drain()
        self.record.ended = "cut"
        writer.close()

    async def _whole(self, writer: asyncio.StreamWriter) -> None:
        tokens = self._tokens()
        if self.reply.cut_after is not None:
            self.record.ended = "cut"
            writer.close()
            return
        due = self.reply.due(time.monotonic())
        await sleep_until([next(due) for _ in tokens or ("",)][-1])
        message = {"role": "assistant", "content": "".join(map(stamped, tokens))}
        choice = {"index": 0, "message": message, "finish_reason": self._finish_reason(tokens)}
        send_json(writer, self._envelope("chat.completion") | {"choices": [choice], "usage": self._usage()})
        self.record.tokens_sent = len(tokens)
        self.record.ended = "complete"

    def _tokens(self) -> tuple[str, ...]:
        return self.reply.tokens()[: self.body.get("max_tokens")]

    def _finish_reason(self, tokens: Sequence[str]) -> str | None:
        return "length" if len(tokens) < len(self.reply.tokens()) else self.reply.finish_reason

    def _chunk(self, delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
        choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        if delta and self.body.get("logprobs") and self.reply.likelihood is not None:
            choice["logprobs"] = {"content": [{"token": delta["content"], "logprob": self.reply.likelihood}]}
        return self._envelope("chat.completion.chunk") | {"choices": [choice]}

    def _envelope(self, kind: str) -> dict[str, Any]:
        return {"id": "scripted", "object": kind, "created": int(time.time()), "model": self.model}

    def _usage(self) -> dict[str, Any]:
        usage = self.reply.usage_for(self.messages)
        return {
            "prompt_tokens": usage.prompt,
            "completion_tokens": usage.completion,
            "total_tokens": usage.prompt + usage.completion,
            "prompt_tokens_details": {"cached_tokens": usage.cached},
        }


def send_refusal(writer: asyncio.StreamWriter, reply: Reply) -> None:
    error = {"message": reply.error, "type": "scripted", "code": reply.code or None, "param": reply.param or None}
    headers = () if reply.retry_after is None else (f"Retry-After: {reply.retry_after:g}",)
    send_json(writer, {"error": error}, reply.status, *headers)


async def sleep_until(due: float) -> None:
    if (wait := due - time.monotonic()) > 0:
        await asyncio.sleep(wait)
