"""The application's own database, out into a file and back, whichever it is."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from operations.backup.manifest import BadBackup

CLEAR = """
DO $$ DECLARE it record; BEGIN
  FOR it IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP TABLE IF EXISTS public.%I CASCADE', it.tablename);
  END LOOP;
END $$;
"""
_OPTIONS = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}


def engine() -> str:
    """sqlite or postgresql."""
    return connection.vendor


def sqlite_path() -> Path:
    return Path(connection.settings_dict["NAME"])


def applied() -> tuple[str, ...]:
    """The migrations that the tables have."""
    return tuple(sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()))


def dump(target: Path) -> None:
    """As it is at one moment, while others write. Raises BadBackup."""
    if engine() == "sqlite":
        _copy(sqlite_path(), target)
    else:
        _run("pg_dump", "--format=plain", "--no-owner", "--no-privileges", f"--file={target}")


def _copy(source: Path, target: Path) -> None:
    reader = sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=60)
    try:
        with closing(reader), closing(sqlite3.connect(target)) as writer:
            reader.backup(writer)  # all pages in one step: nobody's writing can come between
    except sqlite3.Error as error:
        raise BadBackup(f"The database could not be copied: {error}.") from None


def load_postgres(script: Path) -> None:
    """In place of all tables that are there, in one transaction: all of it, or nothing. Raises BadBackup."""
    if not _is_whole(script):
        raise BadBackup("The database in the backup is damaged: nothing was restored.")
    clear = script.with_name("clear.sql")
    clear.write_text(CLEAR)
    quiet = ("--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1")
    _run("psql", *quiet, "--single-transaction", f"--file={clear}", f"--file={script}")


def _is_whole(script: Path) -> bool:
    """psql minds no script that ends too early, be it amid the rows of a table."""
    with script.open("rb") as stream:
        stream.seek(max(0, script.stat().st_size - 1000))
        return b"PostgreSQL database dump complete" in stream.read()


def need_programs(*names: str) -> None:
    """Raises BadBackup when one is missing that PostgreSQL needs."""
    missing = [name for name in names if engine() == "postgresql" and not shutil.which(name)]
    if missing:
        raise BadBackup(
            f"{missing[0]} is needed and not on this machine's PATH. Install PostgreSQL's client programs"
            " (Debian: postgresql-client), not older than the server; the container image has them."
        )


def _run(program: str, *arguments: str) -> None:
    need_programs(program)
    done = subprocess.run([program, *arguments], env=os.environ | _login(), capture_output=True, text=True)
    if done.returncode:
        if "server version mismatch" in done.stderr:
            raise BadBackup(f"{program} on this machine is older than the server. Install the server's version of it.")
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise BadBackup(f"{program} did not succeed: {_plainly(' '.join(said[:2])) or f'exit code {done.returncode}'}")


def _plainly(message: str) -> str:
    """Without the paths of our own files in it."""
    return re.sub(r"psql:\S+/", "", message)


def _login() -> dict[str, str]:
    """In the environment and not among the arguments, which everybody on the machine can read."""
    known: dict[str, Any] = settings.DATABASES["default"]
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
    options = known.get("OPTIONS", {})
    login = {variable: str(known[name]) for name, variable in names.items() if known.get(name)}
    return login | {variable: str(options[name]) for name, variable in _OPTIONS.items() if options.get(name)}
