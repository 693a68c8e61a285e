"""How a person wants times and numbers written: kept with the user, in force for a request or a socket."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from accounts import dates, signs

if TYPE_CHECKING:
    from accounts.models import User

NUMBERS = (
    ("", "1,234.56"),
    ("point", "1.234,56"),
    ("space", "1 234,56"),
    ("apostrophe", "1’234.56"),
    ("none", "1234.56"),
)
DATES = (
    ("", "As each page has it: 30 November 2026, 2026-11-30"),
    ("iso", "2026-11-30"),
    ("point", "30.11.2026"),
    ("slash", "30/11/2026"),
    ("month_first", "11/30/2026"),
)


@cache
def zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Those with a place in their name, by continent. Read once: it is a walk through many files."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        continent, _, place = name.partition("/")
        if place and continent not in {"Etc", "SystemV", "US", "posix", "right"}:
            found.setdefault(continent, []).append((name, place.replace("_", " ")))
    return list(found.items())


def use(user: User | AnonymousUser) -> None:
    """For whatever is written from here on, in this request or task. A zone that is unknown here is the site's."""
    if zone := _zone(getattr(user, "time_zone", "")):
        timezone.activate(zone)
    else:
        timezone.deactivate()
    signs.use(getattr(user, "number_format", ""))
    dates.use(getattr(user, "date_format", ""))


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


class Preferences(MiddlewareMixin):
    """Those of whoever asks, after the user is known."""

    get_response: Callable[[HttpRequest], HttpResponse]

    def process_request(self, request: HttpRequest) -> None:
        use(request.user)
