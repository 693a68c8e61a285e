"""Pages with an editor: CodeMirror writes its styles into the page, which the policy lets it by a nonce."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONCE
from django.http import HttpResponse

View = Callable[..., HttpResponse]


def styled(view: View) -> View:
    """As django-csp's `csp_update` does it, for views that take more than a request."""

    @wraps(view)
    def within(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        response._csp_update = {"style-src": [NONCE]}  # type: ignore[attr-defined]
        return response

    return within
