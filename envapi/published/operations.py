"""What can be asked over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from envapi.mcp.over_http import SESSION, VERSION
from envapi.mcp.rpc import VERSIONS
from envapi.published.shapes import ID

Group = Literal["Episodes", "Tasks", "The standard's own", "MCP"]


@dataclass(frozen=True, slots=True)
class Header:
    """A header of a request, besides those that name an episode."""

    name: str
    text: str
    schema: dict[str, Any]
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """`shape` is that of its answer; empty where there is nothing in it."""

    status: int
    shape: str
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """`answer` and `body` name shapes. `errors` are the statuses that it may have besides those of every one that wants
    to know who asks; `is_open`: it does not. `others` are those that mean something else here than elsewhere.
    `examples` name exchanges, the first one the usual one."""

    path: str
    method: Literal["get", "post", "delete"]
    group: Group
    summary: str
    text: str
    answer: str
    body: str = ""
    needs_body: bool = False
    names_episode: bool = False
    in_address: bool = False
    headers: tuple[Header, ...] = ()
    errors: tuple[int, ...] = ()
    others: tuple[Failure, ...] = field(default=())
    is_open: bool = False
    examples: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        name = self.path.strip("/").replace("/", "_").replace(".", "_")
        return f"{name}_delete" if self.method == "delete" else name


_RESET = """\
Begins an episode and answers what the agent sees first. Without a `task_id` one task is drawn, by `seed` and of
`difficulty` where they are given. The answer's `metadata.episode_id` names the episode for what follows; the cookie
`openenv_episode` does so for clients that keep cookies."""
_STEP = """\
Makes one attempt. `{"sql": …}` runs SQL that the agent wrote; the name of a repair has the server's model write it. Any
query that runs ends the episode and is graded (zero rows are tried once more); so does the fifth failure. While a step
is made, another one of the same episode is refused with 409."""
_STATE = """\
Where the episode stands. Without any episode it says so, with `episode_id` null. It changes nothing, and shows neither
the schema nor the rows."""
_MCP = """\
JSON-RPC 2.0, for agents that use tools: OpenEnv's way, where `session_id` stands in the params, and that of MCP's
streamable HTTP, where a header names the session. A request that failed is answered with 200, too: the error is in the
answer. There is a WebSocket at the same address."""
_OTHER_SITE = Failure(403, "Refused", "A page of another site asks.")
_NO_SESSION = Failure(404, "RpcAnswer", "There is no such session.")

OPERATIONS = (
    Operation(
        "/reset",
        "post",
        "Episodes",
        "Begin an episode",
        _RESET,
        "Answer",
        body="ResetRequest",
        names_episode=True,
        errors=(404, 409, 422, 503),
        others=(_OTHER_SITE,),
        examples=("reset", "no_such_task"),
    ),
    Operation(
        "/step",
        "post",
        "Episodes",
        "Make an attempt",
        _STEP,
        "Answer",
        body="StepRequest",
        needs_body=True,
        names_episode=True,
        errors=(404, 409, 422, 429),
        others=(_OTHER_SITE,),
        examples=("failing_step", "right_step", "no_such_action", "step_when_over", "no_such_episode"),
    ),
    Operation(
        "/state",
        "get",
        "Episodes",
        "See where an episode stands",
        _STATE,
        "State",
        names_episode=True,
        in_address=True,
        errors=(404, 409, 422),
        examples=("state",),
    ),
    Operation(
        "/env/tasks",
        "get",
        "Tasks",
        "List what can be asked",
        "The built-in tasks; with a token also the verified queries of your teams' databases. Their SQL is never told.",
        "Tasks",
        examples=("tasks",),
    ),
    Operation(
        "/env/info",
        "get",
        "Tasks",
        "Read how it works",
        "Actions, features, rewards and their ranges, what a session is and how many there may be.",
        "Info",
        examples=("info",),
    ),
    Operation(
        "/health",
        "get",
        "The standard's own",
        "Ask whether it is up",
        "It answers without looking at a database or a model.",
        "Health",
        is_open=True,
        examples=("health",),
    ),
    Operation(
        "/metadata",
        "get",
        "The standard's own",
        "Read what it is",
        "Name, description, and where these pages are.",
        "About",
        is_open=True,
        examples=("metadata",),
    ),
    Operation(
        "/schema",
        "get",
        "The standard's own",
        "Read the schemas",
        "The JSON Schemas of an action, an observation and a state, each of them whole.",
        "Schemas",
        is_open=True,
    ),
    Operation(
        "/mcp",
        "post",
        "MCP",
        "Call a tool",
        _MCP,
        "RpcAnswer",
        headers=(
            Header(SESSION.title(), "The session, where `initialize` has begun one.", ID),
            Header(VERSION.title(), "Of MCP.", {"type": "string", "enum": list(VERSIONS)}),
        ),
        others=(
            Failure(202, "", "A notification: nobody waits for an answer."),
            Failure(400, "RpcAnswer", "This version of MCP is not spoken here."),
            _OTHER_SITE,
            _NO_SESSION,
        ),
        examples=("mcp",),
    ),
    Operation(
        "/mcp",
        "delete",
        "MCP",
        "End a session",
        "The goodbye of a client of MCP's streamable HTTP. What it had under way ends.",
        "Nothing",
        headers=(Header(SESSION.title(), "The session.", {**ID, "minLength": 1}, is_required=True),),
        others=(
            Failure(400, "Refused", "No session is named."),
            _OTHER_SITE,
            _NO_SESSION,
            Failure(409, "RpcAnswer", "A reset has begun it: that is not an agent's to end."),
        ),
    ),
)
