"""An LLM that answers questions by writing SQL itself, over the OpenAI protocol, in OpenEnv's own client.

Each episode is one question. The model sees the schema and the question; where its SQL fails it sees the error and the
server's hint, and tries again, up to five times. No model of the server is asked.

    pip install openenv-core openai
    API_BASE_URL=http://localhost:11434/v1 MODEL_NAME=qwen2.5-coder:7b python llm_agent.py --url http://localhost:8000

OPENAI_API_KEY is the key of that endpoint; alone it means OpenAI's own. Where the server asks for a token, its address
brings it: --url http://agent:TOKEN@localhost:8000.
"""

from __future__ import annotations

import argparse
import os
import re
from typing import Any

from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam
from openenv.core import GenericEnvClient

SYSTEM = """You write SQL for the {dialect} database below. It is read-only.

{schema}

Answer each question with one SELECT statement, in one ```sql block and nothing else."""

REPAIR = """The query failed ({error_class}): {error_message}
{hint}
Write a corrected query in one ```sql block and nothing else."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Let an LLM answer the environment's questions.")
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--episodes", type=int, default=10)
    parser.add_argument("--difficulty", choices=["easy", "medium", "hard"])
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()

    model = OpenAI(base_url=os.environ.get("API_BASE_URL"), api_key=os.environ.get("OPENAI_API_KEY", "none"))
    name = os.environ.get("MODEL_NAME", "gpt-4o-mini")
    scores, totals, attempts = [], [], []
    with GenericEnvClient(base_url=given.url).sync() as env:
        for number in range(given.episodes):
            seen, total = play(env, model, name, seed=given.seed + number, difficulty=given.difficulty)
            told = seen["metadata"]
            scores.append(told["score"] or 0.0)
            totals.append(total)
            attempts.append(seen["attempt"])
            print(
                f"{told['task_id']:<12} attempts {seen['attempt']}  score {scores[-1]:.2f}  reward {total:+.3f}  "
                f"{told['why'] or told['message'] or 'right'}"
            )
    count = max(1, len(scores))
    print(
        f"{len(scores)} episodes: {sum(score == 1.0 for score in scores)} right, "
        f"{sum(attempts) / count:.2f} attempts and a reward of {sum(totals) / count:+.3f} each"
    )


def play(env: Any, model: OpenAI, name: str, **wanted: Any) -> tuple[dict[str, Any], float]:
    """One episode: what is seen at its end, and the sum of its rewards."""
    result, total = env.reset(**wanted), 0.0
    seen = result.observation
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": SYSTEM.format_map(seen)},
        {"role": "user", "content": seen["question"]},
    ]
    while not result.done:
        reply = model.chat.completions.create(model=name, messages=messages, temperature=0).choices[0].message.content
        # A reply without any SQL is an attempt, too: the database says what is wrong with it.
        result = env.step({"sql": sql_in(reply or "") or "-- no SQL"})
        seen, total = result.observation, total + (result.reward or 0.0)
        messages += [
            {"role": "assistant", "content": reply or ""},
            {"role": "user", "content": REPAIR.format_map(seen)},
        ]
    return seen, total


def sql_in(reply: str) -> str:
    """The last block of code, or all of it where there is none."""
    blocks = re.findall(r"```(?:\w*\n)?(.*?)```", reply, re.DOTALL)
    return (blocks[-1] if blocks else reply).strip()


if __name__ == "__main__":
    main()
