"""What answers each operation over HTTP. What an address names is looked up before anything else is read."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response

from api import answers, asking, connections, queries, saved_queries, saved_shapes, shapes, statements, streaming
from api.calls import Call, Said
from chat.models import Conversation
from datasources.models import Connection
from learning.models import Episode

SOURCE = Episode.Source.API
_HELD = {"Cache-Control": "private, no-cache"}
"""A program may keep a schema, and asks each time whether it is still that."""


async def list_connections(call: Call) -> HttpResponseBase:
    def listed() -> shapes.Connections:
        mine = connections.visible_to(call.caller.user)
        return shapes.Connections(connections=[connections.told(one) for one in mine])

    return Said(await sync_to_async(listed)()).response()


async def describe(call: Call, connection_id: int) -> HttpResponseBase:
    connection = await _connection(call, connection_id)
    return Said(connections.told(connection)).response()


async def schema(call: Call, connection_id: int) -> HttpResponseBase:
    connection = await _connection(call, connection_id)
    wanted = [name for name in call.query(shapes.Tables).tables.split(",") if name.strip()]
    read = await connections.schema_of(connection)
    told = connections.told_schema(connection, read, [name.strip() for name in wanted])
    tag = connections.etag(told)
    response = Said(told, headers={"ETag": tag, **_HELD}).response()
    return get_conditional_response(call.request, etag=tag, response=response) or response


async def ask(call: Call, connection_id: int) -> HttpResponseBase:
    connection = await _connection(call, connection_id)
    seconds = call.query(shapes.Waiting).wait
    question = await call.body(shapes.Question)
    if streaming.MEDIA_TYPE in call.request.headers.get("Accept", ""):
        return await _streamed(call, connection, question)
    conversation, episode = await asking.ask(call.caller.user, connection, question, SOURCE)
    return await _answered(call, conversation, episode, seconds)


async def answer(call: Call, answer_id: UUID) -> HttpResponseBase:
    conversation, episode = await _answer(call, answer_id)
    return await _answered(call, conversation, episode, call.query(shapes.Waiting).wait)


async def rows(call: Call, answer_id: UUID) -> HttpResponseBase:
    _, episode = await _answer(call, answer_id)
    page = call.query(shapes.Page)
    return Said(await sync_to_async(answers.rows)(episode, page.offset, page.limit)).response()


async def cancel(call: Call, answer_id: UUID) -> HttpResponseBase:
    conversation, episode = await _answer(call, answer_id)
    await asking.cancel(conversation, episode)
    return await _answered(call, conversation, episode, 0)


async def verdict(call: Call, answer_id: UUID) -> HttpResponseBase:
    conversation, episode = await _answer(call, answer_id)
    said = await call.body(shapes.Verdict)
    await sync_to_async(answers.judge)(episode, call.caller.user, said)
    return await _answered(call, conversation, episode, 0)


async def run_sql(call: Call, connection_id: int) -> HttpResponseBase:
    connection = await _connection(call, connection_id)
    statement = await call.body(shapes.Statement)
    result = await statements.run(call.caller.user, connection, statement.sql, SOURCE)
    return Said(await sync_to_async(statements.told)(statement.sql, result, statement.limit)).response()


async def list_verified(call: Call, connection_id: int) -> HttpResponseBase:
    connection = await _connection(call, connection_id)
    wanted = call.query(shapes.Listing)
    return Said(await sync_to_async(queries.page_of)(connection, wanted)).response()


async def run_verified(call: Call, query_id: int) -> HttpResponseBase:
    query = await sync_to_async(queries.query_for)(call.caller.user, query_id)
    result = await queries.run(call.caller.user, query, SOURCE)
    return Said(await sync_to_async(statements.told)(query.sql, result)).response()


async def list_saved(call: Call, connection_id: int) -> HttpResponseBase:
    connection = await _connection(call, connection_id)
    wanted = call.query(saved_shapes.SavedListing)
    return Said(await sync_to_async(saved_queries.page_of)(call.caller.user, connection, wanted)).response()


async def saved(call: Call, saved_id: int) -> HttpResponseBase:
    query = await sync_to_async(saved_queries.query_for)(call.caller.user, saved_id)
    return Said(saved_queries.told(query)).response()


async def run_saved(call: Call, saved_id: int) -> HttpResponseBase:
    query = await sync_to_async(saved_queries.query_for)(call.caller.user, saved_id)
    given = await call.body(saved_shapes.Values)
    result = await saved_queries.run(call.caller.user, query, given.parameters, SOURCE)
    return Said(await sync_to_async(statements.told)(query.sql, result)).response()


async def _connection(call: Call, connection_id: int) -> Connection:
    return await sync_to_async(connections.connection_for)(call.caller.user, connection_id)


async def _answer(call: Call, answer_id: UUID) -> tuple[Conversation, Episode]:
    return await sync_to_async(asking.answer_for)(call.caller.user, answer_id)


async def _answered(call: Call, conversation: Conversation, episode: Episode, seconds: float) -> HttpResponseBase:
    """200 with what became of it, or 202 while it runs."""
    is_over = await asking.wait(episode, seconds)
    headers = {} if is_over else {"Location": answers.address(episode.pk), "Retry-After": "1"}
    return Said(await _told(call, conversation, episode), 200 if is_over else 202, headers).response()


async def _told(call: Call, conversation: Conversation, episode: Episode) -> shapes.Answer:
    def told() -> shapes.Answer:
        episode.refresh_from_db()
        page = call.address(reverse("answer", args=[episode.pk]))
        return answers.answer_of(conversation, episode, page)

    return await sync_to_async(told)()


async def _streamed(call: Call, connection: Connection, question: shapes.Question) -> HttpResponseBase:
    events: streaming.Queue = asyncio.Queue()
    conversation, episode = await asking.ask(call.caller.user, connection, question, SOURCE, events.put_nowait)
    asked: dict[str, Any] = {"id": str(episode.pk), "conversation_id": str(conversation.pk)}

    async def answered() -> shapes.Answer:
        await asking.wait(episode, shapes.MOST_WAIT)
        return await _told(call, conversation, episode)

    response = StreamingHttpResponse(streaming.stream(asked, events, answered), content_type=streaming.MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
