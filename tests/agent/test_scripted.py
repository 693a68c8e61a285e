"""The scripted model itself: in process, and over HTTP."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.llm import Finished, LLMBadRequest, LLMCut, LLMEmpty, LLMError, LLMRateLimited, Message, TextDelta, complete
from agent.script import Reply, Script, ScriptError, ScriptSource
from agent.scripted import ScriptedLLM
from agent.scripted_server import ServerHandle, running_server

QUESTION = [Message("system", "You write SQL."), Message("user", "How many orders?")]


def asked(text: str) -> list[Message]:
    return [Message("system", "You write SQL."), Message("user", text)]


async def answer(llm: ScriptedLLM, messages: list[Message] = QUESTION) -> str:
    text, _ = await complete(llm, messages, max_tokens=100)
    return text


async def test_replies_are_given_in_order_and_once() -> None:
    llm = ScriptedLLM(["one", "two"])
    assert [await answer(llm), await answer(llm)] == ["one", "two"]
    with pytest.raises(LLMBadRequest, match="no reply left for: How many orders"):
        await answer(llm)


async def test_replies_with_a_condition_come_in_any_order_and_for_ever() -> None:
    llm = ScriptedLLM([{"when": "ORDERS", "text": "o"}, {"when_re": r"cust\w+", "text": "c"}, "else"])
    questions = ["customers?", "orders?", "customers?", "weather?"]
    assert [await answer(llm, asked(each)) for each in questions] == ["c", "o", "c", "else"]


async def test_a_condition_can_be_used_up_for_a_repair_to_follow() -> None:
    llm = ScriptedLLM([{"when": "orders", "text": "bad", "times": 1}, {"when": "orders", "text": "good"}])
    assert [await answer(llm), await answer(llm), await answer(llm)] == ["bad", "good", "good"]


async def test_a_condition_looks_where_it_is_told() -> None:
    talk = [*QUESTION, Message("assistant", "SELECT x"), Message("user", "no such column: x")]
    script = [{"when": ["many", "no such column"], "where": "turns", "text": "turns"}]
    assert await answer(ScriptedLLM(script), talk) == "turns"
    assert await answer(ScriptedLLM([{"when": "write SQL", "where": "all", "text": "all"}]), talk) == "all"
    with pytest.raises(LLMBadRequest):
        await answer(ScriptedLLM([{"when": "write SQL", "where": "turns", "text": "x"}]), talk)


async def test_tokens_make_up_the_text() -> None:
    text = "```sql\nSELECT a.b, 'é'\nFROM t;\n```\n"
    items = [item async for item in ScriptedLLM([text]).stream(QUESTION, max_tokens=100)]
    *deltas, finished = items
    assert "".join(item.text for item in deltas if isinstance(item, TextDelta)) == text
    assert isinstance(finished, Finished)
    assert finished.usage.completion == len(deltas) > 10


async def test_it_keeps_what_it_was_asked() -> None:
    llm = ScriptedLLM(["one"])
    await answer(llm)
    assert llm.asked == [tuple(QUESTION)]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ({"status": 429, "retry_after": 3}, LLMRateLimited),
        ({"text": "SELECT 1", "cut_after": 1}, LLMCut),
        ({"text": "SELECT 1", "finish_reason": None}, LLMCut),
        ({"empty": True}, LLMEmpty),
    ],
)
async def test_it_fails_as_the_real_client_does(reply: dict[str, Any], kind: type[LLMError]) -> None:
    with pytest.raises(kind):
        await answer(ScriptedLLM([reply]))


async def test_it_keeps_its_pace() -> None:
    llm = ScriptedLLM([{"text": "a " * 60, "tokens_per_second": 200, "first_token_delay": 0.1}])
    started = time.monotonic()
    await answer(llm)
    assert time.monotonic() - started >= 0.1 + 59 / 200


def test_a_late_token_does_not_delay_the_next() -> None:
    due = Reply(tokens_per_second=200, first_token_delay=1).due(started=10.0)
    assert [round(next(due), 3) for _ in range(3)] == [11.0, 11.005, 11.01]


async def test_a_token_can_carry_the_time_at_which_it_was_sent() -> None:
    before = time.monotonic()
    stamps = (await answer(ScriptedLLM([{"text": "a b c", "timestamps": True}]))).split()
    assert len(stamps) == 3
    assert before - 0.001 <= float(stamps[0]) <= float(stamps[2]) <= time.monotonic() + 0.001
    assert (await answer(ScriptedLLM([{"chunks": ["SELECT '", "{now}", "'"]}]))).startswith("SELECT '")


@pytest.mark.parametrize("source", [[{"txt": "typo"}], {"replies": [{"text": "a", "speed": 1}]}])
def test_a_script_with_unknown_fields_is_refused(source: ScriptSource) -> None:
    with pytest.raises(ScriptError, match="unknown fields"):
        Script.of(source)


@pytest.fixture
def server() -> Iterator[ServerHandle]:
    with running_server({"model": "tiny", "replies": [{"text": "SELECT 1", "times": None}]}) as handle:
        yield handle


def call(server: ServerHandle, path: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(server.base_url.removesuffix("/v1") + path, data, timeout=5) as response:
        return json.load(response)


def test_it_answers_whole_as_well(server: ServerHandle) -> None:
    body = {"messages": [{"role": "user", "content": "hi"}]}
    answer = call(server, "/v1/chat/completions", body)
    assert answer["choices"][0]["message"]["content"] == "SELECT 1"
    assert answer["usage"]["completion_tokens"] == 2
    [request] = call(server, "/requests")
    assert (request["body"], request["ended"]) == (body, "complete")


def test_it_tells_its_model_and_its_health(server: ServerHandle) -> None:
    assert call(server, "/v1/models")["data"][0]["id"] == "tiny"
    assert call(server, "/health") == {"status": "ok"}


def test_its_script_can_be_replaced(server: ServerHandle) -> None:
    call(server, "/script", ["SELECT 2"])
    answer = call(server, "/v1/chat/completions", {"messages": [{"role": "user", "content": "hi"}]})
    assert answer["choices"][0]["message"]["content"] == "SELECT 2"
    with pytest.raises(urllib.error.HTTPError) as caught:
        call(server, "/script", [{"txt": "typo"}])
    assert "unknown fields" in json.load(caught.value)["error"]["message"]
    caught.value.close()


def test_it_runs_from_the_command_line(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('["SELECT 1"]', encoding="utf-8")
    command = [sys.executable, "-m", "agent.scripted_server", "--port", "0", "--script", str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = process.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{address}/models", timeout=5) as response:
            assert json.load(response)["data"]
        process.terminate()
