"""A database that is deleted while a question on it is answered: the answer ends with a sentence."""

import asyncio

import pytest

from accounts.models import User
from agent.events import AttemptStarted, EpisodeDone, Event, QueryError
from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.endpoints import llm
from learning.models import Episode
from learning.recorder import REMOVED, answer, begin

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [(AttemptStarted, "The database shop has been deleted or switched off meanwhile."), (QueryError, REMOVED)],
    ids=["before the statement", "after the statement"],
)
async def test_an_answer_whose_database_is_deleted_ends_with_a_sentence(
    connection: Connection, alice: User, model: ServerHandle, moment: type[Event], sentence: str
) -> None:
    model.set_script([{"when_re": ".", "text": "```sql\nSELECT nothing FROM products\n```"}])
    language_model = await asyncio.to_thread(llm, connection)
    record = await asyncio.to_thread(
        lambda: begin(connection, "What?", llm=language_model, source=Episode.Source.CHAT, user=alice)
    )
    events: list[Event] = []
    async for event in answer(record, language_model):
        events.append(event)
        if isinstance(event, moment):
            await Connection.objects.all().adelete()
    done = events[-1]
    assert isinstance(done, EpisodeDone)
    assert (done.success, done.error) == (False, sentence)
    assert not await Episode.objects.aexists()
