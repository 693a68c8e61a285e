"""The application's database is brought up to date by one process at a time, and by none that is older than it."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

WAITING = "Another process is setting up the database. Waiting for it."
_LOCK = 5_107_716_423
"""Ours among the advisory locks of a PostgreSQL database."""
_LOOK_EVERY = 1.0

Say = Callable[[str], object]


class Newer(Exception):
    """The database belongs to a newer release; the message is one line for the operator."""


@contextmanager
def alone(say: Say) -> Iterator[None]:
    """One process at a time, of all that use this database. Whoever has to wait says so."""
    with _on_postgres(say) if connection.vendor == "postgresql" else _in_a_file(say):
        yield


def migrate_when_needed() -> None:
    """Raises Newer."""
    executor = MigrationExecutor(connection)
    _require_not_newer(executor)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def wait_until_set_up(say: Say) -> None:
    """For who does not set it up: until the database is there, and has what this release needs. Raises Newer."""
    said = False
    while not _is_set_up():
        if not said:
            say("The database is not set up yet. Waiting for the web process to do that.")
            said = True
        time.sleep(_LOOK_EVERY)


def _is_set_up() -> bool:
    try:
        executor = MigrationExecutor(connection)
        _require_not_newer(executor)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        connection.close()
        return False


def _require_not_newer(executor: MigrationExecutor) -> None:
    """Of rooms that are there, migrations that are not."""
    here = {config.label for config in apps.get_app_configs()}
    known, applied = executor.loader.disk_migrations or {}, executor.loader.applied_migrations or {}
    replaced = {key for migration in known.values() for key in migration.replaces}
    unknown = sorted(key for key in applied if key[0] in here and key not in known and key not in replaced)
    if unknown:
        label, name = unknown[0]
        raise Newer(
            f"The database was set up by a newer release: it has {label}.{name}, which is not known here. "
            "Start that release, or restore a backup from before it."
        )


@contextmanager
def _on_postgres(say: Say) -> Iterator[None]:
    # The lock ends with its connection, so a process that is killed holds up nobody.
    holding = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with holding.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                say(WAITING)
                cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        yield
    finally:
        holding.close()


@contextmanager
def _in_a_file(say: Say) -> Iterator[None]:
    with (settings.DATA_DIR / "setting-up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(WAITING)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
