"""What is done to saved queries: kept, edited, deleted, brought back, duplicated. Each is on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from datasources import audit, binding, guard
from datasources.errors import SQLError
from datasources.models import AuditEntry, Connection
from learning.models import Episode
from learning.verified.editing import MAX_SQL
from workbench.saved.models import SavedQuery
from workbench.saved.parameters import RUN, Parameter, base_of, entered, guessed, suffix_trouble

LONGEST_NAME = 120
LONGEST_DESCRIPTION = 500
_MOST_PARAMETERS = 20


class NotKept(Exception):
    """`field` is what has to be mended; the message tells a person how."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


@dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote. Of parameters that the statement does not name nothing is kept; those that nobody has
    described are guessed."""

    name: str
    description: str
    sql: str
    is_shared: bool
    described: Mapping[str, Parameter]


def save(connection: Connection, user: User, written: Written, episode: Episode | None = None) -> SavedQuery:
    """Raises NotKept."""
    parameters = checked(connection, written)
    saved = SavedQuery.objects.create(
        connection=connection,
        user=user,
        name=written.name,
        description=written.description,
        sql=written.sql,
        is_shared=written.is_shared,
        parameters=[parameter.as_json() for parameter in parameters],
        episode=episode,
        question=episode.question if episode else "",
    )
    _note(saved, user, "saved")
    return saved


@transaction.atomic
def edit(saved: SavedQuery, user: User, written: Written, seen: str) -> None:
    """`seen` is the version that the person began with: what others wrote since is not overwritten unseen. Raises
    NotKept."""
    parameters = checked(saved.connection, written)
    stored = SavedQuery.objects.select_for_update(of=("self",)).get(pk=saved.pk)
    if seen and seen != version(stored):
        raise NotKept(
            "Somebody else has changed it since you opened it. What you typed is kept here: look at theirs, and save "
            "again to put yours in its place."
        )
    if stored.is_shared and not written.is_shared and not stored.is_of(user):
        raise NotKept("Only the person who saved it can make it private again.", "is_shared")
    saved.name, saved.description, saved.sql = written.name, written.description, written.sql
    saved.is_shared, saved.updated_at = written.is_shared, timezone.now()
    saved.parameters = [parameter.as_json() for parameter in parameters]
    saved.save(update_fields=["name", "description", "sql", "is_shared", "updated_at", "parameters"])
    _note(saved, user, "changed")


def delete(saved: SavedQuery, user: User) -> None:
    """It can be brought back for a while."""
    saved.deleted_at = timezone.now()
    saved.save(update_fields=["deleted_at"])
    _note(saved, user, "deleted")


def bring_back(saved: SavedQuery, user: User) -> None:
    saved.deleted_at = None
    saved.save(update_fields=["deleted_at"])
    _note(saved, user, "brought back")


def duplicate(saved: SavedQuery, user: User) -> SavedQuery:
    """A private copy of one's own."""
    name = f"{saved.name[: LONGEST_NAME - 7]} (copy)"
    copy = SavedQuery.objects.create(
        connection=saved.connection,
        user=user,
        name=name,
        question=saved.question,
        description=saved.description,
        sql=saved.sql,
        parameters=saved.parameters,
    )
    _note(copy, user, "saved")
    return copy


def clear() -> int:
    """What nobody can bring back any more."""
    return SavedQuery.objects.outlived().delete()[0]


def version(saved: SavedQuery) -> str:
    """Names what it says."""
    said = f"{saved.name}\n{saved.description}\n{saved.sql}\n{saved.is_shared}\n{saved.parameters}"
    return sha256(said.encode()).hexdigest()[:16]


def checked(connection: Connection, written: Written) -> list[Parameter]:
    """The parameters that its statement names, in their order. Raises NotKept for what cannot be kept."""
    _require_texts(written)
    parameters = described(connection, written.sql, written.described)
    sample = entered(parameters, {})
    given = {name: sample.given.get(name, "x") for name in binding.names(written.sql, connection.dialect)}
    try:
        statement = binding.bind(written.sql, connection.dialect, given)
        guard.inspect(statement.sql, connection.dialect, len(statement.bound))
    except SQLError as error:
        raise NotKept(error.message, "sql") from None
    for parameter in parameters:
        if parameter.default and (error_of_default := sample.errors.get(parameter.name)):
            raise NotKept(f"The default of {error_of_default}", "sql")
    return parameters


def described(connection: Connection, sql: str, known: Mapping[str, Parameter]) -> list[Parameter]:
    """Raises NotKept."""
    try:
        names = binding.names(sql, connection.dialect)
    except SQLError as error:
        raise NotKept(error.message, "sql") from None
    bases = list(dict.fromkeys(map(base_of, names)))
    if len(bases) > _MOST_PARAMETERS:
        raise NotKept(f"At most {_MOST_PARAMETERS} parameters.", "sql")
    if RUN in bases:
        raise NotKept("A parameter cannot be called run: addresses say so that it is run. Give it another name.", "sql")
    found = {name: known.get(name) or guessed(name) for name in bases}
    if trouble := suffix_trouble(names, found):
        raise NotKept(trouble, "sql")
    return list(found.values())


def _require_texts(written: Written) -> None:
    texts: Sequence[tuple[str, str, int, str]] = (
        ("name", written.name, LONGEST_NAME, "Give it a name, by which you and others find it."),
        ("description", written.description, LONGEST_DESCRIPTION, ""),
        ("sql", written.sql, MAX_SQL, "Write the SQL."),
    )
    for field, text, most, missing in texts:
        if not text and missing:
            raise NotKept(missing, field)
        if len(text) > most:
            raise NotKept(f"At most {most:,} characters. This has {len(text):,}.", field)


def _note(saved: SavedQuery, user: User, what: str) -> None:
    whose = "of the team" if saved.is_shared else "of their own"
    words = f"saved query {saved.pk} {whose} {what}: {saved.name}"
    audit.record(saved.connection, user, AuditEntry.Action.CHANGE, words)
