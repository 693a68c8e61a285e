"""Answers as the recorder leaves them, and how a test gets a page."""

from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.models import Conversation, Turn
from datasources.engine import ResultSet
from learning.models import Attempt, Episode
from learning.results import to_json


def answered(conversation: Conversation, question: str = "Which products?", **fields: Any) -> Episode:
    """A turn with its answer, as the recorder leaves it."""
    rows = fields.pop("rows", (("Tent", 200.0), ("Lamp", None)))
    values = {
        "status": Episode.Status.SUCCEEDED,
        "sql": "SELECT name, price FROM products",
        "result": to_json(ResultSet(("name", "price"), rows, truncated=False, elapsed=0.002)),
        "finished_at": timezone.now(),
    }
    episode = Episode.objects.create(
        connection=conversation.connection,
        source=Episode.Source.CHAT,
        question=question,
        model="scripted",
        **(values | fields),
    )
    Attempt.objects.create(episode=episode, number=1, strategy="generate", sql=episode.sql)
    Turn.objects.create(conversation=conversation, episode=episode)
    return episode


def url(name: str, *arguments: Any) -> str:
    return reverse(name, args=arguments)


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()
