"""The model without the site: the same messages, sent by the openai SDK."""

import re
import time
from dataclasses import asdict
from typing import Any

from openai import OpenAI

from agent import prompt
from agent.episode import Limits
from datasources.models import Connection
from embedded.slots import SlotStore
from learning.prompts import system_prompt

POLL_SECONDS = 0.02
_SQL = re.compile(r"\s*(?:```\w*\n\s*)?[^`\s]")


class Direct:
    def __init__(self, base_url: str, slots: SlotStore) -> None:
        self._client = OpenAI(base_url=base_url, api_key="none", max_retries=0, timeout=180)
        self._slots = slots
        self._system = system_prompt(Connection.objects.get())

    def first_token(self, question: str) -> float:
        """Seconds until the first token of the SQL; the fence before it does not count."""
        messages: Any = [asdict(message) for message in prompt.opening(self._system, (), question)]
        started = time.perf_counter()
        with self._client.chat.completions.create(
            model="local", messages=messages, max_tokens=Limits().answer_tokens, temperature=0.0, stream=True
        ) as stream:
            text = ""
            while not _SQL.match(text):
                text += next(stream).choices[0].delta.content or ""
        seconds = time.perf_counter() - started
        self.wait_until_idle()
        return seconds

    def wait_until_idle(self) -> None:
        """The model goes on for a moment after its reader has left."""
        while len(self._slots.idle()) < 2:
            time.sleep(POLL_SECONDS)
