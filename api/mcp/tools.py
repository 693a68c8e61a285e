"""What an assistant may do over MCP: the same as a program over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.urls import reverse
from pydantic import BaseModel, Field, ValidationError

from api import answers, asking, connections, queries, saved_queries, saved_shapes, shapes, statements
from api.callers import Caller
from api.mcp.results import ROWS, Result, answer, failed, schema, table
from api.problems import Problem, invalid
from chat.models import Conversation
from datasources.models import Connection
from envapi.published.components import Untitled
from learning.models import Episode

SOURCE = Episode.Source.MCP
PATIENCE = 45.0
"""Seconds that a call waits for an answer: assistants give up after a minute."""


class Nothing(shapes.Shape):
    pass


class Waiting(shapes.Shape):
    wait: float = Field(
        default=PATIENCE, ge=0, le=PATIENCE, description="Seconds to wait for the answer, before it is told as running."
    )


class OfConnection(shapes.Shape):
    connection_id: int = Field(description="A database, as list_connections tells it.")


class OfTables(OfConnection):
    tables: list[Annotated[str, Field(max_length=300)]] = Field(
        default=[], max_length=100, description="Only these, by their names."
    )


class ToAsk(OfConnection, Waiting):
    question: shapes.Text = Field(min_length=1, max_length=4_000, description="In plain words.")
    conversation_id: UUID | None = Field(
        default=None, description="Of an answer before, to go on from it: “and by month?” makes sense only then."
    )


class OfAnswer(Waiting):
    answer_id: UUID
    offset: shapes.Offset = 0


class ToRun(OfConnection):
    sql: shapes.Text = Field(min_length=1, description="One statement that reads, in the database's dialect.")


class ToList(OfConnection):
    search: shapes.Search = Field(default="", description="Only those in whose question or SQL this stands.")
    offset: shapes.Offset = 0


class OfQuery(shapes.Shape):
    query_id: int = Field(description="As list_verified_queries tells it.")


class ToListSaved(ToList):
    search: shapes.Search = Field(default="", description="Only those in whose name, words or SQL this stands.")


class ToRunSaved(saved_shapes.Values):
    query_id: int = Field(description="As list_saved_queries tells it.")


@dataclass(frozen=True, slots=True)
class Visit:
    """Who calls, and the site's own address, without a slash."""

    caller: Caller
    site: str


@dataclass(frozen=True, slots=True)
class Tool:
    """`run` is given arguments of the shape. It raises Problem."""

    name: str
    title: str
    description: str
    arguments: type[BaseModel]
    run: Callable[[Visit, Any], Awaitable[Result]]

    def as_json(self) -> dict[str, Any]:
        schema = self.arguments.model_json_schema(schema_generator=Untitled)
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": {name: value for name, value in schema.items() if name not in {"title", "description"}},
            "annotations": {
                "title": self.title,
                "readOnlyHint": True,
                "destructiveHint": False,
                "openWorldHint": False,
            },
        }


async def call(visit: Visit, tool: Tool, given: object) -> Result:
    """What cannot be done is a result, too: the assistant reads why."""
    try:
        arguments = tool.arguments.model_validate(given)
        return await tool.run(visit, arguments)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "arguments"
        return failed(invalid(f"{tool.name}: {where}: {first['msg']}."))
    except Problem as problem:
        return failed(problem)


async def _list_connections(visit: Visit, given: Nothing) -> Result:
    def listed() -> list[dict[str, Any]]:
        mine = connections.visible_to(visit.caller.user)
        return [connections.told(one).model_dump(mode="json") for one in mine]

    return Result({"connections": await sync_to_async(listed)()})


async def _describe_schema(visit: Visit, given: OfTables) -> Result:
    connection = await _connection(visit, given)
    read = await connections.schema_of(connection)
    told = connections.told_schema(connection, read, given.tables)
    return schema(told)


async def _ask(visit: Visit, given: ToAsk) -> Result:
    connection = await _connection(visit, given)
    question = shapes.Question(question=given.question, conversation_id=given.conversation_id)
    conversation, episode = await asking.ask(visit.caller.user, connection, question, SOURCE)
    return await _answered(visit, conversation, episode, given.wait, 0)


async def _get_answer(visit: Visit, given: OfAnswer) -> Result:
    conversation, episode = await sync_to_async(asking.answer_for)(visit.caller.user, given.answer_id)
    return await _answered(visit, conversation, episode, given.wait, given.offset)


async def _answered(visit: Visit, conversation: Conversation, episode: Episode, seconds: float, offset: int) -> Result:
    await asking.wait(episode, seconds)

    def told() -> Result:
        episode.refresh_from_db()
        page = visit.site + reverse("answer", args=[episode.pk])
        found = answers.answer_of(conversation, episode, page)
        return answer(found, answers.rows(episode, offset, ROWS) if found.rows else None)

    return await sync_to_async(told)()


async def _run_sql(visit: Visit, given: ToRun) -> Result:
    connection = await _connection(visit, given)
    result = await statements.run(visit.caller.user, connection, given.sql, SOURCE)
    return Result({"sql": given.sql, "result": table(await sync_to_async(statements.told)(given.sql, result))})


async def _list_verified_queries(visit: Visit, given: ToList) -> Result:
    connection = await _connection(visit, given)
    wanted = shapes.Listing(q=given.search, offset=given.offset)
    found = await sync_to_async(queries.page_of)(connection, wanted)
    return Result(found.model_dump(mode="json"))


async def _run_verified_query(visit: Visit, given: OfQuery) -> Result:
    query = await sync_to_async(queries.query_for)(visit.caller.user, given.query_id)
    result = await queries.run(visit.caller.user, query, SOURCE)
    told = table(await sync_to_async(statements.told)(query.sql, result))
    return Result({"question": query.question, "sql": query.sql, "result": told})


async def _list_saved_queries(visit: Visit, given: ToListSaved) -> Result:
    connection = await _connection(visit, given)
    wanted = saved_shapes.SavedListing(q=given.search, offset=given.offset)
    found = await sync_to_async(saved_queries.page_of)(visit.caller.user, connection, wanted)
    return Result(found.model_dump(mode="json"))


async def _run_saved_query(visit: Visit, given: ToRunSaved) -> Result:
    query = await sync_to_async(saved_queries.query_for)(visit.caller.user, given.query_id)
    result = await saved_queries.run(visit.caller.user, query, given.parameters, SOURCE)
    told = table(await sync_to_async(statements.told)(query.sql, result))
    return Result({"name": query.name, "sql": query.sql, "result": told})


async def _connection(visit: Visit, given: OfConnection) -> Connection:
    """Raises Problem."""
    return await sync_to_async(connections.connection_for)(visit.caller.user, given.connection_id)


_ALL = (
    Tool(
        "list_connections",
        "List databases",
        "The databases that the person may use, with their dialects and the notes that their team has written.",
        Nothing,
        _list_connections,
    ),
    Tool(
        "describe_schema",
        "Describe a schema",
        "Tables, columns, keys and descriptions of a database. Of a large one the names of its tables come first.",
        OfTables,
        _describe_schema,
    ),
    Tool(
        "ask",
        "Ask a question",
        "Ask a database in plain English. The site's agent knows the team's rules and verified queries; it writes SQL, "
        "runs it and repairs it. Prefer it to writing SQL yourself. It may take a minute: an answer that is still "
        "running is fetched with get_answer. Tell the person the confidence and the SQL along with the rows.",
        ToAsk,
        _ask,
    ),
    Tool(
        "get_answer",
        "Get an answer",
        f"An answer to a question that was asked, once it is there; {ROWS} rows at a time, from offset on.",
        OfAnswer,
        _get_answer,
    ),
    Tool(
        "run_sql",
        "Run SQL",
        f"Run one statement that only reads, in the database's dialect. At most {ROWS} rows are told.",
        ToRun,
        _run_sql,
    ),
    Tool(
        "list_verified_queries",
        "List verified queries",
        "Questions whose SQL people of the team have found right.",
        ToList,
        _list_verified_queries,
    ),
    Tool(
        "run_verified_query",
        "Run a verified query",
        "Run the SQL of a verified query as it stands.",
        OfQuery,
        _run_verified_query,
    ),
    Tool(
        "list_saved_queries",
        "List saved queries",
        "Statements that the person or their team has kept by a name, with the parameters that each takes.",
        ToListSaved,
        _list_saved_queries,
    ),
    Tool(
        "run_saved_query",
        "Run a saved query",
        "Run a saved query with a value for each of its parameters; those that are not named have their defaults.",
        ToRunSaved,
        _run_saved_query,
    ),
)
TOOLS: Mapping[str, Tool] = {one.name: one for one in _ALL}
