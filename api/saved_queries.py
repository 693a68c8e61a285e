"""Queries that people have saved, with their parameters: listed, found, run, as those of queries.py are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from accounts.models import User
from api import saved_shapes, statements
from api.problems import invalid, not_found, of_sql
from datasources.binding import Given, bind
from datasources.engine import ResultSet
from datasources.errors import SQLError
from datasources.models import Connection
from workbench.models import SavedQuery
from workbench.saved.parameters import NO, YES, Kind, Parameter, entered
from workbench.saved.queries.listing import Wish, found

_LONGEST_NAME = 100
"""Of a parameter that there is not, as an answer repeats it."""


def page_of(user: User, connection: Connection, wanted: saved_shapes.SavedListing) -> saved_shapes.SavedQueries:
    """The person's own and the team's, by name."""
    queries = found(user, Connection.objects.filter(pk=connection.pk), Wish.of({"q": wanted.q}))
    page = queries[wanted.offset : wanted.offset + wanted.limit]
    return saved_shapes.SavedQueries(
        queries=[told(query) for query in page], total=queries.count(), offset=wanted.offset
    )


def query_for(user: User, saved_id: int) -> SavedQuery:
    """One that was deleted is there no more. Raises Problem."""
    mine = SavedQuery.objects.visible_to(user).kept().select_related("connection__team", "user")
    query = mine.defer("connection__schema_snapshot").filter(pk=saved_id).first()
    if query is None:
        raise not_found("saved query")
    return query


async def run(user: User, query: SavedQuery, values: Mapping[str, saved_shapes.Value], source: str) -> ResultSet:
    """Raises Problem."""
    given = _read(query.inputs, values)
    try:
        statement = bind(query.sql, query.connection.dialect, given)
    except SQLError as error:
        raise of_sql(error) from None
    return await statements.run(user, query.connection, statement.sql, source, statement.bound)


def told(query: SavedQuery) -> saved_shapes.SavedQuery:
    return saved_shapes.SavedQuery(
        id=query.pk,
        connection_id=query.connection_id,
        name=query.name,
        description=query.description,
        question=query.question,
        sql=query.sql,
        parameters=[_parameter(one) for one in query.inputs],
        is_shared=query.is_shared,
        saved_by=str(query.user or ""),
        changed_at=query.updated_at,
    )


def _parameter(parameter: Parameter) -> saved_shapes.Parameter:
    return saved_shapes.Parameter(
        name=parameter.name,
        kind=parameter.kind,
        title=parameter.title,
        default=list(parameter.default),
        optional=parameter.optional,
        several=parameter.many,
        choices=list(parameter.choices),
        choices_from=f"{parameter.table}.{parameter.column}" if parameter.column else "",
    )


def _read(parameters: Sequence[Parameter], values: Mapping[str, saved_shapes.Value]) -> Mapping[str, Given]:
    """What is bound. Raises Problem, which names each parameter whose value is none."""
    known = {parameter.name: parameter for parameter in parameters}
    wrong = {name: f"there is no such parameter{_named(known)}" for name in values if name not in known}
    typed = {name: _typed(known[name], values[name]) for name in values if name in known}
    wrong |= {name: "it takes one value" for name, texts in typed.items() if len(texts) > 1 and not known[name].many}
    read = entered(parameters, typed)
    wrong |= {name: error.removeprefix(f"{known[name].title}: ").rstrip(".") for name, error in read.errors.items()}
    if wrong:
        mistakes = [{"field": f"parameters.{name[:_LONGEST_NAME]}", "detail": detail} for name, detail in wrong.items()]
        raise invalid(f"{mistakes[0]['field']}: {mistakes[0]['detail']}.", mistakes)
    return read.given


def _named(known: Mapping[str, Parameter]) -> str:
    return f" (there are: {', '.join(known)})" if known else ""


def _typed(parameter: Parameter, value: saved_shapes.Value) -> list[str]:
    """As it would be typed into the form; `null` as nothing."""
    if value is None:
        return []
    is_yes_no = parameter.kind is Kind.YES_NO
    return [_text(one, is_yes_no) for one in (value if isinstance(value, list) else [value])]


def _text(value: saved_shapes.Single, is_yes_no: bool) -> str:
    if isinstance(value, bool) and is_yes_no:
        return YES if value else NO
    return value if isinstance(value, str) else json.dumps(value)
