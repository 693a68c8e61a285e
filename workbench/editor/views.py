"""The SQL tab: a person writes SQL, runs it, has it explained and written out evenly."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from accounts.pacing import paced
from accounts.requests import UserRequest
from agent.explanation.difference import clauses
from datasources.exploring import explore
from datasources.models import Connection
from datasources.requests import get_connection
from datasources.tables import Table
from datasources.wording import counted
from learning.models import Episode
from workbench.editor import history, running, stopping, words
from workbench.editor.asked import Asked, own_answer
from workbench.editor.formatting import NotFormatted, formatted
from workbench.editor.running import Outcome
from workbench.editor.styled import styled
from workbench.models import SqlRun
from workbench.results.statement import Statement

STATEMENTS = ("120/minute", "You have run 120 statements within a minute.")


@require_GET
@styled
def sql(request: UserRequest, connection_id: int) -> HttpResponse:
    """Blank, or with what was run before."""
    connection, _ = get_connection(request, connection_id)
    run = request.GET.get("run", "")
    text = get_object_or_404(history.of(connection, request.user), pk=run).sql if run.isdecimal() else ""
    return _page(request, connection, text, is_given=bool(text))


@require_GET
@styled
def answer_sql(request: UserRequest, episode_id: UUID) -> HttpResponse:
    """An answer's SQL, with its question above it."""
    answer = own_answer(request.user, episode_id)
    return _page(request, answer.connection, answer.last_sql, answer)


@require_GET
@cache_control(private=True, max_age=600)
def sql_words(request: UserRequest, connection_id: int) -> JsonResponse:
    """What can be completed. The page asks by the schema's fingerprint."""
    explored = explore(request, connection_id)
    return JsonResponse(words.completion(explored.diagram, explored.connection.dialect))


@require_POST
@paced("sql", STATEMENTS)
@styled
def sql_run(request: UserRequest, connection_id: int) -> HttpResponse:
    """Run, explain, or format: without JavaScript the page again, with what was typed."""
    connection, _ = get_connection(request, connection_id)
    asked = Asked.of(request.POST, connection, request.user)
    wanted = request.POST.get("do", "run")
    if wanted == "format":
        return _formatted_page(request, connection, asked)
    if wanted not in {"run", "explain"}:
        return HttpResponseBadRequest("What to do is run, explain or format.")
    work = running.run if wanted == "run" else running.explain
    outcome = work(connection, request.user, asked.piece(connection.dialect), asked.key)
    context = _told(connection, asked, outcome)
    if request.htmx:
        context |= {"connection": connection, "answer": asked.answer} | _listed(request, connection)
        return render(request, "workbench/editor/_ran.html", context)
    return _page(request, connection, asked.sql, asked.answer, is_given=True, **context)


@require_POST
def sql_format(request: UserRequest, connection_id: int) -> JsonResponse:
    """For the editor, which puts it in place so that undo takes it back. What is selected is formatted alone."""
    connection, _ = get_connection(request, connection_id)
    asked = Asked.of(request.POST, connection, request.user)
    start, end = asked.start or 0, len(asked.sql) if asked.end is None else asked.end
    if start == end:
        start, end = 0, len(asked.sql)
    try:
        done = formatted(asked.sql[start:end], connection.dialect)
    except NotFormatted as error:
        span = error.span.moved(start) if error.span else None
        place = {"from": span.start, "to": span.end} if span else {}
        return JsonResponse({"error": error.message, **place})
    return JsonResponse({"sql": done.sql, "note": done.note, "from": start, "to": end})


@require_POST
def sql_stop(request: UserRequest, connection_id: int) -> HttpResponse:
    """Where it is over already, its own answer says so."""
    connection, _ = get_connection(request, connection_id)
    stopping.wish(request.user, Asked.of(request.POST, connection, request.user).key)
    return HttpResponse(status=204)


@require_POST
def sql_forget(request: UserRequest, connection_id: int) -> HttpResponse:
    """One entry of the history, or all of it."""
    connection, _ = get_connection(request, connection_id)
    one = request.POST.get("run", "")
    if one.isdecimal():
        history.of(connection, request.user).filter(pk=one).delete()
        said = "It is deleted from your history."
    else:
        said = f"{counted(history.clear(connection, request.user), 'entry is', 'entries are')} deleted."
    if request.htmx:
        context = {"connection": connection, "said": said} | _listed(request, connection)
        return render(request, "workbench/editor/_history.html", context)
    messages.success(request, said)
    return redirect("sql", connection_id)


def _formatted_page(request: UserRequest, connection: Connection, asked: Asked) -> HttpResponse:
    try:
        done = formatted(asked.sql, connection.dialect)
    except NotFormatted as error:
        return _page(request, connection, asked.sql, asked.answer, is_given=True, not_formatted=error.message)
    return _page(request, connection, done.sql, asked.answer, is_given=True, format_note=done.note)


def _page(
    request: UserRequest,
    connection: Connection,
    text: str,
    answer: Episode | None = None,
    *,
    is_given: bool = False,
    **context: Any,
) -> HttpResponse:
    """`is_given`: the text is wanted in the place of a draft that the browser has kept."""
    role = connection.team.role_of(request.user)
    about = {"connection": connection, "role": role, "text": text, "answer": answer, "is_given": is_given}
    return render(request, "workbench/editor/sql.html", about | _listed(request, connection) | context)


def _told(connection: Connection, asked: Asked, outcome: Outcome) -> dict[str, Any]:
    """What a run came to."""
    piece = asked.piece(connection.dialect)
    return {
        "outcome": outcome,
        "table": Table(outcome.result) if outcome.result else None,
        "statement": Statement(piece.sql),
        "is_part": piece.sql.strip() != asked.sql.strip().rstrip(";").strip(),
        "line": _line(asked.sql, outcome),
        "clauses": clauses(asked.answer.sql, piece.sql, connection.dialect) if asked.answer else None,
        "explains": outcome.run.kind == SqlRun.Kind.EXPLAIN,
    }


def _line(text: str, outcome: Outcome) -> tuple[int, int] | None:
    """Of the error: line and column, from 1."""
    if outcome.span is None:
        return None
    before = text[: outcome.span.start]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _listed(request: UserRequest, connection: Connection) -> dict[str, Any]:
    return {"runs": history.shown(connection, request.user), "most_kept": history.MOST_KEPT}
