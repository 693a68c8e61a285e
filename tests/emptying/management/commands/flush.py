"""Empties every table but those that a migration would fill again with the same."""

from typing import Any

from django.core.management.commands import flush
from django.db import connections

KEPT = frozenset({"django_content_type", "auth_permission"})


class Command(flush.Command):
    help = __doc__

    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
        cascade = options.get("allow_cascade", False)
        statements = connection.ops.sql_flush(self.style, sorted(tables), reset_sequences=True, allow_cascade=cascade)
        connection.ops.execute_sql_flush(statements)
