"""A team's databases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Membership, Team
from datasources import encryption, uploads
from datasources.dsn import ServerAddress
from datasources.engine import (
    IN_MEMORY,
    DuckdbDatabase,
    Limits,
    ServerDatabase,
    SqliteDatabase,
    StreamingDatabase,
)
from datasources.errors import ConnectFailed
from datasources.introspect import Schema
from datasources.schema_cache import stored_schema
from datasources.value_models import ColumnPrivacy as ColumnPrivacy
from datasources.value_models import KeptValues as KeptValues

if TYPE_CHECKING:
    from accounts.models import User
    from datasources.audit import Ledger


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def visible_to(self, user: User) -> ConnectionQuerySet:
        """The one door: connections of the teams that `user` belongs to, also those that are switched off."""
        return self.filter(team__memberships__user=user)

    def enabled(self) -> ConnectionQuerySet:
        return self.filter(is_enabled=True)

    def of_people(self) -> ConnectionQuerySet:
        """Without the one that is nobody's own."""
        return self.filter(is_environment=False)

    def lock(self, *, to_delete: bool = False) -> None:
        """Have nobody else change or delete what belongs to these until this transaction ends.

        It is the first lock that is taken; of several connections that with the lowest number comes first.
        """
        locked = self.order_by("pk").select_for_update(of=("self",), no_key=not to_delete)
        list(locked.values_list("pk", flat=True))


_ConnectionManager = models.Manager.from_queryset(ConnectionQuerySet)


class ConnectionManager(_ConnectionManager["Connection"]):
    """Without the snapshot, which may be megabytes: it is loaded when it is asked for."""

    def get_queryset(self) -> models.QuerySet[Connection]:
        return super().get_queryset().defer("schema_snapshot")


class Connection(models.Model):
    """A saved database of a team: a file (`path`), or a server (`address`). `notes` tell the agent about it."""

    class Dialect(models.TextChoices):
        SQLITE = "sqlite", "SQLite"
        POSTGRES = "postgres", "PostgreSQL"
        MYSQL = "mysql", "MySQL / MariaDB"
        DUCKDB = "duckdb", "DuckDB"

    class Origin(models.TextChoices):
        """Where the database is. An uploaded file belongs to the connection and goes with it."""

        UPLOAD = "upload", "Uploaded file"
        PATH = "path", "File on the server"
        MEMORY = "memory", "Empty scratch database in memory"
        SERVER = "server", "Database server"

    class SchemaState(models.TextChoices):
        NONE = "none", "Not read yet"
        READING = "reading", "Reading"
        READY = "ready", "Read"
        FAILED = "failed", "Could not be read"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="connections")
    name = models.CharField(max_length=60)
    dialect = models.CharField(max_length=20, choices=Dialect, default=Dialect.SQLITE)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.PATH)
    path = models.CharField(max_length=500, blank=True)
    encrypted_address = models.TextField(blank=True, editable=False)
    is_enabled = models.BooleanField(default=True)
    is_sample = models.BooleanField(default=False)
    is_environment = models.BooleanField(
        default=False, editable=False, help_text="Nobody's own: what agents without a token ask of the built-in tasks."
    )
    environment_trains = models.BooleanField(
        "agents in training teach its bandit",
        default=False,
        help_text="What agents try over the OpenEnv API counts for the repairs that people's questions are given.",
    )
    environment_trains_since = models.DateTimeField(null=True, editable=False)
    notes = models.TextField(blank=True, help_text="Markdown: what people want the agent to know of it.")
    warning = models.TextField(blank=True, editable=False, help_text="What is unsafe about it, in words for a person.")
    schema_snapshot = models.JSONField(null=True, editable=False)
    schema_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    schema_taken_at = models.DateTimeField(null=True, editable=False)
    values_at = models.DateTimeField(
        null=True, editable=False, help_text="When the values that are kept of it last became others."
    )
    schema_state = models.CharField(max_length=10, choices=SchemaState, default=SchemaState.NONE, editable=False)
    schema_progress = models.CharField(max_length=200, blank=True, editable=False)
    schema_state_at = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConnectionManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["team", "name"], name="connection_name_once_per_team"),
            models.UniqueConstraint(
                fields=["is_environment"], condition=models.Q(is_environment=True), name="one_environment"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> ServerAddress | None:
        """The server's, with the password; None for a file. Raises encryption.Unreadable."""
        if not self.encrypted_address:
            return None
        return ServerAddress.from_dict(json.loads(encryption.decrypt(self.encrypted_address)))

    @address.setter
    def address(self, address: ServerAddress | None) -> None:
        self.encrypted_address = encryption.encrypt(json.dumps(address.to_dict())) if address else ""

    def database(
        self,
        user: User | None = None,
        source: str = "",
        ledger: Ledger | None = None,
        limits: Limits | None = None,
    ) -> StreamingDatabase:
        """A handle for running statements, one at a time; what it runs is audited as `user`'s, from `source`.
        `limits` are those of long results, where a page's do not do.

        Close it after use. Raises ConnectFailed.
        """
        from datasources.audit import AT_ONCE, AuditedDatabase, Who  # it stores what this module defines

        if not self.is_enabled:
            raise ConnectFailed(f"The database {self.name} is switched off. An owner of the team can switch it on.")
        return AuditedDatabase(self._database(limits or self.limits()), self, Who(user, source), ledger or AT_ONCE)

    def _database(self, limits: Limits) -> StreamingDatabase:
        try:
            address = self.address
        except encryption.Unreadable as error:
            raise ConnectFailed(str(error), "UNREADABLE") from None
        if address is None and self.dialect == self.Dialect.DUCKDB:
            return DuckdbDatabase(self._file(), limits, self.pk)
        if address is None:
            return SqliteDatabase(self._file() or IN_MEMORY, limits, self.pk)
        return ServerDatabase(
            address, settings.ALLOWED_DB_HOSTS, limits, self.pk, allow_powerful=settings.ALLOW_POWERFUL_ROLES
        )

    def _file(self) -> str:
        """One on the server may have become a link to somewhere else since it was connected. Raises ConnectFailed."""
        if self.origin != self.Origin.PATH or self.is_sample or not self.path:
            return self.path
        try:
            return str(uploads.allowed(self.path))
        except uploads.BadUpload as error:
            raise ConnectFailed(str(error), "POLICY") from None

    def limits(self) -> Limits:
        return Limits(seconds=settings.QUERY_SECONDS, rows=settings.QUERY_ROWS)

    def schema(self) -> Schema:
        """The stored snapshot; its structure is read now if there is none yet. Raises ConnectFailed."""
        schema = stored_schema(self)
        if schema is None:
            self.refresh_schema()
            schema = stored_schema(self)
        return schema or Schema(())

    def refresh_schema(self) -> None:
        """Read the schema from the database and store it. Raises ConnectFailed."""
        from datasources import snapshots  # which needs the models

        snapshots.read_now(self)


class Description(models.Model):
    """What a table, or a column of it, means, in a curator's words. `column` is empty for the table itself."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="descriptions")
    table = models.CharField(max_length=300, help_text="As Table.full_name has it")
    column = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ["table", "column"]
        constraints = [models.UniqueConstraint(fields=["connection", "table", "column"], name="one_description_each")]

    def __str__(self) -> str:
        return ".".join(filter(None, (self.table, self.column)))


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, user: User) -> AuditEntryQuerySet:
        """What happened in the teams that `user` owns."""
        owned = Team.objects.filter(memberships__user=user, memberships__role=Membership.Role.OWNER)
        return self.filter(team__in=owned)


class AuditEntry(models.Model):
    """One statement that ran or was refused, or one change to a connection. Names stay when what they name is gone."""

    class Action(models.TextChoices):
        QUERY = "query", "Query"
        SCHEMA = "schema", "Schema read"
        TEST = "test", "Connection test"
        CREATE = "create", "Connected"
        CHANGE = "change", "Changed"
        DELETE = "delete", "Deleted"
        EXPORT = "export", "Exported"

    class Verdict(models.TextChoices):
        """Of the guard, the host policy and the database's own read-only session."""

        ALLOWED = "allowed", "Allowed"
        REFUSED = "refused", "Refused"

    class Outcome(models.TextChoices):
        OK = "ok", "OK"
        FAILED = "failed", "Failed"
        TIMEOUT = "timeout", "Timed out"
        CANCELLED = "cancelled", "Cancelled"
        REFUSED = "refused", "Refused"

    at = models.DateTimeField(default=timezone.now, db_index=True)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="audit")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="audit")
    connection = models.ForeignKey(Connection, on_delete=models.SET_NULL, null=True, related_name="audit")
    user_name = models.CharField(max_length=150, blank=True)
    connection_name = models.CharField(max_length=60, blank=True)
    # With a default of the database's, too: processes of the release before write entries while one is updated.
    token_name = models.CharField(
        max_length=60, blank=True, default="", db_default="", help_text="Of the API token by which a program did it"
    )
    action = models.CharField(max_length=10, choices=Action)
    source = models.CharField(
        max_length=20, blank=True, help_text="Where it came from: chat, command, data, examples, api, mcp"
    )
    sql = models.TextField(blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.ALLOWED)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OK)
    message = models.TextField(blank=True)
    rows = models.PositiveIntegerField(null=True)
    milliseconds = models.FloatField(null=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["team", "-at"], name="audit_of_team"),
            models.Index(fields=["connection", "-at"], name="audit_of_connection"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.user_name} {self.action} {self.connection_name}"
