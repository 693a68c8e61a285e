"""What curators do to verified queries: add, edit, retire, restore. Nothing is put to use that does not run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from agent.episode import MAX_QUESTION
from datasources import audit
from datasources.engine import ResultSet
from datasources.errors import SQLError
from datasources.models import AuditEntry, Connection
from datasources.storable import storable
from learning.models import VerifiedQuery
from learning.verified import marking, outdated
from learning.verified.checking import SOURCE
from learning.verified.keys import key_of

MAX_SQL = 20_000
"""Characters of a SQL, as many as the audit list keeps."""
MAX_REASON = 500

State = VerifiedQuery.State


class BadQuery(Exception):
    """What cannot be kept: `field` is the one to mend, if it is one; `other` the query that is in the way, if any."""

    def __init__(self, message: str, field: str = "", other: VerifiedQuery | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.other = other


@dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote: a question, the one that it follows if it makes sense only after that, and its SQL."""

    question: str
    sql: str
    follows: str = ""

    @property
    def key(self) -> str:
        return key_of(self.question, self.follows)


def add(connection: Connection, user: User, written: Written) -> VerifiedQuery:
    """Raises BadQuery."""
    require_whole(written)
    _require_free(connection, written.key)
    tried(connection, user, written.sql)
    query = fresh(connection, user, written)
    with _locked(query), kept_once(query):
        query.save()
    _note(query, user, "added")
    return query


def edit(query: VerifiedQuery, user: User, written: Written, seen: str = "") -> None:
    """One that did not run any more is in use again; a retired one stays so. `seen` is the `version` that the person
    began with: what others have written since is not overwritten unseen. Raises BadQuery."""
    require_whole(written)
    if query.state != State.RETIRED:
        _require_free(query.connection, written.key, query)
    tried(query.connection, user, written.sql)
    with _locked(query):
        _require_unchanged(query, seen)
        query.question, query.follows, query.sql, query.key = (
            written.question,
            written.follows,
            written.sql,
            written.key,
        )
        query.is_curated = True
        _vouch(query, timezone.now())
        _save(query, "question", "follows", "sql", "key", "is_curated", *_VOUCHED)
    _note(query, user, "edited")


def retire(query: VerifiedQuery, user: User, reason: str) -> None:
    """Raises BadQuery where no reason is given."""
    reason = storable(reason).strip()
    if not reason:
        raise BadQuery("Say why it is retired, so that others know.", "reason")
    if len(reason) > MAX_REASON:
        raise BadQuery(f"At most {MAX_REASON} characters. Make the reason shorter.", "reason")
    marking.retire(query, reason)
    _note(query, user, "retired", reason)


def restore(query: VerifiedQuery, user: User) -> None:
    """Into use, as it is; no verdict changes that. Raises BadQuery where it does not run, or another one has its
    question by now."""
    _require_free(query.connection, query.key, query)
    tried(query.connection, user, query.sql)
    with _locked(query):
        query.state, query.is_curated = State.ACTIVE, True
        _vouch(query, timezone.now())
        _save(query, "is_curated", *_VOUCHED)
    _note(query, user, "restored")


@transaction.atomic
def confirm(query: VerifiedQuery, user: User, seen: str) -> None:
    """It is right with the rules that are in force now: it is recalled again. `seen` is the `version` of what the
    person has looked at, SQL and newer rules. Raises BadQuery."""
    now = timezone.now()
    Connection.objects.select_for_update(no_key=True).filter(pk=query.connection_id).values_list("pk").first()
    stored = VerifiedQuery.objects.select_for_update().get(pk=query.pk)
    stored.connection = query.connection
    if not stored.is_active:
        raise BadQuery("It is not in use any more. Nothing was changed.")
    newer_rules = outdated.newer_rules(stored.connection, [stored]).get(stored.pk, ())
    if seen != outdated.version(stored, newer_rules):
        raise BadQuery("Its SQL or the rules have changed since you looked at it. Look at it again.")
    _vouch(stored, now)
    stored.save(update_fields=_VOUCHED)
    _note(stored, user, "confirmed")


def version(query: VerifiedQuery) -> str:
    """Names what it says."""
    return sha256(f"{query.question}\n{query.follows}\n{query.sql}".encode()).hexdigest()[:16]


def tried(connection: Connection, user: User, sql: str) -> ResultSet:
    """What it gives now. Raises BadQuery."""
    try:
        with closing(connection.database(user, SOURCE)) as database:
            return database.execute(sql)
    except SQLError as error:
        raise BadQuery(f"The SQL does not run: {error.message}", "sql") from None


def fresh(connection: Connection, user: User, written: Written) -> VerifiedQuery:
    """By a curator, of SQL that has just been run; not yet saved."""
    now = timezone.now()
    return VerifiedQuery(
        connection=connection,
        question=written.question,
        follows=written.follows,
        key=written.key,
        sql=written.sql,
        is_curated=True,
        created_by=user,
        vouched_at=now,
        confirmed_at=now,
        checked_schema=connection.schema_fingerprint,
        checked_at=now,
    )


_VOUCHED = ["vouched_at", "confirmed_at"]


def _vouch(query: VerifiedQuery, at: datetime) -> None:
    """A curator says that it is right."""
    query.vouched_at = query.confirmed_at = at


def _save(query: VerifiedQuery, *fields: str) -> None:
    """It has just been run."""
    if query.state != State.RETIRED:
        query.state, query.reason = State.ACTIVE, ""
    query.checked_schema, query.checked_at = query.connection.schema_fingerprint, timezone.now()
    with kept_once(query):
        query.save(update_fields=[*fields, "state", "reason", "checked_schema", "checked_at", "updated_at"])


def require_whole(written: Written) -> None:
    """Raises BadQuery where something is missing or too long."""
    for field, text, most in (
        ("question", written.question, MAX_QUESTION),
        ("follows", written.follows, MAX_QUESTION),
        ("sql", written.sql, MAX_SQL),
    ):
        if not text and field != "follows":
            raise BadQuery("Write a question." if field == "question" else "Write the SQL that answers it.", field)
        if len(text) > most:
            raise BadQuery(f"At most {most:,} characters. This has {len(text):,}.", field)


@contextmanager
def _locked(query: VerifiedQuery) -> Iterator[None]:
    """What verdicts and checks do to the connection's queries waits; `query` is in the state that it has now."""
    with transaction.atomic():
        Connection.objects.filter(pk=query.connection_id).lock()
        if query.pk:
            query.refresh_from_db(fields=["state"])
        yield


def _require_unchanged(query: VerifiedQuery, seen: str) -> None:
    stored = VerifiedQuery.objects.get(pk=query.pk)
    if seen and seen != version(stored):
        raise BadQuery(
            "Somebody else has changed it since you opened it. What you typed is kept here: look at theirs, and save "
            "again to put yours in its place."
        )


def _require_free(connection: Connection, key: str, query: VerifiedQuery | None = None) -> None:
    other = VerifiedQuery.objects.in_use(connection, key)
    if other and other != query:
        raise _taken(other)


def _taken(other: VerifiedQuery) -> BadQuery:
    return BadQuery("Another verified query answers this question. Edit or retire that one first.", "question", other)


@contextmanager
def kept_once(query: VerifiedQuery) -> Iterator[None]:
    """Around saving: somebody else may have verified the same question at this moment. Raises BadQuery."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        other = VerifiedQuery.objects.in_use(query.connection, query.key)
        if other is None or other == query:
            raise
        raise _taken(other) from None


def _note(query: VerifiedQuery, user: User, what: str, reason: str = "") -> None:
    words = f"verified query {query.pk} {what}" + (f" ({reason})" if reason else "")
    audit.record(query.connection, user, AuditEntry.Action.CHANGE, f"{words}: {query.question}")
