"""Numbers in the admin's lists: grouped, and one below the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin

FIGURES = {"all": ["figures_admin.css"]}
"""The style that a list of them needs."""


def figure(field: str, title: str = "") -> Callable[..., str]:
    """A column of a list: 1,234."""

    @admin.display(description=title or field.replace("_", " "), ordering=field)
    def shown(_: Any, row: Any) -> str:
        return f"{getattr(row, field):,}"

    return shown
