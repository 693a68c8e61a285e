"""What people say of a question is looked up by its key, however much else was judged."""

import pytest
from django.db import connection as application
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from datasources.models import Connection
from learning.feedback import verdicts
from learning.models import Episode
from learning.verified import opinions

pytestmark = pytest.mark.django_db


def test_what_was_said_of_a_question_is_found_by_an_index(connection: Connection, alice: User) -> None:
    answer = Episode.objects.create(connection=connection, question="How many?", sql="SELECT 1", status="succeeded")
    verdicts.give(answer, alice, True)
    with CaptureQueriesContext(application) as said:
        [opinion] = opinions.on(connection, answer.key).values()
    assert opinion.is_right
    [lookup] = [query["sql"] for query in said]
    with application.cursor() as cursor:
        plan = str(cursor.execute(f"EXPLAIN QUERY PLAN {lookup}").fetchall())
    assert "episodes_of_question (connection_id=? AND key=?)" in plan
