"""A model whose replies are kept, so that the same question in other circumstances is asked of the same model."""

import hashlib
import json
import sqlite3
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from agent.llm import GREEDY, LLM, Finished, Item, Message, Sampling, TextDelta, Usage

SCHEMA = "CREATE TABLE IF NOT EXISTS replies (asked TEXT PRIMARY KEY, pieces TEXT, ended TEXT, seconds REAL)"


class RememberingLLM:
    """Implements agent.llm.LLM over another one. A reply that was read before, to its end or until whoever asked had
    enough, comes from the file at once; `spared` counts the seconds that it took then. All are asked how likely they
    were: who does not want to know may have the same reply."""

    def __init__(self, llm: LLM, path: Path) -> None:
        self.spared = 0.0
        self.asked = 0
        self._llm = llm
        self._kept = sqlite3.connect(path, isolation_level=None)
        self._kept.execute(SCHEMA)

    @property
    def model(self) -> str:
        return self._llm.model

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, sampling: Sampling = GREEDY
    ) -> AsyncGenerator[Item, None]:
        key = self._key(messages, max_tokens, sampling)
        row = self._kept.execute("SELECT pieces, ended, seconds FROM replies WHERE asked = ?", [key]).fetchone()
        if row is not None:
            self.spared += row[2]
            for text in json.loads(row[0]):
                yield TextDelta(text)
            ended = json.loads(row[1])
            yield Finished(ended["reason"], Usage(**ended["usage"]), ended["likelihood"])
            return
        self.asked += 1
        pieces: list[str] = []
        ended_as = Finished("closed")
        started = time.perf_counter()
        try:
            async for item in self._llm.stream(
                messages, max_tokens=max_tokens, sampling=replace(sampling, weighed=True)
            ):
                if isinstance(item, TextDelta):
                    pieces.append(item.text)
                if isinstance(item, Finished):
                    ended_as = item
                yield item
        finally:
            # Also where it was left early: what was read then is what would be read again.
            if pieces:
                self._keep(key, pieces, ended_as, time.perf_counter() - started)

    def take_spared(self) -> float:
        """Seconds since it was taken last."""
        spared, self.spared = self.spared, 0.0
        return spared

    def _key(self, messages: Sequence[Message], max_tokens: int, sampling: Sampling) -> str:
        seed = sampling.seed if sampling.temperature else None
        told = [[message.role, message.content] for message in messages]
        content = json.dumps([self.model, told, max_tokens, sampling.temperature, seed, sampling.grammar])
        return hashlib.sha256(content.encode()).hexdigest()

    def _keep(self, key: str, pieces: Sequence[str], ended: Finished, seconds: float) -> None:
        values = [key, json.dumps(pieces), json.dumps(asdict(ended)), seconds]
        self._kept.execute("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?)", values)
