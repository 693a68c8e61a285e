"""While an update goes on, processes of the release before it write into tables that have been brought up to date."""

import pytest
from django.db import connection

from accounts.models import User
from chat.models import Conversation, Turn
from learning.models import Episode

pytestmark = pytest.mark.django_db

KNOWN = "conversation_id, episode_id, asked_at, typed, replaced"
"""Columns that a turn needed before a request had a name."""


def test_a_turn_is_stored_by_who_knows_no_names_of_requests(conversation: Conversation, alice: User) -> None:
    episode = Episode.objects.create(connection=conversation.connection, user=alice, question="Which?")
    values: list[str | bool] = [conversation.pk.hex, episode.pk.hex, "2026-01-01", "", False]

    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO chat_turn ({KNOWN}) VALUES (%s, %s, %s, %s, %s)", values)

    assert Turn.objects.get().request == ""
