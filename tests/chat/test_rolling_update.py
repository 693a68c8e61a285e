"""While a site is updated, processes of the release before go on with the new database."""

import pytest
from django.db import connection

from chat.models import Conversation, Turn
from learning.models import Episode

pytestmark = pytest.mark.django_db

INSERT = """
INSERT INTO chat_turn (conversation_id, episode_id, asked_at, typed, replaced)
SELECT conversation_id, %s, asked_at, typed, replaced FROM chat_turn
"""


def test_one_that_knows_no_name_of_a_question_records_it(conversation: Conversation) -> None:
    asked = {"connection": conversation.connection, "question": "Which products?", "source": "chat"}
    first, second = Episode.objects.create(**asked), Episode.objects.create(**asked)
    Turn.objects.create(conversation=conversation, episode=first)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [Episode._meta.pk.get_db_prep_value(second.pk, connection)])
    assert second.turn.request == ""
