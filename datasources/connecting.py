"""From a filled-in form to a saved connection: files stored, the database tried, everything audited."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import CASCADE
from django.utils import timezone

from accounts.models import User
from datasources import audit, sample, snapshots, uploads
from datasources.errors import SQLError
from datasources.forms import ConnectForm, address_of
from datasources.models import AuditEntry, Connection
from datasources.wording import counted

_TITLES = {
    "HOST_UNKNOWN": "Unknown host",
    "REFUSED": "Refused",
    "UNREACHABLE": "Not reachable",
    "AUTH": "Wrong user or password",
    "NO_DATABASE": "No such database",
    "TLS": "TLS",
    "POLICY": "Not allowed here",
    "ROLE": "The role may do too much",
    "TIMEOUT": "No answer in time",
    "TOO_MANY": "Too many connections",
    "NOT_A_DATABASE": "Not a database",
    "UNREADABLE": "Credentials cannot be read",
}
# And nothing else: a schema may be read into the same row meanwhile.
_CHANGED_BY_A_FORM = ("name", "dialect", "origin", "path", "encrypted_address", "warning")
SAMPLE_FILE = "sample.sqlite3"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying a database, in words for a person. `may_come_right`: it could work at another time, as it
    is; `warning`: what is unsafe about it though it works."""

    works: bool
    title: str
    text: str = ""
    warning: str = ""
    version: str = ""
    notes: tuple[str, ...] = ()
    may_come_right: bool = False


class Refused(Exception):
    """It cannot be connected like this. `field` is the form's that is to be changed, or empty."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be saved. `stored` is a file that was uploaded for it."""

    connection: Connection
    stored: str = ""
    notes: tuple[str, ...] = ()


def try_form(form: ConnectForm, user: User) -> Tried:
    """Try what a valid form says, and keep nothing. Raises Refused."""
    draft = _draft(form, user)
    try:
        return _with_notes(attempt(draft.connection, user), draft.notes)
    finally:
        _discard(draft)


def save_form(form: ConnectForm, user: User, *, anyway: bool) -> tuple[Connection | None, Tried]:
    """Try what a valid form says, and save it if it works. `anyway`: also when a server is only down.

    Without a connection it was not saved. Raises Refused.
    """
    draft = _draft(form, user)
    with _discarded_when_it_breaks_off(draft):
        tried = _with_notes(attempt(draft.connection, user), draft.notes)
        if not tried.works and not (anyway and tried.may_come_right):
            _discard(draft)
            return None, tried
        draft.connection.warning = tried.warning
        _save(draft, form, user)
    return draft.connection, tried


def attempt(connection: Connection, user: User) -> Tried:
    """Open the database and say what came of it."""
    awake = copy.copy(connection)
    awake.is_enabled = True  # one that is switched off may be tried
    try:
        database = awake.database(user, "site")
        try:
            found = database.probe()
        finally:
            database.close()
    except SQLError as error:
        title = _TITLES.get(error.code, "It does not work")
        is_server = connection.origin == Connection.Origin.SERVER
        later = is_server and error.code not in audit.REFUSAL_CODES
        return Tried(False, title, audit.without_secrets(error.message), may_come_right=later)
    return Tried(True, "It works", version=found.version, warning=found.warning)


def note_warning(connection: Connection, tried: Tried) -> None:
    """Keep what a try has found to be unsafe."""
    if tried.works and tried.warning != connection.warning:
        connection.warning = tried.warning
        connection.save(update_fields=["warning"])


def switch(connection: Connection, user: User, *, enabled: bool) -> None:
    connection.is_enabled = enabled
    connection.save(update_fields=["is_enabled"])
    audit.record(connection, user, AuditEntry.Action.CHANGE, f"switched {'on' if enabled else 'off'}")


def teach(connection: Connection, user: User, *, by_agents: bool) -> None:
    """Whether what agents in training try teaches its bandit, from now on. Only what changes goes on record."""
    now = timezone.now() if by_agents else None
    others = Connection.objects.filter(pk=connection.pk).exclude(environment_trains=by_agents)
    if not others.update(environment_trains=by_agents, environment_trains_since=now):
        return
    connection.environment_trains, connection.environment_trains_since = by_agents, now
    message = f"switched {'on' if by_agents else 'off'}: agents in training teach its bandit"
    audit.record(connection, user, AuditEntry.Action.CHANGE, message)


def what_goes_with(connection: Connection) -> list[str]:
    """What is deleted with it, with counts, in words: "3 conversations"."""
    return [*filter(None, map(partial(_counted, connection), _cascading(connection)))]


def delete(connection: Connection, user: User) -> None:
    """With everything of it. Its uploaded file goes when that is committed (see `apps`)."""
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).lock(to_delete=True)
        audit.record(connection, user, AuditEntry.Action.DELETE, f"with {', '.join(what_goes_with(connection))}")
        connection.delete()


# What the models above this room are called for people; it knows them by their relation only.
_WORDS = {
    "episodes": ("answer", "answers"),
    "arms": ("learned repair", "learned repairs"),
    "conversations": ("conversation", "conversations"),
    "descriptions": ("description", "descriptions"),
}


def _cascading(connection: Connection) -> list[Any]:
    related = connection._meta.related_objects
    return [relation for relation in related if relation.on_delete is CASCADE and not relation.one_to_one]


def _counted(connection: Connection, relation: Any) -> str:
    count = relation.related_model._default_manager.filter(**{relation.field.name: connection}).count()
    name = relation.get_accessor_name()
    meta = relation.related_model._meta
    one, many = _WORDS.get(name, (meta.verbose_name, meta.verbose_name_plural))
    return counted(count, one, many) if count else ""


def _draft(form: ConnectForm, user: User) -> Draft:
    """Raises Refused, and audits that."""
    before = form.connection
    connection = copy.copy(before) if before else Connection(team=form.team, created_by=user)
    connection.name = form.cleaned_data["name"]
    try:
        return _filled_in(connection, form)
    except uploads.BadUpload as error:
        action = AuditEntry.Action.CHANGE if before else AuditEntry.Action.CREATE
        audit.record(connection, user, action, str(error), refused=True)
        field = form.cleaned_data["kind"]
        raise Refused(str(error), "path" if field == "path" else "uploaded") from None


def _filled_in(connection: Connection, form: ConnectForm) -> Draft:
    """Raises BadUpload."""
    data = form.cleaned_data
    match data["kind"]:
        case "upload":
            return _uploaded(connection, data["uploaded"])
        case "server":
            connection.origin = Connection.Origin.SERVER
            if address_of(connection) != data["address"]:
                connection.address = data["address"]
            connection.dialect = data["address"].dialect
        case "path":
            connection.origin = Connection.Origin.PATH
            path = uploads.check_path(data["path"])
            connection.path, connection.dialect = str(path), uploads.dialect_of(path)
        case "memory":
            connection.origin, connection.path = Connection.Origin.MEMORY, ":memory:"
            connection.dialect = Connection.Dialect.SQLITE
        case "sample":
            connection.origin, connection.is_sample = Connection.Origin.PATH, True
            connection.path = str(sample_path())
            connection.dialect = Connection.Dialect.SQLITE
    return Draft(connection)


def _uploaded(connection: Connection, files: list[Any]) -> Draft:
    """Raises BadUpload."""
    if not files:  # an edit that leaves the file as it is
        return Draft(connection)
    stored = uploads.store(files, connection.team_id)
    connection.origin = Connection.Origin.UPLOAD
    connection.path, connection.dialect = str(stored.path), stored.dialect
    return Draft(connection, str(stored.path), tuple(stored.notes.splitlines()))


def sample_path() -> Path:
    """The sample database, made if somebody has deleted it."""
    path: Path = settings.DATA_DIR / SAMPLE_FILE
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}.draft")
        draft.unlink(missing_ok=True)
        sample.build(draft)
        os.replace(draft, path)
    return path


def _save(draft: Draft, form: ConnectForm, user: User) -> None:
    """Raises Refused."""
    connection, before = draft.connection, form.connection
    try:
        with transaction.atomic():
            connection.save(update_fields=_CHANGED_BY_A_FORM if before else None)
            action = AuditEntry.Action.CHANGE if before else AuditEntry.Action.CREATE
            audit.record(connection, user, action, _what_is_new(before, connection))
            if before and _is_another(before, connection):
                snapshots.forget(connection)
            if before and draft.stored:
                transaction.on_commit(partial(uploads.remove, before.path), robust=True)
            transaction.on_commit(partial(snapshots.enqueue, connection), robust=True)
    except IntegrityError:
        raise Refused(f"The team has a database called {connection.name} already.", "name") from None


def _is_another(before: Connection, after: Connection) -> bool:
    """Whether what was read of the one says nothing about the other; a password or a user may change."""

    def place(connection: Connection) -> tuple[object, ...]:
        address = address_of(connection)
        return connection.path, address and (address.dialect, address.host, address.port, address.database)

    return place(before) != place(after)


def _what_is_new(before: Connection | None, after: Connection) -> str:
    """For the audit list, without secrets."""
    place = str(after.address.without_password()) if after.address else after.get_origin_display()
    if before is None:
        return f"{after.get_dialect_display()}: {place}"
    changed = [
        *([f"name, was {before.name}"] if before.name != after.name else []),
        *([f"address: {place}"] if before.encrypted_address != after.encrypted_address else []),
        *(["file"] if before.path != after.path else []),
    ]
    return "; ".join(changed) or "nothing"


def _with_notes(tried: Tried, notes: tuple[str, ...]) -> Tried:
    return replace(tried, notes=notes)


@contextmanager
def _discarded_when_it_breaks_off(draft: Draft) -> Iterator[None]:
    try:
        yield
    except BaseException:
        _discard(draft)
        raise


def _discard(draft: Draft) -> None:
    if draft.stored:
        uploads.remove(draft.stored)
