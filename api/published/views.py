"""The page of the API, for people, and the OpenAPI document, for programs."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.links import absolute
from accounts.requests import UserRequest
from api.published.document import document
from api.published.page import page


@require_safe
def docs(request: UserRequest) -> HttpResponse:
    return render(request, "api/docs.html", page(request.user, absolute(request, "/").removesuffix("/")))


@login_not_required
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """It tells nothing of anybody: a program may read it before it has a token."""
    return JsonResponse(document())
