"""An export over HTTP: sent as fast as it is taken, and ended when the browser leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.pacing import EXPORTS, paced
from accounts.requests import UserRequest
from datasources import audit
from datasources.errors import SQLError
from workbench.results.exports import exporting
from workbench.results.exports.exporting import Download, NotExported
from workbench.results.exports.taking import Leaving
from workbench.results.models import Export
from workbench.results.requests import get_result


@require_GET
async def export(request: UserRequest, result_id: UUID) -> HttpResponseBase:
    """`?format=`: a file, or the page that says why there is none."""
    if isinstance(request, ASGIRequest):
        return await _Thread().response(request, result_id)
    beginning = _Beginning()
    refusal = await sync_to_async(_begun)(request, result_id, beginning)
    return _response(beginning.download, beginning.download.pieces) if beginning.download else refusal


class _Beginning:
    """What becomes of a wish: a download, where nothing was refused."""

    def __init__(self) -> None:
        self.leaving = Leaving()
        self.download: Download | None = None


@paced("export", EXPORTS)
def _begun(request: UserRequest, result_id: UUID, beginning: _Beginning) -> HttpResponse:
    result = get_result(request, result_id)
    format_ = request.GET.get("format", "")
    if format_ not in Export.Format.values:
        return HttpResponseBadRequest(f"A format is one of {', '.join(Export.Format.values)}.")
    try:
        beginning.download = exporting.begin(result, format_, beginning.leaving)
    except (SQLError, NotExported) as error:
        said = error.message if isinstance(error, SQLError) else str(error)
        context = {"result": result, "format": Export.Format(format_).label, "said": said}
        return render(request, "workbench/results/not_exported.html", context, status=422)
    return HttpResponse()


def _response(download: Download, content: Iterator[bytes] | AsyncIterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=download.content_type)
    response["Content-Disposition"] = f'attachment; filename="{download.name}"'
    response["Cache-Control"] = "no-store"
    if download.size is not None:
        response["Content-Length"] = str(download.size)
    return response


class _Thread:
    """Of one export, from its beginning to its end. The event loop only waits for it, so that it sees who leaves."""

    def __init__(self) -> None:
        self._beginning = _Beginning()
        self._executor = ThreadPoolExecutor(1, "export")

    async def response(self, request: UserRequest, result_id: UUID) -> HttpResponseBase:
        try:
            refusal: HttpResponse = await self._does(_begun, request, result_id, self._beginning)
        except asyncio.CancelledError:
            self._end()
            raise
        download = self._beginning.download
        if download is None:
            self._end()
            return refusal
        response = _response(download, self._pieces(download))
        # Where nobody waits for the first piece, the iterator is never begun.
        response._resource_closers.append(self._end)  # type: ignore[attr-defined]
        return response

    async def _pieces(self, download: Download) -> AsyncIterator[bytes]:
        try:
            while (piece := await self._does(next, download.pieces, None)) is not None:
                yield piece
        finally:
            self._end()

    def _end(self) -> None:
        """What is at work ends at once; what is open is closed by the thread that opened it. Twice is once."""
        self._beginning.leaving.leave()
        with suppress(RuntimeError):
            self._executor.submit(_with_database_of_its_own, self._close)
            self._executor.shutdown(wait=False)

    def _close(self) -> None:
        if self._beginning.download:
            self._beginning.download.pieces.close()

    def _does(self, do: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
        """It goes on when nobody waits for it any more, and what comes of it then is nobody's."""
        call = partial(copy_context().run, _with_database_of_its_own, do, *arguments)
        done = asyncio.get_running_loop().run_in_executor(self._executor, call)
        done.add_done_callback(lambda done: done.cancelled() or done.exception())
        return asyncio.shield(done)


def _with_database_of_its_own(do: Callable[..., Any], *arguments: Any) -> Any:
    with audit.application_database():
        return do(*arguments)
