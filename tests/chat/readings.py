"""Answers with two readings, as the recorder leaves them."""

from typing import Any

from chat.models import Conversation, Turn
from datasources.engine import ResultSet
from learning.models import Attempt, Episode
from learning.results import to_json

OWN = "SELECT name FROM products ORDER BY price DESC LIMIT 1"
OTHER = "SELECT name FROM products ORDER BY price LIMIT 1"
SIGNALS = {"agreeing": 2, "readings": 4, "likelihood": -0.5, "doubts": ["fan_out"], "attempts": 1, "rows": 1}


def rows(*names: str, truncated: bool = False) -> dict[str, Any]:
    cells = tuple((name,) for name in names)
    return to_json(ResultSet(("name",), cells, truncated=truncated, elapsed=0.001))


def reading(sql: str, group: int, *, chosen: bool = False, result: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "sql": sql, "likelihood": -0.5, "error_class": "", "message": "", "group": group, "chosen": chosen,
        "fixes": [], "doubts": [], "result": result,
    }  # fmt: skip


def unsure(conversation: Conversation, other: dict[str, Any] | None = None, **fields: Any) -> Episode:
    """A turn whose answer is one of two readings, with a confidence of 0.3."""
    values = {"confidence": 0.3, "signals": SIGNALS, "sql": OWN, "result": rows("Tent")} | fields
    episode = Episode.objects.create(
        connection=conversation.connection, user=conversation.user, source=Episode.Source.CHAT,
        question="Which product is the best?", model="scripted", status=Episode.Status.SUCCEEDED, **values,
    )  # fmt: skip
    readings = [
        reading(OWN, 0, chosen=True, result=rows("Tent")),
        reading(f"{OWN} OFFSET 0", 0),
        reading("SELECT nothing", -1),
        other or reading(OTHER, 1, result=rows("Lamp")),
    ]
    Attempt.objects.create(
        episode=episode, number=1, strategy="generate", sql=OWN, readings=readings, reward_parts={"success": 1.0}
    )
    Turn.objects.create(conversation=conversation, episode=episode)
    return episode
