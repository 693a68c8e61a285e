"""Whether the keys of this start are those that have encrypted what is stored."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.utils import timezone

from datasources import encryption
from datasources.rotation import ENCRYPTED
from operations.asking import Question

_LOOKED_AT = 200
"""Stored credentials: the newest ones, as those that a lost key has encrypted may stay for ever."""


def trouble() -> str:
    """A sentence when none of the saved credentials can be read: then it is the keys. Empty otherwise."""
    saved = 0
    for secret in _stored_secrets():
        try:
            encryption.decrypt(secret)
        except encryption.Unreadable:
            saved += 1
        else:
            return ""
    if not saved:
        return ""
    return (
        "The keys of this start read none of the saved credentials. "
        f"Bring back {settings.DATA_DIR / 'field_key'} or FIELD_ENCRYPTION_KEYS as they were (several are possible). "
        "If the keys are lost, START_WITHOUT_KEYS=true starts all the same, and each database's credentials are "
        "entered again. Nothing has been changed."
    )


def require() -> None:
    """Before anything is served. Ends the process with one line."""
    if not settings.START_WITHOUT_KEYS and (found := trouble()):
        sys.exit(found)


def require_within(seconds: float) -> None:
    """The same; where the database is away or silent, the process goes on, and is not ready (`readiness.py`)."""
    asked = Question(_trouble_apart)
    try:
        found = asyncio.run(asked.answer(seconds)).answer
    except (DatabaseError, TimeoutError):
        return
    if found and not settings.START_WITHOUT_KEYS:
        sys.exit(found)


def signs_otherwise() -> bool:
    """Whether people were logged in with another SECRET_KEY than this one."""
    session = Session.objects.filter(expire_date__gt=timezone.now()).order_by("-expire_date").first()
    return session is not None and not session.get_decoded()


def _trouble_apart() -> str:
    try:
        return trouble()
    finally:
        connection.close()


def _stored_secrets() -> Iterator[str]:
    """Whatever is encrypted, the newest first."""
    for app, name, field in ENCRYPTED:
        saved = apps.get_model(app, name)._default_manager.exclude(**{field: ""}).order_by("-pk")
        yield from saved.values_list(field, flat=True)[:_LOOKED_AT]
