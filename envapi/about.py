"""What the environment says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from agent.errors import ErrorClass
from agent.policy import FEATURES
from envapi.actions import ACTIONS
from envapi.environment import MAX_ATTEMPTS
from envapi.tasks import Exercise, difficulties

NAME = "sql-agent"
VERSION = "1.0.0"
DESCRIPTION = (
    "Questions in plain English on SQL databases, up to five attempts each. An agent writes the SQL itself, or chooses "
    "how the server's model repairs what failed; rewards come from comparing results with those of right SQL."
)


def metadata(site: str) -> dict[str, Any]:
    return {
        "name": NAME,
        "description": DESCRIPTION,
        "version": VERSION,
        "author": None,
        "readme_content": None,
        "documentation_url": f"{site}env/docs",
    }


def task(exercise: Exercise) -> dict[str, Any]:
    """Never the gold."""
    asked = exercise.task
    return {
        "task_id": exercise.id,
        "question": asked.question,
        "instructions": asked.instructions,
        "difficulty": asked.difficulty,
        "category": asked.category,
        "dialect": asked.dialect,
        "database": exercise.connection_name,
    }


def info(known: Sequence[Exercise]) -> dict[str, Any]:
    return {
        "name": NAME,
        "version": VERSION,
        "description": DESCRIPTION,
        "tasks": len(known),
        "difficulties": difficulties(known),
        "max_attempts": MAX_ATTEMPTS,
        "actions": list(ACTIONS),
        "action_forms": ['{"sql": "SELECT …"}', '{"action": "generate"}', '{"action": 0}'],
        "error_classes": list(ErrorClass),
        "context_features": list(FEATURES),
        "reward": {
            "range": [-1.0, 1.0],
            "parts": {
                "success": "(1.0 - 0.1 × (attempt - 1)) × the grader's score of the rows, in [0, 1]",
                "failure": "-0.1 - 0.05 × attempt",
                "severity": "+0.2 where the error is less severe than the one before, -0.1 where it is more severe",
                "changed": "+0.1 where its class is another than before",
            },
            "hindsight": (
                "Once an attempt answers, earlier ones are worth +0.3 × (1 - distance / attempts) more. It is told in "
                "observation.metadata.hindsight and is no part of a step's reward or of total_reward."
            ),
            "null": "The model or the database could not be reached: nothing is known of the step's worth.",
        },
        "sessions": {
            "http": (
                "By episode_id in the body, in the address of /state, or in the header X-Episode-ID. Without any, the "
                "episode of the cookie openenv_episode that /reset sets; without that, the one that the same token (or "
                "the same address, without a token) has reset last."
            ),
            "websocket": "One for each connection to /ws.",
            "idle_minutes": settings.OPENENV_IDLE_MINUTES,
            "max_sessions": settings.OPENENV_MAX_SESSIONS,
        },
        "authorization": {
            "public": settings.OPENENV_PUBLIC,
            "how": "Authorization: Bearer TOKEN, or the token as the password in the address: https://agent:TOKEN@host",
        },
        "determinism": "The same seed draws the same task, and what no model is asked for is the same each time.",
    }
