"""What somebody copies to begin with."""

from __future__ import annotations

import json

from envapi.tags import END, START, STEP

TOKEN = "-H 'Authorization: Bearer TOKEN'"  # noqa: S105 - stands for one
_CLIENT = """\
# pip install "openenv-core>=0.3,<0.4"
from openenv.core import GenericEnvClient

with GenericEnvClient(base_url="{address}").sync() as env:
    seen = env.reset(difficulty="easy", seed=1)
    print(seen.observation["question"])
    while not seen.done:
        sql = input("SQL: ")
        seen = env.step({{"sql": sql}})
        print(seen.reward, seen.observation["error_message"] or seen.observation["result"])
"""
_CURL = """\
curl -c cookies {address}/reset{token} \\
  -H 'Content-Type: application/json' -d '{{"task_id": "easy-05"}}'
curl -b cookies {address}/step{token} \\
  -H 'Content-Type: application/json' \\
  -d '{{"action": {{"sql": "SELECT is_member, COUNT(*) FROM customers GROUP BY is_member"}}}}'
"""
_MCP = """\
curl {address}/mcp{token} \\
  -H 'Content-Type: application/json' \\
  -d '{{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}}'
"""
_LOG = (
    (START, {"task_id": "easy-05", "question": "How many of our customers are members?", "max_attempts": 5}),
    (STEP, {"attempt": 1, "action": "sql", "reward": -0.15, "success": False, "done": False}),
    (STEP, {"attempt": 2, "action": "fix_table", "reward": 0.9, "success": True, "done": True}),
    (END, {"success": True, "attempts": 2, "total_reward": 0.75}),
)


def client(address: str) -> str:
    """With the site's address, or one that carries a token; neither ends in a slash."""
    return _CLIENT.format(address=address)


def curl(address: str, *, needs_token: bool) -> str:
    return _CURL.format(address=address, token=_token(needs_token))


def mcp(address: str, *, needs_token: bool) -> str:
    return _MCP.format(address=address, token=_token(needs_token))


def _token(is_needed: bool) -> str:
    return f" \\\n  {TOKEN}" if is_needed else ""


def log() -> str:
    return "\n".join(f"{tag}{json.dumps(said)}" for tag, said in _LOG)
