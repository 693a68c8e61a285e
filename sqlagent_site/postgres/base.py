"""Django's backend, but that closing puts a connection on the shelf. The name is Django's."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, IsolationLevel

from sqlagent_site.postgres.shelf import SHELF, Place


class DatabaseWrapper(base.DatabaseWrapper):
    """One on which an error occurred, that is amid a transaction, or had a cursor of the server's, is not kept."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        if (kept := SHELF.take(self._place)) is None:
            made: Connection = super().get_new_connection(conn_params)
            return made
        self.isolation_level = kept.isolation_level or IsolationLevel.READ_COMMITTED
        return kept

    def _close(self) -> None:
        is_clean = not (self.errors_occurred or self.in_atomic_block or self._named_cursor_idx)
        if self.connection is None or not is_clean or not SHELF.give(self._place, self.connection):
            self._named_cursor_idx = 0
            super()._close()  # type: ignore[misc]  # the stubs do not know it

    @property
    def _place(self) -> Place:
        return tuple(str(self.settings_dict[name]) for name in ("HOST", "PORT", "NAME", "USER"))
