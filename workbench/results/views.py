"""The page of a whole result, and what its grid asks for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.pacing import paced
from accounts.requests import UserRequest
from datasources.browse_filters import BadFilter
from datasources.errors import SQLError
from datasources.wording import counted
from workbench.results import copying, keeping, pages, statistics
from workbench.results.exports import exporting
from workbench.results.models import Export, Result
from workbench.results.pages import View
from workbench.results.requests import get_answer, get_result
from workbench.results.stored import NotKept, StoredRows

READINGS = ("60/minute", "That is 60 readings of results within a minute.")
EXPORTS_SHOWN = 5


@require_GET
def answer_result(request: UserRequest, episode_id: UUID) -> HttpResponse:
    """All rows of an answer; nothing is run before the page asks for them."""
    episode = get_answer(request, episode_id)
    if not episode.sql:
        return render(request, "workbench/results/no_answer.html", {"episode": episode})
    result = Result.objects.of(request.user, episode.connection, episode.sql, episode.question, episode)
    return render(request, "workbench/results/result.html", _context(result))


@require_GET
def result(request: UserRequest, result_id: UUID) -> HttpResponse:
    return render(request, "workbench/results/result.html", _context(get_result(request, result_id)))


@require_POST
@paced("result", READINGS)
def read(request: UserRequest, result_id: UUID) -> JsonResponse:
    """Has the rows read where they are not kept, or `again`; says what there is."""
    found = get_result(request, result_id)
    try:
        rows = keeping.read_again(found) if "again" in request.POST else keeping.read(found)
    except SQLError as error:
        return _refused(error.message)
    except NotKept as error:
        return _refused(str(error))
    return JsonResponse(_described(rows))


@require_GET
def rows(request: UserRequest, result_id: UUID) -> JsonResponse:
    view, refusal = _view(request, get_result(request, result_id))
    if view is None:
        return refusal
    start, count = _figure(request, "start"), _figure(request, "count")
    try:
        return JsonResponse(pages.page(view, start, count))
    except BadFilter as error:
        return _refused(str(error))


@require_GET
def row(request: UserRequest, result_id: UUID, number: int) -> HttpResponse:
    """One row with all that its cells hold."""
    stored = _kept(get_result(request, result_id))
    if stored is None:
        return _gone()
    if not 1 <= number <= stored.rows:
        return _refused("There is no such row any more.")
    [cells] = stored.table.written(stored.by_number([number]))
    context = {"number": number, "cells": list(zip(stored.columns, cells, strict=True))}
    return render(request, "workbench/results/_row.html", context)


@require_GET
def column(request: UserRequest, result_id: UUID, number: int) -> HttpResponse:
    """What a column holds, of the rows that the filters leave."""
    view, refusal = _view(request, get_result(request, result_id))
    if view is None:
        return refusal
    if not 0 <= number < len(view.stored.columns):
        return _refused("There is no such column any more.")
    try:
        found = statistics.of_column(view, number)
    except BadFilter as error:
        return _refused(str(error))
    return render(request, "workbench/results/_column.html", {"found": found, "bar_width": statistics.BAR_WIDTH})


@require_GET
def copied(request: UserRequest, result_id: UUID) -> HttpResponse:
    """Cells as text, CSV or Markdown."""
    view, refusal = _view(request, get_result(request, result_id))
    if view is None:
        return refusal
    try:
        wish = copying.Wish.from_query(request.GET, len(view.stored.columns))
        text = copying.text_of(view, wish)
    except (BadFilter, copying.TooMuch) as error:
        return _refused(str(error))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_GET
def exports(request: UserRequest, result_id: UUID) -> HttpResponse:
    return render(request, "workbench/results/_exports.html", _exports(get_result(request, result_id)))


def _context(found: Result) -> dict[str, Any]:
    return {
        "result": found,
        "connection": found.connection,
        "formats": [(value, label, exporting.most_rows(value)) for value, label in Export.Format.choices],
        "most_rows": settings.RESULT_ROWS,
        "most_megabytes": settings.RESULT_MB,
        "hours": settings.RESULT_HOURS,
        **_exports(found),
    }


def _exports(found: Result) -> dict[str, Any]:
    shown = list(found.exports.all()[:EXPORTS_SHOWN])
    return {"result": found, "exports": shown, "is_exporting": any(one.state == Export.State.RUNNING for one in shown)}


def _described(stored: StoredRows) -> dict[str, Any]:
    return {
        "read": stored.read_at.isoformat(),
        "rows": stored.rows,
        "truncated": stored.truncated,
        "said": f"{counted(stored.rows, 'row')}",
        "columns": [
            {"name": column.name, "type": column.type, "kind": column.kind.value, "width": column.width}
            for column in stored.columns
        ],
    }


def _view(request: HttpRequest, found: Result) -> tuple[View | None, JsonResponse]:
    stored = _kept(found)
    if stored is None:
        return None, _gone()
    try:
        return View.from_query(stored, request.GET.dict()), _gone()
    except BadFilter as error:
        return None, _refused(str(error))


def _kept(found: Result) -> StoredRows | None:
    return keeping.kept(found)


def _gone() -> JsonResponse:
    """The page has them read again."""
    return JsonResponse({"gone": True}, status=410)


def _refused(said: str) -> JsonResponse:
    return JsonResponse({"error": said}, status=422)


def _figure(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "0")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
