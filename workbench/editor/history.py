"""What a person ran on a connection, newest first: bounded, and theirs to delete."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import User
from datasources.models import Connection
from workbench.models import SqlRun

MOST_KEPT = 200
"""Of a person on a connection."""
MOST_SHOWN = 50


def of(connection: Connection, user: User) -> QuerySet[SqlRun]:
    return SqlRun.objects.visible_to(user).filter(connection=connection)


def shown(connection: Connection, user: User) -> list[SqlRun]:
    return list(of(connection, user)[:MOST_SHOWN])


def bound(connection: Connection, user: User) -> None:
    """What is older than the newest few goes."""
    mine = SqlRun.objects.filter(connection=connection, user=user)
    mine.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST_KEPT : MOST_KEPT + 100])).delete()


def clear(connection: Connection, user: User) -> int:
    """All but what runs now; returns how many."""
    over = of(connection, user).exclude(state=SqlRun.State.RUNNING)
    deleted, _ = SqlRun.objects.filter(pk__in=list(over.values_list("pk", flat=True))).delete()
    return deleted
