"""The databases that a file of tasks is about: where they are, and what is asked on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings

from agent.prompt import Prompt, seed
from agent.value_index import ValueIndex
from datasources.column_values import put_in, read_values
from datasources.dsn import BadDSN, ServerAddress
from datasources.engine import Database, DuckdbDatabase, Limits, ServerDatabase, SqliteDatabase
from datasources.errors import SQLError
from datasources.index_reading import read_index
from datasources.introspect import Schema
from datasources.models import Connection
from datasources.private_columns import Privacy, readable
from learning.benchmark.tasks import Task
from learning.prompts import budget

Key = tuple[str, str]
"""Of a database: dialect and name."""

_NOT_YET_NAMED = "database"
_SUFFIXES = {"sqlite": (".db", ".sqlite", ".sqlite3"), "duckdb": (".duckdb",)}


class NotThere(Exception):
    """Databases that cannot be asked; the message is for the operator."""


@dataclass(frozen=True)
class Place:
    """A database that tasks are about. `opened` gives a handle for running statements, one at a time."""

    opened: Callable[[], Database]
    asked_with: Prompt


def key(task: Task) -> Key:
    return task.dialect, task.database


def server(dsn: str) -> ServerAddress:
    """A server, whose databases the tasks name. Raises BadDSN."""
    place, mark, options = dsn.strip().partition("?")
    if place.count("/") == 2:
        place += "/"
    if place.endswith("/"):
        place += _NOT_YET_NAMED
    return ServerAddress.parse(place + mark + options)


def of_connection(connection: Connection, asked_with: Prompt, tasks: Iterable[Task]) -> dict[Key, Place]:
    place = Place(lambda: connection.database(None, "evaluation"), asked_with)
    return {key(task): place for task in tasks}


def of_files_and_servers(
    tasks: Iterable[Task], directory: Path | None, servers: Sequence[ServerAddress], *, worked: bool = False
) -> dict[Key, Place]:
    """Each is opened and read, to see that it is there. Raises NotThere, which names all that are not."""
    places: dict[Key, Place] = {}
    missing: list[str] = []
    for wanted in dict.fromkeys(map(key, tasks)):
        try:
            places[wanted] = _place(_opener(wanted, directory, servers), wanted, worked=worked)
        except NotThere as error:
            missing.append(str(error))
    if missing:
        raise NotThere("\n".join(missing))
    return places


def _place(opened: Callable[[], Database], wanted: Key, *, worked: bool) -> Place:
    """What is known of a database that people have connected is known of this one, too."""
    dialect, name = wanted
    try:
        with closing(opened()) as database:
            schema = database.schema()
            schema = Privacy().marked(schema)
            schema = put_in(schema, read_values(database, list(map(readable, schema.tables)), _unheard))
            values = _values(database, schema)
    except SQLError as error:
        raise NotThere(f"{name} ({dialect}): {error.message}") from None
    return Place(opened, Prompt.of(schema, dialect, seed(), "", budget(None), worked=worked).holding(values))


def _values(database: Database, schema: Schema) -> ValueIndex | None:
    return ValueIndex.of(schema, read_index(database, schema, _unheard).found) if settings.VALUE_INDEX else None


def _unheard(words: str) -> None:
    """How far a reading is, nobody waits for here."""


def _opener(wanted: Key, directory: Path | None, servers: Sequence[ServerAddress]) -> Callable[[], Database]:
    dialect = wanted[0]
    limits = Limits(seconds=settings.QUERY_SECONDS, rows=settings.QUERY_ROWS)
    if dialect not in _SUFFIXES:
        address = _address(wanted, servers)
        return lambda: ServerDatabase(
            address, (address.host,), limits, wanted, allow_powerful=settings.ALLOW_POWERFUL_ROLES
        )
    path = path_of(wanted, directory)
    if dialect == "duckdb":
        return lambda: DuckdbDatabase(path, limits, wanted)
    return lambda: SqliteDatabase(path, limits, wanted)


def _address(wanted: Key, servers: Sequence[ServerAddress]) -> ServerAddress:
    dialect, name = wanted
    for server in servers:
        if server.dialect == dialect:
            return _checked(replace(server, database=name))
    example = f"{dialect}://user:password@host/"
    raise NotThere(f"{name} ({dialect}): name its server with --server {example}.")


def _checked(address: ServerAddress) -> ServerAddress:
    try:
        return address.checked()
    except BadDSN as error:
        raise NotThere(f"{address.database} ({address.dialect}): {error}") from None


def path_of(wanted: Key, directory: Path | None) -> Path:
    """DIR/name.suffix, or, as several collections have it, DIR/name/name.suffix. Raises NotThere."""
    dialect, name = wanted
    if directory is None:
        raise NotThere(f"{name} ({dialect}): name the directory of its file with --databases DIR.")
    files = [f"{name}{suffix}" for suffix in _SUFFIXES[dialect]]
    paths = [directory / place for file in files for place in (file, f"{name}/{file}")]
    found = next((path for path in paths if path.is_file()), None)
    if found is None:
        raise NotThere(f"{name} ({dialect}): no {' or '.join(files)} in {directory}.")
    return found
