"""The API of people's own tools, below /api/v1/; no address ends in a slash but the page's."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter

from django.urls import URLPattern, path, re_path

from api.mcp.views import mcp
from api.operations import OPERATIONS, ROOT
from api.published.views import docs, openapi
from api.views import unknown, view_of

_ROOT = ROOT.removeprefix("/")


def _addresses() -> list[URLPattern]:
    served = []
    for address, operations in groupby(sorted(OPERATIONS, key=attrgetter("path")), key=attrgetter("path")):
        methods = {operation.method.upper(): operation for operation in operations}
        name = next(iter(methods.values())).name
        served.append(path(f"{_ROOT}/{address}", view_of(methods), name=f"api_{name}"))
    return served


urlpatterns: list[URLPattern] = [
    path("api/", docs, name="api_docs"),
    path("api/openapi.json", openapi, name="api_openapi"),
    re_path(r"^api/mcp/?$", mcp, name="api_mcp"),
    *_addresses(),
    re_path(rf"^{_ROOT}/.*$", unknown, name="api_unknown"),
]
