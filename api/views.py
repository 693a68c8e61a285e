"""The API over HTTP: an address, its operations, and problem details for whatever goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from api.callers import caller_of
from api.calls import Call, refusal
from api.operations import Operation
from api.problems import Code, Problem

logger = logging.getLogger(__name__)

BROKE = "Something went wrong on this server. The operator finds the details in the log; trying again may help."
View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


def view_of(operations: Mapping[str, Operation]) -> View:
    """What serves an address, by its methods."""

    @csrf_exempt  # A token is no cookie: no other site's page can send it unasked.
    @login_not_required
    async def view(request: HttpRequest, **named: Any) -> HttpResponseBase:
        try:
            return await _answered(operations, request, named)
        except Problem as problem:
            return refusal(problem)
        except Exception:
            logger.exception("a request to the API broke")
            return refusal(Problem(Code.BROKE, BROKE))

    return view


async def _answered(
    operations: Mapping[str, Operation], request: HttpRequest, named: Mapping[str, Any]
) -> HttpResponseBase:
    """Raises Problem."""
    operation = operations.get(request.method or "")
    if operation is None:
        allowed = ", ".join(operations)
        raise Problem(Code.METHOD_NOT_ALLOWED, f"Here there is only {allowed}.", headers={"Allow": allowed})
    caller = await sync_to_async(caller_of)(request)
    caller.act()
    return await operation.run(Call(request, caller), **named)


@csrf_exempt
@login_not_required
async def unknown(request: HttpRequest) -> HttpResponseBase:
    """Any other address below: a program is told in its own words, too."""
    return refusal(Problem(Code.NOT_FOUND, "There is nothing at this address. The page /api/ lists what there is."))
