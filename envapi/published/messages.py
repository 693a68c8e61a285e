"""What is said on `/ws`, which OpenAPI has no words for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from envapi.published.exchanges import exchanges


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of message that a client sends. `data` and `answer` name shapes; `answered_as` is the answer's type."""

    type: str
    text: str
    data: str = ""
    answered_as: str = ""
    answer: str = ""
    example: str = ""


KINDS = (
    Kind(
        "reset",
        "Begins an episode; one that is under way ends. `data` may be missing.",
        "ResetRequest",
        "observation",
        "Answer",
        "ws_reset",
    ),
    Kind(
        "step",
        "Makes an attempt. `data` is the action itself, with nothing around it; its short form is understood, too.",
        "Action",
        "observation",
        "Answer",
        "ws_step",
    ),
    Kind("state", "Tells where the episode stands.", "", "state", "State", "ws_state"),
    Kind("mcp", "`data` is a JSON-RPC request, and so is that of the answer.", "", "mcp", "RpcAnswer"),
    Kind("close", "Ends the session. There is no answer: the server closes the connection with 1000."),
)

ERRORS: Mapping[str, str] = {
    "INVALID_JSON": "The text is no JSON.",
    "UNKNOWN_TYPE": "There is no message of this type.",
    "VALIDATION_ERROR": "The message or the action in it cannot be understood; `errors` lists where and why.",
    "EXECUTION_ERROR": "Not now, or not here: no episode yet, one that is over, no such task, or the database is away. "
    "Where a limit is reached, `retry_after` says for how many seconds.",
    "CAPACITY_REACHED": "As many sessions as there may be; with `active_sessions` and `max_sessions`. The connection "
    "is closed.",
    "SESSION_ERROR": "The token is not valid any more: it was revoked or has expired. The connection is closed.",
}


def messages() -> dict[str, Any]:
    """As part of the OpenAPI document."""
    return {
        "description": "One session for each connection; one answer to each message, in their order, and nothing else.",
        "messages": {kind.type: _said(kind) for kind in KINDS},
        "error": {
            "type": "error",
            "codes": dict(ERRORS),
            "example": exchanges()["ws_error"].response,
        },
    }


def _said(kind: Kind) -> dict[str, Any]:
    found: dict[str, Any] = {"description": kind.text}
    if kind.data:
        found["data"] = {"$ref": f"#/components/schemas/{kind.data}"}
    if kind.answer:
        found["answer"] = {"type": kind.answered_as, "data": {"$ref": f"#/components/schemas/{kind.answer}"}}
    if kind.example:
        shown = exchanges()[kind.example]
        found["example"] = {"sent": shown.request, "answered": shown.response}
    return found
