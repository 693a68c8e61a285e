"""Many verified queries at once: a file is read, what each line would do is shown, and it is done when confirmed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import transaction

from accounts.models import User
from datasources import audit
from datasources.engine import Database
from datasources.errors import ConnectFailed, DatabaseBusy, SQLError
from datasources.models import AuditEntry, Connection
from learning.models import VerifiedImport, VerifiedQuery
from learning.verified import lines
from learning.verified.checking import SOURCE
from learning.verified.editing import MAX_REASON, BadQuery, Written, fresh, kept_once, require_whole
from learning.verified.lines import Line

SECONDS = 2.0
"""How long lines are tried in one go."""
State = VerifiedQuery.State


class Found(StrEnum):
    """What a line is: still to be tried, to be added, there already, in the way of another SQL, or no good."""

    WAITING = "waiting"
    NEW = "new"
    KNOWN = "known"
    OTHER = "other"
    BAD = "bad"


class Unreachable(Exception):
    """The database cannot be asked now; the message is for a person. Nothing is decided."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A line with what it is found to be. `why` says it where it is not simply new."""

    number: int
    question: str
    follows: str
    sql: str
    state: str
    reason: str
    dialect: str
    note: str
    found: str
    why: str = ""

    @classmethod
    def of(cls, line: Line, found: Found, why: str = "") -> Checked:
        fields = asdict(line)
        del fields["problem"]
        return cls(**fields, found=found, why=why)

    @property
    def written(self) -> Written:
        return Written(self.question, self.sql, self.follows)


class Known(NamedTuple):
    """The verified queries of a connection: states by key and SQL, and the SQL in use by key."""

    states: dict[tuple[str, str], str]
    in_use: dict[str, str]

    @classmethod
    def of(cls, connection: Connection) -> Known:
        rows = VerifiedQuery.objects.filter(connection=connection).values_list("key", "sql", "state")
        stripped = [(key, sql.strip(), state) for key, sql, state in rows]
        in_use = {key: sql for key, sql, state in stripped if state == State.ACTIVE}
        return cls({(key, sql): state for key, sql, state in stripped}, in_use)


def begin(connection: Connection, user: User, name: str, content: bytes) -> VerifiedImport:
    """What was begun before and never confirmed is forgotten. Raises lines.BadFile."""
    checked = compare(lines.read(content), Known.of(connection))
    VerifiedImport.objects.filter(connection=connection, user=user).delete()
    printable = "".join(letter for letter in name if letter.isprintable())
    return VerifiedImport.objects.create(
        connection=connection, user=user, name=printable[:100], lines=[asdict(line) for line in checked]
    )


def compare(read: Sequence[Line], known: Known) -> list[Checked]:
    """What can be said of lines without running them."""
    first: dict[str, int] = {}
    checked = []
    for line in read:
        checked.append(_compared(line, known, first))
        if checked[-1].found != Found.BAD and line.state != State.RETIRED:
            first.setdefault(line.key, line.number)
    return checked


def checked_lines(stored: VerifiedImport) -> list[Checked]:
    return [Checked(**line) for line in stored.lines]


def go_on(stored: VerifiedImport) -> None:
    """Try lines that wait, for a few seconds. Raises Unreachable; what was tried until then is kept."""
    checked = checked_lines(stored)
    until = time.monotonic() + SECONDS
    try:
        with closing(stored.connection.database(stored.user, SOURCE)) as database:
            for place, line in enumerate(checked):
                if line.found == Found.WAITING and time.monotonic() < until:
                    checked[place] = _tried(line, database)
    except (ConnectFailed, DatabaseBusy) as error:
        raise Unreachable(error.message) from None
    finally:
        stored.lines = [asdict(line) for line in checked]
        VerifiedImport.objects.filter(pk=stored.pk).update(lines=stored.lines)


def keep(stored: VerifiedImport) -> int:
    """Add those that are new; returns how many. Somebody may have verified a question meanwhile: theirs stays."""
    new = [line for line in checked_lines(stored) if line.found == Found.NEW]
    with transaction.atomic():
        Connection.objects.filter(pk=stored.connection_id).lock()
        added = sum(_add(stored, line) for line in new)
        stored.delete()
    message = f"verified queries imported from {stored.name}: {added} added"
    audit.record(stored.connection, stored.user, AuditEntry.Action.CHANGE, message)
    return added


def _compared(line: Line, known: Known, first: dict[str, int]) -> Checked:
    if problem := line.problem or _problem(line):
        return Checked.of(line, Found.BAD, problem)
    if here := known.states.get((line.key, line.sql)):
        return Checked.of(line, Found.KNOWN, "" if here == line.state else f"It is here, {State(here).label.lower()}.")
    if line.state == State.RETIRED:
        return Checked.of(line, Found.NEW, "It is added as a retired one.")
    if line.key in known.in_use:
        return Checked.of(line, Found.OTHER, "Its question has another SQL here, which stays.")
    if line.key in first:
        return Checked.of(line, Found.BAD, f"It has the same question as line {first[line.key]}, which comes first.")
    return Checked.of(line, Found.WAITING)


def _problem(line: Line) -> str:
    try:
        require_whole(Written(line.question, line.sql, line.follows))
    except BadQuery as error:
        return f"{error.field}: {error.message}"
    if line.state == State.RETIRED and len(line.reason) > MAX_REASON:
        return f"reason: At most {MAX_REASON} characters. This has {len(line.reason):,}."
    return ""


def _tried(line: Checked, database: Database) -> Checked:
    """Raises ConnectFailed and DatabaseBusy."""
    try:
        database.execute(line.sql)
    except (ConnectFailed, DatabaseBusy):
        raise
    except SQLError as error:
        return replace(line, found=Found.BAD, why=f"Its SQL does not run: {error.message}{_foreign(line, database)}")
    return replace(line, found=Found.NEW)


def _foreign(line: Checked, database: Database) -> str:
    if not line.dialect or line.dialect == database.dialect:
        return ""
    return f" (It was written for {line.dialect}, and this is {database.dialect}.)"


def _add(stored: VerifiedImport, line: Checked) -> bool:
    query = fresh(stored.connection, stored.user, line.written)
    if line.state == State.RETIRED:
        query.state, query.reason, query.checked_at, query.checked_schema = State.RETIRED, line.reason, None, ""
    try:
        with kept_once(query):
            query.save()
    except BadQuery:
        return False
    return True


def counts(checked: Sequence[Checked]) -> dict[str, Any]:
    """How many lines are what, by the values of Found."""
    return {found.value: sum(line.found == found for line in checked) for found in Found}
